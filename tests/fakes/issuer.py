"""An issuer of papers that takes no time. Codes and files follow from how many it made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from bot.certificates.model import Issued, Sheet, Unprintable
from nlu.certificate_codes import new_code


@dataclass
class PlainIssuer:
    """Implements :class:`bot.certificates.model.Issuer`. ``sheets``: what it was given; ``fails``: so often, first;
    ``unprintable``: the label of a field that it has no signs for."""

    sheets: list[Sheet] = field(default_factory=list)
    fails: int = 0
    unprintable: str | None = None

    async def issue(self, sheet: Sheet) -> Issued:
        self.sheets.append(sheet)
        if self.unprintable is not None:
            raise Unprintable(self.unprintable)
        if self.fails:
            self.fails -= 1
            raise RuntimeError("no seal")
        number = len(self.sheets)
        digest = iter(hashlib.sha256(f"{sheet.protocol}/{number}".encode()).digest())
        code = new_code(lambda below: next(digest) % below)
        lines = "\n".join([sheet.title, sheet.holder, *(f"{name}: {value}" for name, value in sheet.fields)])
        pdf = b"%PDF-1.7\n" + lines.encode() + f"\n{number}\n%%EOF\n".encode()
        return Issued(code, pdf, hashlib.sha256(pdf).hexdigest())
