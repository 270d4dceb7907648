"""A paper is handed in: by a file sent into the chat, or by a link to the upload page.

A file may also be a certificate of ours, sent to be checked: so it is looked at first, and what is asked or told of it
waits until then (``held``).

Nothing goes to a registry before the citizen has said which paper it is: what was submitted cannot be taken back, and a
chat holds pictures of all kinds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.actions.cases import DocumentSent, MissingDocuments
from dialogues.actions.checking import TOPIC
from dialogues.actions.naming import names_title
from dialogues.actions.pending import remember
from dialogues.actions.telling import CaseTeller
from dialogues.ports import CaseView, Overview, Reads, SentPaper, Unavailable
from dialogues.say import Option, Say, Value
from dialogues.topics import about
from dialogues.turn import CheckFiles, HandIn, Paper, SendUploadLink, TakeBack, TakeFiles

FILES = frozenset({"picture", "file"})
"""Kinds of attachments that can be a paper."""
INTENT = "hand_in"  # the wish that the question which paper it is interrupts
_MOST_OFFERED = 6
_LINES = {"on-its-way": "utter_paper_part_on_its_way", "refused": "utter_paper_part_refused"}


def missing_in(cases: Sequence[CaseView]) -> list[Paper]:
    """Every paper that these cases wait for."""
    return [
        Paper(case.registry, case.reference, code, title)
        for case in cases
        if not case.closed
        for code, title, _ in case.missing
    ]


def with_upload_link(told: ActionOutput, cases: Sequence[CaseView]) -> ActionOutput:
    """To the answer how a paper is handed in: that it can be done here, and the link. Of one case that lacks one."""
    of_one = [case for case in cases if case.reference == told.slots.get("case")]
    if not missing_in(of_one):
        return told
    first, *rest = told.says
    says = (replace(first, more=(*first.more, Say("utter_paper_here"))), *rest)
    return replace(told, says=says, effects=(*told.effects, SendUploadLink(of_one[0].reference)))


class _OfPapers(Action):
    """What both actions about files share: the papers that are missing."""

    def __init__(self, reads: Reads, teller: CaseTeller) -> None:
        self._reads = reads
        self._teller = teller

    async def _seen(self, turn: ActionInput) -> Overview | None:
        """The citizen's cases; ``None`` where nobody is known, or they cannot be told now."""
        if turn.context.citizen_id is None:
            return None
        try:
            return await self._reads.overview(turn.context.citizen_id)
        except Unavailable:
            return None

    async def _waiting(self, turn: ActionInput) -> int:
        context = turn.context
        return await self._reads.documents.waiting(context.conversation_id, context.citizen_id, context.now)

    def _which(self, papers: Sequence[Paper], count: int) -> Say:
        offered = tuple(self._option(paper) for paper in papers[:_MOST_OFFERED])
        none = Option(Say("utter_choice_no_paper"), "/deny")
        return Say("utter_paper_which", {"count": count}, options=(*offered, none))

    @staticmethod
    def _option(paper: Paper) -> Option:
        return Option(
            Say("utter_choice_paper", {"papers": paper.title, "reference": paper.reference}),
            f"/name_paper {_key(paper)}",
        )


class TakeDocument(_OfPapers):
    """A file came: it is fetched, and asked about."""

    name = "action_take_document"

    async def run(self, turn: ActionInput) -> ActionOutput:
        if not FILES.intersection(turn.message.attachments):
            return ActionOutput((Say("utter_attachment"),))
        if about(turn.slots) == TOPIC and not turn.forgeable:  # one: the next may be a paper again
            return ActionOutput((), {"about": None}, (CheckFiles(),))
        handed = await self._handed_in(turn)
        if turn.forgeable or any(isinstance(effect, TakeFiles) for effect in handed.effects):
            return handed
        return replace(handed, says=(), held=handed.says, effects=(*handed.effects, CheckFiles()))

    async def _handed_in(self, turn: ActionInput) -> ActionOutput:
        """What becomes of it where it is no certificate."""
        if turn.context.citizen_id is None:
            waiting = remember(MissingDocuments.intent)
            return ActionOutput((Say("utter_paper_link_first"),), {"pending": waiting})
        seen = await self._seen(turn)
        if seen is None:
            return ActionOutput((Say("utter_cases_unavailable"),))
        papers = missing_in(seen.cases)
        if not papers:
            return ActionOutput((self._teller.unseen(seen) if seen.silent else Say("utter_paper_unwanted"),))
        if turn.forgeable:  # whoever sent it may have put another's number there: only who gets the link holds it
            return ActionOutput((Say("utter_paper_by_link"),), effects=(SendUploadLink(papers[0].reference),))
        return await self._ask(turn, papers)

    async def _ask(self, turn: ActionInput, papers: Sequence[Paper]) -> ActionOutput:
        named = [paper for paper in papers if names_title(turn.message.text, paper.title)]
        likely = named or papers
        count = 1 + await self._waiting(turn)
        if len(likely) > 1:
            slots = {"pending": remember(INTENT)}
            return ActionOutput((), slots, (TakeFiles(None),), held=(self._which(likely, count),))
        paper = likely[0]
        told = {"papers": paper.title, "reference": paper.reference}
        asked = Say("utter_papers_are_it", {**told, "count": count}) if count > 1 else Say("utter_paper_is_it", told)
        slots = {"pending": {**remember(INTENT), "paper": _key(paper)}}
        return ActionOutput((), slots, (TakeFiles(paper),), held=(asked,))


