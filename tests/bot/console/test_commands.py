"""Accounts and the audit log on the command line, as they are typed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from bot.__main__ import main
from tests.conftest import TEST_SECRET

PASSWORD = "σωστό άλογο\n"


@pytest.fixture(autouse=True)
def service(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("SECRET_KEY", TEST_SECRET)


def typed(monkeypatch: pytest.MonkeyPatch, *words: str, password: str = PASSWORD) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(password))
    return main(list(words))


def test_an_account_from_its_beginning_to_its_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add = ("staff", "add", "--email", "Anna@gov.gr", "--role", "agent", "--desk", "permits", "--name", "Άννα")
    assert (typed(monkeypatch, *add), typed(monkeypatch, *add)) == (0, 1)
    assert typed(monkeypatch, "staff", "reset", "--email", "anna@gov.gr", "--totp") == 0
    assert "otpauth://totp/" in capsys.readouterr().out
    assert typed(monkeypatch, "staff", "disable", "--email", "anna@gov.gr") == 0
    assert typed(monkeypatch, "staff", "list") == 0
    [line] = capsys.readouterr().out.splitlines()
    assert line.split() == ["anna@gov.gr", "agent", "Άννα", "permits,", "second", "factor,", "disabled"]
    assert typed(monkeypatch, "audit", "verify") == 0
    said, _, newest = capsys.readouterr().out.strip().rpartition(" ")
    assert said == "whole: 3 rows, the newest"
    assert typed(monkeypatch, "audit", "verify", "--expect", newest) == 0
    assert typed(monkeypatch, "audit", "verify", "--expect", "4:" + newest.partition(":")[2]) == 1


@pytest.mark.parametrize(
    ("words", "password"),
    [
        (("--email", "boss@gov.gr", "--role", "admin"), PASSWORD),
        (("--email", "no address", "--role", "agent"), PASSWORD),
        (("--email", "a@gov.gr", "--role", "agent", "--desk", "nowhere"), PASSWORD),
        (("--email", "a@gov.gr", "--role", "agent"), "short\n"),
        (("--email", "a@gov.gr", "--role", "agent"), ""),
    ],
)
def test_an_account_that_cannot_be(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], password: str) -> None:
    assert typed(monkeypatch, "staff", "add", *words, password=password) == 1


def test_the_demo_has_an_admin_without_a_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    assert typed(monkeypatch, "staff", "add", "--email", "boss@demo.example", "--role", "admin", "--demo") == 0
