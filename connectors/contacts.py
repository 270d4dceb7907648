"""ΕΜΕπ, the National Contact Registry: the one place that says which mobile is a citizen's."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from pydantic import BaseModel, ValidationError

from connectors.ked import Ked
from connectors.wire import Ask

REGISTRY = "contacts"
SERVICE = "notificationCenterElementsService"
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


class _Contact(BaseModel):
    """Of all that the registry holds, the only part we read. The key must be there; its value may be empty."""

    mobile: str | None


class Contacts:
    """Implements :class:`connectors.registry.ContactRegistry`.

    A mobile is remembered ``keep`` seconds, for at most ``most`` citizens; that there is none is not, so that a
    citizen who has just registered one is not sent away.
    """

    def __init__(self, ked: Ked, ticks: Callable[[], float], *, keep: float = 600.0, most: int = 10_000) -> None:
        self._ked = ked
        self._ticks = ticks
        self._keep = keep
        self._most = most
        self._kept: OrderedDict[str, tuple[float, str]] = OrderedDict()

    async def mobile_of(self, afm: str) -> str | None:
        kept = self._kept.get(afm)
        if kept is not None and self._ticks() < kept[0]:
            return kept[1]
        mobile = normal_mobile(await self._ask(afm))
        self._remember(afm, mobile)
        return mobile

    def forget(self, afm: str) -> None:
        """Ask the registry the next time: the number is known or said to have changed."""
        self._kept.pop(afm, None)

    async def _ask(self, afm: str) -> str | None:
        output = await self._ked.call(Ask("getNncIdentityExt", {"afm": afm}, subject=afm, safe=True))
        try:
            return _Contact.model_validate(output).mobile
        except ValidationError:
            pass
        raise self._ked.malformed("mobile")  # outside the handler: the error's text quotes the number

    def _remember(self, afm: str, mobile: str | None) -> None:
        self._kept.pop(afm, None)
        if mobile is None:
            return
        self._kept[afm] = (self._ticks() + self._keep, mobile)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)


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
