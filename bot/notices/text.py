"""What a notice says: a heading that names the case, a line for each change, what to do, and what can be asked. Pure.

It is put into words from the case as it stands when the notice goes, so what changed meanwhile is never told as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bot.channels.facts import SPOKEN
from bot.notices.facts import (
    ACCEPTED,
    ALL_KINDS,
    CLOSED,
    DECIDED,
    LATE,
    MISSING,
    OPENED,
    PASSED,
    REJECTED,
    REMINDER,
    STAGE,
)
from bot.notices.papers import TITLE, due_lines, named
from bot.notices.policy import deadline_of
from bot.notices.timed_text import TimedLines
from casestore.cases.model import Case, Document, DocumentStatus
from casestore.notices.model import Fact
from dialogues.catalogue import Catalogue
from dialogues.responses import Phrases
from dialogues.say import LocalizedText, Option, Say, Value
from dialogues.turn import Reply

_NEXT, _ASK_PAPERS, _WHY = "utter_notice_ask_next", "utter_notice_ask_papers", "utter_notice_ask_why"
_HOW, _PERSON, _DELAY = "utter_notice_ask_how", "utter_notice_ask_person", "utter_notice_ask_delay"
_ASKED: Mapping[str, str] = MappingProxyType(
    {
        DECIDED: _WHY,
        CLOSED: _WHY,
        MISSING: _ASK_PAPERS,
        REJECTED: _ASK_PAPERS,
        REMINDER: _HOW,
        PASSED: _PERSON,
        LATE: _DELAY,
        STAGE: _NEXT,
        OPENED: _NEXT,
    }
)
"""By what leads the notice: how it asks what else the citizen wants to know."""
_OFFERED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        _NEXT: ("utter_notice_say_next", "utter_notice_say_when"),
        _ASK_PAPERS: ("utter_notice_say_papers", "utter_notice_say_until"),
        _WHY: ("utter_notice_say_why", "utter_notice_say_next"),
        _HOW: ("utter_notice_say_how", "utter_notice_say_sent"),
        _PERSON: ("utter_notice_say_person", "utter_notice_say_sent"),
        _DELAY: ("utter_notice_say_delay", "utter_notice_say_person"),
    }
)
"""And what can be picked where picking is no line of text that is paid for."""
_WITHOUT_TODO = frozenset({DECIDED, CLOSED, MISSING, REJECTED, REMINDER, PASSED})
"""Led by these it says itself what there is to do, or there is nothing left to do."""
_OUTCOMES: Mapping[str, str] = MappingProxyType(
    {"granted": "utter_notice_granted", "refused": "utter_notice_refused", "partly": "utter_notice_partly"}
)


@dataclass(frozen=True, slots=True)
class NoticeMessage:
    """The message, and ``about``: the response that leads it."""

    reply: Reply
    about: str


class NoticeText:
    """Puts notices into words."""

    def __init__(self, phrases: Phrases, catalogue: Catalogue) -> None:
        self._phrases = phrases
        self._catalogue = catalogue
        timed = self._timed = TimedLines(catalogue)
        self._lines: Mapping[str, Callable[[Case, Sequence[Document]], Say | None]] = {
            DECIDED: lambda case, _: Say(outcome) if (outcome := _OUTCOMES.get(case.outcome or "")) else None,
            CLOSED: lambda case, _: Say("utter_notice_closed") if case.closed else None,
            MISSING: self._missing,
            REJECTED: lambda case, papers: self._of_papers("utter_notice_rejected", case, papers),
            ACCEPTED: lambda case, papers: self._of_papers("utter_notice_accepted", case, papers),
            STAGE: self._stage,
            OPENED: self._opened,
            REMINDER: timed.reminder,
            PASSED: timed.passed,
        }

    def compose(
        self, case: Case, facts: Sequence[Fact], language: str, channel: str, *, first: bool
    ) -> NoticeMessage | None:
        """``None``: nothing of it holds any more. ``first``: nothing was ever told there, so it says who writes."""
        lines = dict(self._led(case, facts))
        if not lines:
            return None
        lead = next(iter(lines))
        asked = _ASKED.get(lead, _NEXT)
        tail = [*self._todo(case, lead), Say(asked), *([Say("utter_notice_first")] if first else [])]
        options = tuple(self._option(name, language, channel) for name in _OFFERED[asked] if not _numbered(channel))
        whole = Say("utter_notice", self._names(case), more=(*lines.values(), *tail), options=options)
        return NoticeMessage(self._phrases.compose(whole, language, channel), lines[lead].response)

    def _option(self, name: str, language: str, channel: str) -> Option:
        """Picking it says its title: words that the conversation understands."""
        return Option(Say(name), self._phrases.compose(Say(name), language, channel).text)

    def _led(self, case: Case, facts: Sequence[Fact]) -> Iterator[tuple[str, Say]]:
        """A line for each kind of which something still holds, the one that leads first."""
        for kind in ALL_KINDS:
            of_kind = [fact for fact in facts if fact.kind == kind]
            if of_kind and (line := self._line(kind, case, of_kind)) is not None:
                yield kind, line

    def _line(self, kind: str, case: Case, facts: Sequence[Fact]) -> Say | None:
        return self._timed.late(case, facts) if kind == LATE else self._lines[kind](case, _papers(case, facts))

    def _names(self, case: Case) -> dict[str, Value]:
        procedure = self._catalogue.procedure(case.procedure)
        title: Value = procedure.title if procedure else (case.title or case.procedure)[:TITLE]
        return {"reference": case.reference, "title": title}

    def _opened(self, case: Case, _papers: Sequence[Document]) -> Say | None:
        stage = self._catalogue.stage(case.procedure, case.stage)
        return Say("utter_notice_opened", {"stage": stage.title if stage else Say("utter_stage_unknown")})

    def _stage(self, case: Case, _papers: Sequence[Document]) -> Say | None:
        if case.closed:
            return None
        stage = self._catalogue.stage(case.procedure, case.stage)
        if stage is None:
            return Say("utter_notice_stage_plain")
        values: dict[str, Value] = {"stage": stage.title, "next": stage.next}
        following = self._catalogue.facts.of(case.procedure).after(case.stage)
        after = self._catalogue.stage(case.procedure, following) if following else None
        if after is None:
            return Say("utter_notice_stage_last", values)
        return Say("utter_notice_stage", {**values, "following": after.title})

    def _missing(self, case: Case, papers: Sequence[Document]) -> Say | None:
        missing = [each for each in papers if each.status == DocumentStatus.MISSING]
        if not missing or case.closed:
            return None
        values: dict[str, Value] = {
            "documents": due_lines(missing),
            "papers": named(missing),
            "submit": self._submit(case),
        }
        due = deadline_of(case, [Fact(case.sequence, MISSING, tuple(each.code for each in missing))])
        if due is None:
            return Say("utter_notice_missing", values)
        day = min(each.deadline for each in missing if each.deadline)
        return Say("utter_notice_missing_due", {**values, "deadline": day})

    def _of_papers(self, response: str, case: Case, papers: Sequence[Document]) -> Say | None:
        """Of those that still stand so."""
        status = response.removeprefix("utter_notice_")
        same = [each for each in papers if each.status == status]
        values: dict[str, Value] = {"papers": named(same), "submit": self._submit(case)}
        return Say(response, values) if same else None

    def _submit(self, case: Case) -> LocalizedText | Say:
        procedure = self._catalogue.procedure(case.procedure)
        return procedure.submit if procedure else Say("utter_submit_anywhere")

    def _todo(self, case: Case, lead: str) -> list[Say]:
        if lead in _WITHOUT_TODO or case.closed:
            return []
        waits = any(each.status in (DocumentStatus.MISSING, DocumentStatus.REJECTED) for each in case.documents)
        return [Say("utter_notice_todo_papers" if waits else "utter_notice_todo_nothing")]


def _papers(case: Case, facts: Iterable[Fact]) -> list[Document]:
    """The documents that these facts are about, as they stand."""
    codes = {code for fact in facts for code in fact.detail}
    return [each for each in case.documents if each.code in codes]


def _numbered(channel: str) -> bool:
    return SPOKEN[channel].numbered
