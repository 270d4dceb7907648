from __future__ import annotations

import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlu.__main__ import as_json, main, parse_lines
from nlu.entities import extract
from nlu.evaluate import BadFile, Marked, Sample, Scores, Sets, evaluate, read, score
from nlu.facets import FacetModel
from nlu.intents import IntentModel, Shape
from nlu.linear import LinearModel
from nlu.parser import ModelParser, NoModel, Parsed
from nlu.report import PAGE, PICTURE, as_text, write

SAMPLES = (
    Sample("greet", "accented", "γεια σας"),
    Sample("greet", "sms", "gia"),
    Sample("thank", "accented", "ευχαριστώ"),
    Sample("out_of_scope", "sms", "weather?"),
)


class Answers:
    """Understands by a table; what it does not hold is out of scope, with little confidence."""

    def __init__(self, **intents: tuple[str, float]) -> None:
        self._intents = intents

    def parse(self, text: str) -> Parsed:
        intent, confidence = self._intents.get(text, ("out_of_scope", 0.2))
        return Parsed(text, intent, confidence, extract(text), "el")


PERFECT = Answers(**{s.text: (s.intent, 0.9) for s in SAMPLES})
HASTY = Answers(
    **{"γεια σας": ("greet", 0.9), "gia": ("thank", 0.4), "ευχαριστώ": ("thank", 0.8), "weather?": ("greet", 0.3)}
)


def test_a_perfect_parser_scores_one() -> None:
    report = evaluate(PERFECT, Sets(SAMPLES))
    assert report.scores == Scores(4, 1.0, 1.0)
    assert report.confusions == ()


def test_scores_are_counted_by_style_by_intent_and_by_confusion() -> None:
    report = evaluate(HASTY, Sets(SAMPLES))
    assert report.scores.accuracy == 0.5
    assert report.scores.macro_f1 == pytest.approx((0.5 + 2 / 3 + 0.0) / 3)
    assert report.styles["accented"] == Scores(2, 1.0, 1.0)
    assert report.styles["sms"].accuracy == 0.0
    assert report.intents["greet"].precision == 0.5
    assert report.confusions == (("greet", "thank", 1), ("out_of_scope", "greet", 1))


def test_the_curve_tells_what_a_threshold_costs_and_catches() -> None:
    curve = {t.threshold: t for t in evaluate(HASTY, Sets(SAMPLES)).thresholds}
    assert (curve[0.0].answered, curve[0.0].strays) == (1.0, 1)
    assert (curve[0.35].answered, curve[0.35].strays) == (0.75, 0)
    assert curve[0.5].right == 1.0


def test_entities_match_exactly_and_only_marked_kinds_count() -> None:
    marked = (
        Marked("αδ 2026 123 του ΕΦΚΑ", (("case_ref", "ΑΔ-2026-000123"),)),
        Marked("ad 2026 5", (("case_ref", "ΑΔ-2026-000006"),)),
    )
    assert evaluate(PERFECT, Sets(marked=marked)).entities["all"].f1 == 0.5


def test_nothing_to_score_is_nothing() -> None:
    assert score((), ()) == Scores(0, 0.0, 0.0)
    assert as_text(evaluate(PERFECT, Sets())) == ""


def test_both_kinds_of_file_are_read(tmp_path: Path) -> None:
    file = tmp_path / "both.tsv"
    file.write_text('greet\tsms\tgia\n\nαφμ 1\t[{"entity": "afm", "value": "1"}]\n', encoding="utf-8")
    assert read([file]) == Sets((Sample("greet", "sms", "gia"),), (Marked("αφμ 1", (("afm", "1"),)),))


@pytest.mark.parametrize("line", ["one column", "a\tb\tc\td", "text\tnot json", 'text\t[{"entity": "afm"}]', "text\t5"])
def test_a_bad_line_is_named_without_its_text(tmp_path: Path, line: str) -> None:
    file = tmp_path / "bad.tsv"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(BadFile, match=r"bad\.tsv:1: ") as caught:
        read([file])
    assert line not in str(caught.value)


