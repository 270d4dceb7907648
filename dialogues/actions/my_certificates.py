"""Certificates that were asked for here: where they are, sent once more, cancelled, listed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.actions.cases import says_certificate
from dialogues.actions.certificates import STATUS, UNDER_WAY
from dialogues.actions.confirming import ask_to_confirm, is_confirmed
from dialogues.actions.identity import PROVEN
from dialogues.actions.pending import facet_of, remember
from dialogues.catalogue import Catalogue
from dialogues.ports import Reads, RequestedCertificate
from dialogues.say import LocalizedText, Option, Say, Value
from dialogues.topics import about
from dialogues.turn import CancelCertificate, SendCertificate

CERTIFICATE = "certificate"  # what is talked about (dialogues/topics.py)
_MOST = 8  # listed, the newest
_NOT_TOLD, REVOKED = "cancelled", "revoked"
_OF_REQUEST = frozenset({"state", "when", "next", "until", "late", "why", "todo", "told", "collect"})
"""Facets that are about the request, once there is one."""
_AGAIN = frozenset({"repeat", "link", "nocode"})
"""Facets that ask for the paper once more, once it is issued."""


class _OfCertificates(Action):
    """What all of them share: whose they are, and which is meant."""

    intent: ClassVar[str]

    def __init__(self, reads: Reads, catalogue: Catalogue) -> None:
        self._reads = reads
        self._catalogue = catalogue

    def meant(self, turn: ActionInput, among: Sequence[RequestedCertificate]) -> RequestedCertificate | None:
        """The one picked, the newest of the kind named or talked about, else the newest."""
        if turn.said.isdecimal():
            return next((one for one in among if one.id == int(turn.said)), None)
        kind = turn.named("certificate_type")
        topic = turn.slots.get("topic") if kind is None else None
        of_topic = [one for one in among if one.kind == topic]
        of_kind = [one for one in among if kind in (None, one.kind)]
        return next(reversed(of_topic or of_kind), None)

    def title(self, kind: str) -> LocalizedText:
        return self._catalogue.services[kind].title

    def revoked(self, one: RequestedCertificate) -> Say:
        """That it counts no more, and why."""
        return Say("utter_certificate_is_revoked", {"title": self.title(one.kind), **_of_revocation(one)})

    def option(self, one: RequestedCertificate, intent: str) -> Option:
        title: dict[str, Value] = {"title": self.title(one.kind), "asked": one.at}
        return Option(Say("utter_certificate_choice", title), f"/{intent} {one.id}")


class _Proven(_OfCertificates):
    """Answers who has proven themselves, and asks everybody else to."""

    async def run(self, turn: ActionInput) -> ActionOutput:
        if turn.context.citizen_id is None or turn.context.level < PROVEN:
            return ActionOutput((Say("utter_certificates_prove"),), {"pending": remember(self.intent)})
        asked = await self._reads.certificates.asked(turn.context.citizen_id, turn.context.now)
        return self.answer(turn, [one for one in asked if one.state != _NOT_TOLD])

    @abstractmethod
    def answer(self, turn: ActionInput, asked: Sequence[RequestedCertificate]) -> ActionOutput:
        """What is said of them; those that were cancelled are left out."""


class SendAgain(_Proven):
    """The paper once more. Its link comes as a message of its own, made when the turn is committed."""

    name = "action_send_certificate"
    intent = "send_certificate"

    def __init__(self, reads: Reads, catalogue: Catalogue, other: Action) -> None:
        """``other`` says again what was said, to who has no paper and speaks of none."""
        super().__init__(reads, catalogue)
        self._other = other

    async def run(self, turn: ActionInput) -> ActionOutput:
        spoken_of = says_certificate(turn) or turn.said.isdecimal() or about(turn.slots) == CERTIFICATE
        citizen = turn.context.citizen_id
        asked = () if citizen is None else await self._reads.certificates.asked(citizen, turn.context.now)
        if not spoken_of and not any(one.kept_until for one in asked) and turn.intent == self.intent:
            return await self._other.run(replace(turn, intent="ask_facet", facet="repeat"))
        return await super().run(turn)

    def answer(self, turn: ActionInput, asked: Sequence[RequestedCertificate]) -> ActionOutput:
        kept = [one for one in asked if one.kept_until or one.state == REVOKED]
        one = self.meant(turn, kept)
        if one is not None and one.state == REVOKED:
            return ActionOutput((self.revoked(one),), {"question": None, "pending": None, "topic": one.kind})
        if one is None:
            return ActionOutput((Say("utter_certificate_none_to_send"),), {"question": None, "pending": None})
        slots = {"question": None, "pending": None, "topic": one.kind, "about": CERTIFICATE}
        return ActionOutput((), slots, (SendCertificate(one.id),))


class CancelRequest(_Proven):
    """It is not wanted any more: of several that are under way, which. At once, or where a sender can be forged once
    digits came back."""

    name = "action_cancel_certificate"
    intent = "cancel_certificate"

    async def run(self, turn: ActionInput) -> ActionOutput:
        done = await super().run(turn)
        wanted = next((one.request for one in done.effects if isinstance(one, CancelCertificate)), None)
        if wanted is None or not turn.forgeable:
            return done
        response, values = "utter_certificate_cancel_confirm", done.says[0].values
        asked = await ask_to_confirm(self._reads, turn, self.intent, response, values)
        pending = asked.slots["pending"]
        return replace(asked, slots={**asked.slots, "pending": pending and {**pending, "request": wanted}})

    async def digits(self, turn: ActionInput) -> ActionOutput:
        """Digits came back: one try. What they cancel is what was asked about when they were shown."""
        over = {"question": None, "pending": None}
        citizen = turn.context.citizen_id
        if citizen is None or turn.context.level < PROVEN or not is_confirmed(self._reads, turn):
            return ActionOutput((Say("utter_certificate_cancel_late"),), over)
        asked = await self._reads.certificates.asked(citizen, turn.context.now)
        wanted = turn.slots["pending"].get("request")
        one = next((one for one in asked if one.id == wanted and one.state in UNDER_WAY), None)
        return ActionOutput((Say("utter_certificate_none_under_way"),), over) if one is None else self._cancelled(one)

    def answer(self, turn: ActionInput, asked: Sequence[RequestedCertificate]) -> ActionOutput:
        over = {"question": None, "pending": None}
        open_ = [one for one in asked if one.state in UNDER_WAY]
        if not open_:
            return ActionOutput((Say("utter_certificate_none_under_way"),), over)
        named = turn.named("certificate_type") or turn.said.isdecimal()
        if len(open_) > 1 and not named:
            options = tuple(self.option(one, self.intent) for one in open_[-_MOST:])
            return ActionOutput((Say("utter_certificate_cancel_which", options=options),), over)
        one = self.meant(turn, open_)
        if one is None:
            return ActionOutput((Say("utter_certificate_none_under_way"),), over)
        return self._cancelled(one)

    def _cancelled(self, one: RequestedCertificate) -> ActionOutput:
        told = Say("utter_certificate_cancelled", {"title": self.title(one.kind)})
        slots = {"question": None, "pending": None, "topic": one.kind}
        return ActionOutput((told,), slots, (CancelCertificate(one.id),))


class MyCertificates(_Proven):
    """All of them, the newest first; those that can be sent again as choices."""

    name = "action_my_certificates"
    intent = "my_certificates"

    def answer(self, turn: ActionInput, asked: Sequence[RequestedCertificate]) -> ActionOutput:  # noqa: ARG002 - as all
        if not asked:
            return ActionOutput((Say("utter_certificates_none"),), {"question": None, "pending": None})
        newest = list(reversed(asked))[:_MOST]
        lines = tuple(self._line(one) for one in newest)
        options = tuple(self.option(one, SendAgain.intent) for one in newest if one.kept_until)
        told = Say("utter_certificates", {"certificates": lines}, options=options)
        return ActionOutput((told,), {"question": None, "pending": None, "wish": STATUS})

    def _line(self, one: RequestedCertificate) -> Say:
        values: dict[str, Value] = {"title": self.title(one.kind), "asked": one.at}
        return Say(f"utter_certificate_line_{one.state}", {**values, **_of_revocation(one)})


class RequestStatus(_OfCertificates):
    """Where a certificate is that was asked for here; ``other`` answers where none was."""

    name = "action_certificate_status"
    intent = STATUS

    def __init__(self, reads: Reads, catalogue: Catalogue, other: Action) -> None:
        super().__init__(reads, catalogue)
        self._other = other

    async def run(self, turn: ActionInput) -> ActionOutput:
        if turn.context.citizen_id is None or turn.context.level < PROVEN:
            return await self._other.run(turn)
        asked = await self._reads.certificates.asked(turn.context.citizen_id, turn.context.now)
        one = self.meant(turn, [one for one in asked if one.state != _NOT_TOLD])
        named = turn.named("certificate_type")
        if one is None or (named and one.kind != named):
            return await self._other.run(turn)
        others = [other for other in asked if other.state in UNDER_WAY and other.id != one.id]
        more = (Say("utter_certificate_part_others", {"count": len(others)}),) if others and not named else ()
        slots = {"pending": None, "wish": self.intent, "topic": one.kind, "about": CERTIFICATE}
        return ActionOutput((Say(f"utter_certificate_is_{one.state}", self._values(one), more=more),), slots)

    def _values(self, one: RequestedCertificate) -> Mapping[str, Value]:
        service = self._catalogue.services[one.kind]
        office = self._catalogue.offices[service.agency].title
        values: dict[str, Value] = {"title": service.title, "asked": one.at, "office": office}
        values |= {"number": one.number or "-", "reason": one.reason or "-"}
        return values | _of_revocation(one) | ({"issued": one.issued_at} if one.issued_at else {})


class OfCertificate(Action):
    """A narrower question while a certificate is talked about: of the request, where there is one, else as always."""

    def __init__(self, action: Action, reads: Reads, status: RequestStatus, again: SendAgain, facet: str = "") -> None:
        """``facet``: what the action's own intent asks, where it has none of its own."""
        self.name = action.name  # type: ignore[misc] # the action's own place in the rules
        self._action = action
        self._reads = reads
        self._status = status
        self._again = again
        self._facet = facet

    async def run(self, turn: ActionInput) -> ActionOutput:
        facet = self._facet or facet_of(turn)
        one = await self._talked_about(turn)
        if one is None or turn.named("case_ref", "procedure", "protocol", "agency"):
            return await self._action.run(turn)
        if facet in _AGAIN and one.kept_until:
            return await self._again.run(turn)
        if facet == "valid" and one.valid_until:
            values: dict[str, Value] = {"title": self._status.title(one.kind), "until": one.valid_until}
            return ActionOutput((Say("utter_certificate_valid", values),), {"facet": facet})
        return await (self._status if facet in _OF_REQUEST else self._action).run(turn)

    async def _talked_about(self, turn: ActionInput) -> RequestedCertificate | None:
        citizen = turn.context.citizen_id
        if citizen is None or turn.context.level < PROVEN:
            return None
        if about(turn.slots) != CERTIFICATE or turn.slots.get("pending"):
            return None
        asked = await self._reads.certificates.asked(citizen, turn.context.now)
        return self._status.meant(turn, [one for one in asked if one.state != _NOT_TOLD])


def _of_revocation(one: RequestedCertificate) -> dict[str, Value]:
    return {"revoked": one.revoked_at, "why": Say(f"utter_revoked_{one.why}")} if one.revoked_at else {}
