"""The files of the domain and its rules, read once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from dialogues.questions import ASKED_BY
from dialogues.responses import responses
from dialogues.wording import PICK, PICK_MANY
from nlu.names import read_catalogue
from nlu.yaml_file import read_yaml

ROOT = Path(__file__).parents[2]
UNDERSTANDING = read_yaml(ROOT / "dialogues/domain/understanding.yml")
RULES = [rule for file in sorted((ROOT / "dialogues/rules").glob("*.yml")) for rule in read_yaml(file)["rules"]]
OUTSIDE = set(read_yaml(ROOT / "dialogues/domain/outside.yml")["responses"])
OUTSIDE |= set(read_yaml(ROOT / "dialogues/domain/calls.yml")["responses"])
OUTSIDE |= {name for name in responses() if name == "utter_notice" or name.startswith("utter_notice_")}
OWN_WORDS = {PICK, PICK_MANY}  # said by the wording itself
NAMED = sorted({*UNDERSTANDING["intents"], *UNDERSTANDING["actions"], *UNDERSTANDING["slots"], *ASKED_BY.values()})
GUIDE = (ROOT / "docs/dialogues.md").read_text("utf-8")
RESPONSES = responses()
NAMES = [(entry.kind, entry.code) for entry in read_catalogue()]


def steps(kind: str) -> set[str]:
    return {step[kind] for rule in RULES for step in rule["steps"] if kind in step}


def language(variation: Mapping[str, Any]) -> str:
    return "en" if variation.get("condition") else "el"


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}
