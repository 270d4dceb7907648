"""Holds talks: opens the chat as who is there, writes, reads what came back, and has each turn checked."""

from __future__ import annotations

import re
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from shutil import copy
from typing import TYPE_CHECKING

from bot.channels.sms.encoding import segments
from bot.phone.people import PEOPLE
from bot.talks.checks import Answer, faults
from bot.talks.fold import fold_text
from bot.talks.script import BadTalk, Script, Talk, TalkTurn
from bot.talks.service import Service, made_database, running_service
from connectors.sandbox.seed import afm_of

if TYPE_CHECKING:
    from dialogues.engine.rasa import Model

MADE_UP = 20  # citizens P0 to P19
_MADE_UP_BASE = 20_000_000
_SESSION_OVER, _PAUSE = timedelta(hours=9), timedelta(hours=26)
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


@dataclass(frozen=True, slots=True)
class Person:
    """Who talks: a number, a Viber id, and the tax number of those who have one."""

    number: str
    viber_id: str
    afm: str | None


@dataclass(frozen=True, slots=True)
class HeldTurn:
    """A turn that was held: what came back, and what is wrong with it."""

    turn: TalkTurn
    said: str
    answer: Answer
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldTalk:
    """A talk that was held. It holds when every turn does."""

    talk: Talk
    turns: tuple[HeldTurn, ...]

    @property
    def holds(self) -> bool:
        return not any(held.faults for held in self.turns)


async def hold_all(script: Script, model: Model) -> AsyncIterator[HeldTalk]:
    """Every talk in a service of its own."""
    with tempfile.TemporaryDirectory(prefix="talks-") as kept:
        made = await made_database(Path(kept))
        for talk in script.talks:
            with tempfile.TemporaryDirectory(prefix="talk-", dir=kept) as folder:
                copy(made, folder)
                async with running_service(Path(folder), model, citizens=MADE_UP) as service:
                    yield await _Stage(script, talk, service).hold()


def person(name: str) -> Person:
    """``A`` to ``E``, ``P0`` and on, or ``X``. Raises :class:`BadTalk`."""
    for one in PEOPLE:
        if one.key == name:
            return Person(one.number, one.viber_id, one.afm)
    if name.startswith("P") and name[1:].isdecimal() and int(name[1:]) < MADE_UP:
        index = int(name[1:])
        return Person(f"+30690{index + 1000:07d}", f"made-up-viber-{index:03d}==", afm_of(_MADE_UP_BASE + index))
    raise BadTalk(f"nobody is called {name}")


class _Stage:
    """One talk and the service it is held in."""

    def __init__(self, script: Script, talk: Talk, service: Service) -> None:
        self._script = script
        self._talk = talk
        self._service = service
        self._who, self._proves = person(talk.who), person(talk.proves)
        self._address = self._who.number if talk.channel == "sms" else self._who.viber_id
        self._references: dict[str, str] = {}

    async def hold(self) -> HeldTalk:
        self._file_cases()
        await self._service.later(timedelta(seconds=60))
        if self._talk.channel == "viber" and self._who.afm:
            await self._link()
        held: list[HeldTurn] = []
        for turn in self._talk.turns:
            if turn.pause:
                await self._service.later(_PAUSE)
            else:
                held.append(await self._turn(turn, [earlier.answer for earlier in held]))
        return HeldTalk(self._talk, tuple(held))

    def _file_cases(self) -> None:
        for case in self._script.cases:
            afm = person(case.who).afm or ""
            filed = self._service.state.open(case.registry, afm, case.procedure, case.title, None)
            self._references[case.name] = filed.reference

    async def _link(self) -> None:
        """As a citizen does it, and long enough ago that nothing of it is talked about any more."""
        for text in ("σύνδεση", self._who.afm or "", None):
            await self._write(text or self._code_for(self._who))
        await self._service.later(_SESSION_OVER)

    async def _turn(self, turn: TalkTurn, before: list[Answer]) -> HeldTurn:
        said = self._filled(turn.say)
        answer = await (self._send_file(turn.file) if turn.file else self._write(said))
        wrong = faults(
            self._script,
            self._talk,
            turn,
            answer,
            before,
            references=self._references,
            own=self._own_references(),
            proven=bool(self._talk.channel == "viber" and self._who.afm),
        )
        return HeldTurn(turn, said or f"[{turn.file}]", answer, tuple(wrong))

    def _filled(self, text: str) -> str:
        values: Mapping[str, str] = {"afm": self._proves.afm or "", "code": self._code_for(self._proves)}
        for name, value in {**self._references, **values}.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def _code_for(self, someone: Person) -> str:
        texts = [one.text for one in self._service.phone.accepted if one.address == someone.number]
        codes = [found[0] for text in texts if (found := _CODE.search(text))]
        return codes[-1] if codes else ""

    def _own_references(self) -> frozenset[str]:
        people = (self._who, self._proves)
        cases = [case for one in people if one.afm for case in self._service.state.cases_of(one.afm)]
        return frozenset(fold_text(case.reference) for case in cases)

    async def _write(self, text: str) -> Answer:
        phone = self._service.phone
        line = phone.sms if self._talk.channel == "sms" else phone.viber
        return await self._answer_to(await self._mark(), await line.write(self._address, text))

    async def _send_file(self, kind: str) -> Answer:
        mark, phone = await self._mark(), self._service.phone
        if self._talk.channel == "sms":
            return await self._answer_to(mark, await phone.sms.write(self._address, "", media=("image/jpeg",)))
        picture = {"type": kind, "text": "", "media": "https://media.viber.com/picture.jpg"}
        return await self._answer_to(mark, await phone.viber.say(self._address, picture))

    async def _mark(self) -> int:
        self._service.clock.forward(timedelta(seconds=20))
        self._service.dialogue.responses = ()
        return len(self._service.phone.accepted)

    async def _answer_to(self, mark: int, taken: bool) -> Answer:
        if not taken:
            raise BadTalk(f"{self._talk.name}: the service did not take a message")
        await self._service.settle()
        came = [one for one in self._service.phone.accepted[mark:] if one.address == self._address]
        titles = [button["Text"] for one in came for button in (one.payload.get("keyboard") or {}).get("Buttons", ())]
        return Answer(
            tuple(one.text for one in came),
            tuple(re.sub(r"<[^>]*>", "", title) for title in titles),
            self._service.dialogue.responses,
            sum(segments(one.text).parts for one in came) if self._talk.channel == "sms" else 0,
        )
