"""A PDF, looked through without drawing it. One that may be handed in stays as it is, byte for byte: a signature in it
must go on holding."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pikepdf

from bot.documents.checks.verdict import MOST_HANDED_IN, MOST_PAGES, PDF, Checked, Refusal, RefusedFile

_PROGRAMS = frozenset({"/JS", "/JavaScript", "/XFA", "/RichMediaContent"})
_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/RichMediaExecute", "/GoTo3DView"}
)
_FILES = frozenset({"/EmbeddedFiles", "/EF"})
_DEEPEST = 60  # of objects within one another; real ones have five


def check_pdf(content: bytes) -> Checked:
    """Raises :class:`RefusedFile`."""
    if zipfile.is_zipfile(io.BytesIO(content)):  # who opens it by another name gets another file
        raise RefusedFile(Refusal.MIXED)
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return _look(pdf, content)
    except pikepdf.PasswordError:
        raise RefusedFile(Refusal.PASSWORD) from None
    except pikepdf.PdfError:
        raise RefusedFile(Refusal.DAMAGED) from None


def _look(pdf: pikepdf.Pdf, content: bytes) -> Checked:
    pages = len(pdf.pages)
    if not pages:
        raise RefusedFile(Refusal.DAMAGED)
    if pages > MOST_PAGES:
        raise RefusedFile(Refusal.PAGES)
    for found in _dictionaries(pdf):
        if reason := _harm(found):
            raise RefusedFile(reason)
    handed_in = _unlocked(pdf) if pdf.is_encrypted else content
    if len(handed_in) > MOST_HANDED_IN:
        raise RefusedFile(Refusal.TOO_LARGE)
    return Checked(PDF, pages, handed_in)


def _unlocked(pdf: pikepdf.Pdf) -> bytes:
    """It opens without a password and only forbids, say, printing: the registry shall be able to."""
    saved = io.BytesIO()
    pdf.save(saved, encryption=False)
    return saved.getvalue()


def _harm(found: Any) -> Refusal | None:
    keys = set(found.keys())
    if keys & _FILES:
        return Refusal.EMBEDDED
    action = found.get("/S")
    acts = isinstance(action, pikepdf.Name) and str(action) in _ACTIONS
    return Refusal.ACTIVE if acts or keys & _PROGRAMS else None


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary, also those that stand within another: an action often does."""
    yield from _within(pdf.trailer, _DEEPEST)
    for each in pdf.objects:
        yield from _within(each, _DEEPEST)


def _within(found: Any, deeper: int) -> Iterator[Any]:
    if not deeper:
        raise RefusedFile(Refusal.TOO_COMPLEX)
    if isinstance(found, pikepdf.Stream | pikepdf.Dictionary):
        yield found
        values: Any = [found.get(key) for key in found.keys()]  # noqa: SIM118 - it is no mapping of Python's
    elif isinstance(found, pikepdf.Array):
        values = list(found)
    else:
        return
    for value in values:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            yield from _within(value, deeper - 1)
