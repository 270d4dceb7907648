"""A conversation in memory: Rasa's tracker made from stored events, and the new events of this turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from dialogues.engine.session import recent, session_of, slots_of
from dialogues.turn import Context, Event, Message, Reply
from dialogues.understanding.interpret import Reading
from dialogues.understanding.redaction import redact
from nlu.rasa_compat import foreign_warnings_off

with foreign_warnings_off():
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
    from rasa.shared.core.events import Event as RasaEvent
    from rasa.shared.core.trackers import DialogueStateTracker

LISTEN = "action_listen"
LOOKS_BACK = 1
"""Turns before this one that the policies are shown. A rule spans one turn; what must be known for longer is in the
slots. A policy re-reads all it is given on every prediction."""

_NOT_FEATURIZED = frozenset({"bot", "session_started"})  # nothing a policy looks at


def _user(event: Event) -> RasaEvent:
    parsed = event.get("parse_data") or {}
    return UserUttered(
        event.get("text") or "",
        parsed.get("intent") or {},
        parsed.get("entities") or [],
        timestamp=event["timestamp"],
        message_id=event.get("message_id"),
        use_text_for_featurization=False,
    )


_REPLAY: Mapping[str, Callable[[Event], RasaEvent]] = MappingProxyType(
    {
        "user": _user,
        "slot": lambda event: SlotSet(event["name"], event.get("value"), timestamp=event["timestamp"]),
        "action": lambda event: ActionExecuted(event["name"], timestamp=event["timestamp"]),
    }
)


class Conversation:
    """Grows by one turn. ``tracker`` is what the policies see, ``events`` what is to be stored, ``slots`` the state."""

    def __init__(
        self, domain: Domain, history: Sequence[Event], message: Message, context: Context, unknown: Counter[str]
    ) -> None:
        """``unknown`` counts events that are skipped because no one here knows their type any more."""
        self._domain = domain
        self._at = message.at.timestamp()
        self._initial = {slot.name: slot.initial_value for slot in domain.slots}
        session = session_of(history, message.at)
        self.slots: dict[str, Any] = {**self._initial, **self._known(slots_of(session))}
        self.tracker = self._resume(session, context, unknown)
        self.events: list[Event] = []
        if not session:
            self._begin()

    def _resume(self, session: Sequence[Event], context: Context, unknown: Counter[str]) -> DialogueStateTracker:
        """A tracker that stands where the session stands: the slots as they were, then the last turns as they went."""
        tracker = DialogueStateTracker(str(context.conversation_id), self._domain.slots)
        earlier, last = recent(session, LOOKS_BACK)
        for name, value in self._known(slots_of(earlier)).items():
            tracker.update(SlotSet(name, value, timestamp=self._at))
        tracker.update(ActionExecuted(LISTEN, timestamp=self._at))
        for event in last[_first_message(last) :]:
            self._replay(tracker, event, unknown)
        return tracker

    def _replay(self, tracker: DialogueStateTracker, event: Event, unknown: Counter[str]) -> None:
        kind = str(event.get("event"))
        if kind in _REPLAY and (kind != "slot" or event["name"] in self._initial):
            tracker.update(_REPLAY[kind](event))
        elif kind not in _NOT_FEATURIZED:
            unknown[kind] += 1

    def _known(self, slots: Mapping[str, Any]) -> dict[str, Any]:
        """Those that the domain still has: an old conversation may remember others."""
        return {name: value for name, value in slots.items() if name in self._initial}

    # --- what happens in this turn ---

    def _begin(self) -> None:
        self._store("action", name="action_session_start")
        self._store("session_started")
        self._store("action", name=LISTEN)

    def hear(self, reading: Reading, message: Message, context: Context) -> None:
        """The message, without what must not be kept of it."""
        text, entities = redact(reading.text, reading.entities)
        kept = [{"entity": e.entity, "value": e.value, "start": e.start, "end": e.end} for e in entities]
        intent = {"name": reading.intent, "confidence": round(reading.confidence, 4)}
        parsed = {"text": text, "intent": intent, "entities": kept, "language": reading.language}
        if reading.facet:
            parsed["facet"] = reading.facet
        self._happen("user", text=text, parse_data=parsed, input_channel=context.channel, message_id=message.id)

    def do(self, action: str) -> None:
        """An action ran."""
        self._happen("action", name=action)

    def set(self, slots: Mapping[str, Any]) -> None:
        """Slots change; those that have the value already are left alone."""
        for name, value in slots.items():
            if self.slots[name] != value:
                self.slots[name] = value
                self._happen("slot", name=name, value=value)

    def say(self, reply: Reply) -> None:
        """A reply was made. Its text is in the transcript and is not kept a second time."""
        self._store("bot", text=None, data={}, metadata={"utter_action": reply.name})

    def _happen(self, kind: str, **facts: Any) -> None:
        self.tracker.update(_REPLAY[kind](self._store(kind, **facts)))

    def _store(self, kind: str, **facts: Any) -> Event:
        event = {"event": kind, "timestamp": self._at, **facts}
        self.events.append(event)
        return event


def _first_message(events: Sequence[Event]) -> int:
    """Where the first message stands: what leads up to it (the start of the session) says nothing to a policy."""
    return next((i for i, event in enumerate(events) if event.get("event") == "user"), len(events))
