"""From a registry's answer to what a paper shows. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.certificates.model import Sheet
from connectors.registry import Certificate
from dialogues.catalogue import Catalogue
from dialogues.catalogue.certificates import CertificateKind

PAPER_LANGUAGE = "el"


def sheet_of(answer: Certificate, kind: CertificateKind, catalogue: Catalogue, now: datetime) -> Sheet:
    """The facts as the registry told them, in its order; those that name the holder stand above the others."""
    office = catalogue.offices[catalogue.services[kind.code].agency]
    told = dict(answer.fields)
    return Sheet(
        kind=kind.code,
        template=kind.template,
        title=answer.title or catalogue.services[kind.code].title[PAPER_LANGUAGE],
        office=office.title[PAPER_LANGUAGE],
        protocol=answer.number,
        holder=" ".join(told[name].strip() for name in kind.holder if told.get(name, "").strip()),
        fields=answer.fields,
        rows=(),
        note=kind.note,
        issued_at=now,
        valid_until=kind.valid_until(now),
        lasting=kind.lasting,
    )
