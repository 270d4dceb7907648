"""What the dialogue's state decides about a message: before the classifier is asked, and after. Pure tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from types import MappingProxyType

from dialogues.channels import NO_CHANNELS, Channels
from dialogues.turn import Entity
from dialogues.understanding.acts import as_said, keyword_in, told_ahead, without_refused
from dialogues.understanding.alarm_phrases import alarm_in
from dialogues.understanding.check_phrases import check_in
from dialogues.understanding.details import as_amka, as_kaek, as_purpose
from dialogues.understanding.going_on import VIOLENCE, is_violence
from dialogues.understanding.keyboard import as_meant
from dialogues.understanding.login_phrases import asks_for
from dialogues.understanding.preference_phrases import PHRASES, PreferencePhrases
from dialogues.understanding.reading import Reading as Reading
from dialogues.understanding.signs import is_reaction
from dialogues.understanding.subject import Subject, subject_of
from nlu.checks import is_afm
from nlu.fold import fold
from nlu.language import detect
from nlu.letters import digits_for_letters, greek_codes, plain

LastChoices = Sequence[Mapping[str, str]]
"""Slot ``last_choices``: the last choices, ``{"title": ..., "says": ...}``, in the order shown."""


# --- before the classifier ---

KEYWORDS: Mapping[str, str] = MappingProxyType(
    {
        "ΣΤΟΠ": "stop_notifications",
        "STOP": "stop_notifications",
        "ΔΙΑΚΟΠΗ": "stop_notifications",
        "ΕΝΑΡΞΗ": "start_notifications",
        "START": "start_notifications",
        "ΒΟΗΘΕΙΑ": "help",
        "HELP": "help",
    }
)
"""Words that mean this when they are the whole message, on every channel, whatever is being talked about."""

_ORDINALS: tuple[tuple[str, ...], ...] = (
    ("1", "πρώτη", "πρώτο", "ένα", "μία", "first", "one"),
    ("2", "δεύτερη", "δεύτερο", "δύο", "second", "two"),
    ("3", "τρίτη", "τρίτο", "τρία", "third", "three"),
    ("4", "τέταρτη", "τέταρτο", "τέσσερα", "fourth", "four"),
    ("5", "πέμπτη", "πέμπτο", "πέντε", "fifth", "five"),
    ("6", "έκτη", "έκτο", "έξι", "sixth", "six"),
)
_FILLERS = (
    "το", "τη", "την", "η", "ο", "τον", "με", "για", "και", "όχι", "νούμερο", "αριθμό", "επιλογή",
    "κι", "κ", "λοιπόν", "μάλιστα", "παρακαλώ", "ευχαριστώ", "καλέ", "βρε", "ας", "πούμε", "δούμε", "πάμε", "είπα",
    "θέλω", "λέω", "διαλέγω", "αυτό", "αυτή", "αυτήν", "είναι", "εντάξει", "τώρα", "μου", "πες", "πείτε", "στο", "στη",
    "στην", "τ", "αν", "έχετε", "την", "ευγένεια", "δεν", "σας", "κάνει", "κόπο", "καίει", "περισσότερο", "ενδιαφέρει",
    "the", "number", "option", "and", "no", "please", "thanks", "ok", "okay", "i", "want",
    "choose", "take",
)  # fmt: skip
FILES = frozenset({"picture", "file"})
"""Attachments that are what a message is about, whatever words go with them."""
_WORD = re.compile(r"\w+")
_MOST_WORDS = 12  # of a message that picks one of several
_MOST_DIGITS = 3


def preclassify(
    text: str,
    attachments: Sequence[str],
    last_choices: LastChoices,
    phrases: PreferencePhrases = PHRASES,
    about: str = "none",
) -> Reading | None:
    """What needs no classifier: a keyword, a choice that means an intent, a file without words. Else ``None``.

    ``phrases`` know the channels that may be wished for; without them, none. ``about``: what is talked about.
    """
    if not text.strip():
        return Reading(text, "send_attachment" if attachments else "nlu_fallback")
    if intent := _keyword(text):
        return Reading(text, intent)
    text = as_meant(text)
    if intent := _keyword(text) or asks_for(text):
        return Reading(text, intent)
    says = match_choice(text, last_choices)
    if says and says.startswith("/"):
        intent, _, meant = says[1:].partition(" ")
        return Reading(meant or text, intent)
    if not says and (told := "reaction" if is_reaction(text) else alarm_in(text) or told_ahead(text)):
        facet = VIOLENCE if told == "danger" and is_violence(text) else None
        return Reading(text, told, language=detect(text), facet=facet)
    if not says and (check := check_in(text)):
        return check
    said = None if says else phrases.asked(text, about)
    if said is None:
        return Reading(text, "send_attachment", language=detect(text)) if FILES.intersection(attachments) else None
    language = said.language if said.language == "en" else "unknown"
    return Reading(text, said.intent, language=language, preference=said.wish)


def match_choice(text: str, last_choices: LastChoices) -> str | None:
    """What the choice says that this message picks by its title, number or place; ``None`` when it picks none."""
    key = _look(text)
    by_title = next((choice["says"] for choice in last_choices if _look(choice["title"]) == key), None)
    if by_title:
        return by_title
    place = place_in(text)
    return last_choices[place - 1]["says"] if place and place <= len(last_choices) else None


def place_in(text: str) -> int | None:
    """The number that a message amounts to: ``2``, ``2.``, «το δεύτερο», ``to prwto``. ``None`` if it says more."""
    said = _WORD.findall(text.lower())
    words = [word for word in said if fold(word) not in _filler_keys()] if len(said) <= _MOST_WORDS else []
    if len(words) != 1:
        return None
    if words[0].isdecimal():
        return int(words[0]) if len(words[0]) <= _MOST_DIGITS else None
    return _ordinal_keys().get(fold(words[0]))


# --- after the classifier ---


def resolve_in_context(
    reading: Reading, question: str | None, wish: str | None = None, channels: Channels = NO_CHANNELS
) -> Reading:
    """The same message in the light of the open question and of the wish answered last, and with the intents that
    only its entities tell."""
    said = as_said(reading, question, channels)
    reading = without_refused(said)
    if reading is not said:
        return reading
    answered = _ANSWERS[question](reading) if question in _ANSWERS else reading
    if answered is reading and question not in _NUMBERS and (subject := subject_of(reading.text, reading.entities)):
        answered = _about(reading, subject, question, wish)
    if answered.intent != "verify_identity":
        return answered
    kind = next((intent for intent, kinds in _GIVEN if answered.has(*kinds)), answered.intent)
    return replace(answered, intent=kind)


_GIVEN = (("give_afm", ("afm", "personal_number")), ("give_code", ("code",)))
_OTHER_NUMBERS = ("case_ref", "protocol", "kaek")
_CODE = re.compile(r"(?<!\d)\d(?:[\s\-.]{0,3}\d){3,7}(?!\d)")  # copied from a page it may hold a new line
_ROW_OF_TEN = re.compile(r"(?<!\d)(?:\d{4}\D{1,12}\d{6}|\d{6}\D{1,12}\d{4}|\d{10})(?!\d)")
_OLD_AFM = re.compile(r"(?<![\d/.\-])\d(?: ?\d){7}(?! ?\d|[/.\-]\d)")
_DIGITS = re.compile(r"(?:\d\D?){5,}")
_LETTERS = re.compile(r"[^\W\d_]+")
_FEW_WORDS = 4
_CODE_DIGITS = 6
_CONFIRMATION = 6  # digits
_CONFIRMING = (
    "ναι ok οκ ορίστε here κωδικός κωδικό code yes ο το τον παρακαλώ please διαγράψτε διαγραφή αποσύνδεση με delete"
)
_ASKS = re.compile(r"[?;\u037e]")
_VAGUE = ("nlu_fallback", "out_of_scope", "provide_reference", "affirm")


def _as_code(reading: Reading) -> Reading:
    """A code was asked for: a short row of digits is one, if the message says little else."""
    if whole := _with_receipt(reading):
        return whole
    if reading.has(*_OTHER_NUMBERS, "afm", "personal_number"):
        return _as_afm(reading)
    if reading.has("code"):
        return replace(reading, intent="give_code")
    text = digits_for_letters(reading.text)
    digits = _CODE.search(text)
    if digits is None or len(_LETTERS.findall(text)) > _FEW_WORDS or _ASKS.search(text):
        return reading
    code = Entity("code", re.sub(r"\D", "", digits[0]), digits.start(), digits.end())
    return replace(reading, intent="give_code", entities=(code,))


def _with_receipt(reading: Reading) -> Reading | None:
    """A code and the digits that our answer showed, in either order: together they are one row of ten."""
    digits = _ROW_OF_TEN.search(reading.text)
    if digits is None or reading.has(*_OTHER_NUMBERS) or len(_LETTERS.findall(reading.text)) > _FEW_WORDS:
        return None
    row = re.sub(r"\D", "", digits[0])
    return replace(reading, intent="give_code", entities=(Entity("code", row, digits.start(), digits.end()),))


def _as_afm(reading: Reading) -> Reading:
    """A tax number was asked for: a row of digits is meant as one, right or wrong."""
    if reading.has(*_OTHER_NUMBERS) or reading.has("amka"):
        return reading
    text = digits_for_letters(reading.text)
    given = reading.has("afm", "personal_number") or _DIGITS.search(text)
    if len(re.sub(r"\D", "", text)) == _CODE_DIGITS:  # an earlier code, or one from a page
        return _as_code(reading)
    if (old := _OLD_AFM.search(text)) and not reading.has("afm", "personal_number", "date"):
        return _as_old_afm(reading, old)
    return replace(reading, intent="give_afm") if given else reading


def _as_old_afm(reading: Reading, old: re.Match[str]) -> Reading:
    """Eight digits, as tax numbers had until 1999: a zero goes in front. Right or wrong, they are meant as one."""
    value = "0" + old[0].replace(" ", "")
    found = (Entity("afm", value, old.start(), old.end()),) if is_afm(value) else ()
    return replace(reading, intent="give_afm", entities=(*reading.entities, *found))


def _as_confirmation(reading: Reading) -> Reading:
    """Digits were asked for before anything is taken away: six of them and no word beside are an answer. With any
    other word beside them (a no, a question, our own message quoted by a machine) it is left."""
    text = digits_for_letters(reading.text)
    digits = _CODE.search(text)
    if digits is None or len(re.sub(r"\D", "", digits[0])) != _CONFIRMATION or reading.has("case_ref"):
        return reading
    beside = _LETTERS.findall(text.replace(digits[0], " "))
    if not {fold(word) for word in beside} <= _confirming() or _ASKS.search(text):
        return replace(reading, intent="cancel", confidence=1.0)
    code = Entity("code", re.sub(r"\D", "", digits[0]), digits.start(), digits.end())
    return replace(reading, intent="confirm_deletion", entities=(code,))


def _as_case(reading: Reading) -> Reading:
    """A case was asked for: naming one, or what it is about, is an answer and no wish of its own."""
    vague = reading.intent in (*_VAGUE, "deny") and reading.has(*_OTHER_NUMBERS, "procedure", "agency")
    return replace(reading, intent="provide_reference") if vague or _names_only(reading) else reading


def _as_topic(reading: Reading) -> Reading:
    """A certificate or an office was asked for: naming one is an answer."""
    vague = reading.intent in _VAGUE and reading.has(*_TOPICS)
    return replace(reading, intent="give_topic") if vague or _names_only(reading) else reading


def _names_only(reading: Reading) -> bool:
    subject = subject_of(reading.text, reading.entities)
    return subject is not None and subject.kind == "named"


def _about(reading: Reading, subject: Subject, question: str | None, wish: str | None) -> Reading:
    """A message that only names something goes on with the wish before it, unless it clearly has its own."""
    if subject.kind == "other":
        return replace(reading, intent="other_case") if wish in OF_A_CASE or question == "case" else reading
    bare = reading.intent in _VAGUE and not reading.has(*_OTHER_NUMBERS)
    return replace(reading, intent="follow_up") if wish and (subject.linked or bare) else reading


OF_A_CASE = frozenset(
    {"ask_facet", "ask_case_status", "ask_missing_documents", "report_document_sent", "certificate_status"}
)
"""Wishes that are about one case."""
_TOPICS = ("certificate_type", "procedure", "agency")
_NUMBERS = ("code", "afm", "kaek", "amka", "purpose")  # questions that a name does not answer
_ANSWERS: Mapping[str | None, Callable[[Reading], Reading]] = MappingProxyType(
    {
        "code": _as_code,
        "afm": _as_afm,
        "case": _as_case,
        "topic": _as_topic,
        "erase": _as_confirmation,
        "unlink": _as_confirmation,
        "order": _as_confirmation,
        "kaek": as_kaek,
        "amka": as_amka,
        "purpose": as_purpose,
    }
)


# --- comparing ---


def _look(text: str) -> str:
    """The message as a reader sees it: capitals without marks, look-alike letters one, nothing but words."""
    return " ".join(_WORD.findall(greek_codes(plain(text).text)))


def _keyword(text: str) -> str | None:
    """``/start`` is what an app sends when a chat is opened, and no wish for alerts."""
    return "greet" if text.strip() == "/start" else _keywords().get(_look(text)) or keyword_in(text)


@cache
def _confirming() -> frozenset[str]:
    return frozenset(fold(word) for word in _CONFIRMING.split())


@cache
def _keywords() -> dict[str, str]:
    return {_look(word): intent for word, intent in KEYWORDS.items()}


@cache
def _ordinal_keys() -> dict[str, int]:
    return {fold(word): place for place, words in enumerate(_ORDINALS, 1) for word in words[1:]}


@cache
def _filler_keys() -> frozenset[str]:
    return frozenset(fold(word) for word in _FILLERS)
