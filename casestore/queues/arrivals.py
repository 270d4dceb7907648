"""What a batch of webhooks brings: messages and receipts, kept in one commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casestore.database import Database
from casestore.tables import inbox, receipts

Rows = Sequence[Mapping[str, object]]


async def keep(database: Database, messages: Rows, told: Rows) -> None:
    """``messages`` from :meth:`casestore.queues.inbox.Inbox.row`, ``told`` from
    :meth:`casestore.queues.receipts.Receipts.row`. A message that came before changes nothing."""
    await database.append({inbox: messages, receipts: told})
