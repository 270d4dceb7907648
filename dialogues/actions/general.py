"""What is known to all and told to anyone: what a procedure takes, what it costs, where an office is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.actions.pending import remember, wish_of
from dialogues.catalogue import Catalogue, Office, Service
from dialogues.say import LocalizedText, Option, Say, Value, in_a_row

_COMMON = (
    "family-status-certificate",
    "birth-certificate",
    "insurance-clearance",
    "employment-certificate",
    "cadastral-entries",
    "building-permit",
)
"""What is asked for most, offered where nothing was named."""
_FEW, _FEWEST, _LISTED = 4, 2, 6
"""Papers of a service that are all named by SMS; of a longer list there, and elsewhere."""
_OFFICES = ("kep", "efka", "cadastre", "civil-protection")


class ServiceTeller:
    """Puts the catalogue's public facts into responses."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def named_in(self, turn: ActionInput) -> Service | None:
        """The service that the message names, if the catalogue has it."""
        return self._catalogue.services.get(turn.named("certificate_type", "procedure") or "")

    def meant_in(self, turn: ActionInput) -> Service | None:
        """The service that the message names, else the one talked about last."""
        return self.named_in(turn) or self._catalogue.services.get(turn.slots.get("topic") or "")

    def office_in(self, turn: ActionInput) -> Office | None:
        """The office that the message names, or that handles the service that is meant."""
        service = self.meant_in(turn)
        return self._catalogue.offices.get(turn.named("agency") or (service.agency if service else ""))

    def whole(self, service: Service) -> Say:
        """Everything: papers, cost, time, where."""
        parts = (*self._papers(service), *cost_of(service), *time_of(service), _where(service), _source(service))
        return Say("utter_service", {"title": service.title, "owner": service.owner}, more=parts)

    def papers(self, service: Service) -> Say:
        """What has to be handed in."""
        return Say(
            "utter_service_papers",
            {"title": service.title},
            more=(*self._papers(service), _where(service), _source(service)),
        )

    def cost(self, service: Service) -> Say:
        """What it costs and how long it takes."""
        parts = (*cost_of(service), *time_of(service), _source(service))
        return Say("utter_service_cost", {"title": service.title}, more=parts)

    def certificate(self, service: Service) -> Say:
        """Where it is issued, where that cannot be done here."""
        parts = (*self._papers(service), *time_of(service), _where(service), _source(service), Say("utter_ask_person"))
        return Say("utter_certificate_elsewhere", {"title": service.title}, more=parts)

    def office(self, office: Office) -> Say:
        """Where its hours and addresses are found."""
        parts = (Say("utter_office_part_note", {"note": office.note}),) if office.note else ()
        return Say("utter_office", {"title": office.title, "finder": office.finder}, more=parts)

    def options(self, certificates_only: bool = False) -> tuple[Option, ...]:
        """What is asked for most, as choices."""
        codes = [code for code in _COMMON if not (certificates_only and code == "building-permit")]
        return tuple(_option(self._catalogue.services[code].title) for code in codes)

    def offices(self) -> tuple[Option, ...]:
        return tuple(_option(self._catalogue.offices[code].title) for code in _OFFICES)

    def _papers(self, service: Service) -> tuple[Say, ...]:
        needs = (Say("utter_service_part_needs", {"needs": service.needs}),) if service.needs else ()
        if service.documents is None:
            return needs or (Say("utter_service_part_papers_unstated"),)
        if not service.documents:
            return (*needs, Say("utter_service_part_no_papers"))
        return (*needs, *_listed(service, service.documents))


class Help(Action):
    """What the bot can do; what a procedure takes, where one is named."""

    name = "action_help"
    wish: ClassVar[str] = "help"

    def __init__(self, teller: ServiceTeller) -> None:
        self._teller = teller

    async def run(self, turn: ActionInput) -> ActionOutput:
        service = self._teller.named_in(turn)
        if service is None:
            return ActionOutput((Say("utter_help"),))
        return ActionOutput((self._teller.whole(service),), {"wish": self.wish, "topic": service.code})


class Fees(Action):
    """What it costs, as far as a source says."""

    name = "action_fees"
    wish: ClassVar[str] = "ask_fees"

    def __init__(self, teller: ServiceTeller) -> None:
        self._teller = teller

    async def run(self, turn: ActionInput) -> ActionOutput:
        service = self._teller.meant_in(turn)
        if service is None:
            asked = Say("utter_which_fee", options=self._teller.options())
            return ActionOutput((asked,), {"pending": remember(self.wish)})
        return ActionOutput((self._teller.cost(service),), {**_done(turn, self.wish), "topic": service.code})


class Offices(Action):
    """Where the hours and the address of an office are found."""

    name = "action_office_hours"
    wish: ClassVar[str] = "ask_office_hours"

    def __init__(self, teller: ServiceTeller) -> None:
        self._teller = teller

    async def run(self, turn: ActionInput) -> ActionOutput:
        office = self._teller.office_in(turn)
        if office is None:
            asked = Say("utter_which_office", options=self._teller.offices())
            return ActionOutput((asked,), {"pending": remember(self.wish)})
        return ActionOutput((self._teller.office(office),), {**_done(turn, self.wish), "topic": office.code})


class TopicNamed(Action):
    """The answer to "which certificate, which office?": the wish that waits is answered."""

    name = "action_topic_named"

    def __init__(self, wishes: Mapping[str, Action], default: Action) -> None:
        self._wishes = wishes
        self._default = default

    async def run(self, turn: ActionInput) -> ActionOutput:
        return await self._wishes.get(wish_of(turn) or "", self._default).run(turn)


def _done(turn: ActionInput, wish: str) -> dict[str, str | None]:
    """The wish is the one that «και το άλλο;» goes on with; a wish that waits for linking goes on waiting."""
    own = wish_of(turn) == wish
    return {"wish": wish, "pending": None} if own else {"wish": wish}


def _option(title: LocalizedText) -> Option:
    return Option(Say("utter_choice", {"title": title}), title["el"])


def _listed(service: Service, titles: Sequence[LocalizedText]) -> Sequence[Say]:
    """The papers; of a long list those that come first, how many there are, and where all are found."""
    lines = tuple(Say("utter_document", {"title": title}) for title in titles[:_LISTED])
    facts: dict[str, Value] = {
        "documents": lines,
        "few": in_a_row(titles[: _FEW if len(titles) <= _FEW else _FEWEST]),
        "source": service.source,
    }
    if len(titles) <= _FEW:
        return (Say("utter_service_part_papers", facts),)
    return (Say("utter_service_part_many_papers", {**facts, "count": len(titles)}),)


def cost_of(service: Service) -> Sequence[Say]:
    if service.fee is None:
        return (Say("utter_service_part_fee_unstated", {"owner": service.owner}),)
    return (Say("utter_service_part_fee", {"fee": service.fee}),)


def time_of(service: Service) -> Sequence[Say]:
    return (Say("utter_service_part_time", {"time": service.time}),) if service.time else ()


def _where(service: Service) -> Say:
    return Say("utter_service_part_where", {"where": service.where, "page": service.page})


def _source(service: Service) -> Say:
    return Say("utter_service_part_source", {"source": service.source, "seen": service.seen})
