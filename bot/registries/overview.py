"""One view of a citizen's cases: all registries are asked at once, and each has so long to answer.

Of a registry that does not answer in time the cases are shown as they stood when it was last read to its end; one that
never was is named as silent. Nothing is written, and no transaction is open while a registry is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.registries.recorder import case_of, feed_of
from bot.runtime import Clock
from casestore.cases.cursors import Cursors
from casestore.cases.model import HANDED_IN, WANTED, Case, DocumentStatus, StoredCase, illegal_move
from casestore.cases.repository import Cases, is_shown
from casestore.people.citizens import Citizens
from connectors.registry import CaseList, CaseRegistry, RegistryError, RegistryUnavailable
from dialogues.ports import CaseView, Overview

WITHIN = 2.6  # seconds; a connector gives up by itself after 2.5

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """A registry's share of the view. ``as_of`` is ``None`` for what is so now; ``silent``: nothing can be said."""

    registry: str
    cases: tuple[Case, ...]
    as_of: datetime | None = None
    silent: bool = False


class OneView:
    """``registries`` may be none, where none is set up: then what is on record is all there is."""

    def __init__(
        self,
        registries: Sequence[CaseRegistry],
        citizens: Citizens,
        cases: Cases,
        cursors: Cursors,
        clock: Clock,
        *,
        within: float = WITHIN,
    ) -> None:
        self._registries = registries
        self._citizens = citizens
        self._cases = cases
        self._cursors = cursors
        self._clock = clock
        self._within = within

    async def of(self, citizen_id: int) -> Overview:
        """This citizen's open cases and those closed lately, over all registries."""
        now = self._clock()
        answers = await self._ask(citizen_id)
        stored = await self._cases.stored_of(citizen_id, now)  # after asking: an event may have come meanwhile
        caught_up = await self._cursors.caught_up()
        by_registry = {name: [one for one in stored if one.case.registry == name] for name in _names(answers, stored)}
        parts = [
            part_of(name, theirs, answers.get(name), caught_up.get(feed_of(name)))
            for name, theirs in by_registry.items()
        ]
        return overview(parts, now)

    async def _ask(self, citizen_id: int) -> dict[str, CaseList | RegistryError]:
        """Each registry's answer, or why there is none, by its name."""
        if not self._registries:
            return {}
        afm = await self._citizens.afm_of(citizen_id)
        answers = await asyncio.gather(*(self._one(registry, afm) for registry in self._registries))
        return {registry.name: answer for registry, answer in zip(self._registries, answers, strict=True)}

    async def _one(self, registry: CaseRegistry, afm: str) -> CaseList | RegistryError:
        try:
            async with asyncio.timeout(self._within):
                return await registry.cases_of(afm)
        except TimeoutError:
            error: RegistryError = RegistryUnavailable(registry.name, "timeout")
        except RegistryError as refused:
            error = refused
        log.warning("view.silent", registry=registry.name, reason=error.reason)
        return error


def _names(answers: Mapping[str, object], stored: Iterable[StoredCase]) -> list[str]:
    return list(dict.fromkeys([*answers, *(one.case.registry for one in stored)]))


def part_of(
    registry: str, stored: Sequence[StoredCase], answer: CaseList | RegistryError | None, caught_up: datetime | None
) -> Part:
    """A registry's share: its answer, with what we know better by an event; else what is on record."""
    on_record = tuple(one.case for one in stored)
    if answer is None:  # not one of those that are set up: nobody can be asked
        return Part(registry, on_record)
    if isinstance(answer, CaseList) and not answer.stale:
        return Part(registry, merged(stored, answer))
    if isinstance(answer, CaseList) and (caught_up is None or caught_up < answer.as_of):
        return Part(registry, merged(stored, answer), answer.as_of)
    if caught_up is not None:
        return Part(registry, on_record, caught_up)
    told = [one.told_at for one in stored if one.told_at is not None]
    return Part(registry, on_record, min(told, default=None), silent=True)


def merged(stored: Sequence[StoredCase], answer: CaseList) -> tuple[Case, ...]:
    """The answer, but for cases that an event has moved or opened since it was given, and moves that are not legal."""
    ours = {one.case.reference: one for one in stored}
    listed = {record.reference: case_of(record) for record in answer.cases}
    opened = {
        reference: one.case
        for reference, one in ours.items()
        if reference not in listed and one.told_at is not None and one.told_at > answer.as_of
    }
    return tuple(_newer(ours.get(reference), case) for reference, case in listed.items()) + tuple(opened.values())


def _newer(stored: StoredCase | None, told: Case) -> Case:
    if stored is None or (told.sequence >= stored.case.sequence and illegal_move(stored.case, told) is None):
        return told
    return stored.case


def overview(parts: Sequence[Part], now: datetime) -> Overview:
    """The parts as the dialogue sees them."""
    found: list[CaseView] = [view(case, part.as_of) for part in parts for case in part.cases if is_shown(case, now)]
    found.sort(key=lambda case: case.updated_at, reverse=True)
    stale = tuple((part.registry, part.as_of) for part in parts if part.as_of is not None and not part.silent)
    return Overview(tuple(found), stale, tuple(part.registry for part in parts if part.silent))


def view(case: Case, as_of: datetime | None = None) -> CaseView:
    """``as_of``: its registry cannot be asked, and this is how it stood then."""
    return CaseView(
        reference=case.reference,
        registry=case.registry,
        procedure=case.procedure,
        title=case.title,
        stage=case.stage,
        updated_at=case.updated_at,
        expected_by=case.expected_by,
        outcome=case.outcome,
        closed=case.closed,
        note=case.note,
        received=tuple(d.title for d in case.documents if d.status in HANDED_IN),
        missing=tuple((d.code, d.title, d.deadline) for d in case.documents if d.status in WANTED),
        accepted=tuple(d.title for d in case.documents if d.status == DocumentStatus.ACCEPTED),
        reasons={d.code: d.reason for d in case.documents if d.reason and d.status in WANTED},
        as_of=as_of,
    )
