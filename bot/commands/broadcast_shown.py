"""Mass notices as ``broadcast`` shows them: what they say, to whom, what they cost, how far they have come."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.notices.mass.text import missing
from casestore.broadcasts.model import Broadcast, BroadcastState, Progress, Role
from casestore.people.quiet_hours import ATHENS

TRAINING = "TRAINING: nothing of it is ever sent"


def told(broadcast: Broadcast, texts: Mapping[Role, Mapping[str, str]], *, as_json: bool) -> str:
    """What an approver looks at."""
    preview = json.loads(broadcast.preview or "{}")
    if as_json:
        said = {role.value: dict(of) for role, of in texts.items()}
        return f"{json.dumps(_facts(broadcast) | {'texts': said, 'preview': preview}, ensure_ascii=False)}\n"
    return "\n".join([_head(broadcast), *_words(texts), *_previewed(broadcast, preview), ""])


def counted(broadcast: Broadcast, progress: Progress, *, as_json: bool) -> str:
    """How far it has come."""
    if as_json:
        return f"{json.dumps(_facts(broadcast) | _numbers(progress), ensure_ascii=False)}\n"
    numbers = _numbers(progress)
    lines = [f"  {name.replace('_', ' '):14} {value}" for name, value in numbers.items() if value not in ({}, 0)]
    return "\n".join([_head(broadcast), *lines, ""])


def listed(rows: Sequence[tuple[Broadcast, Progress]], *, as_json: bool) -> str:
    """All of them, the newest first."""
    if as_json:
        return "".join(counted(*row, as_json=True) for row in rows)
    return "".join(f"{_head(one)}  {progress.handed_over} of {one.people or 0}\n" for one, progress in rows) or "none\n"


def _facts(broadcast: Broadcast) -> dict[str, Any]:
    names = ("title", "category", "state", "reason", "people", "training", "author", "approver", "corrects", "repeats")
    return {"number": broadcast.id} | {name: getattr(broadcast, name) for name in names}


def _numbers(progress: Progress) -> dict[str, Any]:
    """The three counts apart, and what became of the rest."""
    return {
        "made": progress.made,
        "handed_over": progress.handed_over,
        "settled": sum(progress.settled.values()),
        "open": progress.open,
        "waiting": progress.waiting,
        "in_flight": progress.in_flight,
        "impossible": progress.impossible,
        "parts": progress.parts,
        "ended": dict(progress.settled),
        "not_sent": dict(progress.skipped),
        "finished": progress.finished,
    }


def _head(broadcast: Broadcast) -> str:
    state = f"{broadcast.state} ({broadcast.reason})" if broadcast.state is BroadcastState.PAUSED else broadcast.state
    by = f"by {broadcast.author}" + (f", approved by {broadcast.approver}" if broadcast.approver else "")
    corrects = f", corrects {broadcast.corrects}" if broadcast.corrects else ""
    training = f"  {TRAINING}" if broadcast.training else ""
    when = f"{broadcast.created_at.astimezone(ATHENS):%Y-%m-%d %H:%M}"
    return f"{broadcast.id}  {when}  {state}  «{broadcast.title}» {broadcast.category}, {by}{corrects}{training}"


def _words(texts: Mapping[Role, Mapping[str, str]]) -> Iterator[str]:
    for role, of in texts.items():
        for language, text in of.items():
            yield f"\n  {role}, {language}:\n" + "\n".join(f"    {line}" for line in text.splitlines())
    if lacking := missing(texts):
        yield f"\n  NOT WRITTEN, so it cannot be approved: {'; '.join(lacking)}"


def _previewed(broadcast: Broadcast, preview: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n  people     {broadcast.people}   (to approve it, type this number)"
    for channel, of in preview.get("channels", {}).items():
        price = f"{of['price']:.2f} euros" if of["price"] else "price not set"
        yield f"  {channel:10} {of['people']} people, {of['parts']} parts, {price}"
    if preview.get("most"):
        yield f"  at most    {preview['most']:.2f} euros, if all were told by SMS"
    for what in ("languages", "unsent"):
        if found := preview.get(what):
            yield f"  {what:10} {', '.join(f'{name} {count}' for name, count in found.items())}"
    if held := preview.get("held"):
        yield f"  quiet now  {held}: told when it ends"
    yield f"  audience   {broadcast.audience}"
    if broadcast.repeats:
        yield f"  said again because: {broadcast.repeats}"
    for one in preview.get("samples", ()):
        yield f"\n  to {one['to']} ({one['channel']}, {one['language']}):"
        yield "\n".join(f"    {line}" for line in one["text"].splitlines())
