"""One question, one answer: what is publicly known of a service or an office, facet by facet. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from dialogues.actions.general import ServiceTeller
from dialogues.catalogue import Catalogue, Office, Service
from dialogues.catalogue.facts import FACETS, Fact, ProcedureFacts
from dialogues.catalogue.terms import Term
from dialogues.say import Say, Value, in_a_row

ANSWERED = frozenset({*FACETS, "contact", "documents", "link", "make", "next", "term"})
"""The facets that :meth:`ServiceFacets.answer` knows."""


def told(fact: Fact) -> Say:
    """The answer; where no source states it, with the offer of a person."""
    return Say("utter_fact" if fact.known else "utter_fact_unknown", {"fact": fact.text, "short": fact.short})


def meaning(term: Term | None) -> Say:
    """What a word means, in one sentence."""
    if term is None:
        return Say("utter_fact_no_term")
    return Say("utter_fact_term", {"term": term.title, "means": term.means})


def steps(facts: ProcedureFacts) -> Say | None:
    """The procedure's stages in order; ``None`` where the order is not known."""
    if not facts.order:
        return None
    titles = [facts.terms[stage].title for stage in facts.order]
    return Say("utter_fact_steps", {"steps": in_a_row(titles)})


class ServiceFacets:
    """Answers about what anyone may get from the State, and about where."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._teller = ServiceTeller(catalogue)
        self._of_service: Mapping[str, Callable[[Service], Say]] = MappingProxyType(
            {
                "contact": self._reach_service,
                "documents": self._teller.papers,
                "fee": self._fee,
                "link": self._link,
                "make": self._submit,
                "next": self._next,
                "pay": self._pay,
                "submit": self._submit,
                "when": self._time,
                "who": self._who,
            }
        )
        self._of_office: Mapping[str, Callable[[Office], Say]] = MappingProxyType(
            {
                "contact": self.reach,
                "link": self._link,
                "submit": self._teller.office,
                "when": self._teller.office,
                "who": self.reach,
            }
        )

    def answer(self, topic: Service | Office, facet: str) -> Say:
        """One of :data:`ANSWERED`, about this. Raises ``KeyError`` for any other."""
        if facet not in ANSWERED:
            raise KeyError(facet)
        if facet == "term":
            return meaning(self._catalogue.terms.of(topic.code))
        if isinstance(topic, Service):
            of_service = self._of_service.get(facet)
            return of_service(topic) if of_service else self._told(topic, facet)
        of_office = self._of_office.get(facet)
        return of_office(topic) if of_office else self._told(topic, facet)

    def reach(self, office: Office, page: str | None = None) -> Say:
        """How to reach it: its page, its telephone where a source states one, and what everyone should know."""
        parts = (*_phone(office), *_note(office))
        values: dict[str, Value] = {"title": office.title, "finder": office.finder, "page": page or office.page}
        return Say("utter_fact_reach", values, more=parts)

    def _reach_service(self, service: Service) -> Say:
        return self.reach(self._office(service), service.page)

    def _link(self, topic: Service | Office) -> Say:
        return Say("utter_fact_link", {"title": topic.title, "page": topic.page})

    def _told(self, topic: Service | Office, facet: str) -> Say:
        fact = self._catalogue.facts.of(topic.code).get(facet)
        return told(fact) if fact else self.reach(topic if isinstance(topic, Office) else self._office(topic))

    def _office(self, service: Service) -> Office:
        return self._catalogue.offices[service.agency]

    def _fee(self, service: Service) -> Say:
        if service.fee is None:
            return self._told(service, "fee")
        return Say("utter_fact_fee", {"title": service.title, "fee": service.fee}, more=(_source(service),))

    def _pay(self, service: Service) -> Say:
        """What costs a sum that is known is told with it; where it is paid only where that is known."""
        known = self._catalogue.facts.of(service.code).pay.known
        return self._told(service, "pay") if known or service.fee is None else self._fee(service)

    def _time(self, service: Service) -> Say:
        if service.time is None:
            return self._told(service, "when")
        return Say("utter_fact_time", {"title": service.title, "time": service.time}, more=(_source(service),))

    def _who(self, service: Service) -> Say:
        fact = self._catalogue.facts.of(service.code).who
        return told(fact) if fact.known else Say("utter_fact_owner", {"owner": service.owner})

    def _submit(self, service: Service) -> Say:
        return Say("utter_service_part_where", {"where": service.where, "page": service.page})

    def _next(self, service: Service) -> Say:
        return steps(self._catalogue.facts.of(service.code)) or self._submit(service)


def _phone(office: Office) -> tuple[Say, ...]:
    if office.phone is None:
        return (Say("utter_fact_part_no_phone"),)
    return (Say("utter_fact_part_phone", {"phone": office.phone.number, "whose": office.phone.whose}),)


def _note(office: Office) -> tuple[Say, ...]:
    return (Say("utter_office_part_note", {"note": office.note}),) if office.note else ()


def _source(service: Service) -> Say:
    return Say("utter_service_part_source", {"source": service.source, "seen": service.seen})
