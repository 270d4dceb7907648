"""References and identifiers: everything in a message that is told by its digits.

``AΔ``, ``ΑΔ`` and ``αδ`` are one here: all is matched on a copy of the text (``nlu.letters.plain``), and spans are of
the raw text. docs/greek.md lists the forms that are read and the order of their readings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from nlu import shapes
from nlu.checks import is_afm, is_amka, iso_date
from nlu.letters import Plain, digits_for_letters, greek_codes, plain


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a piece of the raw text. ``kind`` is an entity's name, or ``ada``, ``iban``, ``tel``."""

    kind: str
    value: str
    start: int
    end: int
    confidence: float


PLACEHOLDERS = {
    "case_ref": "ref", "protocol": "protocol", "kaek": "kaek", "afm": "afm", "amka": "amka", "personal_number": "pn",
    "code": "code", "date": "date", "ada": "ada", "tel": "tel", "iban": "iban",
    "url": "url", "mail": "mail",
}  # fmt: skip

_DIGIT = re.compile(r"\d")
_DIGITS = re.compile(r"\d+")
_TO_DIGITS = str.maketrans("ΟΙL", "011", " ")
_TO_PREFIX = str.maketrans({"D": "Δ", "F": "Φ", "Ρ": "Π", " ": None, ".": None})


@lru_cache(maxsize=16)  # the key and the entities of one message ask one after the other
def readings(text: str) -> tuple[Reading, ...]:
    """Every reading of every piece of ``text``, most certain first; they may overlap. Dates with digits only."""
    if not _DIGIT.search(text):
        return ()
    copy = plain(text)
    look = digits_for_letters(greek_codes(copy.text))
    found = {reading: None for finder in _FINDERS for reading in finder(look)}
    ranked = sorted(found, key=lambda r: (-r.confidence, r.start - r.end, r.start))
    return tuple(_placed(copy, reading) for reading in ranked)


def mask(text: str) -> str:
    """``text`` with a placeholder (`` __ref__ ``, `` __afm__ `` ...) in the place of each reference and identifier."""
    found = (*_addresses(text), *readings(text))
    if not found:
        return text
    pieces: list[str] = []
    end = 0
    for hole in sorted(apart(found, len(text)), key=lambda reading: reading.start):
        pieces.append(f"{text[end : hole.start]} __{PLACEHOLDERS[hole.kind]}__ ")
        end = hole.end
    return "".join((*pieces, text[end:]))


def apart(ranked: Iterable[Reading], length: int) -> list[Reading]:
    """Of readings of a text of this length those that overlap none before them."""
    taken = bytearray(length)
    chosen: list[Reading] = []
    for reading in ranked:
        if taken.find(1, reading.start, reading.end) < 0:
            taken[reading.start : reading.end] = b"\1" * (reading.end - reading.start)
            chosen.append(reading)
    return chosen


def _addresses(text: str) -> Iterator[Reading]:
    if "/" in text or "www." in text:
        yield from (Reading("url", m[0], m.start(), m.end(), 1.0) for m in shapes.URL.finditer(text))
    if "@" in text:
        yield from (Reading("mail", m[0], m.start(), m.end(), 1.0) for m in shapes.MAIL.finditer(text))


def _placed(copy: Plain, found: Reading) -> Reading:
    return Reading(found.kind, found.value, *copy.raw_span(found.start, found.end), found.confidence)


def _cases(text: str) -> Iterator[Reading]:
    known = list(_known_cases(text)) if shapes.CASE_START.search(text) else []
    yield from known
    ends = {reading.end for reading in known}
    yield from (reading for reading in _unknown_cases(text) if reading.end not in ends)


def _known_cases(text: str) -> Iterator[Reading]:
    for pattern, confidence in shapes.CASES:
        for m in pattern.finditer(text):
            parts = m.groupdict()
            prefix = parts["prefix"].translate(_TO_PREFIX)
            count = int((parts["count"] or parts["joined"]).translate(_TO_DIGITS))
            year = parts["year"].translate(_TO_DIGITS)[-2:]
            yield Reading("case_ref", f"{prefix}-20{year}-{count:06d}", m.start(), m.end(), confidence)


def _unknown_cases(text: str) -> Iterator[Reading]:
    """What is written as a case's number and can be none of ours: named all the same, so that no other is meant."""
    for pattern in shapes.UNKNOWN_CASES:
        for m in pattern.finditer(text):
            yield Reading("case_ref", f"{m['prefix']}-{m['year']}-{m['count']:0>6}", m.start(), m.end(), 0.5)


def _protocols(text: str) -> Iterator[Reading]:
    for marks, pattern, confidence in shapes.PROTOCOLS:
        for m in pattern.finditer(text) if any(mark in text for mark in marks) else ():
            if _before(shapes.LAW_BEFORE, text, m.start()):
                continue
            parts = m.groupdict()
            year = f"20{parts['short']}" if parts.get("short") else parts["year"]
            value = str(int(parts["count"])) + (f"/{year}" if year else "")
            start = m.start("count") if "short" in parts else m.start()  # the cue is not part of the number
            yield Reading("protocol", value, start, m.end(), confidence)


def _dates(text: str) -> Iterator[Reading]:
    for pattern, confidence in shapes.DATES:
        for m in pattern.finditer(text):
            day, month, year = int(m["d"]), int(m["m"]), int(m["y"])
            if value := iso_date(day, month, year):
                yield Reading("date", value, m.start(), m.end(), confidence)
            elif value := iso_date(month, day, year):  # 03/15/2026: only the American order makes a day of it
                yield Reading("date", value, m.start(), m.end(), 0.6)


