"""Going on with what was just answered: «και η άλλη;», «και το πιστοποιητικό;», «όχι, το κτηματολόγιο»."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.actions.pending import wish_of

ASK_FACET = "ask_facet"


class OtherCase(Action):
    """Not the case just talked about, but the other one: the same wish again."""

    name = "action_other_case"

    def __init__(self, wishes: Mapping[str, Action], default: Action) -> None:
        """``wishes`` says which action answers a wish about a case; ``default`` answers where there was none."""
        self._wishes = wishes
        self._default = default

    async def run(self, turn: ActionInput) -> ActionOutput:
        wish = wish_of(turn) if turn.slots.get("question") == "case" else turn.slots.get("wish")
        if wish == ASK_FACET and not wish_of(turn):  # the whole of another case is told when it is opened
            return await self._default.run(turn)
        return await self._wishes.get(wish or "", self._default).run(turn)


class FollowUp(Action):
    """The same wish, of something else."""

    name = "action_follow_up"

    def __init__(
        self,
        wishes: Mapping[str, Action],
        of_cases: Collection[str],
        certificate: Action,
        office: Action,
        default: Action,
    ) -> None:
        """``of_cases`` are the wishes about cases: of a certificate, ``certificate`` answers them. Of a service alone,
        ``office`` answers what is no wish about a case."""
        self._wishes = wishes
        self._of_cases = of_cases
        self._certificate = certificate
        self._office = office
        self._default = default

    async def run(self, turn: ActionInput) -> ActionOutput:
        wish = turn.slots.get("wish") or ""
        return await self._action(turn, wish).run(turn)

    def _action(self, turn: ActionInput, wish: str) -> Action:
        numbered = turn.named("case_ref", "protocol", "kaek")
        if wish in self._of_cases:
            about_cases = numbered or turn.named("procedure", "agency")
            return self._wishes[wish] if about_cases else self._certificate
        if numbered:
            return self._default
        by_office = turn.named("agency") and not turn.named("procedure", "certificate_type")
        return self._office if by_office else self._wishes.get(wish, self._default)
