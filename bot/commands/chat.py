"""``chat``: talk with the dialogue in this terminal. Reads the case store; nothing is sent and nothing is kept."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta

from bot.app import build_reads, http_session
from bot.channels.facts import CHANNELS
from bot.commands.running import run as run_loop
from bot.commands.running import start
from bot.registries.build import build_registries
from bot.runtime import Runtime
from bot.settings import BadSettings
from bot.store import Store, open_store
from dialogues.turn import Context, Event, Message, SetLanguage


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--afm", help="be this citizen, proven; otherwise nobody known")
    parser.add_argument("--channel", choices=tuple(CHANNELS), default=next(iter(CHANNELS)))
    parser.add_argument("--language", choices=("el", "en"), default="el")


def run(arguments: argparse.Namespace) -> int:
    return run_loop(_chat(arguments))


async def _chat(arguments: argparse.Namespace) -> int:
    from bot.dialogue import load_dialogue  # Rasa: seconds to import, so only here

    settings, runtime = start(), Runtime()
    async with open_store(settings) as store, http_session() as session:
        registries = build_registries(settings, session, store)
        sys.stderr.write("loading the dialogue ...\n")
        dialogue = await load_dialogue(settings.model_path, build_reads(settings, store, registries, runtime))
        citizen = await _citizen(store, arguments.afm)
        language, history = arguments.language, list[Event]()
        for number, line in enumerate(sys.stdin if not sys.stdin.isatty() else iter(_prompt, "")):
            now = runtime.clock() + timedelta(microseconds=number)
            context = Context(0, arguments.channel, now, citizen, 2 if citizen else 0, language)
            turn = await dialogue.turn(history, Message(str(number), line.strip(), now), context)
            history += turn.events
            for reply in turn.replies:
                choices = "".join(f"\n   [{choice.title}]" for choice in reply.choices)
                sys.stdout.write(f"{reply.text}{choices}\n")
            for effect in turn.effects:
                sys.stdout.write(f"   -> {type(effect).__name__}\n")
                language = effect.language if isinstance(effect, SetLanguage) else language
            sys.stdout.flush()
    return 0


def _prompt() -> str:
    """A line typed by a person; an empty one ends the chat."""
    try:
        return input("> ")
    except EOFError:
        return ""


async def _citizen(store: Store, afm: str | None) -> int | None:
    if afm is None:
        return None
    found = await store.citizens.find(afm)
    if found is None:
        raise BadSettings("--afm: nobody on record has it")
    return found
