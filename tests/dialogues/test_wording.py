"""What an SMS of a response costs, what may be folded, and the command that shows and checks it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.channels.facts import SPOKEN
from bot.commands import wording as command
from bot.commands.wording import check, page, rows
from dialogues.responses import LANGUAGES, Phrases, responses
from dialogues.samples import SAMPLES
from dialogues.say import Option, Say
from dialogues.wording import Voice, Wording

EN = [{"type": "slot", "name": "language", "value": "en"}]
LONG = "Η αίτησή σας για άδεια οικοδομής βρίσκεται σε έλεγχο από την υπηρεσία. " * 3


def both(el: str, en: str = "Hello", **more: Any) -> list[dict[str, Any]]:
    return [{"text": el, **more}, {"text": en, "condition": EN, **more}]


def with_pick(**given: list[dict[str, Any]]) -> dict[str, Sequence[Mapping[str, Any]]]:
    return {**{name: responses()[name] for name in ("utter_pick", "utter_pick_many")}, **given}


def test_the_wording_in_use_is_sound() -> None:
    assert list(check(responses())) == []


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (both("Γεια")[:1], "utter_x: no text in en"),
        (both("Γεια {nobody}"), "utter_x: nothing is known to fill nobody"),
        (both(LONG), "utter_x: 4 parts in el as an SMS, 2 at most: give it an SMS variant"),
        (
            both("Γεια") + both(LONG, channel="sms"),
            "utter_x: 4 parts in el as an SMS, 2 at most: shorten its SMS variant",
        ),
    ],
)
def test_what_is_wrong_is_named(broken: list[dict[str, Any]], fault: str) -> None:
    assert any(line.startswith(fault) for line in check({"utter_x": broken}))


def test_a_shorter_variant_or_economy_cures_a_long_text() -> None:
    assert list(check({"utter_x": both(LONG) + both("Γεια", channel="sms")})) == []
    assert list(check({"utter_x": both(LONG, metadata={"sms": "economy"})})) == []


def test_economy_is_counted_and_shown_as_it_is_sent() -> None:
    [row] = [
        r
        for r in rows({"utter_x": both("Δείτε το {reference} στο https://gov.gr/Ab", metadata={"sms": "economy"})})
        if (r.language, r.channel) == ("el", "sms")
    ]
    assert (row.encoding, row.parts, row.economy) == ("gsm-7", 1, True)
    assert row.text == "ΔEITE TO AΔ-2026-000123 ΣTO https://gov.gr/Ab"


def test_only_what_is_marked_may_be_folded() -> None:
    wording = Wording({"utter_bulk": both("Γεια", metadata={"sms": "economy"}), "utter_plain": both("Γεια")})
    assert Phrases(wording).say("utter_bulk", "el", "sms").economy
    assert not Phrases(wording).say("utter_plain", "el", "sms").economy


@pytest.mark.parametrize(
    ("count", "language", "line"),
    [
        (1, "el", "Απαντήστε 1."),
        (2, "el", "Απαντήστε 1 ή 2."),
        (3, "el", "Απαντήστε 1, 2 ή 3."),
        (3, "en", "Reply 1, 2, or 3."),
        (5, "el", "Απαντήστε με τον αριθμό, 1 έως 5."),
        (5, "en", "Reply with the number, 1 to 5."),
    ],
)
def test_choices_by_sms_are_asked_for_by_number(count: int, language: str, line: str) -> None:
    wording = Wording(responses(), SPOKEN)
    assert wording.with_numbers("Ποιο;", count, Voice(language, "sms", "1")) == f"Ποιο;\n{line}"
    assert wording.with_numbers("Ποιο;", count, Voice(language, "viber", "1")) == "Ποιο;"


def test_without_choices_no_number_is_asked_for() -> None:
    assert Wording(with_pick(), SPOKEN).with_numbers("Γεια", 0, Voice("el", "sms", "1")) == "Γεια"


def test_every_sample_is_needed() -> None:
    used = set().union(*(command.slots(variations) for variations in responses().values()))
    assert set(SAMPLES) == used


def test_options_of_a_part_come_with_the_whole() -> None:
    say = Say("utter_x", more=(Say("utter_y", options=(Option(Say("utter_z"), "ναι"),)),))
    found = {"utter_x": both("α"), "utter_y": both("β"), "utter_z": both("γ")}
    text, offers = Wording(found).compose(say, Voice("el", "viber", "1"))
    assert (text, [offer.title for offer in offers]) == ("α\nβ", ["γ"])


# --- the command ---


def run(**given: Any) -> int:
    return command.run(argparse.Namespace(**{"price": 0.0, "html": None, "check": False} | given))


def test_the_command_prints_every_response_with_its_cost(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(price=0.05) == 0
    printed = capsys.readouterr().out
    for name in responses():
        assert printed.count(f"\n{name} ") + printed.startswith(f"{name} ") == len(LANGUAGES) * len(SPOKEN)
    assert "0.100 EUR" in printed


def test_the_check_is_quiet_when_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(check=True) == 0
    assert capsys.readouterr() == ("", "")


def test_the_check_fails_on_a_fault(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "responses", lambda: {"utter_x": both("Γεια")[:1]})
    assert run(check=True) == 1
    assert "utter_x" in capsys.readouterr().err


def test_the_page_holds_every_response_and_fetches_nothing(tmp_path: Path) -> None:
    assert run(html=tmp_path / "w.html", price=0.05) == 0
    html = (tmp_path / "w.html").read_text("utf-8")
    assert all(f'id="{name}"' in html for name in responses())
    assert "src=" not in html
    assert "<link" not in html


def test_the_page_escapes_what_it_shows() -> None:
    html = page(rows({"utter_x": both("<b>Γεια</b>")}), 0.0)
    assert "<b>" not in html
    assert "&lt;b&gt;" in html
