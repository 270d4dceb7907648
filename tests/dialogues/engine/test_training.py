"""Training: whole or not at all, the same each time, and anew whenever something that decides has changed."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.dialogues.model import ROOT

pytestmark = pytest.mark.slow

CONTRADICTION = """
version: "3.1"
stories:
- story: Thanks answered with a greeting
  steps:
  - intent: thank
  - action: utter_greet
"""

DIET = """
recipe: default.v1
assistant_id: tests
language: el
pipeline:
- name: WhitespaceTokenizer
- name: CountVectorsFeaturizer
- name: DIETClassifier
  epochs: 1
policies:
- name: RulePolicy
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of what training reads, with few sentences."""
    for part in ("dialogues/domain", "dialogues/rules", "dialogues/stories"):
        shutil.copytree(ROOT / part, tmp_path / part)
    (tmp_path / "nlu/data").mkdir(parents=True)
    shutil.copy(ROOT / "nlu/data/language.yml", tmp_path / "nlu/data")
    shutil.copy(ROOT / "nlu/data/identity.yml", tmp_path / "nlu/data")
    return tmp_path


def parts(archive: Path) -> dict[str, Any]:
    """What decides in an archive: everything but the metadata, which has its date and its id."""
    with tarfile.open(archive) as packed:
        files = {member.name: packed.extractfile(member) for member in packed if member.isfile()}
        return {name: content(file.read()) for name, file in files.items() if file and "metadata.json" not in name}


def content(stored: bytes) -> Any:
    """Rasa writes sets as lists, in no order."""
    try:
        return unordered(json.loads(stored))
    except ValueError:
        return stored


def unordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: unordered(each) for key, each in value.items()}
    return sorted(map(repr, map(unordered, value))) if isinstance(value, list) else value


def test_training_twice_gives_the_same(house: Path) -> None:
    from dialogues.engine.train import train

    said: list[str] = []
    once = train(house / "once.tar.gz", root=house, say=said.append)
    again = train(house / "again.tar.gz", root=house, say=said.append)
    assert parts(once) == parts(again)
    assert len(said) == 6
    assert sorted(path.name for path in house.iterdir()) == ["again.tar.gz", "dialogues", "nlu", "once.tar.gz"]


def test_a_contradiction_is_named_and_leaves_the_old_model_in_place(house: Path) -> None:
    from dialogues.engine.train import TrainingFailed, train

    (house / "dialogues/stories/wrong.yml").write_text(CONTRADICTION)
    out = house / "counter.tar.gz"
    out.write_bytes(b"the old one")
    with pytest.raises(TrainingFailed, match="Thanks answered with a greeting"):
        train(out, root=house, say=lambda _: None)
    assert out.read_bytes() == b"the old one"


def test_a_component_that_needs_tensorflow_is_refused_with_where_to_read_about_it(house: Path) -> None:
    from dialogues.engine.train import train
    from nlu.rasa_stand_ins import NotInstalled

    (house / "diet.yml").write_text(DIET)
    with pytest.raises(Exception, match="DIETClassifier") as raised:
        train(house / "counter.tar.gz", config=house / "diet.yml", root=house, say=lambda _: None)
    assert isinstance(raised.value.__cause__, NotInstalled)
    assert "keras is not installed: docs/adr/0009-rasa-without-tensorflow.md" in str(raised.value.__cause__)


def test_rasa_is_told_when_any_module_of_understanding_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nlu import components

    shutil.copytree(ROOT / "nlu", tmp_path / "nlu", ignore=shutil.ignore_patterns("data", "eval", "__pycache__"))
    monkeypatch.setattr(components, "__file__", str(tmp_path / "nlu/components.py"))
    before = components.Understanding.fingerprint_addon({})
    with (tmp_path / "nlu/fold.py").open("a") as file:
        file.write("# changed\n")
    assert components.Understanding.fingerprint_addon({}) != before
    with (tmp_path / "nlu/catalogue/agencies.yml").open("a") as file:
        file.write("# changed\n")
    assert components.Understanding.fingerprint_addon({}) != before
