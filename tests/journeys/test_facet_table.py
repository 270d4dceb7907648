"""The table of facets over signed HTTP: whatever is talked about, each narrower question has an answer.

Of every answer is held what holds of any: there is one, it understands, it is in the language of the question, short
enough, nobody else's, and not word for word one of the two before it (bot/talks/checks.py).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.talks.play import hold_all
from bot.talks.script import Script, Talk, TalkTurn
from dialogues.engine.rasa import Model

pytestmark = pytest.mark.slow

OPENS = {
    "case": ("πού βρίσκεται η αίτησή μου;", "where is my application?"),
    "paper": ("τι χαρτιά λείπουν από την υπόθεσή μου;", "which documents are missing from my case?"),
    "service": ("τι χρειάζεται για ανανέωση άδειας οδήγησης;", "what do I need to renew a driving licence?"),
    "certificate": ("θέλω πιστοποιητικό οικογενειακής κατάστασης", "I want a family status certificate"),
    "office": ("πού είναι το κτηματολογικό γραφείο Αθηνών;", "where is the cadastre office of Athens?"),
    "link": ("θέλω να συνδεθώ", "I want to link my account"),
    "called": ("θέλω να μιλήσω με υπάλληλο", "I want to talk to an employee"),
    "alerts": ("μη μου στέλνετε μηνύματα τη νύχτα", "do not send me messages at night"),
}
ASKS = {
    "amount": ("τι ποσό θα πάρω;", "how much money will I get?"),
    "bot": ("είσαι ρομπότ ή άνθρωπος;", "are you a robot or a human?"),
    "contact": ("τι τηλέφωνο έχουν;", "what is their phone number?"),
    "documents": ("τι χαρτιά χρειάζομαι;", "which documents do I need?"),
    "extension": ("μπορώ να πάρω παράταση;", "can I have an extension?"),
    "fee": ("πόσο κοστίζει;", "how much does it cost?"),
    "genuine": ("πώς ξέρω ότι δεν είναι απάτη;", "how do I know this is not a scam?"),
    "late": ("κι αν αργήσω τι γίνεται;", "what happens if I am late?"),
    "next": ("και μετά τι ακολουθεί;", "what comes after that?"),
    "nocode": ("δεν μου ήρθε κωδικός", "the code did not arrive"),
    "noway": ("δεν έχω taxisnet, γίνεται αλλιώς;", "I have no taxisnet, is there another way?"),
    "object": ("μπορώ να κάνω ένσταση;", "can I file an objection?"),
    "pay": ("πού πληρώνω;", "where do I pay?"),
    "privacy": ("ποιος διαβάζει αυτά που γράφω;", "who reads what I write here?"),
    "repeat": ("δεν κατάλαβα, ξαναπές το πιο απλά", "I did not understand, say it more simply"),
    "state": ("σε τι φάση είναι;", "what stage is it at?"),
    "submit": ("πώς το στέλνω;", "how do I send it?"),
    "term": ("τι σημαίνει αυτό;", "what does that mean?"),
    "todo": ("πρέπει να κάνω κάτι εγώ;", "do I have to do anything?"),
    "told": ("θα με ειδοποιήσετε;", "will you notify me?"),
    "until": ("μέχρι πότε έχω προθεσμία;", "until when do I have?"),
    "wait": ("περίμενε λίγο να το βρω", "wait a moment, let me find it"),
    "when": ("πότε θα είναι έτοιμη περίπου;", "when will it be ready?"),
    "who": ("ποια υπηρεσία είναι αρμόδια;", "which office is responsible for it?"),
    "why": ("γιατί αργεί τόσο;", "why does it take so long?"),
    "proxy": ("μπορώ να το κάνω για τη μητέρα μου;", "can I do it for my mother?"),
    "breach": ("αυτή δεν είναι δική μου υπόθεση", "this is not my case"),
    "anger": ("ντροπή σας, κοροϊδεύετε τον κόσμο", "shame on you, you are mocking people"),
    "fraud": ("με πήραν τηλέφωνο και ζητούσαν κωδικούς τράπεζας", "somebody called and asked for my bank codes"),
    "grief": ("πέθανε ο πατέρας μου", "my father died"),
    "despair": ("δεν αντέχω άλλο, θέλω να πεθάνω", "I cannot go on, I want to die"),
    "danger": ("κινδυνεύουμε, μπαίνουν νερά στο σπίτι", "we are in danger, water is coming into the house"),
}


QUARTERS = [("viber", "el"), ("viber", "en"), ("sms", "el"), ("sms", "en")]
QUOTED = frozenset({"documents", "why"})
"""Where the registry's own words are told, they are in the registry's language."""


def asked(quarter: int) -> Iterator[TalkTurn]:
    """Every fourth pair of a topic and a facet; all four quarters are the table. What changes the topic stands last."""
    said = quarter % 2
    for row, opening in enumerate(OPENS.values()):
        yield TalkTurn(say=opening[said], language="any", may=OPENING, most=2000)
        for column, (facet, question) in enumerate(ASKS.items()):
            if (row + column) % len(QUARTERS) == quarter:
                language = "any" if facet in QUOTED else QUARTERS[quarter][1]
                yield TalkTurn(say=question[said], language=language)


OPENING = frozenset({"same", "miss", "stock"})


@pytest.mark.parametrize("quarter", range(len(QUARTERS)), ids=["-".join(each) for each in QUARTERS])
async def test_each_question_is_answered_whatever_is_talked_about(model: Model, quarter: int) -> None:
    talk = Talk("table", QUARTERS[quarter][0], "B", "B", "", (), tuple(asked(quarter)))
    (held,) = [each async for each in hold_all(Script((talk,)), model)]
    wrong = [turn for turn in held.turns if turn.faults and turn.turn.may != OPENING]
    assert [(turn.said, turn.answer.text, turn.faults) for turn in wrong] == []