@pytest.mark.slow  # Matplotlib
def test_the_page_and_its_picture_are_the_same_each_time(tmp_path: Path) -> None:
    report = evaluate(HASTY, Sets(SAMPLES, (Marked("αφμ 123456783", (("afm", "123456783"),)),)))
    write(report, tmp_path / "one")
    write(report, tmp_path / "two")
    for name in (PAGE, PICTURE):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    page = (tmp_path / "one" / PAGE).read_text(encoding="utf-8")
    assert "| **all** | 4 | 0.500 |" in page
    assert "| afm | 1 | 1.000 | 1.000 | 1.000 |" in page
    assert (tmp_path / "one" / PICTURE).read_bytes().startswith(b"\x89PNG")


def test_a_parsed_message_is_one_line_of_json() -> None:
    (line,) = parse_lines(PERFECT, ["η ad 2026 123\r\n"])
    assert line.count("\n") == 1
    assert json.loads(line) == {
        "text": "η ad 2026 123",
        "intent": "out_of_scope",
        "confidence": 0.2,
        "entities": [{"entity": "case_ref", "value": "ΑΔ-2026-000123", "start": 2, "end": 13}],
        "language": "el",
        "facet": None,
    }
    assert "Γ" in as_json(Parsed("Γ", "greet", 1.0, (), "el"))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A model of two intents, packed as Rasa packs it."""
    folder = tmp_path / "model"
    folder.mkdir()
    linear = LinearModel(
        labels=("greet", "thank"),
        vocabulary={"=gia": 0, "=efxaristo": 1},
        idf=np.ones(2, np.float32),
        weights=np.array([[4, -4], [-4, 4]], np.float16),
        bias=np.zeros(2, np.float32),
        temperature=1.0,
    )
    IntentModel(linear, Shape(2, 3, 1)).save(folder)
    FacetModel(replace(linear, labels=("none", "when")), Shape(2, 3, 1)).save(folder)
    packed = tmp_path / "counter.tar.gz"
    with tarfile.open(packed, "w:gz") as tar:
        tar.add(folder, "components/train_nlu.components.Understanding0")
    return packed


def run(*argv: str, stdin: str = "", environ: dict[str, str] | None = None) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    return main(argv, environ or {}, io.StringIO(stdin), out, err), out.getvalue(), err.getvalue()


def test_parse_reads_the_archive_that_the_settings_name(archive: Path) -> None:
    status, out, _ = run("parse", stdin="γεια\neuxaristw\n", environ={"MODEL_PATH": str(archive)})
    assert status == 0
    assert [json.loads(line)["intent"] for line in out.splitlines()] == ["greet", "thank"]


@pytest.mark.slow  # Matplotlib
def test_evaluate_prints_tables_or_json_and_writes_the_report(archive: Path, tmp_path: Path) -> None:
    file = tmp_path / "set.tsv"
    file.write_text("greet\taccented\tγεια\nthank\tsms\tεφχαριστω\n", encoding="utf-8")
    status, out, _ = run("evaluate", str(file), "--model", str(archive), "--report", str(tmp_path / "docs"))
    assert status == 0
    assert "| **all** | 2 | 1.000 | 1.000 |" in out
    assert (tmp_path / "docs" / PAGE).exists()
    status, out, _ = run("evaluate", str(file), "--model", str(archive), "--json")
    facts = json.loads(out)
    assert (facts["count"], facts["accuracy"], facts["styles"]["sms"]["accuracy"]) == (2, 1.0, 1.0)


@pytest.mark.parametrize("content", [None, b"not a tar", b""])
def test_without_a_model_the_command_says_so(tmp_path: Path, content: bytes | None) -> None:
    archive = tmp_path / "none.tar.gz"
    if content is not None:
        archive.write_bytes(content)
    status, out, err = run("parse", "--model", str(archive), stdin="γεια")
    assert (status, out) == (2, "")
    assert "no trained model" in err
    with pytest.raises(NoModel):
        ModelParser.open(archive)
