"""The case store's parts, opened together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.channels.facts import PREFERENCES
from bot.settings import Settings
from casestore.audit import AuditTrail
from casestore.broadcasts.members import Members
from casestore.broadcasts.progress import BroadcastProgress
from casestore.broadcasts.repository import Broadcasts
from casestore.broadcasts.rows import BroadcastRows
from casestore.calls.callbacks import CallBacks
from casestore.calls.calls import Calls
from casestore.calls.looks import LookLog
from casestore.cases.cursors import Cursors
from casestore.cases.reconciliations import Reconciliations
from casestore.cases.repository import Cases
from casestore.certificates.checks import CertificateChecks
from casestore.certificates.files import DatabasePapers, PlacedPapers
from casestore.certificates.links import CertificateLinks
from casestore.certificates.records import IssuedCertificates
from casestore.certificates.requests import CertificateRequests
from casestore.certificates.revoked import RevokedPapers
from casestore.certificates.tasks import CertificateTasks
from casestore.conversations.handovers import Handovers
from casestore.conversations.history import History
from casestore.conversations.live import LiveEvents
from casestore.conversations.repository import Conversations
from casestore.conversations.transcript import Transcript
from casestore.database import Database
from casestore.documents.files import DatabaseFiles, PlacedFiles
from casestore.documents.repository import Documents
from casestore.documents.tasks import DocumentTasks
from casestore.documents.upload_links import UploadLinks
from casestore.documents.uploads import Uploads
from casestore.files import Files, Place
from casestore.migrate import check_key_ring, is_current, migrate
from casestore.notices.records import NoticeRecords
from casestore.notices.repository import Notices
from casestore.notices.sends import NoticeSends
from casestore.notices.timed import TimedFacts
from casestore.people.citizens import Citizens
from casestore.people.codes import Codes
from casestore.people.consents import Consents
from casestore.people.contact_points import ContactPoints
from casestore.people.identity import Links
from casestore.people.login_links import LoginLinks
from casestore.people.preferences import Preferences
from casestore.places.folder import Folder
from casestore.queues.inbox import Inbox
from casestore.queues.outbox import Outbox
from casestore.queues.receipts import Receipts
from casestore.queues.registry_events import RegistryEventQueue
from casestore.queues.results import Results
from casestore.queues.spending import Spending
from casestore.reports.figures import Figures
from casestore.reports.lists import Lists
from casestore.rights.copy_links import Copies
from casestore.rights.erasure import Erasure
from casestore.rights.holdings import Holdings
from casestore.rights.purge import Purger
from casestore.staff.accounts import Accounts
from casestore.staff.arrangements import Arrangements
from casestore.staff.notes import Notes as StaffNotes
from casestore.staff.overdue import Overdue
from casestore.staff.sessions import Sessions
from casestore.staff.takeovers import Takeovers
from casestore.staff.talks import Talks
from casestore.vault import Vault
from casestore.watch.expectations import Expectations
from casestore.watch.repository import Watch


class NotMigrated(Exception):
    """The database does not have today's schema: run ``python -m bot migrate``."""


