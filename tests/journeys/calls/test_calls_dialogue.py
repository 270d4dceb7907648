"""In the citizen's own words, with the real dialogue: to be rung up, and who looked at their data."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.phone.people import PEOPLE
from casestore.tables import callbacks
from tests.console import employ, signed_in
from tests.journeys.conftest import Service
from tests.journeys.talk import afm_of, sms, viber

A, *_ = PEOPLE

pytestmark = pytest.mark.slow


async def test_a_citizen_asks_to_be_rung_up_thinks_better_of_it_and_learns_who_looked(service: Service) -> None:
    system = service.system
    assert "Δεν υπάρχει υπάλληλος" in await sms(service, A.number, "να με πάρει κάποιος τηλέφωνο")
    await employ(system.store, "anna@gov.gr", name="Άννα Π.")
    told = await sms(service, A.number, "Θα ήθελα να με καλέσει κάποιος από την υπηρεσία")
    assert told == "Θα σας τηλεφωνήσει υπάλληλος έως 24/11 11:00. Αν δεν απαντήσετε, θα ξαναπροσπαθήσει."
    await sms(service, A.number, "δεν θέλω υπάλληλο")
    async with system.store.database.read() as connection:
        assert (await connection.execute(select(callbacks.c.state))).scalar_one() == "cancelled"
    assert "κωδικό" in await viber(service, A.viber_id, "ποιος είδε τα στοιχεία μου;")
    await viber(service, A.viber_id, "ναι")
    await viber(service, A.viber_id, afm_of(A))
    answered = await viber(service, A.viber_id, "135790")
    assert "Κανένας υπάλληλος δεν είδε τα στοιχεία σας" in answered  # what was asked before the proof is answered after
    await viber(service, A.viber_id, "θέλω να μιλήσω με υπάλληλο")
    async with signed_in(system.url, "anna@gov.gr") as anna:
        [item] = await anna.waiting()
        await anna.one(item["id"])
    seen = await viber(service, A.viber_id, "ποιος είδε τα στοιχεία μου;")
    assert "- 23 Νοεμβρίου 2026: υπάλληλος, για να σας απαντήσει στη συνομιλία" in seen
    assert "Άννα" not in seen
