"""Telephone calls of employees with citizens, and the citizens who are to be rung up."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, SmallInteger, String, Table, text

from casestore.columns import Utc, id_column, metadata, only_where, reference

_NONE = text("0")
_OPEN = only_where("finished_at IS NULL")

callbacks = Table(
    "callbacks",
    metadata,
    id_column(),
    reference("citizen_id", "citizens", nullable=False),
    reference("conversation_id", "conversations", nullable=False, index=True),  # where they are told what became of it
    Column("key", String(80), nullable=False, unique=True),
    Column("state", String(12), nullable=False),
    Column("opened_by", String(64)),  # the employee; nobody where the citizen asked
    Column("about_sealed", LargeBinary),
    Column("asked_at", Utc, nullable=False),
    Column("next_at", Utc, nullable=False),  # not before
    Column("attempts", SmallInteger, nullable=False, server_default=_NONE),
    Column("agent", String(64)),  # who is at it, and since when
    Column("claimed_at", Utc),
    Column("finished_at", Utc),
    Index("uq_callbacks_open", "citizen_id", unique=True, **_OPEN),
    Index("ix_callbacks_asked", "asked_at", **_OPEN),
    Index("ix_callbacks_citizen", "citizen_id", "asked_at"),
)

callback_attempts = Table(
    "callback_attempts",
    metadata,
    id_column(),
    reference("callback_id", "callbacks", nullable=False, index=True),
    Column("agent", String(64), nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("at", Utc, nullable=False),
)

calls = Table(
    "calls",
    metadata,
    id_column(),
    reference("staff_id", "staff", nullable=False),
    reference("callback_id", "callbacks", index=True),
    reference("citizen_id", "citizens"),  # since they have proven who they are
    Column("purpose", String(16), nullable=False),
    Column("found_by", String(12), nullable=False),
    Column("afm_sealed", LargeBinary),  # who may be on the line; gone with the proof, and with the end
    Column("begun_at", Utc, nullable=False),
    Column("codes", SmallInteger, nullable=False, server_default=_NONE),  # that were asked for
    Column("code_asked_at", Utc),  # while one is still to be sent
    Column("proven_at", Utc),
    Column("expires_at", Utc, nullable=False),
    Column("finished_at", Utc),
    Column("about", String(16)),
    Column("asked_sealed", LargeBinary),
    Column("answered_sealed", LargeBinary),
    Column("noted_at", Utc),
    Index("ix_calls_staff", "staff_id", "begun_at"),
    Index("ix_calls_citizen", "citizen_id", "begun_at"),
    Index("ix_calls_begun", "begun_at"),
    Index("ix_calls_open", "expires_at", **_OPEN),
)
