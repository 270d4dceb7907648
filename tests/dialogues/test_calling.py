"""Whoever wants a person may want to be rung up: said so, and not the opposite."""

from __future__ import annotations

import pytest

from dialogues.actions.calling import wants_a_call


@pytest.mark.parametrize(
    "text",
    [
        "να με πάρει κάποιος τηλέφωνο",
        "Θα ήθελα να με καλέσει κάποιος από την υπηρεσία.",
        "ΤΗΛΕΦΩΝΗΣΤΕ ΜΟΥ",
        "na me parei kapoios tilefono",
        "προτιμώ τηλεφώνημα από μηνύματα",
        "Can someone call me?",
        "I would like a phone call",
    ],
)
def test_a_call_is_wanted(text: str) -> None:
    assert wants_a_call(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "θέλω υπάλληλο",
        "Δεν θέλω υπάλληλο, μην καλέσετε.",
        "μη με πάρετε τηλέφωνο",
        "please do not call me",
        "κάλεσέ μου έναν άνθρωπο σε παρακαλώ",
        "ΚΑΛΕΣΤΕ ΜΟΥ ΚΑΠΟΙΟΝ",
        "I will call them tomorrow",
        "I want to call a person",
        "can you let me call someone",
        "call me a human",
        "θέλω να σας κάνω κλήση",
        "πάρτε τα χαρτιά μου",
        "Θα τηλεφωνήσω εκεί που μου είπατε.",
    ],
)
def test_a_call_is_not_wanted(text: str) -> None:
    assert not wants_a_call(text)
