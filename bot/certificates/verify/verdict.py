"""From what a file shows and what is on record to one word: is it genuine? Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.certificates.verify.facts import Facts, Kind, MarkState, Seal
from casestore.certificates.records import Certificate, Revocation
from dialogues.athens import ATHENS


class Result(StrEnum):
    GENUINE = "genuine"
    ALTERED = "altered"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NOT_OURS = "not-ours"
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"  # of a code alone


class Basis(StrEnum):
    """What the result rests on. ``QR`` and ``CODE`` say that something was issued, and not what a page shows."""

    COPY = "copy"  # byte for byte what was issued
    SEAL = "seal"
    QR = "qr"
    CODE = "code"
    NOTHING = ""


class Reason(StrEnum):
    """More than the result says, where there is more."""

    NONE = ""
    CHANGED = "changed"  # a seal of ours that does not hold any more
    NO_SEAL = "no-seal"  # our code on a file without our seal
    NOTHING_OURS = "nothing-ours"  # no seal, and no code on record
    FORGED_QR = "forged-qr"
    OTHERS_SEAL = "others-seal"
    NO_CODE = "no-code"  # a picture on which no QR of ours can be read
    NO_RECORD = "no-record"  # genuine by what it shows; whether it was revoked is not known
    OFFLINE = "offline"  # only a code is on it, and nobody can be asked
    MISTYPED = "mistyped"
    FILE = "file"  # neither a PDF nor a picture, or broken


@dataclass(frozen=True, slots=True)
class Verdict:
    """``title`` and what follows: what was issued, as far as it is surely known. ``holder`` and ``protocol`` only where
    a QR that we signed says them."""

    result: Result
    basis: Basis = Basis.NOTHING
    reason: Reason = Reason.NONE
    code: str = ""
    title: str = ""
    issuer: str = ""
    issued_at: datetime | None = None
    valid_until: datetime | None = None
    revocation: Revocation | None = None
    protocol: str = ""
    holder: str = ""


def of_code(code: str | None, record: Certificate | None, now: datetime) -> Verdict:
    """Of a code that was typed or scanned; ``None``: its check symbols do not hold."""
    if code is None:
        return Verdict(Result.UNKNOWN, reason=Reason.MISTYPED)
    if record is None:
        return Verdict(Result.UNKNOWN, code=code)
    return _standing(record, Basis.CODE, now, code=code)


def of_copy(record: Certificate, now: datetime) -> Verdict:
    """Of a file that is byte for byte what was issued."""
    return _standing(record, Basis.COPY, now)


def of_file(facts: Facts | None, record: Certificate | None, now: datetime, *, online: bool = True) -> Verdict:
    """``record`` of the code in ``facts``. ``online``: the records can be asked."""
    if facts is None:
        return Verdict(Result.UNREADABLE, reason=Reason.FILE)
    if facts.seal is Seal.OURS:
        return _shown(facts, record, Basis.SEAL, now)
    if facts.seal is Seal.BROKEN:
        return _told(facts, record, Result.ALTERED, Reason.CHANGED)
    if facts.mark is MarkState.BAD:
        return _told(facts, record, Result.ALTERED, Reason.FORGED_QR)
    known = record is not None or facts.mark is MarkState.GOOD
    if facts.kind is Kind.PDF:
        if facts.seal is Seal.FOREIGN:
            return _told(facts, record, Result.NOT_OURS, Reason.OTHERS_SEAL)
        if known:
            return _told(facts, record, Result.ALTERED, Reason.NO_SEAL)
        return Verdict(Result.NOT_OURS, reason=Reason.NOTHING_OURS, code=facts.code)
    if facts.mark is MarkState.GOOD:
        return _shown(facts, record, Basis.QR, now)
    if record is not None:
        return _standing(record, Basis.CODE, now, code=facts.code)
    if not facts.code:
        return Verdict(Result.UNREADABLE, reason=Reason.NO_CODE)
    return Verdict(Result.NOT_OURS, code=facts.code) if online else Verdict(Result.UNREADABLE, reason=Reason.OFFLINE)


def _shown(facts: Facts, record: Certificate | None, basis: Basis, now: datetime) -> Verdict:
    """What a seal or a QR of ours covers."""
    if record is not None:
        return _standing(record, basis, now, code=facts.code, protocol=facts.protocol, holder=facts.holder)
    over = _over(facts.valid_until, now)
    return Verdict(
        Result.EXPIRED if over else Result.GENUINE,
        basis,
        Reason.NO_RECORD,
        facts.code,
        facts.title,
        facts.issuer,
        facts.issued_at,
        facts.valid_until,
        None,
        facts.protocol,
        facts.holder,
    )


def _standing(
    record: Certificate, basis: Basis, now: datetime, *, code: str = "", protocol: str = "", holder: str = ""
) -> Verdict:
    over = _over(record.valid_until, now)
    result = Result.REVOKED if record.revocation else Result.EXPIRED if over else Result.GENUINE
    return Verdict(
        result,
        basis,
        Reason.NONE,
        code,
        record.title,
        record.issuer,
        record.issued_at,
        record.valid_until,
        record.revocation,
        protocol,
        holder,
    )


def _over(until: datetime | None, now: datetime) -> bool:
    """The day that is printed counts to its end."""
    return until is not None and until.astimezone(ATHENS).date() < now.astimezone(ATHENS).date()


def _told(facts: Facts, record: Certificate | None, result: Result, reason: Reason) -> Verdict:
    """Of a file that is not genuine: what was issued under its code, which may be another paper than it shows."""
    if record is None:
        signed = facts.mark is MarkState.GOOD
        return Verdict(result, reason=reason, code=facts.code, issued_at=facts.issued_at if signed else None)
    return Verdict(
        result,
        Basis.NOTHING,
        reason,
        facts.code,
        record.title,
        record.issuer,
        record.issued_at,
        record.valid_until,
        record.revocation,
    )
