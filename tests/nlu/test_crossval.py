from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from nlu.__main__ import main
from nlu.crossval import Judged, by_style, chosen, clusters, cross_validate, curve, style
from nlu.crossval_report import PAGE, PICTURE, write
from nlu.intents import IntentModel, Shape
from nlu.linear import LinearModel

JUDGED = [
    Judged("greet", "greet", 0.9, "accented"),
    Judged("greet", "greet", 0.7, "story"),
    Judged("thank", "greet", 0.5, "accented"),
    Judged("out_of_scope", "greet", 0.3, "english"),
    Judged("out_of_scope", "out_of_scope", 0.2, "english"),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Πού είναι η αίτησή μου;", "accented"),
        ("που ειναι η αιτηση μου", "accentless"),
        ("ΠΟΥ ΕΙΝΑΙ Η ΑΙΤΗΣΗ", "capitals"),
        ("pou einai h aithsh mou", "greeklish"),
        ("where is my application", "english"),
        ("λόγια " * 25, "story"),
    ],
)
def test_a_style_is_told_by_looking(text: str, expected: str) -> None:
    assert style(text) == expected


def test_likeness_is_carried_on_from_neighbour_to_neighbour() -> None:
    texts = ["που ειναι η αιτηση", "ποσο κοστιζει", "που ειναι η αιτηση μου", "που ειναι η αιτηση μου τωρα"]
    assert clusters(texts, 80) == [0, 1, 0, 0]
    assert clusters(texts, 100) == [0, 1, 2, 3]


def test_no_sentence_is_judged_by_a_model_that_saw_its_like() -> None:
    pairs = [(f"{word} {word} {end}", "greet") for word in ("γεια", "νερό", "ψωμί", "δρόμος") for end in ("α", "ω")]
    seen: list[set[str]] = []

    def train(given: Iterable[tuple[str, str]]) -> IntentModel:
        seen.append({text for text, _ in given})
        one = np.zeros((0, 1), np.float16)
        linear = LinearModel(("greet",), {}, np.zeros(0, np.float32), one, np.zeros(1, np.float32), 1.0)
        return IntentModel(linear, Shape())

    judged = cross_validate(pairs[::-1], train, folds=3)
    assert len(judged) == len(pairs)
    for texts in seen:
        for word in ("γεια", "νερό", "ψωμί", "δρόμος"):
            assert sum(text.startswith(word) for text in texts) in (0, 2)


def test_the_curve_trades_coverage_for_error() -> None:
    steps = {round(step.threshold, 2): step for step in curve(JUDGED)}
    assert [steps[0.0].answered, steps[0.0].wrong, steps[0.0].strays] == pytest.approx([1.0, 0.4, 0.5])
    assert [steps[0.4].answered, steps[0.4].wrong, steps[0.4].strays] == pytest.approx([0.6, 1 / 3, 0.0])
    assert steps[0.92].answered == 0.0


def test_the_threshold_does_most_good() -> None:
    assert chosen(curve(JUDGED)).threshold == pytest.approx(0.52)


def test_scores_by_style_and_of_all() -> None:
    scores = by_style(JUDGED)
    assert scores["accented"].accuracy == 0.5
    assert (scores["all"].count, scores["all"].accuracy) == (5, 0.6)


@pytest.mark.slow  # Matplotlib
def test_the_page_and_its_picture_are_the_same_each_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(JUDGED, tmp_path / name)
    assert (tmp_path / "one" / PICTURE).read_bytes() == (tmp_path / "two" / PICTURE).read_bytes()
    page = (tmp_path / "one" / PAGE).read_text(encoding="utf-8")
    assert "| story | 1 | 1.000 | 1.000 |" in page
    assert "**0.52**" in page


@pytest.mark.slow  # Matplotlib
def test_the_command_reads_the_data_and_writes_the_page(tmp_path: Path) -> None:
    topics = {
        "greet": ("γεια σας", "καλημέρα", "χαίρετε", "καλησπέρα", "hello", "χαιρετώ", "καλό μήνα", "morning"),
        "thank": ("ευχαριστώ", "thanks", "μερσί", "ευγνώμων", "να είστε καλά", "μπράβο", "cheers", "με σώσατε"),
        "affirm": ("ναι", "σωστά", "μάλιστα", "βέβαια", "συμφωνώ", "yes", "αμέ", "προχωρήστε"),
    }
    data = "".join(
        f"- intent: {intent}\n  examples: |\n"
        + "".join(f"    - {text} {n}\n" for text in texts for n in ("εσείς", "φίλε"))
        for intent, texts in topics.items()
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "small.yml").write_text(f"nlu:\n{data}", encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()
    arguments = ("crossvalidate", "--data", str(tmp_path / "data"), "--folds", "2", "--report", str(tmp_path / "docs"))
    assert main(arguments, {}, io.StringIO(), out, err) == 0
    assert "| all | 48 |" in out.getvalue()
    assert (tmp_path / "docs" / PAGE).exists()
