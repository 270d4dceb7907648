"""How a notice names papers: a few of them, and no title longer than a line. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from casestore.cases.model import Document
from dialogues.say import Say, Value

PAPERS, TITLE = 3, 60  # papers that are named, and characters of a title: it is a notice, and the rest can be asked


def named(papers: Sequence[Document]) -> str:
    """Their titles in one line."""
    titles = ", ".join(paper.title[:TITLE] for paper in papers[:PAPERS])
    return f"{titles} +{len(papers) - PAPERS}" if len(papers) > PAPERS else titles


def due_lines(papers: Sequence[Document]) -> tuple[Say, ...]:
    """A line for each, with its deadline."""
    return tuple(map(_line, papers[:PAPERS]))


def _line(paper: Document) -> Say:
    values: dict[str, Value] = {"title": paper.title[:TITLE]}
    return (
        Say("utter_document_due", {**values, "deadline": paper.deadline})
        if paper.deadline
        else Say("utter_document", values)
    )
