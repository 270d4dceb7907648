"""The end of a turn: texts become replies, and effects get what they need of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from dialogues.turn import CheckFiles, Choice, Context, Effect, Reply, SetLanguage, TakeFiles
from dialogues.wording import Offer


def replies_of(
    texts: Sequence[str], names: Sequence[str], economies: Sequence[bool], offers: Sequence[Offer]
) -> tuple[Reply, ...]:
    """One message each. All choices come with the last: on Viber they vanish with the next message, and on SMS their
    numbers must be one row."""
    choices: tuple[Choice, ...] = tuple(offer.choice() for offer in offers)
    last = len(texts) - 1
    return tuple(
        Reply(text, choices if i == last else (), name, economy)
        for i, (text, name, economy) in enumerate(zip(texts, names, economies, strict=True))
    )


def with_held(effects: Iterable[Effect], replies: tuple[Reply, ...]) -> Iterator[Effect]:
    """What is said later goes with the effect that finds out whether it is."""
    for effect in effects:
        yield replace(effect, asks=replies) if isinstance(effect, TakeFiles | CheckFiles) else effect


def with_language(effects: Iterable[Effect], language: str, context: Context) -> Iterable[Effect]:
    """With the change to the language that was answered in."""
    effects = list(effects)
    changed = language != context.language
    told = any(isinstance(effect, SetLanguage) for effect in effects)
    return [SetLanguage(language), *effects] if changed and not told else effects
