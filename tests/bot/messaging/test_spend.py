"""The bill in metrics, and the warning: once a day, above the alarm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.fakes.dialogue import EchoDialogue
from tests.harness import System, running_system

SMS = "+306900000001"


def counted(system: System, name: str) -> float | None:
    return system.metrics.registry.get_sample_value(name, {"channel": "sms"})


async def test_what_went_out_is_counted_priced_and_warned_of_once_a_day(database_url: str) -> None:
    settings: dict[str, Any] = {"sms_part_price": 0.05, "sms_parts_alarm": 4, "budget_sms_parts_per_day": 0}
    async with running_system(database_url, EchoDialogue(), **settings) as system:
        with capture_logs() as told:
            await system.phone.sms.write(SMS, "ένα μακρύ μήνυμα " * 10)  # three parts
            await system.settle()
            await system.later(60)
            assert (counted(system, "counter_sent_parts_total"), counted(system, "counter_parts_today")) == (3, 3)
            assert counted(system, "counter_spent_euros_total") == pytest.approx(0.15)
            assert _warnings(told) == []
            await system.phone.sms.write(SMS, "γεια")
            await system.settle()
            await system.later(60)
            await system.later(60)
            await system.later(60)
        assert _warnings(told) == [{"channel": "sms", "parts": 4, "alarm": 4}]
        await system.later(86_400)
        assert counted(system, "counter_parts_today") == 0


def _warnings(told: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    names = ("channel", "parts", "alarm")
    return [{name: line[name] for name in names} for line in told if line["event"] == "spend.above-alarm"]
