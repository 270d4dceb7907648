"""ΕΜΕπ, the National Contact Registry: the one place that says which mobile is a citizen's."""

from __future__ import annotations

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from pydantic import BaseModel, ValidationError

from connectors.cache import CachePolicy, ResponseCache
from connectors.ked import Ked
from connectors.runtime import Runtime
from connectors.wire import ServiceCall

REGISTRY = "contacts"
SERVICE = "notificationCenterElementsService"
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


class _Contact(BaseModel):
    """Of all that the registry holds, the only part we read. The key must be there; its value may be empty."""

    mobile: str | None


KEEPING = CachePolicy(fresh=600.0, stale=0.0)
"""A number may change hands: for ten minutes, and never instead of an answer that does not come."""


class Contacts:
    """Implements :class:`connectors.registry.ContactRegistry`.

    A mobile is remembered for a time; that there is none is not, so that a citizen who has just registered one is not
    sent away.
    """

    def __init__(self, ked: Ked, runtime: Runtime, keeping: CachePolicy = KEEPING) -> None:
        self._ked = ked
        self._memory: ResponseCache[str | None] = ResponseCache(runtime, keeping)

    async def mobile_of(self, afm: str) -> str | None:
        mobile = (await self._memory.get(afm, lambda: self._ask(afm))).value
        if mobile is None:
            self.forget(afm)
        return mobile

    def forget(self, afm: str) -> None:
        """Ask the registry the next time: the number is known or said to have changed."""
        self._memory.forget(afm)

    async def _ask(self, afm: str) -> str | None:
        output = await self._ked.call(ServiceCall("getNncIdentityExt", {"afm": afm}, subject=afm, safe=True))
        try:
            return normal_mobile(_Contact.model_validate(output).mobile)
        except ValidationError:
            pass
        raise self._ked.malformed("mobile")  # outside the handler: the error's text quotes the number


def normal_mobile(typed: str | None) -> str | None:
    """E.164 for a mobile as registries write it (``6900000001``, ``0030 690…``); ``None`` for anything else."""
    if not typed or not typed.strip():
        return None
    try:
        number = phonenumbers.parse(typed, "GR")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in _MOBILE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
