"""Papers handed in, as a conversation: nothing goes to a registry before it is said which paper it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogues.ports import SentPaper
from dialogues.turn import CheckFiles, Effect, HandIn, Paper, SendUploadLink, TakeBack, TakeFiles
from tests.dialogues.fakes import ANNA, CADASTRE, NOW, VASILIS, State
from tests.dialogues.talk import Talk

pytestmark = pytest.mark.slow

SURVEY = Paper("cadastre", "ΚΤ-2026-000301", "survey", "Τοπογραφικό διάγραμμα")
DEED = Paper("cadastre", "ΚΤ-2026-000301", "deed", "Τίτλος ιδιοκτησίας")


async def send(talk: Talk, text: str = "", kind: str = "picture") -> Talk:
    await talk.say(text, attachments=(kind,))
    return talk


def effects(talk: Talk) -> list[Effect]:
    """What is said later of a file is looked at by ``talk.names``; that a file is looked at is nothing that is kept."""
    made = [replace(one, asks=()) if isinstance(one, TakeFiles | CheckFiles) else one for one in talk.turn.effects]
    return [one for one in made if one != CheckFiles()]


@pytest.fixture
def both(state: State) -> State:
    """Two papers are missing."""
    two = replace(CADASTRE, missing=(*CADASTRE.missing, (DEED.code, DEED.title, None)))
    state.of[VASILIS] = (two,)
    return state


async def test_of_the_only_missing_paper_it_is_asked_whether_this_is_it(talk: Talk, state: State) -> None:
    await send(talk.by(VASILIS))
    assert talk.names == ["utter_paper_is_it"]
    assert SURVEY.title in talk.text
    assert SURVEY.reference in talk.text
    assert effects(talk) == [TakeFiles(SURVEY)]
    state.documents.files = 1
    await talk.say("ναι")
    assert talk.names == ["utter_paper_handing_in"]
    assert effects(talk) == [HandIn(SURVEY)]


async def test_a_no_to_what_was_handed_in_takes_nothing_back_and_says_so(talk: Talk, state: State) -> None:
    await send(talk.by(VASILIS))
    state.documents.files = 0  # handed in meanwhile, from the page
    await talk.say("όχι")
    assert talk.names == ["utter_paper_none_waits"]
    assert effects(talk) == []


@pytest.mark.parametrize("doubt", ["ο άντρας μου λέει ναι", "ναι; σίγουρα;"])
async def test_a_doubtful_yes_hands_nothing_in_and_one_that_was_said_is_not_asked_again(
    talk: Talk, state: State, doubt: str
) -> None:
    await send(talk.by(VASILIS))
    state.documents.files = 1
    await talk.say(doubt)
    assert effects(talk) == []
    await talk.say("ναι")
    assert effects(talk) == [HandIn(SURVEY)]
    await talk.say("όχι")
    assert not any(isinstance(effect, TakeBack) for effect in talk.turn.effects)
    assert "utter_paper_dropped" not in talk.names


@pytest.mark.parametrize("answer", ["όχι", "άκυρο", "no"])
async def test_no_erases_it(talk: Talk, state: State, answer: str) -> None:
    await send(talk.by(VASILIS))
    state.documents.files = 1
    await talk.say(answer)
    assert talk.names == ["utter_paper_dropped"]
    assert TakeBack() in talk.turn.effects
    await talk.say("ναι")
    assert not any(isinstance(effect, HandIn) for effect in talk.turn.effects)


@pytest.mark.parametrize("answer", ["2", "το δεύτερο", "Τίτλος ιδιοκτησίας (ΚΤ-2026-000301)"])
async def test_of_several_it_is_asked_which(talk: Talk, both: State, answer: str) -> None:
    await send(talk.by(VASILIS))
    assert talk.names == ["utter_paper_which"]
    assert effects(talk) == [TakeFiles(None)]
    both.documents.files = 1
    await talk.say(answer)
    assert effects(talk) == [HandIn(DEED)]


async def test_none_of_them_can_be_picked(talk: Talk, both: State) -> None:
    await send(talk.by(VASILIS))
    both.documents.files = 1
    await talk.say("Κανένα από αυτά")
    assert TakeBack() in talk.turn.effects


async def test_a_plain_yes_to_several_is_asked_again(talk: Talk, both: State) -> None:
    await send(talk.by(VASILIS))
    both.documents.files = 1
    await talk.say("ναι")
    assert talk.names == ["utter_paper_which"] or talk.text.endswith("Ποιο έγγραφο είναι;")
    assert effects(talk) == []


async def test_words_beside_the_file_name_the_paper(talk: Talk, both: State) -> None:
    await send(talk.by(VASILIS), "ορίστε ο τίτλος ιδιοκτησίας μου", "file")
    assert effects(talk) == [TakeFiles(DEED)]
    assert talk.names == ["utter_paper_is_it"]


async def test_more_files_before_the_answer_are_counted(talk: Talk, state: State) -> None:
    await send(talk.by(VASILIS))
    state.documents.files = 1
    await send(talk)
    assert talk.names == ["utter_papers_are_it"]
    assert "2" in talk.text
    assert effects(talk) == [TakeFiles(SURVEY)]


async def test_whoever_is_not_known_is_offered_linking_and_nothing_is_kept(talk: Talk) -> None:
    await send(talk)
    assert talk.names == ["utter_paper_link_first"]
    assert effects(talk) == []
    await talk.say("ναι")
    assert talk.names[0].startswith("utter_ask_afm")


async def test_where_nothing_is_missing_nothing_is_kept(talk: Talk) -> None:
    await send(talk.by(ANNA))
    assert talk.names == ["utter_paper_unwanted"]
    assert effects(talk) == []


async def test_what_cannot_be_seen_is_not_said_to_be_wanted_or_not(talk: Talk, state: State) -> None:
    state.silent = ("cadastre",)
    await send(talk.by(ANNA))
    assert talk.names == ["utter_case_unseen"]
    state.down.add("cases")
    await send(talk)
    assert talk.names == ["utter_cases_unavailable"]


async def test_where_a_sender_can_be_forged_a_link_is_sent(talk: Talk) -> None:
    await send(talk.by(VASILIS, 1).on("sms"))
    assert talk.names == ["utter_paper_by_link"]
    assert effects(talk) == [SendUploadLink(SURVEY.reference)]


async def test_a_late_yes_finds_nothing_any_more(talk: Talk, state: State) -> None:
    await send(talk.by(VASILIS))
    state.documents.files = 0
    await talk.say("ναι")
    assert talk.names == ["utter_paper_gone"]


async def test_another_question_leaves_it_open(talk: Talk, state: State) -> None:
    await send(talk.by(VASILIS))
    state.documents.files = 1
    await talk.say("ευχαριστώ")
    await talk.say("ναι")
    assert effects(talk) == [HandIn(SURVEY)]


@pytest.mark.parametrize("channel", ["viber", "sms"])
@pytest.mark.parametrize("words", ["πώς στέλνω το χαρτί;", "που το στέλνω αυτό που λείπει;"])
async def test_who_asks_how_to_hand_it_in_gets_a_link(talk: Talk, channel: str, words: str) -> None:
    talk.by(VASILIS).on(channel)
    await talk.say("τι χαρτιά λείπουν από το κτηματολόγιο;")
    await talk.say(words)
    assert effects(talk) == [SendUploadLink(SURVEY.reference)]


async def test_who_says_that_it_was_sent_is_told_what_was_handed_in_here(talk: Talk, state: State) -> None:
    state.documents.handed_in = (
        SentPaper(SURVEY.reference, SURVEY.title, "submitted", NOW, "1042/23-11-2026"),
        SentPaper("ΑΔ-2026-000999", "Κάτι άλλο", "submitted", NOW, "7/23-11-2026"),
    )
    await talk.by(VASILIS).say("το έστειλα το τοπογραφικό")
    assert "1042/23-11-2026" in talk.text
    assert "7/23-11" not in talk.text
    state.documents.handed_in = (SentPaper(SURVEY.reference, SURVEY.title, "on-its-way", NOW),)
    await talk.say("σας έστειλα το χαρτί")
    assert "το ελέγχω ακόμη" in talk.text
