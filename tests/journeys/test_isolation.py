"""Random citizens, chats, telephones and browsers, and all that a cheat can send: nobody is told what is another's.

A walk is a row of random steps through signed HTTP. Beside it an oracle keeps what each address has proven, from what
people did and what came to their telephones and browsers. Every message that leaves must be allowed by it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

import aiohttp
import pytest
from sqlalchemy import func, select

from bot.phone.people import PEOPLE, Person
from casestore.tables import audit
from tests.browser import Browser
from tests.harness import PUBLIC_URL
from tests.journeys.conftest import Service, running_counter
from tests.journeys.oracle import CITIZENS, Oracle, Sent, mark
from tests.journeys.talk import write

if TYPE_CHECKING:
    from dialogues.engine.rasa import Model

STEPS = 180
ASKS = (
    "που βρίσκεται η αίτησή μου;", "όλες οι υποθέσεις μου", "τι χαρτιά λείπουν;", "where is my application?",
    "και η άλλη;", "ναι", "όχι", "1", "2", "άκυρο", "ευχαριστώ", "σύνδεση", "θέλω να συνδεθώ", "βοήθεια",
)  # fmt: skip
CODE_LIVES = timedelta(minutes=10)
_CODE = re.compile(r"(\d{6}): ")
_RECEIPT = re.compile(r"(?:Γράψτε εδώ|Write here) (\d{4})")
_CONFIRM = re.compile(r"(?<!\d)\d{6}(?!\d)")
_LINK = re.compile(rf"{PUBLIC_URL}/link/\S+")

pytestmark = pytest.mark.slow


class Walk:
    """One row of steps. ``told`` counts facts that were rightly told, ``proofs`` chats that were rightly linked."""

    def __init__(self, service: Service, session: aiohttp.ClientSession, seed: int) -> None:
        self.random = Random(seed)
        self.counter = service
        self.session = session
        self.marks = mark(service)
        self.oracle = Oracle({one.afm or "": one.number if one.registered else None for one in CITIZENS})
        self.browsers = {one.key: Browser(session, service.system.url) for one in PEOPLE}
        self.codes: dict[str, list[Sent]] = {one.key: [] for one in PEOPLE}
        self.links: list[tuple[str, str]] = []
        self.ways_back: list[tuple[str, str]] = []
        self.typed: dict[str, str] = {}
        self.receipts: dict[str, str] = {}  # by number: the digits that must come back with a code
        self.seen = len(service.system.phone.accepted)
        self.told = self.proofs = self.ends = 0

    async def step(self) -> None:
        kinds: tuple[tuple[Callable[[], Awaitable[None]], int], ...] = (
            (self.ask, 6),
            (self.ask_for_cases, 10),
            (self.name_a_case, 2),
            (self.name_a_citizen, 4),
            (self.type_a_code, 10),
            (self.want_a_link, 4),
            (self.open_a_link, 6),
            (self.come_back_again, 3),
            (self.forge, 2),
            (self.spoof, 2),
            (self.unlink, 1),
            (self.wait, 2),
            (self.change_a_mobile, 1),
        )
        [step] = self.random.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])
        await step()

    # What people do in a chat

    async def ask(self) -> None:
        await self._say(self._anyone(), self.random.choice(ASKS))

    async def ask_for_cases(self) -> None:
        await self._say(self._anyone(), self.random.choice(ASKS[:4]))

    async def name_a_case(self) -> None:
        await self._say(self._anyone(), self.random.choice([case for one in CITIZENS for case in one.cases]))

    async def name_a_citizen(self) -> None:
        """A tax number proves nothing; where it leads to a code, that comes to whoever holds the mobile."""
        person = self._anyone()
        own = person.afm if self.random.random() < 0.5 else None
        afm = own or self.random.choice(CITIZENS).afm or ""
        chat = await self._say(person, self.random.choice([afm, f"ο ΑΦΜ μου είναι {afm}", f"12Α{afm}"]), look=False)
        mobile = self.oracle.mobiles[afm]
        fresh = self._fresh()
        for address, text in fresh:
            if address == chat and (receipt := _RECEIPT.search(text)):
                self.receipts[chat] = receipt[1]
            if address == mobile and (code := _CODE.match(text)):
                self._hold(mobile, Sent(code[1], chat, afm, mobile, self._now() + CODE_LIVES))
        self._judge(fresh)
        if self.codes[person.key] and self.random.random() < 0.7:  # most type what just came
            await self.type_a_code(person)

    async def type_a_code(self, person: Person | None = None) -> None:
        """One from one's own telephone or page, new or old, for this chat or another; or a guess."""
        person = person or self.random.choice([one for one in PEOPLE if self.codes[one.key]] or PEOPLE)
        mine = self.codes[person.key]
        guess = Sent(f"0{self.random.randrange(100_000):05d}", "", "", None, self._now())
        sent = self.random.choice([mine[-1], *mine[-3:]]) if mine and self.random.random() < 0.8 else guess
        live = [one for one in mine if one.until > self._now() and one.chat in self._chats(person)]
        if live and self.random.random() < 0.6:
            sent = live[-1]
        chat = sent.chat if sent.chat in self._chats(person) and self.random.random() < 0.7 else None
        text, chat = sent.code, chat or self.random.choice(self._chats(person))
        if chat in self.receipts and self.random.random() < 0.8:
            text = f"{text} {self.receipts[chat]}"
        await self._say(person, text, chat, look=False)
        if await self._noted("link.proven") > self.proofs:
            good = [one for one in mine if (one.code, one.chat) == (sent.code, chat) and one.until > self._now()]
            assert good, f"{person.key} was linked by a code that proves nothing here"
            self.oracle.prove(good[-1])
            self.proofs += 1
            self._judge(self._fresh())
            await self._say(person, ASKS[1], chat)
        self._judge(self._fresh())

    async def unlink(self) -> None:
        person = self._anyone()
        chat = await self._say(person, self.random.choice(["αποσύνδεση", "unlink"]), look=False)
        fresh = self._fresh()
        self._judge(fresh)
        digits = [found[0] for at, text in fresh if at == chat == person.number and (found := _CONFIRM.search(text))]
        if digits and self.random.random() < 0.8:  # by SMS it is done once they came back
            await self._say(person, digits[-1], chat, look=False)
        if await self._noted("link.ended") > self.ends:
            self.ends += 1
            self.oracle.unlink(chat)
        self._judge(self._fresh())

    # The State's login

    async def want_a_link(self) -> None:
        person = self._anyone()
        chat = await self._say(person, self.random.choice(["gov.gr", "σύνδεση με taxisnet", "login"]), look=False)
        fresh = self._fresh()
        self.links += [(link[0], chat) for at, text in fresh if at == chat and (link := _LINK.search(text))]
        self._judge(fresh)

    async def open_a_link(self) -> None:
        """Anybody opens any link that ever was, their own or one that was sent to them, and logs in as themselves."""
        if not self.links:
            return
        link, chat = self.random.choice([self.links[-1], *self.links[-5:]])
        owners = [one for one in CITIZENS if chat in self._chats(one) and self.random.random() < 0.5]
        person = self.random.choice(owners or CITIZENS)
        browser = self.browsers[person.key]
        begun = await browser.begin(link)
        if not begun.location:
            self._public(begun.text)
            return
        back = await browser.log_in(
            begun.location, person.afm or "", act=self.random.choice(["go", "go", "go", "cancel"])
        )
        self.ways_back.append((back, person.key))
        if self.random.random() < 0.2:  # somebody else's browser is quicker
            self._public((await self._another(person).get(back)).text)
        page = await browser.get(back)
        self._public(page.text)
        if page.code:
            until = self._now() + CODE_LIVES
            self.codes[person.key].append(Sent(page.code, chat, person.afm or "", None, until))

    async def come_back_again(self) -> None:
        """A way back is used again, mostly by another browser: it shows a code to none but its own."""
        if not self.ways_back:
            return
        (back, owner), person = self.random.choice(self.ways_back[-6:]), self.random.choice(PEOPLE)
        page = await self.browsers[person.key].get(back)
        self._public(page.text)
        assert not page.code or person.key == owner

    async def forge(self) -> None:
        browser = self.browsers[self._anyone().key]
        state = self.random.choice(["", "x" * 43, "%00", "0" * 43])
        page = await browser.get(f"{PUBLIC_URL}/link/back?state={state}&code={self.random.randrange(10**9)}")
        self._public(page.text)
        assert not page.code
        assert page.status >= 400
        token = self.random.choice(["0" * 32, "back2", "%2e%2e"])
        assert (await browser.get(f"{PUBLIC_URL}/link/{token}")).status == 404

    async def spoof(self) -> None:
        """A message in another's name without the provider's signature."""
        victim = self.random.choice(CITIZENS)
        viber = {"event": "message", "timestamp": 1, "message_token": 7, "sender": {"id": victim.viber_id, "name": "x"}}
        viber |= {"message": {"type": "text", "text": ASKS[0]}}
        form = {"From": victim.number, "To": "+302131313131", "Body": ASKS[0], "MessageSid": "SM" + "1" * 32}
        base = self.counter.system.url
        wrong = {"X-Viber-Content-Signature": "0" * 64}
        async with self.session.post(f"{base}/webhooks/viber", json=viber, headers=wrong) as answer:
            assert answer.status == 403
        async with self.session.post(
            f"{base}/webhooks/sms", data=form, headers={"X-Twilio-Signature": "AAAA"}
        ) as answer:
            assert answer.status == 403
        await self.counter.system.settle()
        self._judge(self._fresh())

    # What happens

    async def wait(self) -> None:
        await self.counter.system.later(self.random.choice([1, 10, 60, 240, 700, 47_000]))
        self._judge(self._fresh())

    async def change_a_mobile(self) -> None:
        """A number changes hands; it is known when the connector has forgotten what it was told: ten minutes."""
        afm, mobile = (
            self.random.choice(CITIZENS).afm or "",
            self.random.choice([*(one.number for one in PEOPLE), None]),
        )
        self.counter.state.set_mobile(afm, mobile)
        self.oracle.change(afm, mobile)
        await self.counter.system.later(601)
        self._judge(self._fresh())

    # Who is who

    def _anyone(self) -> Person:
        return self.random.choice(PEOPLE)

    def _another(self, person: Person) -> Browser:
        return self.browsers[self.random.choice([one.key for one in PEOPLE if one is not person])]

    def _chats(self, person: Person) -> tuple[str, str]:
        return person.viber_id, person.number

    def _now(self) -> datetime:
        return self.counter.system.clock()

    def _hold(self, mobile: str, sent: Sent) -> None:
        holder = next(one for one in PEOPLE if one.number == mobile)
        self.codes[holder.key].append(sent)

    async def _say(self, person: Person, text: str, chat: str | None = None, *, look: bool = True) -> str:
        """Where it was said."""
        chat = chat or self.random.choice(self._chats(person))
        self.typed[chat] = f"{self.typed.get(chat, '')} {text}"
        await write(self.counter.system, "viber" if chat == person.viber_id else "sms", chat, text)
        await self.counter.system.settle()
        if look:
            self._judge(self._fresh())
        return chat

    async def _noted(self, action: str) -> int:
        """How often the audit trail has this."""
        count = select(func.count()).select_from(audit).where(audit.c.action == action)
        async with self.counter.system.store.database.read() as connection:
            return await connection.scalar(count) or 0

    # What may be said

    def _fresh(self) -> list[tuple[str, str]]:
        accepted = self.counter.system.phone.accepted
        fresh = [(one.address, one.text) for one in accepted[self.seen :]]
        self.seen = len(accepted)
        return fresh

    def _judge(self, messages: list[tuple[str, str]]) -> None:
        for address, text in messages:
            for afm, facts in self.marks.items():
                found = [fact for fact in facts if fact in text and fact not in self.typed.get(address, "")]
                assert not found or afm in self.oracle.may(address), f"{found} was told to {address}"
                self.told += len(found)

    def _public(self, text: str) -> None:
        """A page shows nobody's affairs, not even their own."""
        for person in CITIZENS:
            assert [fact for fact in (person.afm, *self.marks[person.afm or ""]) if fact and fact in text] == []


@pytest.mark.parametrize("seed", range(4))
async def test_nobody_is_told_what_is_anothers(seed: int, sqlite_url: str, model: Model) -> None:
    jar = aiohttp.DummyCookieJar()
    async with (
        running_counter(sqlite_url, model, login=True) as service,
        aiohttp.ClientSession(cookie_jar=jar) as session,
    ):
        walk = Walk(service, session, seed)
        await service.system.later(31)
        for _ in range(STEPS):
            await walk.step()
        assert walk.told > 0  # the walk went where facts are
        assert walk.proofs > 0
