"""A turn: from the conversation so far and a message to replies, events and effects, with Rasa deciding in between."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.athens import day_of
from dialogues.channels import Channels
from dialogues.engine.answers import replies_of, with_held, with_language
from dialogues.engine.hearing import Hearing
from dialogues.engine.rasa import Model, load_model
from dialogues.engine.tracker import LISTEN, Conversation
from dialogues.questions import AGAIN, ASIDE, ASKED_BY, LAPSES, LASTS, OF_QUESTION, TO_NOTHING
from dialogues.responses import Phrases
from dialogues.say import Say
from dialogues.topics import noticed, opened
from dialogues.turn import Context, Event, Message, Reply, Turn
from dialogues.understanding.earlier import remembered
from dialogues.understanding.facets import ASK_FACET
from dialogues.understanding.interpret import Reading
from dialogues.understanding.misread import is_misread
from dialogues.wording import Offer, Voice, Wording, warm_up
from nlu.letters import ascii_digits

MOST_ACTIONS = 10
SAME_FOR_ALL = frozenset(
    {"utter_case_not_found", "utter_case_unseen", "utter_code_none", "utter_code_sent", "utter_code_sent_receipt"}
)
"""Answers in which nothing may tell one question from another, not even that it was the second."""
FACET_ACTION, COMPLAINT, DANGER = "action_facet", "complaint", "danger"
LANGUAGE, CHANGE, PREFER = "language", "action_change_language", "action_set_preference"
_TELLS: Mapping[str, str] = {
    "ask_case_status": "action_case_status",
    "ask_facet": FACET_ACTION,
    "ask_fees": "action_fees",
    "ask_missing_documents": "action_missing_documents",
    "ask_office_hours": "action_office_hours",
    "certificate_status": "action_certificate_status",
    "help": "action_help",
    "request_certificate": "action_request_certificate",
    "talk_to_human": "action_handover",
}
"""What answers the second wish of a message: what tells, or calls a person (understanding/both.py)."""
UNCLEAR = frozenset(
    {
        "utter_gave_up", "utter_offer_person", "utter_out_of_scope", "utter_person_again", "utter_rephrase",
        "utter_still_waiting", "utter_unsure_case", "utter_unsure_service",
    }
)  # fmt: skip
"""What is said where nothing was understood: kept to itself where the message's second half was."""
_REMEMBERED = 2  # answers that are not repeated word for word
_WORDINGS = 4  # tried before the same is said again
_SORRY = Say("utter_misread")
_AGAIN = ("utter_as_said", "utter_as_said_still")  # what opens an answer that must be the same
_SPOKEN: Mapping[str, str] = {"el": "el", "greeklish": "el", "en": "en"}
_NOT_UNDERSTOOD = frozenset({"nlu_fallback", "out_of_scope"})
_FIRST = "Γεια σας"  # what is parsed first loads word lists: a second that no citizen should wait for


class EngineError(Exception):
    """The model and the code do not fit, or the rules go round in circles. A defect, never the citizen's doing."""


