"""The house rules of the wording: both languages, every placeholder filled, nothing unused, everything documented."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml

from connectors import cadastre, civil_protection, efka, kep, permits
from dialogues.actions import all_actions
from dialogues.actions.base import Action, ActionInput
from dialogues.catalogue import load_catalogue
from dialogues.ports import NoticeView
from dialogues.questions import AGAIN, ASKED_BY
from dialogues.responses import responses
from dialogues.say import Say
from dialogues.turn import Context, Entity, Message
from dialogues.understanding.interpret import KEYWORDS
from dialogues.wording import LANGUAGES, PICK, PICK_MANY, UnknownResponse, Voice, Wording
from nlu.names import read_catalogue
from tests.dialogues.fakes import (
    AFM,
    ANNA,
    BIRTH,
    CADASTRE,
    CODE,
    DIMITRA,
    ELENI,
    FLOOD,
    NOW,
    PERMIT,
    VASILIS,
    Privacy,
    State,
)

ROOT = Path(__file__).parents[2]
UNDERSTANDING = yaml.safe_load((ROOT / "dialogues/domain/understanding.yml").read_text("utf-8"))
RULES = [
    rule
    for file in sorted((ROOT / "dialogues/rules").glob("*.yml"))
    for rule in yaml.safe_load(file.read_text("utf-8"))["rules"]
]
OUTSIDE = set(yaml.safe_load((ROOT / "dialogues/domain/outside.yml").read_text("utf-8"))["responses"])
OWN_WORDS = {PICK, PICK_MANY}  # said by the wording itself
NAMED = sorted({*UNDERSTANDING["intents"], *UNDERSTANDING["actions"], *UNDERSTANDING["slots"], *AGAIN})
GUIDE = (ROOT / "docs/dialogues.md").read_text("utf-8")
RESPONSES = responses()
CHANNELS = ("viber", "sms")
NAMES = [(entry.kind, entry.code) for entry in read_catalogue()]


def steps(kind: str) -> set[str]:
    return {step[kind] for rule in RULES for step in rule["steps"] if kind in step}


def language(variation: Mapping[str, Any]) -> str:
    return "en" if variation.get("condition") else "el"


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}


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
        for entry in yaml.safe_load(file.read_text("utf-8"))["nlu"]
        if "intent" in entry
    }
    from_state = {
        "give_afm",
        "give_code",
        "send_attachment",
        "give_topic",
        "other_case",
        "follow_up",
        "log_in",
        "unlink",
    }
    from_state |= {"confirm_deletion", "delete_me", "my_data", "my_data_copy", "my_preferences", "set_preference"}
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


# --- every response is said by something, with all that it needs ---

CASES = (
    PERMIT,
    CADASTRE,
    FLOOD,
    BIRTH,
    *(replace(BIRTH, outcome=outcome) for outcome in ("refused", "partly", None)),
    replace(CADASTRE, received=("Αίτηση",)),
    replace(PERMIT, procedure="no-such", stage="unknown", note="Στον διευθυντή", missing=(("x", "Χαρτί", None),)),
)


def settings() -> list[State]:
    """States of the State, between them all that an action may meet."""
    single = [State(of={ANNA: (case,)}) for case in CASES]
    codes = [State(attempts_left=1), State(expired=True), State(code=None), State(proves=None)]
    views = [(None, None, False), ("sms", ("23:00", "07:00"), True), ("viber", None, None)]
    codes += [State(privacy=Privacy(view=NoticeView(on, on == "sms", q, said))) for on, q, said in views]
    plain = [State(), State(of={ANNA: CASES, VASILIS: CASES}), State(down={"cases", "contacts"})]
    return [*plain, *single, *codes, *seen()]


def seen() -> list[State]:
    """Registries that do not answer, and cases that wait for nobody or for one another."""
    old = tuple(replace(case, as_of=NOW) for case in CASES)
    permit = replace(PERMIT, missing=(("title-deed", "Τίτλος ιδιοκτησίας", None),))
    of = {ANNA: old, VASILIS: (permit, CADASTRE), DIMITRA: (), ELENI: (PERMIT, replace(CADASTRE, missing=()))}
    return [State(of=of, stale=(("efka", NOW),), silent=("kep",)), State(of=of)]


def messages() -> list[ActionInput]:
    """Messages of all kinds, by people of all levels."""
    entities = [
        (),
        (Entity("case_ref", PERMIT.reference, 0, 1),),
        (Entity("case_ref", "ΑΔ-1900-000001", 0, 1),),
        (Entity("afm", AFM[ANNA], 0, 1),),
        (Entity("amka", "01018012348", 0, 1),),
        (Entity("code", CODE, 0, 1),),
        (Entity("code", "000000", 0, 1),),
    ]
    slots: list[dict[str, Any]] = [
        {},
        {"fallback_count": 1},
        {"question": "person"},
        {"question": "case", "pending": {"intent": "ask_missing_documents", "reference": None}},
        {"question": "code", "pending": {"intent": "ask_case_status", "reference": None}},
    ]
    people = [(None, 0), (ANNA, 2), (VASILIS, 1), (DIMITRA, 2), (ELENI, 2)]
    who = [
        Context(1, "viber", NOW, citizen, level, login=login) for citizen, level in people for login in (False, True)
    ]
    said = Message("1", "ok", NOW)
    kinds = [(found, state, intent) for found in entities for state in slots for intent in ("affirm", "out_of_scope")]
    kinds += [((Entity(kind, value, 0, 1),), {}, "request_certificate") for kind, value in NAMES]
    kinds += [((), {"case": PERMIT.reference}, "other_case"), ((), {"anger": 1}, "complaint")]
    kinds += [((), {"fallback_count": count}, "out_of_scope") for count in (2, 3)]
    wished = [("channel", value) for value in ("only-viber", "sms", "any")]
    wished += [("quiet", value) for value in ("22:00-08:00", "none")]
    own = [ActionInput(said, who[0], "set_preference", preference=preference) for preference in wished]
    for context in who:
        reference = f"1:{int(NOW.timestamp())}:{context.citizen_id or 0}"
        mark = {"pending": {"intent": "delete_me", "reference": reference}}
        for code in (State().privacy.confirmation(1, reference), "x"):
            own.append(ActionInput(said, context, "confirm_deletion", (Entity("code", code, 0, 6),), mark))
    return own + [ActionInput(said, context, intent, found, state) for found, state, intent in kinds for context in who]


async def said_by(action: Action, turn: ActionInput) -> tuple[Say, ...]:
    try:
        return (await action.run(turn)).says
    except KeyError:  # this State has no such citizen
        return ()


async def everything_said() -> list[Say]:
    """Each once."""
    catalogue, heard = load_catalogue(), messages()
    found = {
        repr(say): say
        for state in settings()
        for action in all_actions(state, catalogue)
        for turn in heard
        for say in await said_by(action, turn)
    }
    return list(found.values())


def within(say: Say) -> set[str]:
    """The response and all those it is put together from."""
    values = [v for value in say.values.values() for v in (value if isinstance(value, tuple) else (value,))]
    parts = [v for v in values if isinstance(v, Say)] + list(say.more) + [option.title for option in say.options]
    return {say.response}.union(*map(within, parts))


@pytest.mark.slow
async def test_every_response_is_said_by_something_with_all_it_needs() -> None:
    wording = Wording(RESPONSES)
    said = await everything_said()
    for tongue in LANGUAGES:
        for channel in CHANNELS:
            for say in said:
                text, _ = wording.compose(say, Voice(tongue, channel, "1"))
                assert text.strip()
                assert "{" not in text
    uttered = {name for name in steps("action") if name.startswith("utter_")}
    again = {name for name in AGAIN.values() if name}
    assert set().union(*map(within, said)) | uttered | again | OUTSIDE | OWN_WORDS == set(RESPONSES)
    assert set(ASKED_BY) <= set(RESPONSES)


def test_what_a_rule_says_needs_nothing() -> None:
    for name in {n for n in steps("action") if n.startswith("utter_")} | {n for n in AGAIN.values() if n}:
        for variation in RESPONSES[name]:
            assert not placeholders(variation["text"])


def test_a_response_that_is_missing_is_named() -> None:
    with pytest.raises(UnknownResponse, match="utter_nowhere in el"):
        Wording(RESPONSES).compose(Say("utter_nowhere"), Voice("el", "viber", "1"))


def test_a_value_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match="left"):
        Wording(RESPONSES).compose(Say("utter_code_wrong"), Voice("el", "viber", "1"))


def test_braces_in_a_value_stay_what_they_are() -> None:
    said = Say("utter_case_part_note", {"note": "{left} {0}"})
    assert "{left} {0}" in Wording(RESPONSES).compose(said, Voice("el", "viber", "1"))[0]


# --- the catalogue ---


@pytest.mark.parametrize("registry", [permits, efka, cadastre, civil_protection, kep])
def test_every_procedure_and_stage_of_the_registries_has_words(registry: Any) -> None:
    catalogue = load_catalogue()
    for procedure in registry.VOCABULARY.procedures._codes.values():
        assert catalogue.procedure(procedure), procedure
        for stage in registry.VOCABULARY.stages._codes.values():
            assert catalogue.stage(procedure, stage), (procedure, stage)


def test_the_catalogue_is_in_both_languages() -> None:
    catalogue = load_catalogue()
    stages = [*catalogue.stages.values(), *(s for p in catalogue.procedures.values() for s in p.stages.values())]
    words = [w for s in stages for w in (s.title, s.next)]
    words += [w for p in catalogue.procedures.values() for w in (p.title, p.submit)]
    for word in words:
        assert set(word) == set(LANGUAGES)
        assert all(re.search(r"\w", text) for text in word.values())


@pytest.mark.parametrize(("kind", "code"), NAMES)
def test_whatever_can_be_named_is_in_the_catalogue(kind: str, code: str) -> None:
    catalogue = load_catalogue()
    assert code in (catalogue.offices if kind == "agency" else catalogue.services)


def test_public_facts_name_their_source_and_are_in_both_languages() -> None:
    catalogue = load_catalogue()
    mitos = {entry.code: entry.mitos for entry in read_catalogue()}
    for service in catalogue.services.values():
        assert service.agency in catalogue.offices
        assert service.source
        assert service.seen.year >= 2026
        assert mitos[service.code] in service.source
        words = [service.owner, service.where, service.needs, service.time, service.fee, *(service.documents or ())]
        assert all(set(each) == set(LANGUAGES) for each in words if each is not None)
    for office in catalogue.offices.values():
        assert set(office.finder) == set(LANGUAGES)


def test_no_telephone_and_no_hour_is_kept_for_any_office() -> None:
    for office in load_catalogue().offices.values():
        for text in [*office.finder.values(), *(office.note or {}).values()]:
            assert set(re.findall(r"\d+", text)) <= {"112", "155034"}
