"""An evaluation as text for a terminal, and as a page with a picture for docs."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

from nlu.evaluate import Match, Report, Scores

PAGE = "nlu-report.md"
PICTURE = "nlu-report.png"

_HEAD = """# How well messages are understood

Made by `python -m nlu evaluate nlu/eval/*.tsv --report docs/` from the trained model. None of these messages is in the
training data. Accuracy is the share of messages with the right intent; macro-F1 the mean F1 of the intents; entities
count only when entity and normalised value are both right.

![Accuracy by style, the confusions, and the threshold's curve](nlu-report.png)
"""
_CURVE = """Below the threshold the bot asks instead of guessing. *Answered* is the share of messages it answers,
*right* the share of those that it understood, *strays* the unrelated messages that it answers as something else.
"""

Row = Sequence[str | int | float]


def as_text(report: Report) -> str:
    """A few lines and tables for a terminal."""
    parts = []
    if report.scores.count:
        parts += [
            table(("style", "messages", "accuracy", "macro-F1"), _style_rows(report)),
            table(("wanted", "understood as", "times"), report.confusions[:20]),
        ]
    if report.entities:
        parts.append(table(("entity", "marked", "precision", "recall", "F1"), _match_rows(report.entities)))
    return "\n".join(parts)


def write(report: Report, folder: Path) -> None:
    """The page and its picture into ``folder``, over what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PAGE).write_text(as_page(report), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of pyparsing, by this release of Matplotlib
        _draw(report, folder / PICTURE)


def as_page(report: Report) -> str:
    """The page, in Markdown."""
    thresholds = [(t.threshold, t.answered, t.right, t.strays) for t in report.thresholds]
    sections = (
        ("By style", "", ("style", "messages", "accuracy", "macro-F1"), _style_rows(report)),
        ("By intent", "", ("intent", "messages", "precision", "recall", "F1"), _match_rows(report.intents)),
        ("Confusions", "", ("wanted", "understood as", "times"), report.confusions),
        ("The threshold", _CURVE, ("threshold", "answered", "right", "strays"), thresholds),
        ("Entities", "", ("entity", "marked", "precision", "recall", "F1"), _match_rows(report.entities)),
    )
    return "\n".join([_HEAD, *(_section(*section) for section in sections if section[3])])


def _section(title: str, words: str, head: Row, rows: Sequence[Row]) -> str:
    return f"## {title}\n\n{words}{chr(10) if words else ''}{table(head, rows)}"


def _style_rows(report: Report) -> list[Row]:
    def row(name: str, scores: Scores) -> Row:
        return name, scores.count, scores.accuracy, scores.macro_f1

    return [row(style, scores) for style, scores in report.styles.items()] + [row("**all**", report.scores)]


def _match_rows(matches: dict[str, Match]) -> list[Row]:
    return [(name, m.count, m.precision, m.recall, m.f1) for name, m in matches.items()]


def table(head: Row, rows: Iterable[Row]) -> str:
    """A table in Markdown; decimal numbers with three places."""
    lines = [_line(head), "|" + "---|" * len(head), *(_line(row) for row in rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Row) -> str:
    return "| " + " | ".join(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |"


def _draw(report: Report, file: Path) -> None:
    """Three panels: accuracy by style, the confusions, the threshold's curve. Matplotlib is imported only here."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(13, 5), layout="constrained")
    grid = figure.add_gridspec(1, 3, width_ratios=(3, 4, 3))
    styles, confusions, curve = (figure.add_subplot(grid[0, column]) for column in range(3))
    names = list(report.styles)
    styles.barh(names, [report.styles[name].accuracy for name in names], color="#2f6f9f")
    styles.axvline(0.9, color="#b03a2e", linewidth=1)
    styles.set(xlim=(0.5, 1.0), title="Accuracy by style")
    worst = report.confusions[:12][::-1]
    confusions.barh([f"{wanted} → {found}" for wanted, found, _ in worst], [n for *_, n in worst], color="#7f8c8d")
    confusions.set(title="Most frequent confusions")
    confusions.xaxis.set_major_locator(MaxNLocator(integer=True))
    at = [t.threshold for t in report.thresholds]
    curve.plot(at, [t.answered for t in report.thresholds], label="answered")
    curve.plot(at, [t.right for t in report.thresholds], label="right, of those answered")
    curve.set(ylim=(0.5, 1.01), xlabel="confidence threshold", title="Ask below which confidence?")
    curve.legend(loc="lower left")
    FigureCanvasAgg(figure)
    figure.savefig(file, metadata={"Software": None})
