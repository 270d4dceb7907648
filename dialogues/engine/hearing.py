"""What a message means in this conversation: what needs no classifier, then the model, then what is open.

A message may state two things. How news is wanted, or in which language, is heard beside another wish; and what
follows courtesy («Εντάξει. Και η δική μου;») counts, where nothing is open that a yes or no would answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from dialogues.channels import Channels
from dialogues.engine.rasa import Model
from dialogues.topics import NOTHING, about, underneath
from dialogues.turn import Entity, Message
from dialogues.understanding.acts import language_in
from dialogues.understanding.after_acts import after_act
from dialogues.understanding.asides import parted
from dialogues.understanding.both import asks_something, two_wishes
from dialogues.understanding.corrected import corrected
from dialogues.understanding.courtesy import after_courtesy, is_glad, thanks
from dialogues.understanding.denied import without_denied
from dialogues.understanding.earlier import asks_of_all, earlier_case
from dialogues.understanding.facets import ASK_FACET, in_their_order, of_something, second_of, with_facet
from dialogues.understanding.interpret import Reading, match_choice, preclassify, resolve_in_context
from dialogues.understanding.keyboard import as_meant
from dialogues.understanding.limits import CONFIRMED, TAKING, Limits
from dialogues.understanding.matters import with_matter
from dialogues.understanding.misread import closes
from dialogues.understanding.preference_phrases import PreferencePhrases
from dialogues.understanding.proxies import OWN, proxy_question
from dialogues.understanding.rights_phrases import PREFER
from dialogues.understanding.shorthand import in_full
from dialogues.understanding.that_one import yes_to_certificate

_COURTESY = frozenset({"affirm", "deny", "thank", "greet", "goodbye", "cancel"})
_UNCLEAR = frozenset({"nlu_fallback", "out_of_scope"})
_OUTSIDE = 0.9
"""From this probability on nothing is meant that we know of."""
_MAY_THANK = _UNCLEAR | {"maybe_person", "help", "about_alerts", "unsure"}
_PLEASANT = frozenset({"praise", "wait"})
"""Facets that ask nothing: what follows the courtesy may."""
LANGUAGE = "language"
_NUMBERS = ("afm", "code", "erase", "unlink", "kaek", "amka", "purpose", "order")
"""Questions that a row of digits or a few words answer."""
_AS: Mapping[str, str] = MappingProxyType({"certificate": "service", "check": NOTHING})
"""What is talked about, and as what the talks teach it."""
_GUESSED = 0.5
_NAMES = ("case_ref", "procedure", "agency", "certificate_type")
_YES_OR_NO = frozenset({"link", "person", "afm", "code", "erase", "unlink", "paper", "order"})
"""Open questions that a yes or no answers."""


class Hearing:
    """The model and the channels' words. Holds nothing of any conversation."""

    def __init__(self, model: Model, channels: Channels) -> None:
        self._model = model
        self._channels = channels
        self._phrases = PreferencePhrases(channels)
        self._limits = Limits(channels, self._phrases)

    def read(self, message: Message, slots: Mapping[str, Any]) -> Reading:
        """What the message means where the conversation stands as ``slots`` say."""
        return self._limits.kept(self._heard(message, slots))

    def _heard(self, message: Message, slots: Mapping[str, Any]) -> Reading:
        topic, last_choices = about(slots), slots["last_choices"] or ()
        if (both := parted(message.text, topic, self._phrases)) is not None:
            rest = preclassify(both.rest, (), (), self._phrases, topic) or self._parsed(both.rest, slots)
            how = both.aside[0] != LANGUAGE
            if how and rest.intent in CONFIRMED:
                return replace(rest, aside=both.aside)
            if how and (rest.intent in TAKING or _is_said_again(rest, both.aside)):
                return self._wished(message.text, rest, both.aside, topic)
            if asks_something(both.rest) and (rest.intent not in _UNCLEAR | _COURTESY or rest.has(*_NAMES)):
                return replace(rest, aside=both.aside)
            if how and language_in(both.rest) is None and not asks_something(both.rest):  # the reason for the wish
                return self._wished(message.text, rest, both.aside, topic)
        settled = preclassify(message.text, message.attachments, last_choices, self._phrases, topic)
        if settled is not None:
            return settled
        if after := after_act(message.text, topic, slots["question"]):
            return after
        if picked := match_choice(message.text, last_choices):
            return self._in_courtesy(self._parsed(picked, slots), slots)
        if slots["question"] not in _NUMBERS and (
            two := two_wishes(in_full(message.text), partial(self._parsed, slots=slots))
        ):
            return two
        return self._in_courtesy(self._parsed(message.text, slots), slots)

    def _wished(self, text: str, rest: Reading, aside: tuple[str, str], topic: str) -> Reading:
        """How news is wanted and no more: as the whole message says it, else as its part does."""
        whole = self._phrases.asked(text, topic)
        wish = whole.wish if whole and whole.intent == PREFER and whole.wish else aside
        return Reading(text, PREFER, language=rest.language, preference=wish)

    def _parsed(self, text: str, slots: Mapping[str, Any]) -> Reading:
        topic = underneath(slots)
        topic = _AS.get(topic, topic)
        text = in_full(as_meant(text))
        parsed = self._model.parse(text, topic)
        reading = Reading(
            text,
            parsed["intent"]["name"],
            parsed["intent"]["confidence"],
            corrected(text, tuple(Entity(e["entity"], e["value"], e["start"], e["end"]) for e in parsed["entities"])),
            parsed["language"],
            parsed["second_intent"],
        )
        reading = without_denied(reading)
        resolved = resolve_in_context(reading, slots["question"], slots["wish"], self._channels)
        facet = parsed["facet"]
        asking = slots["question"] in _YES_OR_NO or slots["question"] == "case"
        asked = with_facet(resolved, facet["name"], facet["confidence"], topic, asking=asking)
        others = parsed["other_facets"]
        told = with_matter(in_their_order(replace(asked, second_facet=second_of(asked, others)), others))
        if topic == NOTHING and told.intent in _UNCLEAR and 0 < told.confidence < _OUTSIDE:
            told = self._of_ones_own(told)
        told = _no_to_nothing(yes_to_certificate(told, slots), slots["question"])
        return replace(told, earlier=earlier_case(text, slots), of_all=asks_of_all(text))

    def _of_ones_own(self, reading: Reading) -> Reading:
        """What is understood of a case, where nothing is talked about and nothing else understood: «πώς σας το φέρνω;»
        as the first word is about what one's own case lacks."""
        facet = self._model.parse(reading.text, "case")["facet"]
        return of_something(reading, facet["name"], facet["confidence"])

    def _in_courtesy(self, reading: Reading, slots: Mapping[str, Any]) -> Reading:
        """What is said beside courtesy, or the courtesy where nothing else is understood."""
        courteous = reading.intent in _COURTESY and reading.facet is None
        if slots["question"] not in _YES_OR_NO and (courteous or reading.facet in _PLEASANT):
            rest = after_courtesy(reading.text)
            said = self._parsed(rest, slots) if rest else reading
            if said.intent not in _COURTESY | _UNCLEAR and said.facet not in _PLEASANT:
                return said
            if rest and proxy_question(rest) == OWN:  # «Καλά. Το δικό μου;» after somebody else's
                return replace(said, intent="ask_case_status", confidence=_GUESSED)
        may_thank = reading.intent in _MAY_THANK or (reading.intent == "affirm" and not slots["question"])
        if may_thank and thanks(reading.text):
            return replace(reading, intent="thank", confidence=1.0)
        if reading.intent in _UNCLEAR and underneath(slots) != NOTHING and is_glad(reading.text):
            return replace(reading, intent=ASK_FACET, facet="praise", confidence=1.0)
        return reading


def _no_to_nothing(reading: Reading, question: str | None) -> Reading:
    """A no where nothing was asked: one that says more corrects what was understood, and ends nothing."""
    if reading.intent != "deny" or question is not None or closes(reading.text):
        return reading
    if reading.has(*_NAMES):
        return replace(reading, intent="ask_case_status", confidence=_GUESSED)
    return replace(reading, intent="nlu_fallback", confidence=0.0)


def _is_said_again(rest: Reading, aside: tuple[str, str]) -> bool:
    """Is what else the message says a wish of the same kind?"""
    return rest.intent == PREFER and (rest.preference is None or rest.preference[0] == aside[0])
