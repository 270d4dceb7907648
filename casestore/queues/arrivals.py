"""What a batch of webhooks brings: messages and receipts, kept in one commit.

A webhook that comes twice changes nothing. ``inbox`` has one row for a channel and external id, and
:meth:`casestore.database.Database.append` leaves out what exists (``ON CONFLICT DO NOTHING``): the second is answered
with 200 and forgotten, however far the first has come. A receipt has no id: the second is kept beside the first, and
its status ranks no higher than what the first one has told (:mod:`casestore.queues.lifecycle`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casestore.database import Database
from casestore.tables import inbox, receipts

Rows = Sequence[Mapping[str, object]]


async def keep(database: Database, messages: Rows, receipts_: Rows) -> None:
    """``messages`` from :meth:`casestore.queues.inbox.Inbox.row`, ``receipts_`` from
    :meth:`casestore.queues.receipts.Receipts.row`."""
    await database.append({inbox: messages, receipts: receipts_})
