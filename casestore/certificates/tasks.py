"""What is still to be done about requests for certificates: asked, and looked after until they are settled."""

from __future__ import annotations

from casestore.certificates.lifecycle import Step
from casestore.database import Database
from casestore.queues.tasks import TaskQueue
from casestore.tables import certificate_tasks
from casestore.vault import Vault


class CertificateTasks(TaskQueue):
    """The queue over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        super().__init__(database, vault, certificate_tasks, "certificate_id", tuple(Step))
