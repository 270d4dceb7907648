"""``demo``: the whole system on one machine, each part a process of its own, as it is in real life."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.commands.running import run as run_loop
from bot.commands.running import stop_signal

DATA = Path("data")
LOOK_EVERY = 0.2  # seconds between two looks at a part that starts
STARTS_WITHIN = 120.0  # seconds; the dialogue takes the longest
STOPS_WITHIN = 20.0
PASSWORD = "demo-only-password"  # noqa: S105 (well known: such an account is let in nowhere but in the demo)
EMPLOYEES = (
    ("eleni@demo.example", "Ελένη Παππά", "agent", ("general", "permits")),
    ("nikos@demo.example", "Νίκος Ρήγας", "supervisor", ("general",)),
)


class PartFailed(Exception):
    """A part of the demo ended or did not start."""


@dataclass(frozen=True, slots=True)
class Part:
    """A process of the demo; it is up when ``url`` answers 200."""

    name: str
    command: tuple[str, ...]
    url: str


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8080, help="of the counter; the others take the next ones (8080)")
    parser.add_argument("--keep", action="store_true", help="go on with what the last demo kept; the State starts anew")
    parser.add_argument("--speed", type=float, default=0.0, help="cases advance by themselves, so many times faster")


def run(arguments: argparse.Namespace) -> int:
    return run_loop(_demo(arguments))


def environment(port: int, secret: str) -> dict[str, str]:
    """The demo's settings. The tokens are well known and protect nothing: everything listens on this machine only."""
    counter, phone, state = (f"http://127.0.0.1:{port + n}" for n in (0, 2, 3))
    return {
        "DATABASE_URL": f"sqlite+aiosqlite:///{DATA}/demo.db",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WORKER_PORT": str(port + 1),
        "PUBLIC_URL": counter,
        "SECRET_KEY": secret,
        "VIBER_AUTH_TOKEN": "demo-viber-token",
        "VIBER_SENDER_NAME": "gov.gr",
        "VIBER_API_URL": f"{phone}/pa",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "demo-twilio-token",
        "TWILIO_FROM": "+302131313131",
        "TWILIO_API_URL": phone,
        "REGISTRIES_URL": state,
        "REGISTRIES_CLIENT_ID": "citizen-counter",
        "REGISTRIES_CLIENT_SECRET": "sandbox-only",
        "REGISTRY_EVENTS_SECRET": "whsec_ZGVtby1yZWdpc3RyeS1ldmVudHMtc2VjcmV0LTMyYi4=",
        "LOGIN_URL": state,
        "LOGIN_CLIENT_ID": "citizen-counter",
        "LOGIN_CLIENT_SECRET": "sandbox-only",
        "FEED_SECONDS": "3",
        "STAFF_DEMO": "on",
        "STAFF_HOURS": "always",  # whoever tries it at night shall find an employee
        "NOTICES_QUIET": "off",  # whoever tries it at night shall hear the phone
        "NOTICES_GATHER_MINUTES": "0.5",
    }


def parts(port: int, speed: float) -> tuple[Part, ...]:
    counter, worker, phone, state = (f"http://127.0.0.1:{port + n}" for n in range(4))
    py = (sys.executable, "-m")
    return (
        Part(
            "the sandbox State",
            (*py, "connectors.sandbox", "--port", str(port + 3), "--speed", str(speed), "--events-url", counter),
            f"{state}/clerk/",
        ),
        Part("the phone", (*py, "bot.phone", "--port", str(port + 2), "--counter-url", counter), f"{phone}/"),
        Part("the counter", (*py, "bot", "serve"), f"{counter}/readyz"),
        Part("the worker (it loads the dialogue)", (*py, "bot", "work"), f"{worker}/readyz"),
    )


async def _demo(arguments: argparse.Namespace) -> int:
    stop = stop_signal()
    secret = await asyncio.to_thread(_prepare, arguments.keep)
    settings = os.environ | environment(arguments.port, secret)
    running: list[Process] = []
    try:
        async with aiohttp.ClientSession() as session:
            await _employ(settings)
            started = parts(arguments.port, arguments.speed)
            for part in started:
                running.append(await _start(part, settings, session))
            each = zip(started, running, strict=True)
            await asyncio.gather(*(_until_up(part, process, session, stop) for part, process in each))
        _announce(arguments.port)
        return await _watch(running, stop)
    except PartFailed as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    finally:
        await _stop(running)


