from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import aiohttp

from bot.phone.__main__ import demo_account

ROOT = Path(__file__).parents[3]


def test_the_account_is_the_services_own_where_it_is_set() -> None:
    account = demo_account(
        {
            "VIBER_AUTH_TOKEN": "v",
            "TWILIO_ACCOUNT_SID": "AC1",
            "TWILIO_AUTH_TOKEN": "t",
            "TWILIO_MESSAGING_SERVICE_SID": "MG1",
        }
    )
    assert (account.viber_token, account.twilio_sid, account.twilio_token) == ("v", "AC1", "t")
    assert (account.sms_from, account.sms_service) == (None, "MG1")
    assert account.sms_number.startswith("+30")
    assert "'v'" not in repr(account)
    assert demo_account({}).sms_from == demo_account({}).sms_number


async def test_it_runs_alone_and_stops_on_sigterm() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("VIBER", "TWILIO"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.phone",
        *("--port", "0", "--counter-url", "http://127.0.0.1:1", "--public-url", "https://counter.example.gr"),
        cwd=ROOT,
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    first = (await asyncio.wait_for(process.stderr.readline(), 30)).decode()
    url = re.fullmatch(r"phone: (http://127\.0\.0\.1:\d+)/\n", first)
    assert url is not None
    async with aiohttp.ClientSession() as http, http.get(f"{url[1]}/phone/facts") as response:
        assert (await response.json())["public_url"] == "https://counter.example.gr"
    process.send_signal(signal.SIGTERM)
    rest = await asyncio.wait_for(process.stderr.read(), 30)
    assert await process.wait() == 0
    assert rest.decode().splitlines() == [f"VIBER_API_URL={url[1]}/pa", f"TWILIO_API_URL={url[1]}"]