class Engine:
    """The trained model and the actions. Holds nothing of any conversation."""

    def __init__(self, model: Model, actions: Iterable[Action], channels: Channels) -> None:
        """``channels``: those on which it is spoken to."""
        self._model = model
        self._actions = {action.name: action for action in actions}
        self._channels = channels
        self._hearing = Hearing(model, channels)
        self._wording = Wording(model.domain.responses, channels)
        self.unknown_events: Counter[str] = Counter()
        """Stored events that were skipped, by type, since the start."""
        _check(model.domain.user_actions, self._actions)

    @classmethod
    def load(cls, model_path: Path, actions: Iterable[Action], channels: Channels) -> Engine:
        """Load a trained archive. Raises :class:`EngineError` when its actions are not those given."""
        model = load_model(model_path)
        model.parse(_FIRST)
        warm_up()
        return cls(model, actions, channels)

    def say(self, name: str, language: str, channel: str, **values: str) -> Reply:
        """A response outside a turn (:class:`dialogues.responses.Phrases`)."""
        return Phrases(self._wording).say(name, language, channel, **values)

    async def turn(self, history: Sequence[Event], message: Message, context: Context) -> Turn:
        """Answer a message. The same arguments give the same turn.

        ``history`` holds the conversation's events, oldest first, at least those that
        :func:`dialogues.engine.session.session_of` keeps.
        An exception of an action, or of what it reads, comes through; nothing of the turn counts then.
        """
        message = replace(message, text=ascii_digits(message.text))
        talk = Conversation(self._model.domain, history, message, context, self.unknown_events)
        if context.noticed is not None:
            talk.set(noticed(talk.slots, context.noticed.reference, context.noticed.response))
        reading = self._hearing.read(message, talk.slots)
        language = _language(talk, reading, context)
        talk.hear(reading, message, context)
        talk.set({"language": language, "fallback_count": talk.slots["fallback_count"] if _missed(reading) else None})
        outputs = await self._act(talk, reading, message, replace(context, language=language))
        return self._turn(talk, outputs, message, context)

    async def _act(
        self, talk: Conversation, reading: Reading, message: Message, context: Context
    ) -> list[ActionOutput]:
        """Do what the rules say until they say to listen. They see the slots as the message found them: what an
        action changes counts from the next message on, so a rule's condition holds to its end."""
        outputs: list[ActionOutput] = []
        heard = ActionInput(
            replace(message, text=reading.text) if reading.then else message,
            context,
            intent=reading.intent,
            confidence=reading.confidence,
            entities=reading.entities,
            slots={**talk.slots, "case": None} if reading.of_all else dict(talk.slots),
            second_intent=reading.second_intent,
            preference=reading.preference,
            facet=reading.facet,
            channels=self._channels,
            goes_on=bool(reading.second_facet or reading.then),
            said=reading.text,
            earlier=reading.earlier,
        )
        if reading.aside:
            name = CHANGE if reading.aside[0] == LANGUAGE else PREFER
            outputs.append(await self._run(name, replace(heard, preference=reading.aside, goes_on=True)))
        while (name := self._model.next_action(talk.tracker)) != LISTEN:
            if len(outputs) >= MOST_ACTIONS:
                raise EngineError(f"the rules want more than {MOST_ACTIONS} actions after {reading.intent}")
            outputs.append(await self._run(name, heard))
            talk.do(name)
        asks = any(say.response in ASKED_BY for output in outputs for say in output.says)
        for facet in _beside(reading, asks=asks):
            outputs.append(await self._run(FACET_ACTION, replace(heard, intent=ASK_FACET, facet=facet, goes_on=False)))
        if reading.then:
            second = await self._then(reading.then, heard, outputs)
            outputs = [second] if _missed(reading) and _lost(outputs) else [*outputs, second]
        return outputs

    async def _then(self, wish: Reading, heard: ActionInput, before: Iterable[ActionOutput]) -> ActionOutput:
        """Answer the second wish of a message, where the first left the conversation."""
        slots = dict(heard.slots)
        for output in before:
            slots.update(output.slots)
        half = replace(
            heard,
            message=replace(heard.message, text=wish.text),
            intent=wish.intent,
            confidence=wish.confidence,
            entities=wish.entities,
            slots=slots,
            second_intent=None,
            facet=wish.facet,
            goes_on=False,
            said=wish.text,
            earlier=wish.earlier,
        )
        return await self._run(_TELLS[wish.intent], half)

    async def _run(self, name: str, turn: ActionInput) -> ActionOutput:
        """A response named by a rule is said; anything else is an action of ours."""
        if action := self._actions.get(name):
            return await action.run(turn)
        return ActionOutput((Say(name),))

    def _compose(
        self, says: list[Say], voice: Voice, said: Sequence[int], *, misread: bool
    ) -> tuple[Voice, list[Say], list[tuple[str, tuple[Offer, ...]]]]:
        """Put into words that were not the last two answers: another wording, else said openly to be the same. Who has
        just said that this was not the question (``misread``) is not told it again."""
        for seed in (voice.seed, *(f"{voice.seed}.{again}" for again in range(_WORDINGS))):
            tried = replace(voice, seed=seed)
            composed = [self._wording.compose(say, tried) for say in says]
            if SAME_FOR_ALL.issuperset(say.response for say in says) or _checksum(composed) not in said:
                return tried, says, composed
        if misread and (sorry := self._wording.compose(_SORRY, voice)) and _checksum([sorry]) not in said:
            return voice, [_SORRY], [sorry]
        for opening in _AGAIN:
            repeated = [Say(opening), *says]
            composed = [self._wording.compose(say, voice) for say in repeated]
            joined = [(f"{composed[0][0]} {composed[1][0]}", composed[1][1]), *composed[2:]]
            if _checksum(joined) not in said:
                break
        return voice, says, joined

    def _turn(self, talk: Conversation, outputs: Sequence[ActionOutput], message: Message, context: Context) -> Turn:
        told = [output.slots["case"] for output in outputs if output.slots.get("case")]
        listed = tuple(reference for output in outputs for reference in output.listed)
        if talked := remembered(talk.slots, told, listed):
            talk.set({"talked": talked})
        for output in outputs:
            talk.set(output.slots)
        held = [say for output in outputs for say in output.held]
        says = [say for output in outputs for say in output.says]
        if again := _question_again(talk, outputs, [*says, *held]):
            says = [*(say for say in says if say.response not in TO_NOTHING), *again]
        says += held
        if topic := opened(name for say in says for name in _names(say)):
            talk.set({"about": topic})
        language = talk.slots["language"]
        voice, says, composed = self._compose(
            says,
            Voice(language, context.channel, message.id, day_of(context.now)),
            talk.slots["said"] or (),
            misread=is_misread(message.text),
        )
        talk.set({"said": [*(talk.slots["said"] or ()), _checksum(composed)][-_REMEMBERED:]})
        offers = list(dict.fromkeys(offer for _, own in composed for offer in own))
        texts = [text for text, _ in composed]
        if offers:
            talk.set({"last_choices": [{"title": offer.title, "says": offer.says} for offer in offers]})
            texts[-1] = self._wording.with_numbers(texts[-1], len(offers), voice)
        economies = [self._wording.economy(say.response) for say in says]
        replies = replies_of(texts, [say.response for say in says], economies, offers)
        for reply in replies:
            talk.say(reply)
        talk.do(LISTEN)
        now, later = replies[: len(replies) - len(held)], replies[len(replies) - len(held) :]
        effects = with_held((effect for output in outputs for effect in output.effects), later)
        return Turn(now, tuple(talk.events), tuple(with_language(effects, language, context)))


