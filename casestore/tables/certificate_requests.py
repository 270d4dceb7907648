"""Certificates that citizens ask for: the requests, what is still to be done about each, and the links to files."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, SmallInteger, String, Table, UniqueConstraint, text

from casestore.columns import Utc, id_column, metadata, reference
from casestore.tables.documents import OPEN_ROWS

certificate_requests = Table(  # a certificate that a citizen asked for, and its sealed paper once it is issued
    "certificate_requests",
    metadata,
    id_column(),
    Column("key", String(80), nullable=False, unique=True),
    reference("citizen_id", "citizens", nullable=False, index=True),
    reference("conversation_id", "conversations", nullable=False, index=True),
    Column("kind", String(64), nullable=False),
    Column("registry", String(32), nullable=False),
    Column("request", String(32), nullable=False, unique=True),  # under which the registry knows it, for ever the same
    Column("details_sealed", LargeBinary, nullable=False),
    Column("secrets_sealed", LargeBinary, nullable=False),  # told to the registry alone; emptied once it is settled
    Column("state", String(12), nullable=False),
    Column("state_at", Utc, nullable=False),  # since when
    Column("reason", String(64)),  # of ours, where it failed
    Column("words_sealed", LargeBinary),  # the registry's, where it refused
    Column("number", String(64)),  # the registry's protocol number
    Column("code_sealed", LargeBinary),  # printed on the paper
    Column("code_key", String(32), index=True),  # by which what was issued is found, also once the paper is gone
    Column("size", Integer),
    Column("stored_as", String(64)),  # the name of its sealed file, where they are kept in a folder
    Column("created_at", Utc, nullable=False),
    Column("issued_at", Utc),
    Column("valid_until", Utc),
    Column("kept_until", Utc),  # its content
    Column("finished_at", Utc),
    Index("ix_certificate_requests_state", "state", "state_at"),
)

certificate_parts = Table(  # the sealed paper, in parts, where it is kept in the database
    "certificate_parts",
    metadata,
    id_column(),
    reference("certificate_id", "certificate_requests", nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    Column("kept_at", Utc, nullable=False),
    UniqueConstraint("certificate_id", "number"),
)

certificate_tasks = Table(  # what is still to be done about a request: a queue, in order for each
    "certificate_tasks",
    metadata,
    id_column(),
    reference("certificate_id", "certificate_requests", nullable=False),
    Column("step", String(8), nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("payload_sealed", LargeBinary, nullable=False),
    Column("state", String(8), nullable=False, server_default="open"),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("received_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("lease_until", Utc),
    Column("claim", String(32)),
    Column("finished_at", Utc),
    Column("error", String(64)),
    UniqueConstraint("certificate_id", "step"),
    Index("ix_certificate_tasks_open", "id", **OPEN_ROWS),
)

certificate_links = Table(  # short-lived links to issued papers: only a keyed hash of each is kept
    "certificate_links",
    metadata,
    id_column(),
    reference("certificate_id", "certificate_requests", nullable=False, index=True),
    reference("conversation_id", "conversations", nullable=False, index=True),
    reference("citizen_id", "citizens", nullable=False, index=True),
    Column("token_key", String(32), nullable=False, unique=True),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("openings", SmallInteger, nullable=False, server_default=text("0")),
)

certificate_checks = Table(  # a file that was sent into a chat, to be checked: where its provider has it
    "certificate_checks",
    metadata,
    id_column(),
    Column("key", String(80), nullable=False, unique=True),
    reference("conversation_id", "conversations", nullable=False, index=True),
    Column("step", String(8), nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("payload_sealed", LargeBinary, nullable=False),
    Column("state", String(8), nullable=False, server_default="open"),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("received_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("lease_until", Utc),
    Column("claim", String(32)),
    Column("finished_at", Utc),
    Column("error", String(64)),
    Index("ix_certificate_checks_open", "id", **OPEN_ROWS),
)
