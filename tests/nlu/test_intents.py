"""Long messages, and messages that say nothing known. (tests/dialogues/test_intents.py has the model's basics.)"""

from __future__ import annotations

import pytest

from nlu.examples import examples
from nlu.fold import fold
from nlu.intents import TOLD, IntentModel, Shape, frame
from nlu.training import fit

STORIES = (
    ("ask_case_status", "Μας πλημμύρισε το υπόγειο τον Μάιο. Χάσαμε όλα τα έπιπλα της γιαγιάς. "
     "Ο δήμος έστειλε κάποιον να δει τη ζημιά. Πού βρίσκεται η αίτησή μου;"),
    ("ask_fees", "Ο γιος μου παντρεύεται το καλοκαίρι στο χωριό. Χτίζουμε ένα δωμάτιο για το ζευγάρι. "
     "Ο μηχανικός λέει διάφορα νούμερα κάθε φορά. Πόσο κοστίζει το παράβολο;"),
    ("ask_office_hours", "Έρχομαι με το λεωφορείο από το χωριό κάθε Τρίτη. Την άλλη φορά βρήκα την πόρτα κλειστή. "
     "Έχω και τα πόδια μου που με πονάνε. Τι ώρα ανοίγει το γραφείο;"),
)  # fmt: skip
SHORT = (
    ("ask_case_status", ("πού βρίσκεται η αίτησή μου", "τι γίνεται με τον φάκελο", "προχώρησε η αίτηση")),
    ("ask_fees", ("πόσο κοστίζει το παράβολο", "πόσα ευρώ είναι το παράβολο", "πόσο κάνει")),
    ("ask_office_hours", ("τι ώρα ανοίγει το γραφείο", "μέχρι τι ώρα είστε ανοιχτά", "πότε ανοίγετε")),
    ("out_of_scope", ("τι καιρό θα κάνει", "πες ένα ανέκδοτο", "ποιος κέρδισε τον αγώνα")),
)
WISH = "εγκρίθηκε επιτέλους ο φάκελός μου"
PAIRS = [(text, intent) for intent, text in STORIES] + [(text, intent) for intent, texts in SHORT for text in texts]


@pytest.fixture(scope="module")
def model() -> IntentModel:
    made = examples(PAIRS, seed=1, each=4, courtesy=0.2, story=0.5)
    return fit(made, shape=Shape(), least=1, strength=1.0, folds=2, seed=1)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Ο μηχανικός λέει διάφορα κάθε φορά. Την πόρτα τη βρήκα κλειστή. Πόσο κοστίζει;", "ask_fees"),
        ("Τι ώρα ανοίγει το γραφείο; Έρχομαι με το λεωφορείο από το χωριό.", "ask_office_hours"),
        ("Χάσαμε όλα τα έπιπλα. Τι γίνεται με τον φάκελο; Ο δήμος έστειλε κάποιον.", "ask_case_status"),
    ],
)
def test_the_wish_counts_wherever_it_stands(model: IntentModel, text: str, intent: str) -> None:
    assert model.ranking(text)[0][0] == intent


def test_a_story_is_never_an_answer(model: IntentModel) -> None:
    assert TOLD in model.labels
    for text, _ in PAIRS:
        ranking = model.ranking(text)
        assert TOLD not in dict(ranking)
        assert sum(chance for _, chance in ranking) == pytest.approx(1.0, abs=1e-4)
    assert model.second_wish("Χάσαμε όλα τα έπιπλα της γιαγιάς. Πόσο κοστίζει;", "ask_fees") != TOLD


@pytest.mark.parametrize("text", ["", "   ", "?!…", "你好", "你好 世界", "\x00"])
def test_nothing_known_is_out_of_scope_with_the_least_confidence(model: IntentModel, text: str) -> None:
    (intent, confidence), *_ = model.ranking(text)
    assert intent == "out_of_scope"
    assert confidence == pytest.approx(1 / len(SHORT))


def test_what_stories_tell_is_drawn_from_what_comes_before_the_wish() -> None:
    told = [e.text for e in examples(PAIRS, seed=1, each=1, courtesy=0.0) if e.intent == TOLD]
    assert "Χάσαμε όλα τα έπιπλα της γιαγιάς." in told
    assert not [text for text in told if text.endswith(";")]


def test_the_story_is_told_before_the_wish_or_after_it() -> None:
    made = examples([*PAIRS, (WISH, "ask_case_status")], seed=1, each=60, courtesy=0.0, story=1.0)
    told = [key for e in made if e.intent == "ask_case_status" and len((key := fold(e.text)).split()) > 9]
    assert any(key.startswith(fold(WISH)) for key in told)
    assert any(key.endswith(fold(WISH)) for key in told)


def test_a_frame_is_how_a_message_opens_closes_and_how_long_it_is() -> None:
    assert list(frame("oxi")) == ["^oxi", "^oxi", "$oxi", "#1"]
    assert list(frame("a b c d e f g"))[1:] == ["^a b", "$g", "#6"]
    assert list(frame("")) == []
