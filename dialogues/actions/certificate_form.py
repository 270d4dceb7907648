"""What is known so far of a certificate that is wanted, as a conversation remembers it. Pure.

It lies in slot ``pending``, so that it waits for a proof like any other wish. What is secret never gets in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from dialogues.actions.base import ActionInput
from dialogues.actions.pending import remember, wish_of
from dialogues.catalogue.certificates import AMKA, KAEK, PURPOSE, SECRET, CertificateKind
from nlu.checks import is_amka

WISH = "request_certificate"
_MOST = 100  # characters of a purpose
_THEN = 3  # certificates that wait for their turn: who wants more says so again
_KAEK = re.compile(r"\d{12}(?:\d{4}|\d{6})?(?:/\d{1,3}/\d{1,3})?")
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Form:
    """``kind``: its code; ``details`` as far as they were told; ``asks``: the one that was asked for last; ``then``:
    what is wanted after it. ``mark``: which answer showed digits for it. ``citizen``: whose it is, once they are
    proven; nobody else goes on with it."""

    kind: str
    details: Mapping[str, str] = field(default_factory=dict)
    asks: str | None = None
    confirmed: bool = False
    then: tuple[str, ...] = ()
    mark: str | None = None
    citizen: int | None = None

    def packed(self) -> dict[str, Any]:
        """As slot ``pending`` holds it."""
        public = {name: value for name, value in self.details.items() if name not in SECRET}
        form = {"kind": self.kind, "details": public, "asks": self.asks, "confirmed": self.confirmed}
        return {**remember(WISH, mark=self.mark), **form, "then": list(self.then), "citizen": self.citizen}

    def missing(self, kind: CertificateKind, *, secret: bool) -> str | None:
        """The first detail that is still to be told, of those that are secret or of the others."""
        open_ = (name for name in kind.details if (name in SECRET) == secret and name not in self.details)
        return next(open_, None)

    def told(self, name: str, value: str) -> Form:
        return replace(self, details={**self.details, name: value}, asks=None)


def waiting_form(turn: ActionInput) -> Form | None:
    """The form that waits, if one does, and is not another's."""
    pending = turn.slots.get("pending") or {}
    if wish_of(turn) != WISH or not pending.get("kind"):
        return None
    if pending.get("citizen") not in (None, turn.context.citizen_id):
        return None
    return Form(
        kind=pending["kind"],
        details=pending["details"],
        asks=pending["asks"],
        confirmed=pending["confirmed"],
        then=tuple(pending["then"]),
        mark=pending.get("mark"),
        citizen=pending.get("citizen"),
    )


def new_form(kinds: list[str], turn: ActionInput) -> Form:
    """The first of these certificates, with the property that the message names; the others after it."""
    kaek = turn.named("kaek")
    details = {KAEK: kaek} if kaek else {}
    return Form(kinds[0], details, then=tuple(kinds[1 : 1 + _THEN]))


def answer_in(form: Form, turn: ActionInput) -> str | None:
    """The detail that was asked for, as the message tells it; ``None`` where it does not, or not rightly. A case is
    looked for among the citizen's own, elsewhere."""
    if form.asks == KAEK:
        digits = re.sub(r"[\s.\-]", "", turn.said)
        return turn.named("kaek") or (digits if _KAEK.fullmatch(digits) else None)
    if form.asks == PURPOSE:
        return " ".join(turn.said.split())[:_MOST] or None
    if form.asks == AMKA:
        digits = re.sub(r"\D", "", turn.said)
        return turn.named("amka") or (digits if is_amka(digits) else None)
    return None