def _prepare(keep: bool) -> str:
    """The demo's key, made at the first run. Without ``keep`` the last demo's database goes: the State has forgotten it
    too, and would count its changes from the beginning."""
    DATA.mkdir(exist_ok=True)
    if not keep:
        for file in DATA.glob("demo.db*"):
            file.unlink()
    key = DATA / "demo.key"
    if not key.exists():
        key.touch(mode=0o600)
        key.write_text(secrets.token_urlsafe(32))
    return key.read_text()


async def _employ(settings: Mapping[str, str]) -> None:
    """The demo's employees; those of a demo that goes on are there."""
    for email, name, role, desks in EMPLOYEES:
        named = [part for desk in desks for part in ("--desk", desk)]
        command = (
            sys.executable,
            "-m",
            "bot",
            "staff",
            "add",
            "--demo",
            "--email",
            email,
            "--name",
            name,
            "--role",
            role,
        )
        process = await asyncio.create_subprocess_exec(
            *command,
            *named,
            env=dict(settings),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await process.communicate(f"{PASSWORD}\n".encode())
        if process.returncode and b"already" not in said:
            raise PartFailed(f"no account for {email}: {said.decode()[-300:]}")


async def _start(part: Part, settings: Mapping[str, str], session: aiohttp.ClientSession) -> Process:
    if await _answers(session, part.url):
        raise PartFailed(f"{part.url} is taken already: stop what runs there, or choose another --port")
    return await asyncio.create_subprocess_exec(*part.command, env=dict(settings), start_new_session=True)


async def _until_up(part: Part, process: Process, session: aiohttp.ClientSession, stop: asyncio.Event) -> None:
    """All parts start side by side: each waits for what it needs of another, as it does in real life."""
    try:
        async with asyncio.timeout(STARTS_WITHIN):
            while not await _answers(session, part.url):
                if process.returncode is not None or stop.is_set():
                    raise PartFailed(f"{part.name} did not start (exit code {process.returncode})")
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        raise PartFailed(f"{part.name} did not start: no answer") from None
    sys.stderr.write(f"{part.name} is up\n")


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url, timeout=aiohttp.ClientTimeout(total=2)) as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


def _announce(port: int) -> None:
    sys.stdout.write(
        f"\n  the phone      http://127.0.0.1:{port + 2}/         write as a citizen, by Viber and by SMS"
        f"\n  the State      http://127.0.0.1:{port + 3}/clerk/   move a citizen's case, as a clerk would"
        f"\n  the console    http://127.0.0.1:{port}/console/   answer as an employee"
        f"\n  the counter    http://127.0.0.1:{port}/readyz   health; figures at /metrics"
        f"\n\nEmployees of the demo, password {PASSWORD}:"
        + "".join(f"\n  {email:20} {name}, {role}" for email, name, role, _ in EMPLOYEES)
        + "\n\nTry, as citizen A (Μαρία Αντωνίου), by SMS: που βρισκεται η αιτηση μου      (Ctrl-C stops everything)\n"
    )
    sys.stdout.flush()


async def _watch(running: list[Process], stop: asyncio.Event) -> int:
    """Until a signal, or until a part ends by itself."""
    stopped = asyncio.create_task(stop.wait())
    ends = [asyncio.create_task(process.wait()) for process in running]
    await asyncio.wait([stopped, *ends], return_when=asyncio.FIRST_COMPLETED)
    for task in (stopped, *ends):
        task.cancel()
    if stop.is_set():
        return 0
    raise PartFailed("a part of the demo ended by itself; its last words are above")


async def _stop(running: list[Process]) -> None:
    alive = [process for process in running if process.returncode is None]
    for process in alive:
        process.terminate()
    try:
        async with asyncio.timeout(STOPS_WITHIN):
            await asyncio.gather(*(process.wait() for process in alive))
    except TimeoutError:
        for process in alive:
            if process.returncode is None:
                process.kill()
                await process.wait()
