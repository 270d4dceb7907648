from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.cache import CachePolicy
from connectors.contacts import Contacts, normal_mobile
from connectors.registry import RegistryUnavailable
from connectors.sandbox.faults import Fault, Kind
from tests.connectors.sandbox import Clock, Sandbox
from tests.fakes.ked import FakeKed


@pytest.mark.parametrize(
    ("held", "mobile"),
    [
        ("6900000001", "+306900000001"),
        ("0030 690 000 0001", "+306900000001"),
        ("+30 690-000-0001", "+306900000001"),
        ("+357 96 123456", "+35796123456"),
        ("2101234567", None),  # a landline receives no SMS
        ("69000", None),
        ("δεν έχει", None),
        ("  ", None),
        ("", None),
        (None, None),
    ],
)
def test_mobiles_as_registries_write_them(held: str | None, mobile: str | None) -> None:
    assert normal_mobile(held) == mobile


@given(st.text(max_size=40))
def test_any_text_is_a_mobile_or_none(held: str) -> None:
    mobile = normal_mobile(held)
    assert mobile is None or (mobile.startswith("+") and mobile[1:].isdigit())
    assert mobile is None or normal_mobile(mobile) == mobile


async def test_a_mobile_is_remembered_for_ten_minutes(sandbox: Sandbox) -> None:
    contacts = sandbox.registries().contacts
    assert await contacts.mobile_of("123456783") == "+306900000001"
    sandbox.state.set_mobile("123456783", "6911111111")
    sandbox.clock.seconds += 599
    assert await contacts.mobile_of("123456783") == "+306900000001"
    sandbox.clock.seconds += 1
    assert await contacts.mobile_of("123456783") == "+306911111111"


async def test_forgetting_asks_anew(sandbox: Sandbox) -> None:
    contacts = sandbox.registries().contacts
    await contacts.mobile_of("123456783")
    sandbox.state.set_mobile("123456783", None)
    contacts.forget("123456783")
    assert await contacts.mobile_of("123456783") is None


async def test_a_mobile_registered_just_now_is_seen_at_once(sandbox: Sandbox) -> None:
    contacts = sandbox.registries().contacts
    assert await contacts.mobile_of("090000070") is None
    sandbox.state.set_mobile("090000070", "6900000005")
    assert await contacts.mobile_of("090000070") == "+306900000005"


async def test_nobody_of_that_afm(sandbox: Sandbox) -> None:
    assert await sandbox.registries().contacts.mobile_of("999999999") is None


async def test_an_old_mobile_never_stands_for_an_answer(sandbox: Sandbox) -> None:
    contacts = sandbox.registries().contacts
    await contacts.mobile_of("123456783")
    sandbox.clock.seconds += 600
    sandbox.faults.put("contacts", Fault(Kind.ERROR))
    with pytest.raises(RegistryUnavailable):
        await contacts.mobile_of("123456783")


async def test_one_call_for_all_who_ask(sandbox: Sandbox) -> None:
    contacts = sandbox.registries().contacts
    assert set(await asyncio.gather(*(contacts.mobile_of("123456783") for _ in range(50)))) == {"+306900000001"}
    assert len(sandbox.audit.rows) == 1


async def test_the_memory_is_bounded() -> None:
    ked = FakeKed("contacts", {"mobile": "6900000001"})
    contacts = Contacts(ked, Clock().runtime(), CachePolicy(most=2))
    for afm in ("1", "2", "3", "3", "2", "1"):
        await contacts.mobile_of(afm)
    assert [call.subject for call in ked.calls] == ["1", "2", "3", "1"]
