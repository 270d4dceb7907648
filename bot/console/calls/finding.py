"""Who may be on the line: by what a caller says of themselves. Told to nobody before it is proven."""

from __future__ import annotations

from bot.channels.sms.number import e164
from bot.console.actions import BadRequest
from bot.store import Store
from casestore.calls.model import FoundBy
from nlu.checks import is_afm
from nlu.references import readings

LONGEST = 64  # characters of what is looked for


async def afm_of(store: Store, found_by: FoundBy, value: str) -> str:
    """The tax number; empty where nobody is found, or several are. Raises :class:`BadRequest` for what is none of its
    kind: that says nothing of anybody."""
    if len(value) > LONGEST:
        raise BadRequest("value")
    if found_by is FoundBy.AFM:
        return _afm(value)
    if found_by is FoundBy.MOBILE:
        number = e164(value)
        if number is None:
            raise BadRequest("value")
        return await store.calls.afm_at(number)
    found = next((one.value for one in readings(value) if one.kind == "case_ref"), "")
    if found_by is not FoundBy.REFERENCE or not found:
        raise BadRequest("value")
    return await store.calls.afm_of_case(found)


def _afm(value: str) -> str:
    digits = "".join(value.split())
    if not (digits.isascii() and digits.isdecimal() and is_afm(digits)):
        raise BadRequest("value")
    return digits
