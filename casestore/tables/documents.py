"""What citizens hand in: the files, what is still to be done about each, and the links by which they are uploaded."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from casestore.columns import Utc, id_column, metadata, only_where, reference

OPEN_ROWS = only_where("state = 'open'")

documents = Table(  # a file that a citizen handed in; several of one paper share a bundle
    "documents",
    metadata,
    id_column(),
    Column("key", String(80), nullable=False, unique=True),
    reference("citizen_id", "citizens", nullable=False, index=True),
    reference("conversation_id", "conversations", nullable=False),
    Column("origin", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("registry", String(32)),
    Column("reference", String(64)),
    Column("code", String(64)),  # of the paper that it is; proposed until it is confirmed
    Column("title", String(300)),
    Column("bundle", String(80)),  # since it was confirmed
    Column("submission", String(32)),  # under which the bundle goes to the registry, for ever the same
    Column("number", String(64)),  # the registry's protocol number
    Column("name_sealed", LargeBinary, nullable=False),
    Column("media_type", String(32)),
    Column("size", Integer),
    Column("pages", SmallInteger),
    Column("blurred", Boolean, nullable=False, server_default=false()),
    Column("reason", String(32)),
    Column("stored_as", String(64)),  # the name of its sealed file, where they are kept in a folder
    Column("created_at", Utc, nullable=False),
    Column("confirmed_at", Utc),
    Column("submitted_at", Utc),
    Column("finished_at", Utc),
    Index("ix_documents_conversation", "conversation_id", "id"),
    Index("ix_documents_bundle", "bundle"),
    Index("ix_documents_paper", "reference", "code"),
    Index("ix_documents_state", "state", "created_at"),
)

document_parts = Table(  # the sealed content, in parts, where it is kept in the database
    "document_parts",
    metadata,
    id_column(),
    reference("document_id", "documents", nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    Column("kept_at", Utc, nullable=False),
    UniqueConstraint("document_id", "number"),
)

document_tasks = Table(  # what is still to be done about a file: a queue, in order for each
    "document_tasks",
    metadata,
    id_column(),
    reference("document_id", "documents", nullable=False),
    Column("step", String(8), nullable=False),
    Column("place", SmallInteger, nullable=False),  # of the step among a document's: a yes may come before the file
    Column("payload_sealed", LargeBinary, nullable=False),
    Column("state", String(8), nullable=False, server_default="open"),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("received_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("lease_until", Utc),
    Column("claim", String(32)),
    Column("finished_at", Utc),
    Column("error", String(64)),
    UniqueConstraint("document_id", "step"),
    Index("ix_document_tasks_open", "id", **OPEN_ROWS),
)

upload_links = Table(  # one-time links to the upload page: only a keyed hash of each is kept
    "upload_links",
    metadata,
    id_column(),
    reference("conversation_id", "conversations", nullable=False, index=True),
    reference("citizen_id", "citizens", nullable=False, index=True),
    Column("token_key", String(32), nullable=False, unique=True),
    Column("reference", String(64), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("files", SmallInteger, nullable=False, server_default=text("0")),
)

uploads = Table(  # a file that arrives by the upload page piece by piece
    "uploads",
    metadata,
    id_column(),
    reference("link_id", "upload_links", nullable=False, index=True),
    Column("key", String(32), nullable=False, unique=True),
    Column("size", Integer, nullable=False),
    Column("received", Integer, nullable=False, server_default=text("0")),  # bytes, from its beginning
    Column("name_sealed", LargeBinary, nullable=False),
    Column("created_at", Utc, nullable=False),
)

upload_pieces = Table(  # each sealed by itself; the last may still grow
    "upload_pieces",
    metadata,
    id_column(),
    reference("upload_id", "uploads", nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    UniqueConstraint("upload_id", "number"),
)
