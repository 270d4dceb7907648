"""All the actions, built with what they may read."""

from __future__ import annotations

from collections.abc import Callable

from dialogues.actions.alarms import Alarm
from dialogues.actions.asking import AskAgain, CancelPerson, Reaction
from dialogues.actions.base import Action
from dialogues.actions.case_facets import CaseFacets
from dialogues.actions.cases import (
    CaseNamed,
    CaseStatus,
    CertificateStatus,
    ListCases,
    OfCases,
)
from dialogues.actions.certificates import AskForCertificate, OrderCertificate, asks_certificate
from dialogues.actions.checking import CheckCertificate
from dialogues.actions.consent import StartAlerts, StopAlerts
from dialogues.actions.documents import HandPaperIn, MissingPapers, PaperSent, TakeDocument, TakeFilesBack
from dialogues.actions.facets import AskFacet, OwnFirst
from dialogues.actions.following import FollowUp, OtherCase
from dialogues.actions.general import Fees, Help, Offices, ServiceTeller, TopicNamed
from dialogues.actions.identity import AskAfm, CheckTheCode, LogIn, SendTheCode, UnlinkChat
from dialogues.actions.my_certificates import CancelRequest, MyCertificates, OfCertificate, RequestStatus, SendAgain
from dialogues.actions.notices import MyNotices
from dialogues.actions.preferences import SetThePreference, ShowPreferences
from dialogues.actions.privacy import Confirmed, CopyMyData, DeleteMe, MyData, WhoLooked
from dialogues.actions.talk import CallPerson, Cancel, ChangeLanguage, Complaint, Fallback, MaybePerson
from dialogues.actions.telling import CaseTeller
from dialogues.actions.unsure import CaseFirst, Unsure, asks_contact, is_likely, names_service
from dialogues.catalogue import Catalogue
from dialogues.ports import Reads

_OF_CASES: tuple[type[OfCases], ...] = (
    CaseStatus,
    MissingPapers,
    ListCases,
    PaperSent,
    CertificateStatus,
    AskFacet,
)

_OF_PRIVACY: tuple[Callable[[Reads], Action], ...] = (
    StartAlerts,
    UnlinkChat,
    DeleteMe,
    SetThePreference,
    ShowPreferences,
    MyNotices,
)

_SIMPLE: tuple[Callable[[], Action], ...] = (
    AskAfm,
    StopAlerts,
    Cancel,
    ChangeLanguage,
    CallPerson,
    Alarm,
    AskAgain,
    CancelPerson,
    Reaction,
)


def all_actions(reads: Reads, catalogue: Catalogue) -> tuple[Action, ...]:
    """One of each. The engine refuses a model whose rules name an action that is not among them."""
    teller, services = CaseTeller(catalogue), ServiceTeller(catalogue)
    link = SendTheCode(reads, tuple(kind.intent for kind in _OF_CASES))
    status = CaseStatus(reads, teller, link)
    certificate = RequestStatus(reads, catalogue, CertificateStatus(reads, teller, link, status))
    of_cases: dict[str, Action] = {
        status.intent: status,
        certificate.intent: certificate,
        MissingPapers.intent: MissingPapers(reads, teller, link, services),
        ListCases.intent: ListCases(reads, teller, link),
        PaperSent.intent: PaperSent(reads, teller, link, CaseFacets(catalogue, teller)),
    }
    facet = AskFacet(reads, teller, link, catalogue)
    of_cases[facet.intent] = facet
    again = SendAgain(reads, catalogue, facet)
    cancel = CancelRequest(reads, catalogue)
    mine = {each.intent: each for each in (again, cancel, MyCertificates(reads, catalogue))}
    of_one = {intent: action for intent, action in of_cases.items() if intent != ListCases.intent}
    help_, fees, offices = Help(services), Fees(services), Offices(services)
    request = AskForCertificate(reads, catalogue, services, teller, link)
    my_data, copy, looked = MyData(reads), CopyMyData(), WhoLooked(reads)
    of_data: dict[str, Action] = {my_data.intent: my_data, copy.intent: copy, looked.intent: looked}
    general: dict[str, Action] = {each.wish: each for each in (help_, fees, offices, request)}
    told = {**of_cases, status.intent: OfCertificate(status, reads, certificate, again, "state")}
    told[facet.intent] = OfCertificate(facet, reads, certificate, again)
    return (
        *told.values(),
        *mine.values(),
        OrderCertificate(request, {cancel.intent: cancel}),
        CheckCertificate(reads),
        OfCertificate(LogIn(), reads, certificate, again, "link"),
        Confirmed(reads, {request.wish: request.digits, cancel.intent: cancel.digits}),
        OwnFirst(fees, facet, "fee"),
        *_unsure(Unsure(reads, teller, status, services), OwnFirst(offices, facet, "contact"), request, help_),
        TopicNamed(general, help_),
        CaseNamed({**of_cases, request.wish: request}, status),
        OtherCase(of_one, status),
        FollowUp({**of_one, **general}, tuple(of_one), certificate, offices, status),
        link,
        CheckTheCode(reads, {**of_cases, **mine, request.wish: request, **of_data}),
        *of_data.values(),
        *(of_papers(reads, teller) for of_papers in (TakeDocument, HandPaperIn, TakeFilesBack)),
        *(of_privacy(reads) for of_privacy in _OF_PRIVACY),
        *(simple() for simple in _SIMPLE),
    )


def _unsure(unsure: Unsure, offices: Action, request: AskForCertificate, help_: Help) -> tuple[Action, ...]:
    """What gives way to a case of the citizen's whose own words the message has."""
    return (
        CaseFirst(offices, unsure, asks_contact),
        CaseFirst(request, unsure, asks_certificate),
        CaseFirst(help_, unsure, names_service, titles_only=True),
        CaseFirst(Complaint(), unsure, is_likely),
        CaseFirst(MaybePerson(), unsure, is_likely),
        Fallback(unsure),
    )
