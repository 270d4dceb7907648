"""Files wait for who sent them: a chat may be another's by the time that it says yes or no."""

from __future__ import annotations

import pytest

from bot.channels.facts import SPOKEN
from bot.channels.port import Attachment
from bot.conversation.effects import EffectContext
from bot.conversation.links import OneTimeLinkSender
from bot.documents.effects import DocumentEffects
from casestore.database import Database
from casestore.documents.lifecycle import DocumentState as S
from casestore.vault import Vault
from dialogues.responses import phrases
from dialogues.turn import Effect, HandIn, Paper, TakeBack, TakeFiles
from tests.casestore.fixture import StoreFixture
from tests.clock import START

ANNA, VASILIS = "123456783", "090000045"
PAPER = Paper("cadastre", "ΚΤ-2026-000301", "survey", "Τοπογραφικό διάγραμμα")
FILE = Attachment("picture", "https://dl.viber.com/photo")


@pytest.mark.parametrize(("answer", "becomes"), [(HandIn(PAPER), S.OFFERED), (TakeBack(), S.TAKEN_BACK)])
async def test_a_yes_and_a_no_are_about_ones_own_files(
    database: Database, vault: Vault, answer: Effect, becomes: S
) -> None:
    fixture = StoreFixture(database, vault)
    store = fixture.store
    sender = OneTimeLinkSender(store.transcript, store.outbox, phrases(SPOKEN))
    effects = DocumentEffects(store=store, link_sender=sender, new_token=lambda: "t", public_url="https://x")
    talk = await fixture.at("viber", "one telephone")

    async def does(effect: Effect, key: str) -> None:
        context = EffectContext(talk, key, START, (FILE,))
        async with database.write() as connection:
            await effects.table[type(effect)](connection, effect, context)

    anna = await fixture.link(talk, ANNA)
    await does(TakeFiles(None), "in:1:e0")
    async with database.write() as connection:
        await store.links.unlink(connection, talk.contact_point_id, anna, START)
    vasilis = await fixture.link(talk, VASILIS)
    await does(TakeFiles(None), "in:2:e0")
    [annas] = await store.documents.unanswered(talk.id, anna, START)
    [his] = await store.documents.unanswered(talk.id, vasilis, START)
    await does(answer, "in:3:e0")
    assert await store.documents.find(annas.id) == annas
    after = await store.documents.find(his.id)
    assert after is not None
    assert (after.state, after.bundle) == (becomes, "in:3:e0" if isinstance(answer, HandIn) else None)
    assert await store.documents.unanswered(talk.id, None, START) == []
