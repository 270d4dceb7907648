"""What a notice says: a heading that names the case, a line for each change, what to do, and what can be asked. Pure.

It is put into words from the case as it stands when the notice goes, so what changed meanwhile is never told as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bot.channels.facts import SPOKEN
from bot.notices.facts import ACCEPTED, CLOSED, DECIDED, KINDS, MISSING, OPENED, REJECTED, STAGE
from bot.notices.policy import deadline_of
from casestore.cases.model import Case, Document, DocumentStatus
from casestore.notices.model import Fact
from dialogues.catalogue import Catalogue
from dialogues.responses import Phrases
from dialogues.say import LocalizedText, Option, Say, Value
from dialogues.turn import Reply

_PAPERS, _TITLE = 3, 60  # papers that are named, and characters of a title: it is a notice, and the rest can be asked
_NEXT, _ASK_PAPERS, _WHY = "utter_notice_ask_next", "utter_notice_ask_papers", "utter_notice_ask_why"
_ASKED: Mapping[str, str] = MappingProxyType(
    {DECIDED: _WHY, CLOSED: _WHY, MISSING: _ASK_PAPERS, REJECTED: _ASK_PAPERS, STAGE: _NEXT, OPENED: _NEXT}
)
"""By what leads the notice: how it asks what else the citizen wants to know."""
_OFFERED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        _NEXT: ("utter_notice_say_next", "utter_notice_say_when"),
        _ASK_PAPERS: ("utter_notice_say_papers", "utter_notice_say_until"),
        _WHY: ("utter_notice_say_why", "utter_notice_say_next"),
    }
)
"""And what can be picked where picking is no line of text that is paid for."""
_WITHOUT_TODO = frozenset({DECIDED, CLOSED, MISSING, REJECTED})
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
        self._lines: Mapping[str, Callable[[Case, Sequence[Document]], Say | None]] = {
            DECIDED: lambda case, _: Say(outcome) if (outcome := _OUTCOMES.get(case.outcome or "")) else None,
            CLOSED: lambda case, _: Say("utter_notice_closed") if case.closed else None,
            MISSING: self._missing,
            REJECTED: lambda case, papers: self._of_papers("utter_notice_rejected", case, papers),
            ACCEPTED: lambda case, papers: self._of_papers("utter_notice_accepted", case, papers),
            STAGE: self._stage,
            OPENED: self._opened,
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
        for kind in KINDS:
            of_kind = [fact for fact in facts if fact.kind == kind]
            line = self._lines[kind](case, _papers(case, of_kind)) if of_kind else None
            if line is not None:
                yield kind, line

    def _names(self, case: Case) -> dict[str, Value]:
        procedure = self._catalogue.procedure(case.procedure)
        title: Value = procedure.title if procedure else (case.title or case.procedure)[:_TITLE]
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
        lines = tuple(_line(each) for each in missing[:_PAPERS])
        values: dict[str, Value] = {"documents": lines, "papers": _titles(missing), "submit": self._submit(case)}
        due = deadline_of(case, [Fact(case.sequence, MISSING, tuple(each.code for each in missing))])
        if due is None:
            return Say("utter_notice_missing", values)
        day = min(each.deadline for each in missing if each.deadline)
        return Say("utter_notice_missing_due", {**values, "deadline": day})

    def _of_papers(self, response: str, case: Case, papers: Sequence[Document]) -> Say | None:
        """Of those that still stand so."""
        status = response.removeprefix("utter_notice_")
        same = [each for each in papers if each.status == status]
        values: dict[str, Value] = {"papers": _titles(same), "submit": self._submit(case)}
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


def _titles(papers: Sequence[Document]) -> str:
    named = ", ".join(each.title[:_TITLE] for each in papers[:_PAPERS])
    return f"{named} +{len(papers) - _PAPERS}" if len(papers) > _PAPERS else named


def _line(paper: Document) -> Say:
    values: dict[str, Value] = {"title": paper.title[:_TITLE]}
    return (
        Say("utter_document_due", {**values, "deadline": paper.deadline})
        if paper.deadline
        else Say("utter_document", values)
    )
