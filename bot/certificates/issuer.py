"""Papers made of sheets: a code, a signed QR, a page, a seal; and the record by which each is verified."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.certificates.model import Issued, Sheet
from bot.certificates.paper.mark import as_digits, mark_of, signed, to_be_signed
from bot.certificates.paper.page import Place, draw
from bot.certificates.paper.signs import check
from bot.certificates.seal.process import SealProcess
from bot.settings import Settings
from casestore.certificates.records import Certificate, IssuedCertificates
from nlu.certificate_codes import new_code


class PaperIssuer:
    """:class:`bot.certificates.model.Issuer` over the process that holds the key. ``below``: see
    :func:`nlu.certificate_codes.new_code`."""

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


def make_issuer(settings: Settings) -> PaperIssuer:
    """For a worker. The process that holds the key starts with the first paper; :meth:`PaperIssuer.close` ends it."""
    return PaperIssuer(SealProcess(seal_settings(settings)), settings.public_url)


async def record(kept: IssuedCertificates, connection: AsyncConnection, sheet: Sheet, issued: Issued) -> None:
    """Puts a paper on record, in the commit that delivers it: what is not on record was never given to anybody."""
    told = Certificate(issued.sha256, sheet.kind, sheet.title, sheet.office, sheet.issued_at, sheet.valid_until)
    await kept.keep(connection, issued.code, told)


def seal_settings(settings: Settings) -> Mapping[str, Any]:
    """For the process that holds the key: where it finds it."""
    return {
        "key": None if settings.is_sample or settings.seal_key is None else settings.seal_key.get_secret_value(),
        "cert": settings.seal_cert,
        "chain": settings.seal_chain,
        "tsa": settings.tsa_url,
        "mark_key": settings.qr_key,
        "mark_cert": settings.qr_cert,
        "folder": str(settings.authority_folder),
    }
