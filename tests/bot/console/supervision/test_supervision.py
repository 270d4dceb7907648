"""What supervisors see is what is there: each number its list, each report alike on page, in CSV and JSON."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.console.supervision.charts import HEIGHT, TIMES, WIDTH, chart, step_for
from bot.console.supervision.export import MARK, SEPARATORS, as_csv, neutral
from tests.casestore.reports.town import populate
from tests.clock import START
from tests.console import Employee, signed_in
from tests.harness import System

VIBER = "tGVuIFZpYmVyIGlkIGhlcmU="
NASTY = "<script>alert(1)</script>\"'=1+1"


# The board


async def rows_of(head: Employee, path: str) -> list[tuple[Any, ...]]:
    """All of a list's, page after page."""
    found: list[tuple[Any, ...]] = []
    following, joint = path, "&" if "?" in path else "?"
    while following:
        told = await head.get(following)
        found += [(row["id"], row.get("state")) for row in told["items"]]
        following = told["next"] and f"{path}{joint}before={quote(told['next'])}"
    return found


async def test_every_number_of_the_board_leads_to_as_many_rows(system: System, head: Employee) -> None:
    await populate(system.store.database, START - timedelta(days=2), 3, 11, people=120)
    shown = await head.page("board")
    links = re.findall(r'<a class="n[^"]*" href="/console/(board/[^"]+)">(\d+)</a>', shown)
    assert {path.partition("?")[0] for path, number in links if number != "0"} >= {
        *("board/waiting", "board/held", "board/overdue", "board/spoken", "board/bot-alone", "board/asked"),
        *("board/failed", "board/notices", "board/agents", "board/stuck"),
    }
    for path, number in ((unescape(path), number) for path, number in links):
        assert f"data-total>{number}<" in await head.page(path), path
        rows = await rows_of(head, path)
        assert len(rows) == len(set(rows)) == int(number), path


async def test_the_board_follows_what_happens(system: System, head: Employee) -> None:
    assert await system.phone.viber.write(VIBER, "θέλω υπάλληλο")
    await system.settle()
    general = (await head.get("board"))["desks"][0]
    assert (general["desk"], general["waiting"], general["held"], general["overdue"]) == ("general", 1, 0, 0)
    assert general["due_at"] > general["since"] == START.isoformat()
    async with signed_in(system.url, "anna@gov.gr") as anna:
        await anna.claim(1)
        board = await head.get("board")
        assert (board["desks"][0]["waiting"], board["desks"][0]["held"]) == (0, 1)
        [held] = [one for one in board["agents"] if one["email"] == "anna@gov.gr"]
        assert (held["held"], held["waiting"]) == (1, 1)
        assert (board["spoken"], board["bot_alone"], board["bot_percent"], board["asked"]) == (1, 0, 0, {"asked": 1})
        await anna.reply(1, "Καλημέρα σας.")
        system.clock.forward(120)
        await anna.act(1, "release")
    last = (await head.get("reports/first-answer"))["rows"][-1]
    assert last == {"from": "2026-11-23", "count": 1, "median_minutes": 0, "most_minutes": 0}
    assert (await head.get("reports/end"))["rows"][-1]["median_minutes"] == 2


@pytest.mark.parametrize("path", ["board/none", "board/waiting?before=x", "board/stuck?before=x~1", "reports/none.csv"])
async def test_what_is_no_list_is_not_found(system: System, head: Employee, path: str) -> None:
    await head.page(path, 404)


# Reports


def of_page(shown: str, name: str) -> list[list[str]]:
    table = re.search(rf'data-report="{name}">.*?</table>', shown, re.DOTALL)
    assert table
    body = table[0].partition("<tbody>")[2]
    rows = [re.findall(r'datetime="([^"]+)"|<td>(?:<data value="(\d+)">|(—))', row) for row in body.split("</tr>")]
    return [["".join(cell).replace("—", "") for cell in row] for row in rows if row][::-1]


@pytest.mark.parametrize(("by", "days", "language"), [("day", 9, "el"), ("hour", 2, "en")])
async def test_page_csv_and_json_say_the_same(
    system: System, head: Employee, by: str, days: int, language: str
) -> None:
    await populate(system.store.database, START - timedelta(days=9), 9, 13, people=80)
    last = START.date() - timedelta(days=1)
    query = f"first={last - timedelta(days=days - 1)}&last={last}&by={by}"
    shown = await head.page(f"reports?{query}", language=language)
    for name in ("first-answer", "end", "bot", "hand-overs", "notices"):
        told = await head.get(f"reports/{name}?{query}")
        expected = [
            [row["from"], *("" if row[one] is None else str(row[one]) for one in told["columns"])]
            for row in told["rows"]
        ]
        assert len(expected) == (days if by == "day" else 24 * days)
        assert sum(int(cell or 0) for row in expected for cell in row[1:]) > 0
        written = await head.page(f"reports/{name}.csv?{query}", language=language)
        rows = list(csv.reader(io.StringIO(written.removeprefix(MARK)), delimiter=SEPARATORS[language]))
        assert rows[1:] == expected == of_page(shown, name), name
        assert all(not cell.startswith(tuple("=+-@")) for row in rows for cell in row)
        if name == "hand-overs":
            assert "'=1+1" in rows[0]  # a cause whose code is a formula


@pytest.mark.parametrize(
    "query",
    ["first=2026-01-02&last=2026-01-01", "first=x", "first=2025-01-01&last=2026-11-01", "by=year", "last=9999-12-31"],
)
async def test_a_period_that_cannot_be_is_refused(system: System, head: Employee, query: str) -> None:
    assert "Αυτό το διάστημα δεν γίνεται" in await head.page(f"reports?{query}", 422)
    await head.page(f"reports/bot.csv?{query}", 404)
    await head.get(f"reports/bot?{query}", 404)


CELLS = st.one_of(st.none(), st.integers(0, 10**6), st.text(st.characters(exclude_categories=["Cs"])))


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=5), st.sampled_from(["el", "en"]))
def test_nothing_in_a_csv_is_a_formula_and_nothing_is_lost(rows: list[list[Any]], language: str) -> None:
    written = as_csv(["=cmd|' /C calc'!A0"], rows, language)
    read = list(csv.reader(io.StringIO(written.removeprefix(MARK), newline=""), delimiter=SEPARATORS[language]))
    assert read[0] == ["'=cmd|' /C calc'!A0"]
    assert read[1:] == [[neutral(cell) for cell in row] for row in rows]
    for before, after in zip((cell for row in rows for cell in row), (c for row in read[1:] for c in row), strict=True):
        assert not after.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        assert after.removeprefix("'") == ("" if before is None else str(before)).removeprefix("'")


@given(
    st.lists(st.lists(st.one_of(st.none(), st.integers(0, 10**6)), min_size=6, max_size=6), min_size=1, max_size=3),
    st.booleans(),
)
def test_a_chart_stays_within_its_frame_and_heights_are_as_the_values(
    bars: list[list[int | None]], timed: bool
) -> None:
    drawn = chart(bars, steps=TIMES if timed else ())
    assert all(one.x >= 0 and one.x + one.width <= WIDTH and one.y >= 0 for one in drawn.bars)
    assert all(one.y + one.height <= HEIGHT for one in drawn.bars)
    assert len(drawn.bars) == sum(1 for series in bars for value in series if value)
    high = [(bars[one.series][one.bin] or 0, one.height) for one in drawn.bars]
    assert all(h1 <= h2 + 0.03 for v1, h1 in high for v2, h2 in high if v1 <= v2)
    assert 2 <= len(drawn.lines) <= 6
    assert step_for(100) == 50