def _personal_numbers(text: str) -> Iterator[Reading]:
    for m in shapes.PERSONAL.finditer(text) if shapes.NINE_DIGITS.search(text) else ():
        head, afm = m["head"], m["afm"].replace(" ", "")
        cued = _cued("personal_number", text, m.start())
        if is_afm(afm) and (cued or any(map(str.isdigit, head))):
            confidence = 1.0 if cued else 0.86 if head.isdigit() else 0.97
            yield Reading("personal_number", head + afm, m.start(), m.end(), confidence)


def _others(text: str) -> Iterator[Reading]:
    """What is no entity of ours and must not be read as one, nor its digits."""
    if "GR" in text:
        yield from (Reading("iban", m[0], m.start(), m.end(), 1.0) for m in shapes.IBAN.finditer(text))
    if "-" in text:
        yield from (Reading("ada", m[0], m.start(), m.end(), 0.7) for m in shapes.ADA.finditer(text))


def _cued(kind: str, text: str, start: int) -> bool:
    return _before(shapes.CUE_BEFORE[kind], text, start) is not None


def _before(pattern: re.Pattern[str], text: str, start: int) -> re.Match[str] | None:
    """What ends just before ``start``: looked for no further back than a name may stand, or it took quadratic time."""
    return pattern.search(text, max(0, start - shapes.CUE_REACH), start)


@dataclass(frozen=True, slots=True)
class _Run:
    """Groups of digits that may be one number. ``whole``: nothing of the row of groups is left out."""

    text: str
    digits: str
    start: int
    end: int
    sizes: tuple[int, ...]
    whole: bool

    def read(self, kind: str, confidence: float) -> Reading:
        return Reading(kind, self.digits, self.start, self.end, confidence)


def _numbers(text: str) -> Iterator[Reading]:
    runs = list(_runs(text))
    for run in runs:
        if reader := _BY_LENGTH.get(len(run.digits)):
            yield from reader(run)
    codes = [run for run in runs if _may_be_code(run)]
    if codes and (confidence := _code_confidence(text)):
        yield from (run.read("code", confidence) for run in codes)


def _runs(text: str) -> Iterator[_Run]:
    """Rows of digits with single separators: an identifier may take one group or several that belong together."""
    for m in shapes.CLUSTER.finditer(text):
        groups = [(m.start() + g.start(), m.start() + g.end()) for g in _DIGITS.finditer(m[0])]
        for first in range(len(groups)):
            for last in range(first, min(first + 8, len(groups))):
                yield from _run(text, groups[first : last + 1], len(groups))


def _run(text: str, groups: list[tuple[int, int]], row: int) -> Iterator[_Run]:
    sizes = tuple(end - start for start, end in groups)
    if sum(sizes) not in _LENGTHS or (len(groups) > 1 and max(sizes) > 7):
        return
    digits = "".join(text[start:end] for start, end in groups)
    yield _Run(text, digits, groups[0][0], groups[-1][1], sizes, len(groups) == row)


def _afm(run: _Run) -> Iterator[Reading]:
    if not is_afm(run.digits):
        return
    sign = _before(shapes.AFM_SIGN_BEFORE, run.text, run.start)
    cued = bool(sign) or _cued("afm", run.text, run.start)
    if cued or len(run.sizes) == 1 or (run.whole and run.sizes in shapes.AFM_GROUPS):
        yield Reading("afm", run.digits, sign.start() if sign else run.start, run.end, 1.0 if cued else 0.9)


def _amka(run: _Run) -> Iterator[Reading]:
    if is_amka(run.digits):
        yield run.read("amka", 1.0 if _cued("amka", run.text, run.start) else 0.95)


def _kaek(run: _Run) -> Iterator[Reading]:
    if run.text.endswith("+", 0, run.start):
        yield Reading("tel", run.digits.removeprefix("30"), run.start - 1, run.end, 0.95)
        return
    cued = _cued("kaek", run.text, run.start)
    if not (cued or len(run.sizes) == 1 or run.sizes in shapes.KAEK_GROUPS):
        return
    tail = shapes.KAEK_TAIL.match(run.text, run.end) if len(run.digits) == 12 else None
    confidence = 0.99 if cued else 0.93 if tail or len(run.sizes) > 1 else 0.8
    if tail:
        yield Reading("kaek", run.digits + tail[0].replace(" ", ""), run.start, tail.end(), confidence)
    else:
        yield run.read("kaek", confidence)


def _phone(run: _Run) -> Iterator[Reading]:
    if run.digits[:2] in shapes.PHONE_BEGINNINGS:
        yield run.read("tel", 0.92)


def _may_be_code(run: _Run) -> bool:
    before, after = run.text[run.start - 1 : run.start], run.text[run.end : run.end + 1]
    alone = not (before.isalpha() or after.isalpha() or after == "/")
    return alone and run.whole and run.sizes in shapes.CODE_GROUPS and not shapes.AMOUNT_AFTER.match(run.text, run.end)


def _code_confidence(text: str) -> float:
    """How sure it is that six digits in this message are a code; asked once a message. Zero in a sentence of
    three words of two letters or more that does not speak of a code."""
    if shapes.CODE_CUE.search(text):
        return 0.95
    words = list(islice(shapes.WORD_AND_GAP.finditer(text), 2))
    sentence = len(words) > 1 and shapes.TWO_LETTERS.search(text, words[-1].end())
    return 0.0 if sentence else 0.75


_BY_LENGTH: dict[int, Callable[[_Run], Iterator[Reading]]] = {
    9: _afm, 10: _phone, 11: _amka, 12: _kaek, 16: _kaek, 18: _kaek,
}  # fmt: skip
_LENGTHS = frozenset({6, *_BY_LENGTH})  # six: a code
_FINDERS = (_cases, _protocols, _dates, _personal_numbers, _others, _numbers)
