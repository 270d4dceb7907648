"""Papers made of sheets: a code, a signed QR, a page, a seal. Nothing is written down here."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable

from bot.certificates.model import Issued, Sheet
from bot.certificates.paper.code import new_code
from bot.certificates.paper.mark import as_digits, mark_of, signed, to_be_signed
from bot.certificates.paper.page import Place, draw
from bot.certificates.paper.signs import check
from bot.certificates.seal.process import SealProcess


class PaperIssuer:
    """:class:`bot.certificates.model.Issuer` over the process that holds the key. ``below``: see
    :func:`bot.certificates.paper.code.new_code`."""

    def __init__(self, process: SealProcess, public_url: str, below: Callable[[int], int] = secrets.randbelow) -> None:
        self._process = process
        self._public_url = public_url
        self._below = below

    async def issue(self, sheet: Sheet) -> Issued:
        """Raises :class:`bot.certificates.model.Unprintable`, :class:`bot.certificates.paper.page.NoTemplate` and
        :class:`bot.certificates.seal.process.SealDown`."""
        check(sheet)
        about, code = await self._process.about(), new_code(self._below)
        digits = ""
        if about.key_id:
            mark = mark_of(sheet, code)
            signature = await self._process.mark(to_be_signed(mark, about.key_id))
            digits = as_digits(signed(mark, about.key_id, signature))
        page = await asyncio.to_thread(draw, sheet, code, digits, Place(self._public_url, about.sample))
        pdf = await self._process.seal(page, lasting=sheet.lasting)
        return Issued(code, pdf, hashlib.sha256(pdf).hexdigest())

    async def close(self) -> None:
        await self._process.close()
