"""The house rules of the domain: both languages, nothing unused, everything documented."""

from __future__ import annotations

import pytest

from dialogues.actions import all_actions
from dialogues.catalogue import load_catalogue
from dialogues.understanding.interpret import KEYWORDS
from dialogues.wording import LANGUAGES
from nlu.yaml_file import read_yaml
from tests.dialogues.domain import (
    GUIDE,
    NAMED,
    RESPONSES,
    ROOT,
    UNDERSTANDING,
    language,
    placeholders,
    steps,
)
from tests.dialogues.fakes import (
    State,
)


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_every_response_is_in_both_languages_on_every_channel_it_has(name: str) -> None:
    has = {(language(v), v.get("channel")) for v in RESPONSES[name]}
    channels = {channel for _, channel in has}
    assert None in channels
    assert has == {(tongue, channel) for tongue in LANGUAGES for channel in channels}


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_wordings_of_one_channel_need_the_same_and_offer_the_same(name: str) -> None:
    for channel in {v.get("channel") for v in RESPONSES[name]}:
        variations = [v for v in RESPONSES[name] if v.get("channel") == channel]
        assert len({frozenset(placeholders(v["text"])) for v in variations}) == 1
        assert len({tuple(b["payload"] for b in v.get("buttons", ())) for v in variations}) == 1


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_every_text_is_fit_to_be_read(name: str) -> None:
    for variation in RESPONSES[name]:
        text = variation["text"]
        assert text == text.strip()
        assert "  " not in text
        assert len(text) <= 600


def test_every_button_says_an_intent_that_a_rule_answers() -> None:
    payloads = {b["payload"] for vs in RESPONSES.values() for v in vs for b in v.get("buttons", ())}
    assert {payload[1:] for payload in payloads} <= steps("intent")


def test_every_intent_has_a_rule_and_every_rule_an_intent() -> None:
    assert steps("intent") == {*UNDERSTANDING["intents"], "nlu_fallback"}
    assert set(KEYWORDS.values()) <= steps("intent")


def test_every_sentence_for_training_has_an_intent_of_the_domain() -> None:
    trained = {
        entry["intent"]
        for file in (ROOT / "nlu/data").glob("*.yml")
        for entry in read_yaml(file)["nlu"]
        if "intent" in entry
    }
    from_state = {
        "give_afm",
        "give_code",
        "name_paper",
        "send_attachment",
        "check_certificate",
        "give_topic",
        "ask_facet",
        "other_case",
        "follow_up",
        "log_in",
        "unlink",
    }
    from_state |= {"danger", "despair", "grief", "fraud", "breach", "about_alerts", "about_bot", "cancel_handover"}
    from_state |= {"danger_over", "phone_changes"}
    from_state |= {"explain", "maybe_person", "not_received", "reaction", "unsure", "wait"}
    from_state |= {"confirm_deletion", "delete_me", "my_data", "my_data_copy", "my_preferences", "set_preference"}
    from_state |= {
        "who_looked",
        "my_notices",
        "my_certificates",
        "send_certificate",
        "cancel_certificate",
        "give_detail",
    }
    assert trained == set(UNDERSTANDING["intents"]) - from_state


def test_the_actions_of_domain_rules_and_code_are_the_same() -> None:
    coded = {action.name for action in all_actions(State(), load_catalogue())}
    named = {name for name in steps("action") if name.startswith("action_")}
    assert coded == set(UNDERSTANDING["actions"]) == named


@pytest.mark.parametrize("name", NAMED)
def test_every_intent_action_slot_and_question_is_documented(name: str) -> None:
    assert f"`{name}`" in GUIDE


@pytest.mark.parametrize("file", sorted(path.name for path in (ROOT / "dialogues/domain").glob("*.yml")))
def test_every_file_of_the_domain_is_documented_and_says_what_it_holds(file: str) -> None:
    assert f"`{file}`" in GUIDE
    assert (ROOT / "dialogues/domain" / file).read_text("utf-8").startswith("# ")
