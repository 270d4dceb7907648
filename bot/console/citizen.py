"""A citizen's one view beside the conversation: who it is, masked; cases, papers, notices, the other chats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.store import Store
from casestore.calls.model import OPEN, CallBack, CallNote
from casestore.cases.model import WANTED, Case
from casestore.certificates.model import StoredRequest
from casestore.documents.model import StoredDocument
from casestore.notices.model import NoticeState, ToldOf
from casestore.people.identity import Identity, identity_at
from casestore.staff.talks import Talk
from dialogues.catalogue import Catalogue

PAPERS_SINCE = timedelta(days=90)
CERTIFICATES_SINCE = timedelta(days=180)
KINDS = ("cases", "papers", "notices", "chats", "certificates", "calls", "callbacks")
NOTICES = 8
_SHOWN = 4  # characters at the end of what is masked


def masked(value: str) -> str:
    """All but its end: ``•••••6783``. A value that is no longer than that is masked whole."""
    return "•" * len(value) if len(value) <= _SHOWN else "•" * (len(value) - _SHOWN) + value[-_SHOWN:]


@dataclass(frozen=True, slots=True)
class Person:
    """Who is in a conversation, in the clear. ``afm`` is empty where nobody is known there."""

    level: int
    shared: bool
    afm: str
    address: str


class CitizenView:
    """Reads what is on record; asks no registry, so a page waits for none."""

    def __init__(self, store: Store, catalogue: Catalogue) -> None:
        self._store = store
        self._catalogue = catalogue

    async def person(self, talk: Talk) -> tuple[Person, Identity]:
        async with self._store.database.read() as connection:
            identity = await identity_at(connection, talk.contact_point_id)
        chat = await self._store.conversations.chat(talk.id)
        afm = "" if identity.citizen_id is None else await self._store.citizens.afm_of(identity.citizen_id)
        return Person(identity.level, identity.shared, afm, chat.address if chat else ""), identity

    async def of(self, talk: Talk, now: datetime, language: str) -> dict[str, Any]:
        """Everything that the page shows beside the conversation, as plain values."""
        person, identity = await self.person(talk)
        shown: dict[str, Any] = {
            "level": person.level,
            "shared": person.shared,
            "afm": masked(person.afm),
            "address": masked(person.address),
            "reachable": bool(person.address),
        }
        none: Mapping[str, list[Any]] = {name: [] for name in KINDS}
        if identity.citizen_id is None or identity.shared:  # nobody, or perhaps somebody else at this number
            return {**shown, **none}
        return {**shown, **await self.about(identity.citizen_id, now, language, but=talk.id)}

    async def about(self, citizen_id: int, now: datetime, language: str, *, but: int = 0) -> dict[str, Any]:
        """What is held of this citizen, by kind. ``but``: a conversation that is not named."""
        cases = [stored.case for stored in await self._store.cases.stored_of(citizen_id, now)]
        papers = await self._store.documents.of_citizen(citizen_id, now - PAPERS_SINCE)
        notices = await self._store.notice_records.newest_of(citizen_id, NOTICES)
        chats = await self._store.conversations.of_citizen(citizen_id)
        requests = await self._store.certificate_requests.of_citizen(citizen_id, now - CERTIFICATES_SINCE)
        rung = await self._store.callbacks.newest_of(citizen_id)
        return {
            "cases": [self._case(case, language) for case in cases],
            "papers": [_paper(paper) for paper in papers if paper.paper is not None],
            "notices": [_notice(told) for told in notices],
            "chats": [{"id": number, "channel": channel} for number, channel, _ in chats if number != but],
            "certificates": [self._certificate(one, language) for one in reversed(requests)],
            "calls": [_call(one) for one in await self._store.calls.notes_of(citizen_id)],
            "callbacks": [_callback(one) for one in rung],
        }

    def _case(self, case: Case, language: str) -> dict[str, Any]:
        procedure = self._catalogue.procedure(case.procedure)
        stage = self._catalogue.stage(case.procedure, case.stage)
        return {
            "reference": case.reference,
            "registry": case.registry,
            "title": case.title,
            "procedure": procedure.title[language] if procedure else case.procedure,
            "stage": stage.title[language] if stage else case.stage,
            "outcome": case.outcome,
            "closed": case.closed,
            "expected_by": case.expected_by.isoformat() if case.expected_by else None,
            "updated_at": case.updated_at.isoformat(),
            "missing": [
                {"title": one.title, "deadline": one.deadline.isoformat() if one.deadline else None}
                for one in case.documents
                if one.status in WANTED
            ],
        }

    def _certificate(self, one: StoredRequest, language: str) -> dict[str, Any]:
        service = self._catalogue.services.get(one.kind)
        return {
            "title": service.title[language] if service else one.kind,
            "state": str(one.state),
            "number": one.number or "",
            "at": one.state_at.isoformat(),
        }


def _call(one: CallNote) -> dict[str, Any]:
    told = {"about": one.about, "asked": one.asked, "answered": one.answered}
    return {"id": one.id, "at": one.at.isoformat(), "employee": one.employee, "back": one.back, **told}


def _callback(one: CallBack) -> dict[str, Any]:
    open_ = one.state in OPEN
    return {"state": str(one.state), "at": one.asked_at.isoformat(), "attempts": one.attempts, "open": open_}


def _paper(document: StoredDocument) -> dict[str, Any]:
    paper = document.paper
    return {
        "reference": paper.reference if paper else "",
        "title": paper.title if paper else "",
        "state": str(document.state),
        "number": document.number or "",
        "at": (document.submitted_at or document.confirmed_at or document.created_at).isoformat(),
    }


def _notice(told: ToldOf) -> dict[str, Any]:
    under_way = "sent" if told.told_at is not None else "waits"
    state = under_way if told.state is NoticeState.OPEN else str(told.state)
    at = told.told_at or told.due_at or told.created_at
    return {
        "reference": told.reference,
        "kinds": list(told.kinds),
        "state": state,
        "channel": told.channel or "",
        "at": at.isoformat(),
    }
