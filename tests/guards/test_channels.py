"""Guards for the channels: what the service knows is known wherever its facts are needed, and named nowhere else."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import aiohttp
import pytest

from bot.channels.facts import CHANNELS, PREFERENCES, SPOKEN, AllChannelSettings
from bot.linking.build import link_pages
from bot.privacy.words import VALUES
from dialogues.responses import LANGUAGES
from dialogues.turn import Choice, Reply
from dialogues.understanding.rights_phrases import RightsPhrases
from tests.channels.registry import HARNESSES
from tests.channels.webhooks import WEBHOOKS
from tests.guards import sizes

REPLY = Reply("Σίγουρα; " * 300, (Choice("Ναι", "yes"), Choice("Όχι", "no")), economy=True)
NAMED = {
    "dialogues/responses.py": "Viber alone has a welcome",
    "dialogues/wording.py": "the domain's mark for what may be folded as an SMS",
    "bot/commands/wording.py": "only an SMS costs by its length",
    "bot/conversation/effects.py": "a code to a mobile goes by SMS",
    "bot/linking/verification.py": "a mobile is an address of SMS",
    "casestore/people/codes.py": "a mobile is an address of SMS",
    "casestore/people/identity.py": "a mobile is an address of SMS",
    "bot/logs.py": "names of libraries",
    "bot/talks/play.py": "the phone writes on each in its own way",
    "bot/talks/script.py": "how long an answer may be",
}
"""Modules outside the channels' folders and the phone that name a channel, and why."""


def test_every_channel_has_words() -> None:
    for channel in SPOKEN.values():
        for words in (channel.title, channel.chat, channel.said):
            assert sorted(words) == sorted(LANGUAGES)
            assert all(text.strip() for text in words.values())


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_can_be_preferred_in_words(name: str) -> None:
    asked = RightsPhrases(SPOKEN).asked
    said = {language: words.split()[0] for language, words in SPOKEN[name].said.items()}
    wishes = [asked(f"μόνο {said['el']}"), asked(f"only {said['en']}"), asked(f"I prefer {said['en']}")]
    assert [found.wish if found else None for found in wishes] == [
        ("channel", f"only-{name}"),
        ("channel", f"only-{name}"),
        ("channel", name),
    ]
    assert (PREFERENCES[name], PREFERENCES[f"only-{name}"]) == ((name, False), (name, True))


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_is_called_something_on_every_page(name: str) -> None:
    assert {name, f"only-{name}"} <= set(VALUES)
    for language in LANGUAGES:
        page = link_pages("https://login.example").page("code", language, channel=name, code="123456")
        assert SPOKEN[name].chat[language] in str(page.text)


async def test_every_channel_is_held_to_the_contract_and_cuts_replies_as_its_facts_do() -> None:
    assert {harness.name for harness in HARNESSES} == {webhook.channel for webhook in WEBHOOKS} == set(CHANNELS)
    async with aiohttp.ClientSession() as session:
        for harness in HARNESSES:
            channel = harness.build(session, "http://127.0.0.1:9")
            assert channel.name == harness.name
            assert list(channel.paths) == [target.partition("?")[0] for target in harness.targets]
            assert channel.compose(REPLY) == CHANNELS[harness.name].compose(REPLY)


def test_every_channel_is_off_until_it_is_set() -> None:
    settings = AllChannelSettings.model_construct()
    assert [name for name, facts in CHANNELS.items() if not facts.missing(settings)] == []


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_is_documented(name: str) -> None:
    told = (sizes.ROOT / "docs/channels.md").read_text(encoding="utf-8")
    assert f"## Setting up {SPOKEN[name].title['en']}\n" in told


def test_no_other_module_names_a_channel() -> None:
    folders = {f"bot/channels/{name}/" for name in CHANNELS} | {"bot/phone/"}
    paths = {str(path.relative_to(sizes.ROOT)): path for path in sizes.modules("bot", "dialogues", "casestore")}
    ours = {name: path for name, path in paths.items() if not name.startswith(tuple(folders))}
    naming = {name for name, path in ours.items() if set(_literals(path.read_text("utf-8"))) & set(CHANNELS)}
    assert naming == set(NAMED)


def _literals(source: str) -> Iterator[str]:
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return (node.value for node in nodes if isinstance(node.value, str))