def _names(say: Say) -> Iterable[str]:
    """The response, and those that follow it in the same message."""
    return (say.response, *(part.response for part in say.more))


def _beside(reading: Reading, *, asks: bool) -> Iterable[str]:
    """The questions of a message that its intent does not answer; no second one where the answer ``asks`` itself."""
    first = None if reading.intent in (ASK_FACET, COMPLAINT, DANGER) else reading.facet
    return (facet for facet in (first, None if asks else reading.second_facet) if facet)


def _checksum(composed: Sequence[tuple[str, Sequence[Offer]]]) -> int:
    return zlib.crc32("\n".join(text for text, _ in composed).encode())


def _check(wanted: Iterable[str], have: Mapping[str, Action]) -> None:
    named = {name for name in wanted if name.startswith("action_")}
    if named != set(have):
        raise EngineError(f"actions of the model and of the code differ: {sorted(named ^ set(have))}")


def _missed(reading: Reading) -> bool:
    return reading.intent in _NOT_UNDERSTOOD


def _lost(outputs: Iterable[ActionOutput]) -> bool:
    """Does no answer say more than that it did not understand?"""
    return all(say.response in UNCLEAR for output in outputs for say in output.says)


def _language(talk: Conversation, reading: Reading, context: Context) -> str:
    """The language of the message, unless it tells none, or one was asked for."""
    if talk.slots["language_asked_for"]:
        return str(talk.slots["language"])
    return _SPOKEN.get(reading.language, context.language)


def _question_again(talk: Conversation, outputs: Sequence[ActionOutput], says: Sequence[Say]) -> list[Say]:
    """Keep slot ``question`` true to what was said; repeat a question that an answer to something else left open."""
    asked = [ASKED_BY[say.response] for say in says if say.response in ASKED_BY]
    if asked:
        talk.set({"question": asked[-1], "question_age": None})
        return []
    question, age = talk.slots["question"], talk.slots["question_age"] or 0
    if any("question" in output.slots for output in outputs):
        return []
    replaced = question not in AGAIN and opened(say.response for say in says) is not None
    if question not in LASTS or replaced or (question not in AGAIN and age + 1 >= LAPSES):
        talk.set({"question": None, "question_age": None})
        return []
    talk.set({"question_age": age + 1})
    if question in AGAIN:
        return [Say(AGAIN[question])]
    return [Say(ASIDE[question])] if question in ASIDE and _is_about(question, says) else []


def _is_about(question: str, says: Sequence[Say]) -> bool:
    """Did the answer deal with the question itself? Then it is put again; beside courtesy it just stays open."""
    return any(say.response in OF_QUESTION[question] for say in says)