@dataclass(frozen=True, slots=True)
class Store:
    """The case store's parts over one database and one key ring."""

    database: Database
    vault: Vault
    inbox: Inbox
    outbox: Outbox
    results: Results
    spending: Spending
    receipts: Receipts
    conversations: Conversations
    transcript: Transcript
    history: History
    handovers: Handovers
    citizens: Citizens
    contact_points: ContactPoints
    links: Links
    consents: Consents
    codes: Codes
    cases: Cases
    cursors: Cursors
    reconciliations: Reconciliations
    registry_events: RegistryEventQueue
    login_links: LoginLinks
    preferences: Preferences
    notices: Notices
    notice_sends: NoticeSends
    notice_records: NoticeRecords
    timed_facts: TimedFacts
    copies: Copies
    holdings: Holdings
    erasure: Erasure
    documents: Documents
    document_tasks: DocumentTasks
    upload_links: UploadLinks
    uploads: Uploads
    certificate_requests: CertificateRequests
    certificate_tasks: CertificateTasks
    certificate_links: CertificateLinks
    certificate_checks: CertificateChecks
    revoked: RevokedPapers
    purger: Purger
    audits: AuditTrail
    watch: Watch
    expectations: Expectations
    broadcasts: Broadcasts
    broadcast_members: Members
    broadcast_rows: BroadcastRows
    broadcast_progress: BroadcastProgress
    issued: IssuedCertificates
    live: LiveEvents
    accounts: Accounts
    sessions: Sessions
    staff_notes: StaffNotes
    takeovers: Takeovers
    talks: Talks
    overdue: Overdue
    figures: Figures
    lists: Lists
    arrangements: Arrangements
    calls: Calls
    callbacks: CallBacks
    looks: LookLog

    @classmethod
    def over(cls, database: Database, vault: Vault, files: Files | None = None, papers: Files | None = None) -> Store:
        """``files`` keep the content of documents, ``papers`` that of certificates: the database itself, if not said
        otherwise."""
        points, audits, outbox = ContactPoints(database, vault), AuditTrail(database, vault), Outbox(database, vault)
        tasks, sends = DocumentTasks(database, vault), NoticeSends(database, vault, outbox)
        documents = Documents(database, vault, files or DatabaseFiles(), tasks)
        certificate_tasks = CertificateTasks(database, vault)
        certificates = CertificateRequests(database, vault, papers or DatabasePapers(), certificate_tasks)
        staff_notes = StaffNotes(database, vault)
        notices, handovers, members = Notices(database), Handovers(database), Members(database, vault)
        callbacks = CallBacks(database, vault)
        return cls(
            database=database,
            vault=vault,
            inbox=Inbox(database, vault),
            outbox=outbox,
            results=Results(database),
            spending=Spending(database),
            receipts=Receipts(database, vault),
            conversations=Conversations(database, vault, points),
            transcript=Transcript(database, vault),
            history=History(database, vault),
            handovers=handovers,
            citizens=Citizens(database, vault),
            contact_points=points,
            links=Links(database, vault, points),
            consents=Consents(database),
            codes=Codes(database, vault),
            cases=Cases(database, vault),
            cursors=Cursors(database),
            reconciliations=Reconciliations(database),
            registry_events=RegistryEventQueue(database, vault),
            login_links=LoginLinks(database, vault),
            preferences=Preferences(database, PREFERENCES),
            notices=notices,
            notice_sends=sends,
            notice_records=NoticeRecords(database),
            timed_facts=TimedFacts(database),
            copies=Copies(database, vault),
            holdings=Holdings(database, vault),
            erasure=Erasure(database, audits),
            documents=documents,
            document_tasks=tasks,
            upload_links=UploadLinks(database, vault),
            uploads=Uploads(database, vault),
            certificate_requests=certificates,
            certificate_tasks=certificate_tasks,
            certificate_links=CertificateLinks(database, vault),
            certificate_checks=CertificateChecks(database, vault),
            revoked=RevokedPapers(database, vault),
            purger=Purger(database),
            audits=audits,
            watch=Watch(database, notices, documents, certificates, handovers),
            expectations=Expectations(database),
            broadcasts=Broadcasts(database),
            broadcast_members=members,
            broadcast_rows=BroadcastRows(database, members, sends),
            broadcast_progress=BroadcastProgress(database),
            issued=IssuedCertificates(database, vault, audits),
            live=LiveEvents(database),
            accounts=Accounts(database, vault),
            sessions=Sessions(database),
            staff_notes=staff_notes,
            takeovers=Takeovers(database, vault, audits, staff_notes),
            talks=Talks(database, vault),
            overdue=Overdue(database),
            figures=Figures(database),
            lists=Lists(database),
            arrangements=Arrangements(database, audits),
            calls=Calls(database, vault),
            callbacks=callbacks,
            looks=LookLog(database),
        )


@asynccontextmanager
async def open_store(settings: Settings, *, migrating: bool = False) -> AsyncIterator[Store]:
    """The store of these settings. Raises :class:`NotMigrated` or :class:`casestore.migrate.WrongKeyRing`."""
    database = Database(settings.database_url)
    try:
        if migrating or database.is_sqlite:  # one machine, one file: there is nobody to ask
            await migrate(database)
        if not await is_current(database):
            raise NotMigrated("the database does not have today's schema: run `python -m bot migrate`")
        vault = Vault(settings.secrets())
        await check_key_ring(database, vault)
        documents, certificates = (_place(settings, what) for what in ("documents", "certificates"))
        files = None if documents is None else PlacedFiles(documents)
        papers = None if certificates is None else PlacedPapers(certificates)
        yield Store.over(database, vault, files, papers)
    finally:
        await database.close()


def _place(settings: Settings, what: str) -> Place | None:
    """Where sealed content of this kind is kept, as ``FILES_URL`` says; ``None``: in the database. Each kind has a
    place of its own: what one does not name is swept away."""
    if settings.files_url is None:
        return None
    place = urlsplit(settings.files_url)
    if place.scheme == "file":
        folder = Path(unquote(place.path))
        return Folder(folder if what == "documents" else folder / what)
    from casestore.places.bucket import Bucket, s3  # its client is loaded where it is used

    return Bucket(
        s3(
            place.netloc,
            f"{place.path.strip('/')}/{what}".strip("/"),
            endpoint=settings.files_endpoint,
            region=settings.files_region,
            key_id=settings.files_key_id or "",
            secret=settings.files_secret.get_secret_value() if settings.files_secret else "",
        )
    )
