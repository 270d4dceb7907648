"""A turn is a function: what goes in alone decides what comes out, and what comes out is fit to be stored."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.channels.facts import SPOKEN
from dialogues.actions import all_actions
from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.catalogue import load_catalogue
from dialogues.engine.session import session_of
from dialogues.turn import Context, Message
from nlu.rasa_compat import foreign_warnings_off
from tests.dialogues.fakes import ANNA, NOW, VASILIS, State
from tests.dialogues.model import trained_model
from tests.dialogues.talk import Talk

if TYPE_CHECKING:
    from dialogues.engine.rasa import Model

pytestmark = pytest.mark.slow

LONG = (
    "Καλημέρα",
    "ποιες υποθέσεις έχω;",
    "1",
    "τι χαρτιά λείπουν;",
    "ξφδγ ψψψ κκκρ",
    "ευχαριστώ",
    "Πού βρίσκεται η ΚΤ-2026-000301;",
    "βοήθεια",
    "στα αγγλικά παρακαλώ",
    "άκυρο",
)


async def test_the_same_turn_twice_is_the_same(talk: Talk) -> None:
    await talk.by(VASILIS).all(*LONG)
    message = Message("77", "Ποιες υποθέσεις έχω;", talk.context.now)
    before = json.dumps(talk.history)
    once = await talk.engine.turn(talk.history, message, talk.context)
    again = await talk.engine.turn(talk.history, message, talk.context)
    assert once == again
    assert json.dumps(talk.history) == before
    assert once.replies


async def test_new_events_alone_come_back_and_can_be_stored(talk: Talk) -> None:
    await talk.by(VASILIS).all(*LONG)
    assert len(talk.history) > 50
    turn = await talk.say("Ποιες υποθέσεις έχω;")
    assert json.loads(json.dumps(turn.events)) == list(turn.events)
    assert [event["event"] for event in turn.events].count("user") == 1
    assert {event["timestamp"] for event in turn.events} == {talk.context.now.timestamp()}
    assert turn.events[-1]["name"] == "action_listen"


async def test_the_session_is_all_of_the_history_that_a_turn_needs(talk: Talk) -> None:
    await talk.by(VASILIS).all(*LONG)
    message = Message("77", "2", talk.context.now)
    session = session_of(talk.history, talk.context.now)
    assert len(session) < len(talk.history)
    whole = await talk.engine.turn(talk.history, message, talk.context)
    assert await talk.engine.turn(session, message, talk.context) == whole


async def test_events_that_nobody_knows_are_skipped_and_counted(talk: Talk) -> None:
    await talk.by(VASILIS).say("Πού βρίσκεται η αίτησή μου;")
    at = talk.context.now.timestamp()
    talk.history += [
        {"event": "hologram", "timestamp": at},
        {"event": "slot", "name": "gone", "value": 1, "timestamp": at},
        {"timestamp": at},
    ]
    await talk.say("2")
    assert talk.names == ["utter_case_status"]
    assert talk.engine.unknown_events == {"hologram": 1, "slot": 1, "None": 1}


class Broken(Action):
    """Stands in for an action and fails."""

    def __init__(self, name: str) -> None:
        self.name = name  # type: ignore[misc]

    async def run(self, turn: ActionInput) -> ActionOutput:
        raise ConnectionResetError("the store is gone")


async def test_what_an_action_raises_reaches_the_caller(model: Model) -> None:
    from dialogues.engine.engine import Engine

    actions = [
        Broken(action.name) if action.name == "action_case_status" else action
        for action in all_actions(State(), load_catalogue())
    ]
    talk = Talk(Engine(model, actions, SPOKEN)).by(ANNA)
    with pytest.raises(ConnectionResetError):
        await talk.say("Πού βρίσκεται η αίτησή μου;")


def test_a_model_with_other_actions_is_refused(model: Model) -> None:
    from dialogues.engine.engine import Engine, EngineError

    actions = [a for a in all_actions(State(), load_catalogue()) if a.name != "action_cancel"]
    with pytest.raises(EngineError, match="action_cancel"):
        Engine(model, actions, SPOKEN)


async def test_rasa_itself_would_decide_the_same(talk: Talk, tmp_path: Path) -> None:
    """Its own policy on its own runner, given the whole conversation, names the actions that ours took."""
    from rasa.engine.loader import load_predict_graph_runner
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.shared.core.trackers import DialogueStateTracker

    await talk.by(VASILIS).all(*LONG, "Πού βρίσκεται η αίτησή μου;", "το πρώτο", "άκυρο", "ναι")
    with foreign_warnings_off():
        metadata, rasa = load_predict_graph_runner(tmp_path, trained_model(), LocalModelStorage, DaskGraphRunner)
    ours: list[str] = []
    theirs: list[str] = []
    for position, event in enumerate(talk.history):
        if event["event"] == "user":
            tracker = DialogueStateTracker.from_dict("42", talk.history[: position + 1], metadata.domain.slots)
            tracker.latest_message.use_text_for_featurization = False
            found = rasa.run({"__tracker__": tracker}, [metadata.core_target])[metadata.core_target]
            theirs.append(metadata.domain.action_names_or_texts[found.max_confidence_index])
            ours.append(next(e["name"] for e in talk.history[position:] if e["event"] == "action"))
    assert ours == theirs
    assert len(ours) == len(LONG) + 4


async def test_a_turn_on_a_long_history_is_quick(talk: Talk) -> None:
    """The figure itself is measured by bench/turn.py; this only keeps it from growing by an order."""
    await talk.by(VASILIS).all(*LONG)
    history, took = talk.history[-50:], []
    for number in range(40):
        started = time.perf_counter()
        await talk.engine.turn(history, Message(str(number), "Ποιες υποθέσεις έχω;", talk.context.now), talk.context)
        took.append(time.perf_counter() - started)
    assert sorted(took)[20] < 0.05


async def test_of_two_wordings_the_message_decides(model: Model) -> None:
    from dialogues.say import Say
    from dialogues.wording import Voice, Wording

    wording = Wording({"utter_x": [{"text": "ένα"}, {"text": "δύο"}]})
    said = {wording.compose(Say("utter_x"), Voice("el", "viber", str(n)))[0] for n in range(20)}
    assert said == {"ένα", "δύο"}
    assert len({wording.compose(Say("utter_x"), Voice("el", "viber", "9"))[0] for _ in range(20)}) == 1


async def test_loading_and_the_first_turn_leave_nothing_to_be_loaded_later(model: Model) -> None:
    from dialogues.engine.engine import Engine

    engine = Engine.load(trained_model(), all_actions(State(), load_catalogue()), SPOKEN)
    started = time.perf_counter()
    turn = await engine.turn([], Message("1", "Πού βρίσκεται η αίτησή μου;", NOW), Context(1, "sms", NOW, ANNA, 2))
    assert time.perf_counter() - started < 0.3
    assert turn.replies[0].name == "utter_case_status"
