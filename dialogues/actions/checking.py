"""Is a certificate genuine? Of a code at once; of a file once it was looked at (bot/certificates/chat). Anybody may
ask, and nothing is told that the page /verify does not tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.athens import day_of
from dialogues.ports import CheckedCertificate, Reads
from dialogues.say import Say, Value

CODE = "certificate_code"  # the entity; empty where the code has a slip
TOPIC = "check"
"""What is talked about (dialogues/topics.py): then a file that comes is to be checked, whatever is missing."""
_FORGERY = frozenset({"altered", "not-ours", "unknown"})
_PAST = frozenset({"expired", "revoked"})
_OF_A_PAGE = frozenset({"code", "qr"})
"""What tells that something was issued, and not that the page before one says the same."""


class CheckCertificate(Action):
    """A code, or the question alone: then how it is checked."""

    name = "action_check_certificate"

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def run(self, turn: ActionInput) -> ActionOutput:
        code = turn.named(CODE)
        if code is None:
            return ActionOutput((Say("utter_check_how"),), {"question": None, "pending": None})
        if not code:
            return ActionOutput((Say("utter_check_slip"),))
        asker = f"{turn.context.channel}:{turn.context.address}"
        found = await self._reads.certificates.checked(code, asker)
        return ActionOutput((Say("utter_check_slow") if found is None else told(found),))


def told(found: CheckedCertificate) -> Say:
    """What is said of it: the result, what it rests on, what was issued, and what to do about a possible forgery."""
    lines = [*_because(found), *_facts(found)]
    if found.result in _FORGERY:
        lines.append(Say("utter_check_forgery"))
    return Say(f"utter_check_{_result(found)}", more=tuple(lines))


def _result(found: CheckedCertificate) -> str:
    if found.reason == "mistyped":
        return "slip"
    if found.result == "genuine" and found.basis in _OF_A_PAGE:
        return "issued"
    return found.result.replace("-", "_")


def _because(found: CheckedCertificate) -> Iterator[Say]:
    if found.reason and found.reason != "mistyped":
        yield Say(f"utter_check_why_{found.reason.replace('-', '_')}")
    elif found.basis and found.result not in _PAST:
        yield Say(f"utter_check_of_{found.basis}")


def _facts(found: CheckedCertificate) -> Iterator[Say]:
    until = "was_until" if found.result == "expired" else "until"
    parts: dict[str, dict[str, Value]] = {
        "title": {"title": found.title},
        "issuer": {"issuer": found.issuer},
        "holder": {"holder": found.holder},
        "protocol": {"protocol": found.protocol},
        "issued": {"issued": _day(found.issued_at)},
        until: {"until": _day(found.valid_until)},
        "revoked": {"revoked": _day(found.revoked_at), "why": Say(f"utter_revoked_{found.why}")},
    }
    yield from (
        Say(f"utter_check_part_{part}", values) for part, values in parts.items() if next(iter(values.values()))
    )


def _day(at: datetime | None) -> str:
    """As the paper has it, which it is compared with: with its year, however near it is."""
    if at is None:
        return ""
    day = day_of(at)
    return f"{day.day}/{day.month}/{day.year}"
