"""The peer of the turn benchmark: Rasa's own server, our model, our actions. ``python -m bench.stock MODEL PORT``.

Kinder than what one would deploy: actions run in the server's own process instead of behind HTTP, and nothing below a
warning is logged. The answer of an action is checked and replayed as Rasa does it.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import structlog

from bot.channels.facts import SPOKEN
from dialogues.actions import all_actions
from dialogues.actions.base import Action, ActionInput
from dialogues.catalogue import load_catalogue
from dialogues.responses import responses
from dialogues.turn import Context, Entity, Message
from dialogues.wording import Voice, Wording
from nlu.rasa_compat import foreign_warnings_off
from tests.dialogues.fakes import NOW, VASILIS, State

with foreign_warnings_off():
    import rasa_sdk
    from rasa.core.agent import Agent
    from rasa.core.channels.rest import RestInput
    from rasa.core.run import configure_app
    from rasa.utils.endpoints import EndpointConfig
    from rasa_sdk.events import SlotSet
    from rasa_sdk.executor import ActionExecutor


class Wrapped(rasa_sdk.Action):  # type: ignore[misc] # Rasa ships no types
    """One of our actions as Rasa's action server runs it."""

    def __init__(self, action: Action, wording: Wording) -> None:
        self._action = action
        self._wording = wording

    def name(self) -> str:
        return self._action.name

    async def run(self, dispatcher: Any, tracker: Any, _domain: Any) -> list[Any]:
        heard = tracker.latest_message
        found = tuple(Entity(e["entity"], e["value"], e["start"], e["end"]) for e in heard["entities"])
        context = Context(1, "viber", NOW, VASILIS, 2)
        message = Message(heard["message_id"], heard["text"], NOW)
        output = await self._action.run(
            ActionInput(message, context, heard["intent"]["name"], found, tracker.slots, channels=SPOKEN)
        )
        for say in output.says:
            text, offers = self._wording.compose(say, Voice("el", "viber", message.id))
            dispatcher.utter_message(text=text, buttons=[{"title": o.title, "payload": o.says} for o in offers])
        return [SlotSet(name, value) for name, value in output.slots.items()]


class InProcess(EndpointConfig):  # type: ignore[misc]
    """An action endpoint without a wire."""

    def __init__(self, actions: Iterable[Wrapped]) -> None:
        super().__init__(url="in-process")
        self._executor = ActionExecutor()
        for action in actions:
            self._executor.register_action(action)

    async def request(self, *_: Any, json: dict[str, Any], **__: Any) -> Any:
        return await self._executor.run(json)


def main(model: Path, port: int) -> None:
    logging.basicConfig(level=logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    wording = Wording(responses())
    actions = [Wrapped(action, wording) for action in all_actions(State(), load_catalogue())]
    agent = Agent(action_endpoint=InProcess(actions))
    agent.load_model(model)
    app = configure_app([RestInput()], enable_api=False, port=port)
    app.ctx.agent = agent
    app.run(host="127.0.0.1", port=port, access_log=False, workers=1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
