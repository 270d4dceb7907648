"""Guards for the house itself: what must not be forgotten when something is added."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.__main__ import COMMANDS
from bot.app import make_server
from bot.conversation.turn_handler import TurnHandler
from bot.messaging.inbox import InboxJob
from bot.settings import Settings
from bot.store import open_store
from dialogues.turn import Effect
from tests.channels.registry import HARNESSES
from tests.fakes.dialogue import EchoDialogue
from tests.guards import references, sizes, words
from tests.harness import WELCOME, login_at, running_system, settings_for

PUBLIC = {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")}
PUBLIC |= {("GET", "/")}
PUBLIC |= {("GET", "/link/{token}"), ("POST", "/link/{token}"), ("GET", "/link/back")}
PUBLIC |= {("GET", "/my-data/{token}"), ("POST", "/my-data/{token}")}
PUBLIC |= {("GET", "/upload/{token}"), ("POST", "/upload/{token}"), ("GET", "/d/{token}")}
PUBLIC |= {("GET", "/verify"), ("POST", "/verify"), ("GET", "/verify/{code}"), ("GET", "/V/{code}")}
PUBLIC |= {("POST", "/upload/{token}/files"), ("PATCH", "/upload/{token}/files/{file}")}
SIGNED = {("POST", target.partition("?")[0]) for harness in HARNESSES for target in harness.targets}
SIGNED |= {("POST", "/registries/{registry}/events")}
_DOOR = {("GET", "/console/login"), ("POST", "/console/login"), ("POST", "/console/logout")}
PUBLIC |= _DOOR | {("GET", "/console/static/{name}")}
_ONE = "/console/api/conversations/{id}"
_PAGES: tuple[str, ...] = ("", "c/{id}", "audit", "part/inbox", "part/c/{id}", "part/c/{id}/side")
_PAGES += ("certificates", "calls", "calls/{id}", "part/callbacks")
_FORMS = ("calls", "calls/{id}/{act}", "callbacks", "callbacks/{id}/ring")
_OVERSEEN = ("board", "board/{list}", "part/board", "reports", "reports/{name}.csv", "arrange", "arrange/{kind}")
_READS = ("me", "conversations", "conversations/{id}", "conversations/{id}/messages", "stream", "changes")
_ACTS = ("claim", "release", "close", "transfer", "snooze", "reply", "notes", "preview", "reveal")
_COUNTS = ("board", "board/{list}", "reports/{name}")
EMPLOYEES = {("GET", f"/console/{page}") for page in (*_PAGES, *_OVERSEEN)}
EMPLOYEES |= {("GET", f"/console/api/{path}") for path in _COUNTS}
EMPLOYEES |= {("POST", "/console/arrange/{kind}"), ("POST", "/console/arrange/{kind}/back")}
EMPLOYEES |= {("GET", f"/console/api/{path}") for path in _READS}
EMPLOYEES |= {("POST", f"/console/{form}") for form in _FORMS}
EMPLOYEES |= {("POST", f"{_ONE}/{act}") for act in _ACTS} | {
    ("PUT", f"{_ONE}/draft"),
    ("POST", "/console/api/presence"),
}
EMPLOYEES |= {("POST", f"/console/{path}") for path in ("certificates", "certificates/revoke")}
EMPLOYEES |= {("POST", f"/console/api/certificates/{act}") for act in ("look", "revoke")}
"""Each refuses whoever has no session: tests/bot/console/test_guard.py."""
DOCS = [sizes.ROOT / "README.md", *sorted((sizes.ROOT / "docs").rglob("*.md"))]
TESTS = sizes.modules("tests")


async def test_every_route_is_public_by_name_or_refuses_who_does_not_sign(sqlite_url: str) -> None:
    settings = settings_for(sqlite_url, **login_at("http://127.0.0.1:1"))
    async with open_store(settings), make_server(settings, WELCOME) as app:
        routes = {(r.method, r.resource.canonical) for r in app.router.routes() if r.resource and r.method != "HEAD"}
        assert routes == PUBLIC | SIGNED | EMPLOYEES
        async with TestClient(TestServer(app)) as client:
            for method, path in SIGNED:
                asked = path.replace("{registry}", "permits")
                async with client.request(method, asked, data=b"a=b") as response:
                    assert response.status == 403, path
            for method, path in EMPLOYEES:
                async with client.request(method, re.sub(r"{\w+}", "1", path), allow_redirects=False) as response:
                    assert response.status == (401 if "/api/" in path else 303), path


async def test_every_effect_of_a_turn_is_carried_out_and_nothing_else(sqlite_url: str) -> None:
    async with running_system(sqlite_url, EchoDialogue()) as system:
        inbox = next(job for job in system.jobs if isinstance(job, InboxJob))
        assert isinstance(inbox._handler, TurnHandler)
        assert set(inbox._handler._effects.table) == set(get_args(Effect))


def test_every_route_is_documented() -> None:
    told = "".join((sizes.ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("http.md", "channels.md"))
    assert [path for _, path in PUBLIC | SIGNED | EMPLOYEES if f"`{path}`" not in told] == []


def test_every_setting_is_documented_with_its_default_and_no_other() -> None:
    pages = "".join((sizes.ROOT / "docs" / name).read_text("utf-8") for name in ("settings.md", "channels.md"))
    rows = re.findall(r"^\| `([A-Z_]+)` \| ([^|]*) ?\|", pages, re.MULTILINE)
    told = {name: default.strip().strip("`") for name, default in rows}
    assert len(told) == len(rows)
    assert told == {name.upper(): _default(name) for name in Settings.model_fields}


def _default(name: str) -> str:
    field = Settings.model_fields[name]
    if field.is_required():
        return "must be set"
    return "" if field.default is None else str(field.default)


def test_every_command_is_documented() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in DOCS)
    assert [command for command in COMMANDS if f"python -m bot {command}" not in told] == []


def test_cases_are_kept_by_one_recorder_with_the_listeners_of_the_wiring() -> None:
    """Whoever built another would keep changes of which nobody is told."""
    assert callers_of("CaseRecorder") == ["bot/registries/build.py"]
    assert callers_of("case_recorder") == ["bot/app.py"]


def callers_of(name: str) -> list[str]:
    """The modules of ``bot`` that call this."""
    call = re.compile(rf"(?<!def )\b{name}\(")
    return [
        str(path.relative_to(sizes.ROOT))
        for path in sizes.modules("bot")
        if call.search(path.read_text(encoding="utf-8"))
    ]


def test_tests_use_no_mocks() -> None:
    named = re.compile(r"^\s*(?:from|import) (?:unittest\.)?mock\b|^\s*from unittest import .*\bmock\b", re.MULTILINE)
    assert [path.name for path in TESTS if named.search(path.read_text(encoding="utf-8"))] == []


def test_tests_do_not_sleep() -> None:
    """``asyncio.sleep(0)`` lets others run. Where processes are killed at random moments, real time must pass."""
    asleep = re.compile(r"\b(?:asyncio|time)\.sleep\((?!0\))")
    paths = [path for path in TESTS if "chaos" not in path.parts]
    assert [path.name for path in paths if asleep.search(path.read_text(encoding="utf-8"))] == []


def test_every_test_is_collected() -> None:
    """A test counts only in a file that pytest looks into, and in a folder that is a package: names may repeat."""
    named = re.compile(r"^(?:async )?def test_", re.MULTILINE)
    with_tests = [path for path in TESTS if named.search(path.read_text(encoding="utf-8"))]
    assert [str(path) for path in with_tests if not path.name.startswith("test_")] == []
    assert [str(path) for path in TESTS if not (path.parent / "__init__.py").exists()] == []


def test_every_reference_in_a_docstring_leads_somewhere() -> None:
    assert [one for path in sizes.modules(*sizes.PACKAGES) for one in references.broken(path)] == []


@pytest.mark.parametrize(
    ("name", "leads"),
    [
        ("bot.worker", True),
        ("bot.worker.Worker.run", True),
        ("casestore.queues.inbox.Inbox", True),
        ("ValueError", True),
        ("bot.worker.Worker.sleep", False),
        ("bot.no_such.Worker", False),
        ("casestore.no_such", False),
    ],
)
def test_a_reference_that_leads_nowhere_is_seen(name: str, *, leads: bool) -> None:
    assert references.resolves(name) is leads


def test_the_words_are_those_of_the_field() -> None:
    assert [one for path in [*sizes.modules(*sizes.PACKAGES), *TESTS] for one in words.private(path)] == []


@pytest.mark.parametrize("room", ["bot", "casestore"])
def test_a_room_has_at_most_a_dozen_modules_beside_its_folders(room: str) -> None:
    assert len(list((sizes.ROOT / room).glob("*.py"))) <= 12


def test_no_module_is_too_long() -> None:
    assert list(sizes.too_long(sizes.modules(*sizes.PACKAGES, "tests"))) == []


def test_a_module_that_grows_too_long_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "ROOT", tmp_path)
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "short.py").write_text("x = 1\n" * sizes.MOST_LINES)
    assert sizes.main() == 0
    (tmp_path / "bot" / "long.py").write_text("def f():\n" + "    x = 1\n" * sizes.MOST_LINES)
    assert sizes.main() == 1
    assert list(sizes.too_long(sizes.modules("bot"))) == ["bot/long.py: 301 lines"]
    assert list(sizes.long_functions(sizes.modules("bot"))) == ["bot/long.py:1: f has 300 lines"]
