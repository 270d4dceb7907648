"""What is still to be done about documents: fetched, checked, submitted."""

from __future__ import annotations

from casestore.database import Database
from casestore.documents.lifecycle import Step
from casestore.queues.tasks import TaskQueue
from casestore.tables import document_tasks
from casestore.vault import Vault


class DocumentTasks(TaskQueue):
    """The queue over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        super().__init__(database, vault, document_tasks, "document_id", tuple(Step))
