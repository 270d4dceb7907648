"""What blocks what: a paper that one case waits for may be what another case of the same citizen leads to. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from dialogues.ports import CaseView

_GIVES: Mapping[str, frozenset[str]] = MappingProxyType(
    {"cadastre-correction": frozenset({"title-deed", "land-sheet"})},
)
"""By procedure, the codes of the papers that it puts right: a land sheet stands for a title where both are named."""


def blocker(case: CaseView, cases: Sequence[CaseView]) -> CaseView | None:
    """The open case of theirs that must end before this one's missing paper can be had."""
    wanted = {code for code, _, _ in case.missing}
    others = (other for other in cases if not other.closed and other.reference != case.reference)
    return next((other for other in others if wanted & _GIVES.get(other.procedure, frozenset())), None)
