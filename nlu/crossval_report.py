"""A cross-validation as text for a terminal, and as a page with a picture for docs."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

from nlu.crossval import ALIKE, Judged, Step, by_style, chosen, curve
from nlu.report import table

PAGE = "nlu-crossvalidation.md"
PICTURE = "nlu-crossvalidation.png"

_HEAD = f"""# How the model does on what it has never seen the like of

Made by `python -m nlu crossvalidate --report docs/` from the sentences in nlu/data alone. They are grouped by likeness
(keys that resemble each other by {ALIKE} of 100 or more, carried on from neighbour to neighbour), and each group is
understood by a model that saw none of it. This is harder than life: with its group, a formula such as "μπα" leaves
the data altogether, and so does a whole way of asking. Take it as the lower bound, and
[the evaluation set](nlu-report.md) as what people meet on an ordinary day.

![Accuracy by style, and what a threshold costs and saves](nlu-crossvalidation.png)

## By style

A style is told by looking: scripts, accents, capitals, and from 25 words on a story. Misspelt and SMS texts count as
what they are typed in.

"""
_CURVE = """
## The threshold

Below the threshold the bot asks instead of guessing. *Answered* is the share of all sentences, *wrong* the share of
those answered, *strays* the share of the unrelated sentences answered as something else. The threshold in config.yml is
the one that does most good when a wrong answer undoes a right one: below it, an answer would be wrong more often than
right. Here that is **{:.2f}**.

"""


def as_text(judged: Sequence[Judged]) -> str:
    """Two tables, and the threshold that the curve gives."""
    steps = curve(judged)
    return "\n".join([_styles(judged), _steps(steps), f"threshold {chosen(steps).threshold:.2f}\n"])


def write(judged: Sequence[Judged], folder: Path) -> None:
    """The page and its picture into ``folder``, over what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    steps = curve(judged)
    page = _HEAD + _styles(judged) + _CURVE.format(chosen(steps).threshold) + _steps(steps)
    (folder / PAGE).write_text(page, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of pyparsing, by this release of Matplotlib
        _draw(judged, steps, folder / PICTURE)


def _styles(judged: Sequence[Judged]) -> str:
    rows = [(name, scores.count, scores.accuracy, scores.macro_f1) for name, scores in by_style(judged).items()]
    return table(("style", "sentences", "accuracy", "macro-F1"), rows)


def _steps(steps: Sequence[Step]) -> str:
    rows = [(f"{s.threshold:.2f}", s.answered, s.wrong, s.strays) for s in steps]
    return table(("threshold", "answered", "wrong", "strays"), rows[:: max(1, len(rows) // 24)])


def _draw(judged: Sequence[Judged], steps: Sequence[Step], file: Path) -> None:
    """Two panels: accuracy by style; coverage against error. Matplotlib is imported only here."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.5), layout="constrained")
    styles, coverage = (figure.add_subplot(1, 2, panel) for panel in (1, 2))
    scores = by_style(judged)
    styles.barh(list(scores), [each.accuracy for each in scores.values()], color="#2f6f9f")
    styles.set(xlim=(0.5, 1.0), title="Accuracy on sentences unlike the training data")
    coverage.plot([s.answered for s in steps], [s.wrong for s in steps], label="wrong, of those answered")
    coverage.plot([s.answered for s in steps], [s.strays for s in steps], label="unrelated, answered all the same")
    best = chosen(steps)
    coverage.plot([best.answered], [best.wrong], "o", color="#b03a2e", label=f"threshold {best.threshold:.2f}")
    coverage.set(xlabel="share answered", ylabel="share", title="Coverage against error")
    coverage.legend(loc="upper left")
    FigureCanvasAgg(figure)
    figure.savefig(file, metadata={"Software": None})
