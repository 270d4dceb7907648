"""All the actions, built with what they may read."""

from __future__ import annotations

from dialogues.actions.base import Action
from dialogues.actions.cases import CaseNamed, CaseStatus, ListCases, MissingDocuments, OfCases
from dialogues.actions.identity import AskAfm, CheckTheCode, SendTheCode
from dialogues.actions.talk import CallPerson, Cancel, ChangeLanguage, Fallback
from dialogues.actions.telling import CaseTeller
from dialogues.catalogue import Catalogue
from dialogues.reads import Reads


def all_actions(reads: Reads, catalogue: Catalogue) -> tuple[Action, ...]:
    """One of each. The engine refuses a model whose rules name an action that is not among them."""
    teller = CaseTeller(catalogue)
    link = SendTheCode(reads, (CaseStatus.intent, MissingDocuments.intent, ListCases.intent))
    status = CaseStatus(reads, teller, link)
    about_cases: tuple[OfCases, ...] = (status, MissingDocuments(reads, teller, link), ListCases(reads, teller, link))
    wishes = {action.intent: action for action in about_cases}
    return (
        *about_cases,
        CaseNamed(wishes, status),
        AskAfm(),
        link,
        CheckTheCode(reads, wishes),
        Cancel(),
        ChangeLanguage(),
        Fallback(),
        CallPerson(),
    )
