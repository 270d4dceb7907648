"""``wording``: every response as it goes out, by language and channel, with what an SMS of it costs; and a check."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from jinja2 import Environment, FileSystemLoader

from bot.channels.facts import SPOKEN
from bot.channels.sms.encoding import fold_gsm7, segments
from bot.channels.text import listed
from dialogues.responses import LANGUAGES, responses
from dialogues.samples import SAMPLES, VARYING
from dialogues.say import Say
from dialogues.wording import UnknownResponse, Voice, Wording

BOUND = 2  # parts of a response's own text as an SMS; more needs a shorter variant
VARYING_BOUND = 4  # where the text holds what differs from case to case: titles, papers, notes


@dataclass(frozen=True, slots=True)
class Row:
    """One response as one citizen gets it. ``parts`` is 0 where nothing is billed; ``shortened``: it has SMS words."""

    name: str
    language: str
    channel: str
    text: str
    encoding: str
    parts: int
    units: int
    bound: int
    economy: bool
    shortened: bool


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--price", type=float, default=0.0, help="of one part of an SMS, in euros")
    parser.add_argument("--html", metavar="FILE", type=Path, help="write a page of the same")
    parser.add_argument("--check", action="store_true", help="fail on a language, a slot or a bound that is missed")


def run(arguments: argparse.Namespace) -> int:
    found = responses()
    faults = list(check(found))
    if arguments.check:
        sys.stderr.writelines(f"{fault}\n" for fault in faults)
        return 1 if faults else 0
    listing = rows(found)
    if arguments.html:
        arguments.html.write_text(page(listing, arguments.price), "utf-8")
        return 0
    for row in listing:
        cost = f"{row.parts * arguments.price:7.3f} EUR" if arguments.price else ""
        head = (
            f"{row.name:34} {row.language} {row.channel:5} {row.encoding:5} {row.parts or '-':>2} {row.units:4} {cost}"
        )
        sys.stdout.write(f"{head.rstrip()}\n{_indented(row.text)}\n")
    return 0


def rows(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Row]:
    """Every response in every language on every channel, filled with samples."""
    wording = Wording(found, SPOKEN)
    return [
        _row(wording, name, found[name], Voice(language, channel, name))
        for name in sorted(found)
        for language in LANGUAGES
        for channel in SPOKEN
    ]


def check(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    """What is wrong, a line each: a language missing, a slot that nothing fills, more parts than the bound."""
    wording = Wording(found, SPOKEN)
    for name in sorted(found):
        unfilled = sorted(slots(found[name]) - set(SAMPLES))
        if unfilled:
            yield f"{name}: nothing is known to fill {', '.join(unfilled)} (dialogues/samples.py)"
            continue
        for language in LANGUAGES:
            for channel in SPOKEN:
                yield from _faults(wording, name, found[name], Voice(language, channel, name))


def _faults(wording: Wording, name: str, variations: Sequence[Mapping[str, Any]], voice: Voice) -> Iterator[str]:
    try:
        row = _row(wording, name, variations, voice)
    except UnknownResponse:
        yield f"{name}: no text in {voice.language} for {voice.channel}"
        return
    if row.parts > row.bound:
        remedy = "shorten its SMS variant" if row.shortened else "give it an SMS variant (channel: sms)"
        yield f"{name}: {row.parts} parts in {voice.language} as an SMS, {row.bound} at most: {remedy}"


def slots(variations: Sequence[Mapping[str, Any]]) -> set[str]:
    """The placeholders of all its texts."""
    return {slot for v in variations for _, slot, _, _ in Formatter().parse(v["text"]) if slot is not None}


def _row(wording: Wording, name: str, variations: Sequence[Mapping[str, Any]], voice: Voice) -> Row:
    """Measured without its choices: their number and length are the moment's, and they are listed by the channel."""
    needed = slots(variations)
    text, offers = wording.compose(Say(name, {slot: SAMPLES[slot] for slot in needed}), voice)
    economy, sms = wording.economy(name), voice.channel == "sms"
    sent = fold_gsm7(text) if economy and sms else text
    size = segments(sent)
    whole = listed(wording.with_numbers(sent, len(offers), voice), [o.choice() for o in offers], mark="{n}.")
    return Row(
        name=name,
        language=voice.language,
        channel=voice.channel,
        text=whole if sms else listed(text, [o.choice() for o in offers], mark="▸"),
        encoding=str(size.encoding) if sms else "-",
        parts=size.parts if sms else 0,
        units=size.units if sms else len(text),
        bound=VARYING_BOUND if needed & VARYING else BOUND,
        economy=economy,
        shortened=any(variation.get("channel") == "sms" for variation in variations),
    )


def page(listing: Sequence[Row], price: float) -> str:
    """The same as an HTML page that needs nothing from anywhere."""
    templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    by_name: dict[str, list[Row]] = {}
    for row in listing:
        by_name.setdefault(row.name, []).append(row)
    return templates.get_template("wording.html").render(responses=by_name, price=price)


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.split("\n"))
