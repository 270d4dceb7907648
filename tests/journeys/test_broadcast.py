"""A mass notice from the command line to the phones of the sandbox State's citizens, and ΣΤΟΠ back by signed HTTP."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.notices.mass.operators import entry
from tests.harness import settings_for
from tests.journeys.commandline import Ended, Here, empty_folder
from tests.journeys.notices import A, B, C, NoticeHarness, running_notices
from tests.journeys.talk import sms

if TYPE_CHECKING:
    from dialogues.engine.rasa import Model

pytestmark = pytest.mark.slow
SECRETS = {"maria": "a secret of maria's", "nikos": "a secret of nikos'", "eleni": "a secret of nikos'"}
TEXTS = """
notice: {el: "Οι υπηρεσίες κλείνουν στις 30 Νοεμβρίου.", en: "Offices close on 30 November."}
correction: {el: "Διόρθωση: κλείνουν στις 31 Δεκεμβρίου.", en: "Correction: they close on 31 December."}
"""


class Operators:
    """Acts as one of them, on the command line."""

    def __init__(self, run: Here, monkeypatch: pytest.MonkeyPatch) -> None:
        self._run = run
        self._monkeypatch = monkeypatch

    async def __call__(self, who: str, *arguments: str, secret: str | None = None, typed: str = "") -> Ended:
        given = f"{SECRETS[who] if secret is None else secret}\n{typed}\n"
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        return await self._run("broadcast", *arguments, "--operator", who)


@pytest.fixture
async def notices(sqlite_url: str, model: Model) -> AsyncIterator[NoticeHarness]:
    async with running_notices(sqlite_url, model) as harness:
        yield harness


@pytest.fixture
async def operators(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    sqlite_url: str,
    notices: NoticeHarness,
) -> AsyncIterator[Operators]:
    with empty_folder(monkeypatch, tmp_path):
        monkeypatch.setattr("bot.commands.broadcast.utc_now", notices.clock)
        settings = settings_for(sqlite_url)
        monkeypatch.setenv("DATABASE_URL", sqlite_url)
        monkeypatch.setenv("SMS_PART_PRICE", "0.04")
        monkeypatch.setenv("BROADCAST_OPERATORS", ",".join(entry(name, said) for name, said in SECRETS.items()))
        for name in ("twilio_account_sid", "twilio_from", "viber_sender_name"):
            monkeypatch.setenv(name.upper(), str(getattr(settings, name)))
        for name in ("twilio_auth_token", "viber_auth_token"):
            monkeypatch.setenv(name.upper(), getattr(settings, name).get_secret_value())
        (tmp_path / "texts.yml").write_text(TEXTS, encoding="utf-8")
        (tmp_path / "list.txt").write_text(f"{A.number}\n{A.number} # twice\nnobody\n", encoding="utf-8")
        yield Operators(Here(capsys), monkeypatch)


PLAN = ("plan", "--title", "Ωράριο", "--text", "texts.yml", "--list", "list.txt")
CASES = ("--cases", "registry=efka,civil_protection")


async def test_two_people_tell_many_and_one_of_them_ends_it(notices: NoticeHarness, operators: Operators) -> None:
    wrong = await operators("maria", *PLAN, *CASES, secret="a secret of somebody's")
    assert (wrong.code, "BROADCAST_OPERATORS" in wrong.err) == (1, True)
    planned = await operators("maria", *PLAN, *CASES)
    assert planned.code == 0, planned.err
    for shown in ("people     3", "3 people", "0.12 euros", "el 3", "…01"):
        assert shown in planned.out, planned.out
    assert A.number not in planned.out
    assert (await operators("maria", "approve", "1", "--people", "3")).code == 1
    shared = await operators("eleni", "approve", "1", "--people", "3")
    assert "several operators" in shared.err


async def test_from_the_plan_to_the_phones_and_back(
    notices: NoticeHarness, operators: Operators, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = [entry(name, SECRETS[name]) for name in ("maria", "nikos")]
    monkeypatch.setenv("BROADCAST_OPERATORS", ",".join(hashed))
    await operators("maria", *PLAN, *CASES)
    assert (await operators("nikos", "start", "1")).code == 1  # not approved
    assert "not for 4 people" in (await operators("nikos", "approve", "1", typed="4")).err
    assert (await operators("nikos", "approve", "1", typed="3")).code == 0
    assert (await operators("maria", "start", "1")).code == 0
    await notices.later(1)
    for person in (A, B, C):
        [told] = notices.sms(person)
        assert "30 NOEMBPIOY" in told, told
        assert "ΣTOΠ" in told
    answer = await sms(notices.service, A.number, "ΣΤΟΠ")
    assert answer
    shown = await operators("maria", "stop", "1", "--json")
    assert json.loads(shown.out) == {"stopped": 0, "gone": 3, "in_flight": 0}
    assert (await operators("nikos", "start", "1", "--correction")).code == 0
    await notices.later(1)
    assert "31 ΔEKEMBPIOY" in notices.sms(B)[-1]
    assert "31 ΔEKEMBPIOY" not in notices.sms(A)[-1]  # ΣΤΟΠ counts for it too
    log = [line for line in await notices.log() if line[0] == "skipped"]
    assert ("skipped", None, "no-consent") in log
    asked = await sms(notices.service, B.number, "τι μου έχετε στείλει;")
    assert "ΩPAPIO" in asked.upper() or "Ωράριο" in asked, asked
