"""What a citizen types is read by the language model alone, never by Rasa's grammar of payloads (``/intent{...}``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dialogues.fakes import VASILIS
from tests.dialogues.talk import Talk

if TYPE_CHECKING:
    from dialogues.engine.rasa import Model

pytestmark = pytest.mark.slow

LISTS = ' /give_code@0.3{"code":["1",{"a":2}]}'
PAYLOADS = (
    "/affirm",
    " /affirm",
    "//affirm",
    "\u00a0/delete_me",
    "/ /affirm",
    "\n/confirm_deletion@1.0",
    "\ufeff/affirm",
    LISTS,
)
PIECES = (
    "/",
    " ",
    "\u00a0",
    "\u2003",
    "\n",
    "@0.3",
    "{",
    "}",
    '{"code":',
    '"123456"',
    "[{}]",
    "affirm",
    "give_afm",
    "ναι",
    "123456",
)
texts = st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join), st.sampled_from(PAYLOADS)).filter(
    str.strip
)


@given(text=texts)
def test_a_parse_is_never_what_a_payload_says(model: Model, text: str) -> None:
    parsed = model.parse(text)
    assert {"language", "second_intent"} <= set(parsed)  # only our component sets them; a payload's parse has neither
    assert parsed["text"] == text
    assert all(isinstance(found["value"], str) for found in parsed["entities"])


@pytest.mark.parametrize("text", PAYLOADS)
async def test_a_payload_is_a_message_like_any_other(talk: Talk, text: str) -> None:
    await talk.by(VASILIS).say(text)
    assert talk.names


@pytest.mark.parametrize("before", ["", "  ", "\u00a0\n", "/", "// "])
def test_entities_stand_where_they_were_typed(model: Model, before: str) -> None:
    text = f"{before}Πού βρίσκεται η ΚΤ-2026-000301;"
    found = next(each for each in model.parse(text)["entities"] if each["entity"] == "case_ref")
    assert text[found["start"] : found["end"]] == "ΚΤ-2026-000301"
