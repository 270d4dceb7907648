"""References as they are typed: signs that look like the letters, and numbers that are not known."""

from __future__ import annotations

import pytest

from tests.dialogues.fakes import ANNA, CHRISTOS, VASILIS
from tests.dialogues.talk import Talk

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("who", "text", "reference"),
    [
        (ANNA, "που βρίσκεται η Α\N{INCREMENT}-2026-000123;", "ΑΔ-2026-000123"),
        (ANNA, "α\N{INCREMENT} 2026 123", "ΑΔ-2026-000123"),
        (ANNA, "τι νέα για Α\N{CYRILLIC CAPITAL LETTER DE}2026/123", "ΑΔ-2026-000123"),
        (ANNA, "where is A\N{INCREMENT}-2026-000123?", "ΑΔ-2026-000123"),
        (CHRISTOS, "\N{N-ARY PRODUCT}\N{N-ARY PRODUCT}-2026-000401", "ΠΠ-2026-000401"),
        (CHRISTOS, "που είναι η \N{N-ARY PRODUCT}Π 2026 401", "ΠΠ-2026-000401"),
        (CHRISTOS, "\N{CYRILLIC CAPITAL LETTER PE}\N{CYRILLIC CAPITAL LETTER PE}-2026-000401", "ΠΠ-2026-000401"),
        (CHRISTOS, "\N{CYRILLIC SMALL LETTER PE}\N{CYRILLIC SMALL LETTER PE}2026/401", "ΠΠ-2026-000401"),
    ],
)
async def test_signs_that_look_like_the_letters_name_the_case(talk: Talk, who: int, text: str, reference: str) -> None:
    await talk.by(who).say(text)
    assert talk.names == ["utter_case_status"]
    assert reference in talk.text


@pytest.mark.parametrize(
    "text",
    [
        "\N{CYRILLIC CAPITAL LETTER PE}\N{CYRILLIC CAPITAL LETTER PE}-2026-000401",
        "που βρίσκεται η \N{CYRILLIC SMALL LETTER PE}\N{CYRILLIC SMALL LETTER PE} 2026 401;",
        "\N{N-ARY PRODUCT}\N{N-ARY PRODUCT}-2026-000401",
        "\N{CYRILLIC CAPITAL LETTER A}\N{CYRILLIC CAPITAL LETTER DE}-2026-000123",
        "ΖΖ-2026-000123",
        "zz-2026-000123",
        "τι γίνεται με την ΖΖ–2026–123;",
        "λείπουν χαρτιά για την ΡΑ 2026 000123;",
        "ΚΤ-2026-0003011",
        "ΚΤ-1926-000301",
    ],
)
async def test_a_number_that_is_not_known_is_never_taken_for_the_case_talked_about(talk: Talk, text: str) -> None:
    await talk.by(VASILIS).all("ΚΤ-2026-000301", text)
    assert talk.names == ["utter_case_not_found"]
    assert "ΚΤ-2026-000301" not in talk.text