class HandPaperIn(_OfPapers):
    """Yes, it is; or: it is that one."""

    name = "action_hand_in"

    async def run(self, turn: ActionInput) -> ActionOutput:
        seen = await self._seen(turn)
        if seen is None:
            return ActionOutput((Say("utter_cases_unavailable"),), {"question": turn.slots.get("question")})
        papers = missing_in(seen.cases)
        count = await self._waiting(turn)
        if not count or not papers:
            return ActionOutput((Say("utter_paper_gone" if papers else "utter_paper_unwanted"),), {"pending": None})
        paper = self._meant(turn, papers)
        if paper is None:
            return ActionOutput((self._which(papers, count),), {"pending": remember(INTENT)})
        told = Say("utter_paper_handing_in", {"papers": paper.title, "reference": paper.reference})
        slots = {"pending": None, "question": None, "case": paper.reference, "topic": None, "wish": DocumentSent.intent}
        return ActionOutput((told,), slots, (HandIn(paper),))

    def _meant(self, turn: ActionInput, papers: Sequence[Paper]) -> Paper | None:
        """The one picked or named; of a plain yes the one that was asked about."""
        proposed = (turn.slots.get("pending") or {}).get("paper")
        said = proposed if turn.intent == "affirm" else turn.said
        exact = [paper for paper in papers if _key(paper) == said]
        named = exact or [paper for paper in papers if names_title(turn.said, paper.title)]
        return named[0] if len(named) == 1 else None


class TakeFilesBack(_OfPapers):
    """No, none of them: what was sent is erased. What was handed in by then is said to be."""

    name = "action_take_back"

    async def run(self, turn: ActionInput) -> ActionOutput:
        if not await self._waiting(turn):
            return ActionOutput((Say("utter_paper_none_waits"),), {"pending": None, "question": None})
        return ActionOutput((Say("utter_paper_dropped"),), {"pending": None, "question": None}, (TakeBack(),))


class MissingPapers(MissingDocuments):
    """What is missing, and that it can be sent here: where a file that is sent can be taken."""

    def tell(self, case: CaseView, turn: ActionInput) -> Say:
        told = super().tell(case, turn)
        if turn.forgeable or not missing_in([case]):
            return told
        return replace(told, more=(*told.more, Say("utter_paper_hint")))


class PaperSent(DocumentSent):
    """«το έστειλα»: what the registry shows, and beside it what was handed in here."""

    async def run(self, turn: ActionInput) -> ActionOutput:
        told = await super().run(turn)
        citizen, reference = turn.context.citizen_id, told.slots.get("case")
        if citizen is None or reference is None:
            return told
        sent = await self._reads.documents.sent(citizen, turn.context.now)
        lines = tuple(_line(paper) for paper in sent if paper.reference == reference)
        first, *rest = told.says
        return replace(told, says=(replace(first, more=(*first.more, *lines)), *rest))


def _line(paper: SentPaper) -> Say:
    if name := _LINES.get(paper.state):
        return Say(name, {"papers": paper.title})
    values: dict[str, Value] = {"papers": paper.title, "updated": paper.at, "number": paper.number}
    return Say("utter_paper_part_submitted", values)


def _key(paper: Paper) -> str:
    """Tells a paper from all others of this citizen's; picking it says it."""
    return f"{paper.reference} {paper.code}"
