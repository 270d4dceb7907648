"""What is wrong with an answer. Pure: an answer, what went before it, and what the talk expects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.talks.fold import fold_text
from bot.talks.script import MOST, Script, Talk, TalkTurn

MISSED = frozenset({"utter_rephrase", "utter_offer_person", "utter_gave_up", "utter_still_waiting"})
"""Responses that say: not understood."""
STOCK = frozenset(
    {
        "utter_out_of_scope",
        "utter_help",
        "utter_affirm_nothing",
        "utter_deny_nothing",
        "utter_nothing_to_cancel",
        "utter_cancelled",
        "utter_attachment",
    }
)
"""Responses that fit any nonsense."""
_INNER = re.compile(r"utter_|action_|\{\w+\}|nlu_fallback|None\b")
_REFERENCE = re.compile(r"(?:αδ|εφ|κτ|πη|ππ|ρρ|κε)-\d{4}-\d{6}")
_TO_LINK = re.compile(fold_text("γράψτε (μου )?(τον|το) (ΑΦΜ|αριθμό φορολογικού)|write your tax number"))
_GREEK, _WORDS = re.compile(r"[α-ωά-ώ]", re.IGNORECASE), re.compile(r"[^\W\d_]+")
_NAMES = re.compile(r"gov\.gr|viber|sms|https?://\S+|[A-ZΑ-Ω]{2}-\d{4}-\d{6}|e-ΕΦΚΑ|ΑΦΜ|ΚΑΕΚ|Ctrl", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back to one message: the texts, the titles to pick, the responses they came from; ``parts`` of SMS."""

    texts: tuple[str, ...]
    choices: tuple[str, ...] = ()
    responses: tuple[str, ...] = ()
    parts: int = 0

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    @property
    def whole(self) -> str:
        """Text and buttons."""
        return "\n".join((*self.texts, *self.choices))


def faults(
    script: Script,
    talk: Talk,
    turn: TalkTurn,
    answer: Answer,
    before: Sequence[Answer],
    *,
    references: Mapping[str, str],
    own: frozenset[str],
    proven: bool,
) -> list[str]:
    """What is wrong, a word or pattern each; empty: the turn holds. ``own`` are the references that may be named,
    ``references`` those of the made-up cases by name."""
    if not answer.texts:
        return ["no answer"]
    return [
        *_expected(script, turn, answer, before, references),
        *_general(talk, turn, answer, before),
        *_kept_apart(turn, answer, own, proven=proven),
    ]


def _expected(
    script: Script, turn: TalkTurn, answer: Answer, before: Sequence[Answer], references: Mapping[str, str]
) -> Iterator[str]:
    whole = fold_text(answer.whole)
    yield from (f"must {text}" for text in turn.must if not script.pattern(text, references).search(whole))
    yield from (f"not {text}" for text in turn.never if script.pattern(text, references).search(whole))
    if turn.other is not None:
        pattern = script.pattern(turn.other, references)
        first, last = pattern.search(whole), pattern.search(fold_text(before[-1].whole)) if before else None
        if first is None or (last is not None and first[0] == last[0]):
            yield f"other {turn.other}"


def _general(talk: Talk, turn: TalkTurn, answer: Answer, before: Sequence[Answer]) -> Iterator[str]:
    if "miss" not in turn.may and MISSED.intersection(answer.responses):
        yield "not understood"
    if "stock" not in turn.may and STOCK.intersection(answer.responses):
        yield "stock answer"
    if "same" not in turn.may and answer.text in [earlier.text for earlier in before[-2:]]:
        yield "said before"
    if turn.language != "any" and language_of(answer.text) not in (turn.language, "any"):
        yield "language"
    if len(answer.text) > (turn.most or MOST[talk.channel]):
        yield "too long"


def _kept_apart(turn: TalkTurn, answer: Answer, own: frozenset[str], *, proven: bool) -> Iterator[str]:
    said = fold_text(turn.say)
    for reference in set(_REFERENCE.findall(fold_text(answer.whole))):
        if reference not in own and reference not in said:
            yield "another's case"
    if _INNER.search(answer.whole):
        yield "an inner name"
    if proven and _TO_LINK.search(fold_text(answer.text)):
        yield "told to link"


def language_of(text: str) -> str:
    """``el``, ``en``, or ``any`` where there are hardly any letters; names and references do not count."""
    words = _WORDS.findall(_NAMES.sub("", text))
    greek_words = [word for word in words if _GREEK.search(word)]  # an SMS in capitals has Latin letters for Greek ones
    greek, latin = sum(map(len, greek_words)), sum(map(len, words)) - sum(map(len, greek_words))
    if greek + latin < 4:
        return "any"
    return "el" if greek >= latin else "en"
