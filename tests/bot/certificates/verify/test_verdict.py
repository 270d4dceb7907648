"""What follows from what a file shows and what is on record: every case there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.certificates.verify.facts import Facts, Kind, MarkState, Seal, decode, encode
from bot.certificates.verify.verdict import Basis, Reason, Result, Verdict, of_code, of_copy, of_file
from bot.certificates.verify.words import RESULTS, explained, facts_of, told_of
from casestore.certificates.records import Certificate, Revocation, Why
from dialogues.athens import ATHENS
from dialogues.responses import LANGUAGES
from tests.clock import START

NOW, CODE = START, "4TY6-KH90-TTY0-9K13"
GOOD = Certificate("a" * 64, "k", "Τίτλος", "Υπηρεσία", NOW - timedelta(days=1), NOW + timedelta(days=1))
OVER = replace(GOOD, valid_until=NOW - timedelta(days=1))
REVOKED = replace(OVER, revocation=Revocation(NOW, "eleni", Why.ERROR))
PDF, PICTURE = Facts(Kind.PDF, code=CODE), Facts(Kind.PICTURE, code=CODE)
OURS, QR = replace(PDF, seal=Seal.OURS), replace(PICTURE, mark=MarkState.GOOD)
STALE = {"valid_until": NOW - timedelta(days=1)}

CASES: dict[str, tuple[Facts | None, Certificate | None, Result, Reason]] = {
    "no file": (None, None, Result.UNREADABLE, Reason.FILE),
    "sealed": (OURS, GOOD, Result.GENUINE, Reason.NONE),
    "sealed and over": (OURS, OVER, Result.EXPIRED, Reason.NONE),
    "sealed and revoked": (OURS, REVOKED, Result.REVOKED, Reason.NONE),
    "sealed and not on record": (OURS, None, Result.GENUINE, Reason.NO_RECORD),
    "sealed, not on record, over": (replace(OURS, **STALE), None, Result.EXPIRED, Reason.NO_RECORD),  # type: ignore[arg-type]
    "broken": (replace(PDF, seal=Seal.BROKEN), GOOD, Result.ALTERED, Reason.CHANGED),
    "broken and revoked": (replace(PDF, seal=Seal.BROKEN), REVOKED, Result.ALTERED, Reason.CHANGED),
    "broken, good QR": (replace(QR, kind=Kind.PDF, seal=Seal.BROKEN), GOOD, Result.ALTERED, Reason.CHANGED),
    "another's seal": (replace(PDF, seal=Seal.FOREIGN), GOOD, Result.NOT_OURS, Reason.OTHERS_SEAL),
    "no seal, our code": (PDF, GOOD, Result.ALTERED, Reason.NO_SEAL),
    "no seal, our QR": (replace(QR, kind=Kind.PDF), None, Result.ALTERED, Reason.NO_SEAL),
    "no seal, unknown code": (PDF, None, Result.NOT_OURS, Reason.NOTHING_OURS),
    "no seal, no code": (Facts(Kind.PDF), None, Result.NOT_OURS, Reason.NOTHING_OURS),
    "forged QR in a PDF": (replace(PDF, mark=MarkState.BAD), GOOD, Result.ALTERED, Reason.FORGED_QR),
    "forged QR on a photo": (replace(PICTURE, mark=MarkState.BAD), GOOD, Result.ALTERED, Reason.FORGED_QR),
    "photo, signed QR": (QR, GOOD, Result.GENUINE, Reason.NONE),
    "photo, signed QR, revoked": (QR, REVOKED, Result.REVOKED, Reason.NONE),
    "photo, signed QR, not on record": (QR, None, Result.GENUINE, Reason.NO_RECORD),
    "photo, link of ours": (PICTURE, GOOD, Result.GENUINE, Reason.NONE),
    "photo, unknown link": (PICTURE, None, Result.NOT_OURS, Reason.NONE),
    "photo of something else": (Facts(Kind.PICTURE), None, Result.UNREADABLE, Reason.NO_CODE),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_file_shows_and_what_is_on_record_make_one_word(name: str) -> None:
    facts, record, result, reason = CASES[name]
    verdict = of_file(facts, record, NOW)
    assert (verdict.result, verdict.reason) == (result, reason)
    assert verdict.title == (record.title if record else "")
    for language in LANGUAGES:
        assert told_of(verdict).heading[language]
        assert [value for _, value in facts_of(verdict, language) if not value] == []
    if result is not Result.UNKNOWN:
        assert explained(verdict) is not None or (name, verdict.basis) == ("photo, unknown link", Basis.NOTHING)


def test_the_day_that_is_printed_counts_to_its_end() -> None:
    midnight = (NOW.astimezone(ATHENS) + timedelta(days=1)).replace(hour=0, minute=0)
    last = replace(GOOD, valid_until=NOW - timedelta(hours=1))
    assert of_code(CODE, last, midnight - timedelta(seconds=1)).result is Result.GENUINE
    assert of_code(CODE, last, midnight).result is Result.EXPIRED


def test_offline_a_code_alone_says_nothing() -> None:
    assert of_file(PICTURE, None, NOW, online=False).reason is Reason.OFFLINE
    assert of_file(QR, None, NOW, online=False).result is Result.GENUINE


def test_a_code_is_of_something_issued_or_of_nothing() -> None:
    found = [of_code(CODE, record, NOW).result for record in (GOOD, OVER, REVOKED, None)]
    assert found == [Result.GENUINE, Result.EXPIRED, Result.REVOKED, Result.UNKNOWN]
    assert of_code(None, None, NOW) == Verdict(Result.UNKNOWN, reason=Reason.MISTYPED)
    assert of_copy(GOOD, NOW).basis is Basis.COPY


def test_a_code_is_never_called_a_proof_of_the_paper_beside_it() -> None:
    assert told_of(of_code(CODE, GOOD, NOW)) is not RESULTS[Result.GENUINE]
    assert told_of(of_copy(GOOD, NOW)) is RESULTS[Result.GENUINE]


@given(
    st.builds(
        Facts,
        st.sampled_from(Kind),
        st.sampled_from(Seal),
        st.sampled_from(MarkState),
        *[st.text(max_size=40)] * 5,
        st.none() | st.datetimes(timezones=st.just(NOW.tzinfo)),
        st.none() | st.datetimes(timezones=st.just(NOW.tzinfo)),
    )
)
def test_facts_cross_from_the_child_as_they_are_and_only_what_holds_is_genuine(facts: Facts) -> None:
    assert decode(encode(facts)) == facts
    unsealed = facts.kind is Kind.PDF and facts.seal is not Seal.OURS
    if unsealed or facts.seal is Seal.BROKEN or (facts.mark is MarkState.BAD and facts.seal is not Seal.OURS):
        assert of_file(facts, GOOD, NOW).result in (Result.ALTERED, Result.NOT_OURS)


@pytest.mark.parametrize(
    "said", [b"", b"[]", b"1", b'{"kind": "x"}', b'{"kind":"pdf","seal":"ours","mark":"none"}', b"\xff"]
)
def test_what_no_child_of_ours_says_is_no_fact(said: bytes) -> None:
    with pytest.raises((ValueError, LookupError, TypeError, AttributeError)):
        decode(said)
