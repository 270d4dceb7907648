"""A turn: our engine beside Rasa's own server, with the same model, the same actions and the same messages.

Both answer the same conversations, one after another and one process each. Of the server the best of several numbers
of clients counts; of the engine, which is called in-process by the worker, there is only one way.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.channels.facts import SPOKEN
from dialogues.actions import all_actions
from dialogues.catalogue import load_catalogue
from dialogues.engine.engine import Engine
from dialogues.turn import Context, Event, Message
from tests.dialogues.fakes import NOW, VASILIS, State

MODEL = Path("models/counter.tar.gz")
TALK = (
    "Καλημέρα σας",
    "pou vriskete h aithsh mou?",
    "Ποιες υποθέσεις έχω;",
    "Που είναι η ΚΤ-2026-000301;",
    "τι χαρτια λειπουν για το κτηματολογιο",
    "ευχαριστώ πολύ",
    "ΕΦ-2026-000201",
    "βοήθεια",
    "τι χαρτιά θέλετε ακόμα;",
    "Αντίο",
)
CONVERSATIONS = 40
CLIENTS = (1, 4, 8)
PAST_EVENTS = 50
SINGLE_TURNS = 500
CONTEXT = Context(1, "viber", NOW, VASILIS, 2)


async def turn_handler(engine: Engine, history: list[Event], talk: Sequence[str]) -> list[float]:
    """Say all of it; the seconds that each turn took."""
    took = []
    for number, text in enumerate(talk):
        started = time.perf_counter()
        turn = await engine.turn(history, Message(str(number), text, NOW + timedelta(seconds=len(history))), CONTEXT)
        took.append(time.perf_counter() - started)
        if not turn.replies:
            raise RuntimeError(f"no answer to {text}")
        history += turn.events
    return took


async def single_turns(engine: Engine) -> list[float]:
    """Turns of all kinds, each on a conversation of exactly :data:`PAST_EVENTS` events."""
    past: list[Event] = []
    while len(past) < PAST_EVENTS:
        await turn_handler(engine, past, TALK)
    took = []
    for number in range(SINGLE_TURNS):
        took += await turn_handler(engine, past[-PAST_EVENTS:], [TALK[number % len(TALK)]])
    return took


async def many_turns(engine: Engine) -> float:
    """Messages a second."""
    started = time.perf_counter()
    for _ in range(CONVERSATIONS):
        await turn_handler(engine, [], TALK)
    return CONVERSATIONS * len(TALK) / (time.perf_counter() - started)


async def ask_stock(url: str, clients: int) -> tuple[float, list[float]]:
    """Messages a second of Rasa's server, and the seconds that each took."""
    took: list[float] = []
    waiting = list(range(CONVERSATIONS))

    async def client(session: aiohttp.ClientSession) -> None:
        while waiting:
            sender = f"{clients}-{waiting.pop()}"
            for text in TALK:
                started = time.perf_counter()
                async with session.post(url, json={"sender": sender, "message": text}) as response:
                    if not await response.json():
                        raise RuntimeError(f"Rasa's server has no answer to {text}")
                took.append(time.perf_counter() - started)

    async with aiohttp.ClientSession() as session:
        started = time.perf_counter()
        await asyncio.gather(*(client(session) for _ in range(clients)))
        return len(took) / (time.perf_counter() - started), took


async def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    async with aiohttp.ClientSession() as session:
        while server.poll() is None:
            with contextlib.suppress(aiohttp.ClientConnectionError):
                async with session.get(url):
                    return
            await asyncio.sleep(0.2)
    raise RuntimeError(f"Rasa's server ended with {server.returncode}")


@contextlib.contextmanager
def stock(model: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Rasa's server, running."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "bench.stock", str(model), str(port)])
    try:
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.terminate()
        server.wait()


async def measure_stock(model: Path) -> dict[str, float]:
    with stock(model) as (url, server):
        await wait_for(url, server)
        webhook = f"{url}/webhooks/rest/webhook"
        await ask_stock(webhook, 1)  # the first round loads what is loaded late
        rounds = [await ask_stock(webhook, clients) for clients in CLIENTS]
    alone = sorted(rounds[0][1])
    return {"stock_per_second": max(rate for rate, _ in rounds), "stock_p50_ms": alone[len(alone) // 2] * 1000}


async def measure(model: Path) -> dict[str, float]:
    engine = Engine.load(model, all_actions(State(), load_catalogue()), SPOKEN)
    await single_turns(engine)
    took = sorted(await single_turns(engine))
    rate = await many_turns(engine)
    peer = await measure_stock(model)
    return {
        "turn_p50_ms": took[len(took) // 2] * 1000,
        "turn_p99_ms": took[int(len(took) * 0.99)] * 1000,
        "past_events": PAST_EVENTS,
        "engine_per_second": rate,
        **peer,
        "times_stock": rate / peer["stock_per_second"],
    }


def run(model: Path = MODEL) -> dict[str, Any]:
    """The figures, rounded."""
    return {name: round(value, 2) for name, value in asyncio.run(measure(model)).items()}


if __name__ == "__main__":
    print(run(Path(sys.argv[1]) if len(sys.argv) > 1 else MODEL))
