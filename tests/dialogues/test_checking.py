"""Is it genuine? By anybody, known or not: a code, one with a slip, a file, or the question alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialogues.ports import CheckedCertificate
from dialogues.turn import CheckFiles, TakeFiles
from dialogues.understanding.check_phrases import check_in
from nlu.yaml_file import read_yaml
from tests.dialogues.fakes import VASILIS, State
from tests.dialogues.talk import Talk

NLU = Path(__file__).parents[2] / "nlu"
CODE = "4TY6-KH90-TTY0-9K13"
ISSUED = CheckedCertificate(
    "genuine",
    "code",
    title="Ασφαλιστική ενημερότητα",
    issuer="e-ΕΦΚΑ",
    issued_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
    valid_until=datetime(2027, 5, 20, 9, tzinfo=UTC),
)
REVOKED = replace(ISSUED, result="revoked", revoked_at=datetime(2026, 11, 21, 9, tzinfo=UTC), why="replaced")
ASKED = [
    "είναι γνήσιο αυτό το πιστοποιητικό;", "πώς βλέπω αν ένα πιστοποιητικό είναι πλαστό;",
    "is this certificate genuine?", "θέλω να επαληθεύσω μια βεβαίωση", "μου έδωσαν ένα χαρτί, λέτε να είναι πλαστό;",
    "einai gnisio to pistopoiitiko?",
    "how can I verify a certificate", "μήπως το έγγραφο είναι πλαστογραφημένο;",
]  # fmt: skip


@pytest.mark.parametrize("text", ASKED)
def test_the_question_is_heard(text: str) -> None:
    for typed in (text, text.upper(), f"Καλησπέρα σας. {text}"):
        found = check_in(typed)
        assert found is not None, typed
        assert found.intent == "check_certificate"


@pytest.mark.parametrize(
    "text",
    [
        "θέλω βεβαίωση γνησίου υπογραφής", "αυτό το μήνυμα είναι γνήσιο;", "γνήσιο είναι αυτό;", "το sms είναι πλαστό;",
        "θέλω πιστοποιητικό γέννησης", "μέχρι πότε ισχύει το πιστοποιητικό;", "πότε θα ελέγξετε τα χαρτιά μου;",
    ],
)  # fmt: skip
def test_other_questions_are_left_alone(text: str) -> None:
    assert check_in(text) is None


@pytest.mark.slow
def test_no_sentence_that_teaches_something_else_is_taken_for_one() -> None:
    sentences = [
        line.removeprefix("- ")
        for file in sorted((NLU / "data").glob("*.yml"))
        for entry in read_yaml(file)["nlu"]
        if "intent" in entry
        for line in entry["examples"].splitlines()
    ]
    talks = [
        turn["say"]
        for file in sorted((NLU / "talks").glob("*.yml"))
        for talk in read_yaml(file)
        for turn in talk["turns"]
    ]
    assert [text for text in (*sentences, *talks) if check_in(text)] == []


@pytest.mark.slow
@pytest.mark.parametrize("channel", ["viber", "sms"])
@pytest.mark.parametrize("said", [CODE, "είναι γνήσιο; {}", "4τυ6 κη90 ττυ0 9κ13", "check {} please"])
async def test_a_code_is_answered_with_what_was_issued_and_no_more(
    talk: Talk, state: State, channel: str, said: str
) -> None:
    state.certificates.issued[CODE] = ISSUED
    await talk.on(channel).say(said.format(CODE))
    assert talk.names == ["utter_check_issued"]
    assert ISSUED.title in talk.text
    assert "2026" in talk.text
    assert CODE not in talk.stored
    assert CODE.replace("-", "") not in talk.stored
    state.certificates.issued[CODE] = REVOKED
    await talk.say(said.format(CODE))
    assert talk.names == ["utter_check_revoked"]
    assert ("εκδόθηκε άλλο" in talk.text) or ("another was issued" in talk.text)


@pytest.mark.slow
async def test_a_slip_a_code_of_nobody_and_too_many(talk: Talk, state: State) -> None:
    await talk.say("γνήσιο; 4TY6-KH90-TTY0-9K14")
    assert talk.names == ["utter_check_slip"]
    await talk.say(CODE)
    assert talk.names == ["utter_check_unknown"]
    assert "πλαστογραφία" in talk.text
    assert "αστυνομία" in talk.text
    state.certificates.slow = True
    await talk.say(f"και το {CODE};")
    assert talk.names == ["utter_check_slow"]


@pytest.mark.slow
async def test_a_code_in_the_middle_of_something_leaves_that_open(talk: Talk) -> None:
    await talk.all("σύνδεση", f"είναι γνήσιο το {CODE};")
    assert talk.names[0] == "utter_check_unknown"
    assert talk.names[-1].startswith("utter_ask_afm")


@pytest.mark.slow
async def test_after_the_question_a_file_is_checked_and_the_next_may_be_a_paper_again(talk: Talk, state: State) -> None:
    await talk.by(VASILIS).say(ASKED[0])
    assert talk.names == ["utter_check_how"]
    await talk.say("", attachments=("file",))
    assert talk.turn.effects == (CheckFiles(),)
    assert talk.turn.replies == ()
    turn = await talk.say("", attachments=("file",))
    assert [type(one).__name__ for one in turn.effects] == [TakeFiles.__name__]
    assert talk.names == ["utter_paper_is_it"]


@pytest.mark.slow
async def test_a_file_of_nobody_is_looked_at_before_linking_is_offered(talk: Talk) -> None:
    await talk.say("", attachments=("picture",))
    assert talk.turn.replies == ()
    [effect] = talk.turn.effects
    assert isinstance(effect, CheckFiles)
    assert [reply.name for reply in effect.asks] == ["utter_paper_link_first"]
    assert [choice.title for choice in effect.asks[0].choices] == ["Ναι", "Όχι"]
