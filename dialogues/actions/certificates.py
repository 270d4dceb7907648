"""A certificate is asked for: which one, whose, what for; then what it costs and how long it takes, and a yes.

One step follows from what is known so far (:class:`dialogues.actions.certificate_form.Form`), whichever way a message
brought it: so it goes on after a proof and after a question in between. What is asked for is of whoever is proven here;
where a sender can be forged the yes is six digits that only our answer held. What is secret is asked for last and goes
straight to the effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.actions.cases import says_certificate
from dialogues.actions.certificate_form import WISH, Form, answer_in, new_form, waiting_form
from dialogues.actions.confirming import is_confirmed, new_digits
from dialogues.actions.general import ServiceTeller, cost_of, time_of
from dialogues.actions.identity import SendTheCode, tax_number_in
from dialogues.actions.pending import remember, wish_of
from dialogues.actions.telling import CaseTeller
from dialogues.catalogue import Catalogue, Service
from dialogues.catalogue.certificates import CASE, KAEK, PURPOSE, CertificateKind
from dialogues.ports import Reads, RequestedCertificate, Unavailable
from dialogues.say import Option, Say, Value
from dialogues.turn import RequestCertificate
from nlu.fold import fold

GIVE = "give_detail"
STATUS = "certificate_status"
UNDER_WAY = frozenset({"asked", "waiting"})
_MOST_OFFERED = 6
_SHOWN_A_DAY = 20  # times that digits are shown in one chat: as many are the tries of who cannot see them
_LINKING = ("afm", "code")
_BACK = frozenset(fold("αυτό αυτή αυτήν αυτού εκείνο εκείνη that this it").split())
_SURELY = 0.75  # the probability from which a wish for a certificate that is named is no word about a case


class AskForCertificate(Action):
    """Goes one step on with the form: to the next question, to the confirmation, or to the request."""

    name = "action_request_certificate"
    wish = WISH

    def __init__(
        self, reads: Reads, catalogue: Catalogue, services: ServiceTeller, cases: CaseTeller, link: SendTheCode
    ) -> None:
        self._reads = reads
        self._catalogue = catalogue
        self._services = services
        self._cases = cases
        self._link = link

    async def run(self, turn: ActionInput) -> ActionOutput:
        form = self._form(turn)
        if form is None:
            return self._which(turn)
        kind, service = self._catalogue.issued[form.kind], self._catalogue.services[form.kind]
        if not self._reads.certificates.issues(form.kind):
            told = {"wish": self.wish, "pending": None, "topic": form.kind}
            return ActionOutput((self._services.certificate(service),), told)
        if turn.context.citizen_id is None or turn.context.level < kind.level:
            return await self._prove(turn, form, service)
        form = replace(form, citizen=turn.context.citizen_id)
        if form.asks not in (None, CASE) and turn.intent == GIVE:
            answer = answer_in(form, turn)
            if answer is None:
                return _wait(form, Say(f"utter_certificate_{form.asks}_wrong"))
            form = form.told(form.asks or "", answer)
        return await self._step(turn, form, kind, service, turn.context.citizen_id)

    def _form(self, turn: ActionInput) -> Form | None:
        """Of what the message names, else the one that waits, else of the certificate that was just talked about."""
        named = [one.value for one in turn.entities if one.entity == "certificate_type"]
        kinds = [code for code in dict.fromkeys(named) if code in self._catalogue.issued]
        form = waiting_form(turn)
        if kinds and (form is None or kinds[0] != form.kind):
            return new_form(kinds, turn)
        topic = turn.slots.get("topic")
        if (
            form is None
            and topic
            and topic in self._catalogue.issued
            and (not says_certificate(turn) or _points_back(turn))
        ):
            return new_form([str(topic)], turn)
        return form

    def _which(self, turn: ActionInput) -> ActionOutput:
        if (service := self._services.named_in(turn)) is not None:  # a procedure, which ends with a decision
            slots = {"wish": self.wish, "pending": None, "topic": service.code}
            return ActionOutput((self._services.whole(service),), slots)
        asked = Say("utter_which_certificate", options=self._services.options(certificates_only=True))
        return ActionOutput((asked,), {"pending": remember(self.wish)})

    async def _prove(self, turn: ActionInput, form: Form, service: Service) -> ActionOutput:
        slots = {"pending": form.packed(), "topic": form.kind}
        if tax_number_in(turn):
            sent = await self._link.run(turn)
            return ActionOutput(sent.says, {**sent.slots, **slots}, sent.effects)
        offer = Say("utter_certificate_prove", {"title": service.title})
        return ActionOutput(() if turn.slots.get("question") in _LINKING else (offer,), slots)

    # The steps

    async def _step(
        self, turn: ActionInput, form: Form, kind: CertificateKind, service: Service, citizen: int
    ) -> ActionOutput:
        if not await self._reads.certificates.may_ask(citizen, turn.context.now):
            return ActionOutput((Say("utter_certificate_limit"),), {"pending": None, "question": None})
        asked = await self._reads.certificates.asked(citizen, turn.context.now)
        if (detail := form.missing(kind, secret=False)) is not None:
            asking = await self._ask(turn, form, kind, detail, asked, citizen)
            if isinstance(asking, ActionOutput):
                return asking
            form = asking
            if (detail := form.missing(kind, secret=False)) is not None:
                return await self._step(turn, form, kind, service, citizen)
        if not form.confirmed and any(_is_same(one, form) for one in asked if one.state in UNDER_WAY):
            slots = {"pending": None, "question": None, "topic": form.kind, "wish": STATUS}
            return ActionOutput((Say("utter_certificate_under_way", {"title": service.title}),), slots)
        if not form.confirmed:
            return await self._confirm(turn, form, service)
        if (secret := form.missing(kind, secret=True)) is not None:
            return _wait(replace(form, asks=secret), Say(f"utter_certificate_ask_{secret}"))
        return await self._order(turn, form, service)

    async def _ask(
        self,
        turn: ActionInput,
        form: Form,
        kind: CertificateKind,
        detail: str,
        asked: tuple[RequestedCertificate, ...],
        citizen: int,
    ) -> ActionOutput | Form:
        """The question for a detail, with what may be meant as choices; the form with it, where there is no choice."""
        if detail == CASE:
            return await self._ask_case(turn, form, kind, citizen)
        options: tuple[Option, ...] = ()
        if detail == PURPOSE:
            options = tuple(_pick({"title": words}, words["el"]) for words in kind.purposes)
        elif detail == KAEK:
            known = dict.fromkeys(one.details[KAEK] for one in reversed(asked) if KAEK in one.details)
            options = tuple(_pick({"title": kaek}, kaek) for kaek in list(known)[:_MOST_OFFERED])
        return _wait(replace(form, asks=detail), Say(f"utter_certificate_ask_{detail}", options=options))

    async def _ask_case(
        self, turn: ActionInput, form: Form, kind: CertificateKind, citizen: int
    ) -> ActionOutput | Form:
        try:
            seen = await self._reads.overview(citizen)
        except Unavailable:
            return _wait(form, Say("utter_cases_unavailable"))
        theirs = [case for case in seen.cases if case.procedure in kind.case_of]
        if not theirs and kind.registry in seen.silent:
            return _wait(form, self._cases.unseen(seen))
        if not theirs:
            service = self._catalogue.services[form.kind]
            said = Say("utter_certificate_no_case", {"title": service.title, "where": service.where})
            return ActionOutput((said,), {"pending": None, "topic": form.kind})
        named = {turn.named("case_ref"), turn.said}
        meant = [case for case in theirs if case.reference in named] or theirs
        if len(meant) == 1:
            return form.told(CASE, meant[0].reference)
        options = tuple(self._cases.option(case) for case in theirs[:_MOST_OFFERED])
        return _wait(replace(form, asks=CASE), Say("utter_certificate_ask_case", options=options))

    async def _confirm(self, turn: ActionInput, form: Form, service: Service) -> ActionOutput:
        """What it is, what of, what it costs, how long it takes; and the yes."""
        told = tuple(_DETAIL[name](value) for name, value in form.details.items() if name in _DETAIL)
        more = (*told, *cost_of(service), *time_of(service))
        if not turn.forgeable:
            said = Say(
                "utter_certificate_confirm", {"title": service.title}, more=(*more, Say("utter_certificate_go_on"))
            )
            return _wait(form, said)
        if await self._reads.privacy.orders_asked(turn.context.conversation_id, turn.context.now) >= _SHOWN_A_DAY:
            return ActionOutput((Say("utter_confirm_limit"),), {"question": None, "pending": None})
        mark, digits = new_digits(self._reads, turn)
        last = Say("utter_certificate_go_on_code", {"code": digits})
        said = Say("utter_certificate_confirm", {"title": service.title}, more=(*more, last))
        return _wait(replace(form, mark=mark), said)

    async def confirmed(self, turn: ActionInput) -> ActionOutput:
        """The yes was said, or the digits came back: then what is secret, else the request."""
        form = waiting_form(turn)
        if form is None:
            return self._which(turn)
        return await self.run(_with(turn, replace(form, confirmed=True, mark=None)))

    async def digits(self, turn: ActionInput) -> ActionOutput:
        """Digits came back: where they are not those, or came too late, others are shown."""
        if is_confirmed(self._reads, turn):
            return await self.confirmed(turn)
        told = await self.run(turn)
        return replace(told, says=(Say("utter_certificate_code_wrong"), *told.says))

    async def _order(self, turn: ActionInput, form: Form, service: Service) -> ActionOutput:
        told = Say("utter_certificate_requested", {"title": service.title})
        slots = {"pending": None, "question": None, "wish": STATUS, "topic": form.kind, "last_choices": None}
        done = ActionOutput((told,), slots, (RequestCertificate(form.kind, tuple(form.details.items())),))
        if not form.then:
            return done
        after = await self.run(_with(turn, Form(form.then[0], then=form.then[1:])))
        slots = {**{name: value for name, value in done.slots.items() if name != "question"}, **after.slots}
        return ActionOutput((*done.says, *after.says), slots, (*done.effects, *after.effects))


def asks_certificate(turn: ActionInput) -> bool:
    """Has the message a word for one, does it surely name one, or is it an answer to a question about one?"""
    named = turn.named("certificate_type") is not None and turn.confidence >= _SURELY
    return says_certificate(turn) or named or turn.intent == GIVE


class OrderCertificate(Action):
    """Yes, that one: where a sender can be forged a yes is not enough, and digits are shown once more. So too where one
    is to be cancelled."""

    name = "action_order_certificate"

    def __init__(self, form: AskForCertificate, others: Mapping[str, Action]) -> None:
        """``others`` answer a yes to their own question, by wish."""
        self._form = form
        self._others = others

    async def run(self, turn: ActionInput) -> ActionOutput:
        if other := self._others.get(wish_of(turn) or ""):
            return await other.run(turn)
        return await (self._form.run(turn) if turn.forgeable else self._form.confirmed(turn))


def _points_back(turn: ActionInput) -> bool:
    """Is it one that was told of: «that certificate»?"""
    return any(word in _BACK for word in fold(turn.message.text).split())


def _wait(form: Form, said: Say) -> ActionOutput:
    return ActionOutput((said,), {"pending": form.packed(), "topic": form.kind, "wish": WISH})


def _with(turn: ActionInput, form: Form) -> ActionInput:
    """The turn as if this form had waited, and the message had named nothing."""
    return replace(turn, slots={**turn.slots, "pending": form.packed()}, entities=(), intent=WISH)


def _pick(values: dict[str, Value], value: str) -> Option:
    return Option(Say("utter_choice", values), f"/{GIVE} {value}")


def _is_same(one: RequestedCertificate, form: Form) -> bool:
    return one.kind == form.kind and dict(one.details) == dict(form.details)


def _of_case(reference: str) -> Say:
    return Say("utter_certificate_part_case", {"reference": reference})


def _of_parcel(kaek: str) -> Say:
    return Say("utter_certificate_part_kaek", {"kaek": kaek})


def _of_purpose(purpose: str) -> Say:
    return Say("utter_certificate_part_purpose", {"purpose": purpose})


_DETAIL = {CASE: _of_case, KAEK: _of_parcel, PURPOSE: _of_purpose}
