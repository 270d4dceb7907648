"""To which numbers an SMS goes."""

from __future__ import annotations

import aiohttp
import pytest

from bot.channels.port import Outbound, Remedy, SendError
from bot.channels.sms.channel import SmsChannel
from bot.channels.sms.destinations import DEFAULT, countries, is_destination


@pytest.mark.parametrize(
    "number", ["+306912345678", "+302101234567", "+35799123456", "+491701234567", "+447400123456", "+12025550123"]
)
def test_a_mobile_or_a_fixed_line_where_greeks_live_is_one(number: str) -> None:
    assert is_destination(number, countries(DEFAULT))


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+881612345678", "satellite"),
        ("+882123456789", "international network"),
        ("+979123456789", "premium rate"),
        ("+25261234567", "Somalia"),
        ("+5352345678", "Cuba"),
        ("+18765551234", "Jamaica has the code of the United States"),
        ("+19005551234", "premium rate in the United States"),
        ("+309012345678", "premium rate in Greece"),
        ("+3069000001", "no number"),
        ("no number", "not even that"),
    ],
)
def test_what_costs_much_or_is_elsewhere_is_none(number: str, why: str) -> None:
    assert not is_destination(number, countries(DEFAULT)), why


def test_a_list_names_countries_and_groups() -> None:
    assert countries("gr, CY") == {"GR", "CY"}
    assert len(countries("EU")) == 27
    assert countries("EEA") - countries("EU") == {"IS", "LI", "NO"}
    for wrong in ("", " , ", "Greece", "XX"):
        with pytest.raises(ValueError, match="two letters"):
            countries(wrong)


async def test_nothing_is_sent_elsewhere_whatever_it_is() -> None:
    async with aiohttp.ClientSession() as session:
        channel = SmsChannel(
            "AC0", "token", session, public_url="https://x.test", sender="+302131313131", destinations=countries("GR")
        )
        with pytest.raises(SendError) as refused:
            await channel.send(Outbound(1, "+35799123456", "γεια"))
    assert (refused.value.remedy, refused.value.code) == (Remedy.NEVER, "sms:destination")
