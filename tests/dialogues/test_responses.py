"""Every response is said by something, with all that it needs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.channels.facts import SPOKEN
from casestore.certificates.records import Why
from dialogues.actions import all_actions
from dialogues.actions.alarms import VIOLENCE
from dialogues.actions.base import Action, ActionInput
from dialogues.actions.facts import ANSWERED, ServiceFacets, meaning
from dialogues.catalogue import Office, Service, load_catalogue
from dialogues.ports import (
    CaseView,
    Look,
    LookedFor,
    Looker,
    Looks,
    NoticeSent,
    NoticeStanding,
    NoticeView,
    RequestedCertificate,
    SentPaper,
)
from dialogues.questions import AGAIN, ASIDE, ASKED_BY
from dialogues.say import Say
from dialogues.turn import Context, Entity, Message
from dialogues.wording import LANGUAGES, UnknownResponse, Voice, Wording
from tests.dialogues.certificate_turns import certificate_turns, checks_told
from tests.dialogues.domain import (
    NAMES,
    OUTSIDE,
    OWN_WORDS,
    RESPONSES,
    placeholders,
    steps,
)
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
    Certificates,
    Papers,
    Privacy,
    State,
)
from tests.dialogues.followups import followups_told

CASES = (
    PERMIT,
    CADASTRE,
    FLOOD,
    BIRTH,
    *(replace(BIRTH, outcome=outcome) for outcome in ("refused", "partly", None)),
    replace(CADASTRE, received=("Αίτηση",)),
    replace(PERMIT, procedure="no-such", stage="unknown", note="Στον διευθυντή", missing=(("x", "Χαρτί", None),)),
    replace(PERMIT, note="Δείτε www.tee.gr"),
)


def settings() -> list[State]:
    """States of the State, between them all that an action may meet."""
    single = [State(of={ANNA: (case,)}) for case in CASES]
    codes = [State(attempts_left=1), State(expired=True), State(code=None), State(proves=None)]
    views = [(None, None, False), ("sms", ("23:00", "07:00"), True), ("viber", None, None)]
    codes += [State(privacy=Privacy(view=NoticeView(on, on == "sms", q, said))) for on, q, said in views]
    more = NoticeView(None, False, None, None, "10:00", working_days=True, needed_only=True, default=True)
    told = tuple(NoticeSent(PERMIT.reference, NOW, standing, "sms") for standing in NoticeStanding)
    codes.append(State(privacy=Privacy(view=more, told=(*told, NoticeSent("x", NOW, NoticeStanding.SKIPPED)))))
    plain = [State(), State(of={ANNA: CASES, VASILIS: CASES}), State(down={"cases", "contacts"})]
    looks = tuple(Look(who, purpose, NOW.date()) for who in Looker for purpose in LookedFor)
    codes.append(State(privacy=Privacy(looked=Looks(looks, 3, 7))))
    often = State(incomplete=True)
    often.privacy.asked = 3
    return [*plain, *single, *codes, often, *seen(), *handing_in()]


def handing_in() -> list[State]:
    """Files that wait, and papers that were handed in here."""
    sent = [
        SentPaper(CADASTRE.reference, "Τοπογραφικό διάγραμμα", state, NOW, "1042/23-11-2026")
        for state in ("on-its-way", "submitted", "refused")
    ]
    return [State(documents=Papers(2, tuple(sent)))]


def files_sent() -> list[ActionInput]:
    """A file, from whoever sends one; and what is answered to the question which paper it is."""
    found = []
    for context in (Context(1, "viber", NOW, VASILIS, 2), Context(1, "sms", NOW, VASILIS, 1), Context(1, "viber", NOW)):
        picture = ActionInput(Message("1", "", NOW, ("picture",)), context, "send_attachment", channels=SPOKEN)
        named = replace(picture, intent="name_paper", said=f"{CADASTRE.reference} {CADASTRE.missing[0][0]}")
        how = replace(picture, intent="ask_facet", facet="submit")
        found += [picture, replace(picture, intent="affirm", slots={"question": "paper"}), named, how]
    return found


def seen() -> list[State]:
    """Registries that do not answer, and cases that wait for nobody or for one another."""
    old = tuple(replace(case, as_of=NOW) for case in CASES)
    permit = replace(PERMIT, missing=(("title-deed", "Τίτλος ιδιοκτησίας", None),))
    of = {ANNA: old, VASILIS: (permit, CADASTRE), DIMITRA: (), ELENI: (PERMIT, replace(CADASTRE, missing=()))}
    linked: dict[int, tuple[CaseView, ...]] = {ANNA: (replace(PERMIT, note="Δείτε http://office.example"),)}
    return [State(of=linked), State(of=of, stale=(("efka", NOW),), silent=("kep",)), State(of=of)]


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
        {"afm_misses": 2},
        {"question": "person"},
        {"question": "case", "pending": {"intent": "ask_missing_documents", "reference": None}},
        {"question": "code", "pending": {"intent": "ask_case_status", "reference": None}, "receipt": "1:2"},
    ]
    people = [(None, 0), (ANNA, 2), (VASILIS, 1), (DIMITRA, 2), (ELENI, 2)]
    who = [
        Context(1, "viber", NOW, citizen, level, login=login) for citizen, level in people for login in (False, True)
    ]
    who += [Context(1, "sms", NOW, VASILIS, 1), Context(1, "sms", NOW)]
    said = Message("1", "ok", NOW)
    kinds = [(found, state, intent) for found in entities for state in slots for intent in ("affirm", "out_of_scope")]
    kinds += [((Entity(kind, value, 0, 1),), {}, "request_certificate") for kind, value in NAMES]
    kinds += [((), {"case": PERMIT.reference}, "other_case"), ((), {"anger": 1}, "complaint")]
    kinds += [((), {"fallback_count": count}, "out_of_scope") for count in (2, 3)]
    kinds += [((), {"about": "service", "topic": "flood-compensation"}, "nlu_fallback")]
    kinds += [((), {"about": alarm}, alarm) for alarm in ("danger", "despair")]
    alarms = ("danger", "despair", "grief", "fraud", "breach")
    kinds += [((), {}, alarm) for alarm in (*alarms, "danger_over")]
    kinds += [
        ((), {"question": question}, intent)
        for question in ("link", "person", "afm", "code")
        for intent in ("explain", "wait", "unsure", "nlu_fallback")
    ]
    wished = [("channel", value) for value in ("only-viber", "sms", "any")]
    wished += [("quiet", value) for value in ("22:00-08:00", "none")]
    wished += [("days", "working"), ("days", "all"), ("news", "needed"), ("news", "all")]
    abroad = ActionInput(Message("1", "привет", NOW), who[0], "nlu_fallback", channels=SPOKEN)
    own = [ActionInput(said, who[0], "set_preference", preference=preference, channels=SPOKEN) for preference in wished]
    for context in who:
        reference = f"1:{int(NOW.timestamp())}:{context.citizen_id or 0}"
        for wish in ("delete_me", "unlink"):
            mark = {"pending": {"intent": wish, "reference": None, "mark": reference}}
            for code in (State().privacy.confirmation(1, reference), "x"):
                typed = (Entity("code", code, 0, 6),)
                own.append(ActionInput(said, context, "confirm_deletion", typed, mark, channels=SPOKEN))
    guessed = {"about": "case", "case": CADASTRE.reference}
    own += [replace(abroad, context=each, message=said, slots=guessed, confidence=0.5) for each in who]
    beside = replace(abroad, intent="change_language", goes_on=True)
    own += [beside, replace(abroad, intent="danger", facet=VIOLENCE)]
    own += [replace(abroad, context=each, intent="ask_facet", facet="seen") for each in who]
    own += [abroad, replace(abroad, slots={"question": "link"}), *files_sent()]
    return own + [
        ActionInput(said, context, intent, found, state, channels=SPOKEN)
        for found, state, intent in kinds
        for context in who
    ]


async def said_by(action: Action, turn: ActionInput) -> tuple[Say, ...]:
    try:
        done = await action.run(turn)
        return (*done.says, *done.held)
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
    return [*found.values(), *facts_told(), *await certificates_told(), *checks_told()]


async def certificates_told() -> list[Say]:
    """Every kind, asked for from the first word to the last, and asked about in every state it may have."""
    catalogue, said = load_catalogue(), list[Say]()
    base = RequestedCertificate(1, "birth-certificate", "asked", NOW, issued_at=NOW, valid_until=NOW, kept_until=NOW)
    names = ("asked", "waiting", "issued", "refused", "failed")
    each = [Certificates(tuple(replace(base, state=state, id=n) for n in (1, 2))) for state in names]
    revoked = [replace(base, state="revoked", revoked_at=NOW, why=why, id=n) for n, why in enumerate(Why)]
    each += [Certificates((one,)) for one in revoked] + [Certificates(tuple(revoked))]
    each += [Certificates((replace(base, state="waiting"),)), Certificates(off=frozenset(catalogue.issued))]
    states = [State(certificates=one) for one in (Certificates(), Certificates(may=False), *each)]
    states += [State(of={ANNA: (FLOOD, FLOOD, PERMIT, PERMIT)}), State(of={ANNA: ()})]
    for state in states:
        wanted = {action.name: action for action in all_actions(state, catalogue)}
        for turn in certificate_turns():
            names_ = [name for name in wanted if "certificate" in name or name == "action_confirm_deletion"]
            said += [say for name in (*names_, "action_facet") for say in await said_by(wanted[name], turn)]
    return said


def facts_told() -> list[Say]:
    """Whatever is known of everything, question by question."""
    catalogue = load_catalogue()
    facets = ServiceFacets(catalogue)
    topics: list[Service | Office] = [*catalogue.services.values(), *catalogue.offices.values()]
    return [meaning(None), *(facets.answer(topic, facet) for topic in topics for facet in ANSWERED)]


def within(say: Say) -> set[str]:
    """The response and all those it is put together from."""
    values = [v for value in say.values.values() for v in (value if isinstance(value, tuple) else (value,))]
    parts = [v for v in values if isinstance(v, Say)] + list(say.more) + [option.title for option in say.options]
    return {say.response}.union(*map(within, parts))


@pytest.mark.slow
async def test_every_response_is_said_by_something_with_all_it_needs() -> None:
    wording = Wording(RESPONSES)
    said = await everything_said() + followups_told()
    for tongue in LANGUAGES:
        for channel in SPOKEN:
            for say in said:
                text, _ = wording.compose(say, Voice(tongue, channel, "1"))
                assert text.strip()
                assert "{" not in text
    uttered = {name for name in steps("action") if name.startswith("utter_")}
    again = {*AGAIN.values(), *ASIDE.values(), "utter_as_said", "utter_as_said_still", "utter_misread"}
    assert set().union(*map(within, said)) | uttered | again | OUTSIDE | OWN_WORDS == set(RESPONSES)
    assert set(ASKED_BY) <= set(RESPONSES)


def test_what_a_rule_says_needs_nothing() -> None:
    for name in {n for n in steps("action") if n.startswith("utter_")} | {*AGAIN.values(), *ASIDE.values()}:
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
