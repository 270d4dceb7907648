"""Citizens, where they are reached, who is behind an address, and what they agreed to."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from casestore.columns import Id, Utc, id_column, metadata, reference

citizens = Table(
    "citizens",
    metadata,
    id_column(),
    Column("afm_key", String(32), nullable=False, unique=True),
    Column("afm_sealed", LargeBinary, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("contact_due_at", Utc, index=True),  # when to ask the contact registry again; never, after an erasure
)

contact_points = Table(
    "contact_points",
    metadata,
    id_column(),
    Column("channel", String(16), nullable=False),
    Column("address_key", String(32), nullable=False),
    Column("address_sealed", LargeBinary, nullable=False),
    Column("reachable", Boolean, nullable=False, server_default=text("true")),
    Column("unreachable_reason", String(64)),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("channel", "address_key"),
)

links = Table(  # who is known to be behind a contact point, how surely, and since when
    "links",
    metadata,
    id_column(),
    reference("contact_point_id", "contact_points", nullable=False),
    reference("citizen_id", "citizens", nullable=False, index=True),
    Column("level", SmallInteger, nullable=False),
    Column("source", String(16), nullable=False),
    Column("linked_at", Utc, nullable=False),
    Column("rests_on", String(32)),  # the mobile (its address_key) that the contact registry must hold for this citizen
    Column("agreed_at", Utc),  # when it last said so
    UniqueConstraint("contact_point_id", "citizen_id"),
)

consents = Table(  # what a citizen said about being written to: never changed, the newest word counts
    "consents",
    metadata,
    id_column(),
    reference("contact_point_id", "contact_points", nullable=False),
    Column("key", String(80), nullable=False, unique=True),
    Column("purpose", String(16), nullable=False),
    Column("allowed", Boolean, nullable=False),
    Column("source", String(16), nullable=False),
    Column("at", Utc, nullable=False),
    Index("ix_consents_contact_point", "contact_point_id", "purpose", "id"),
)

codes = Table(  # one-time codes: only a keyed hash of each is kept
    "codes",
    metadata,
    id_column(),
    reference("conversation_id", "conversations", index=True),
    # Asked for on the telephone, and for no conversation. The call goes sooner than the limits its codes count for.
    Column("call_id", Id, ForeignKey("calls.id", ondelete="SET NULL"), index=True),
    Column("afm_key", String(32), nullable=False),
    Column("afm_sealed", LargeBinary, nullable=False),
    Column("code_key", String(32), nullable=False),
    Column("sent", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("attempts_left", SmallInteger, nullable=False),
    Column("used_at", Utc),
    Column("source", String(16), nullable=False, server_default="code"),  # sent to a mobile, or shown after a login
    Column("with_receipt", Boolean, nullable=False, server_default=false()),
    Column("mobile_key", String(32)),  # the address_key of that mobile
    Index("ix_codes_afm", "afm_key", "created_at"),
    Index("ix_codes_mobile", "mobile_key", "created_at"),
)

login_links = Table(  # one-time links to the State's login: only keyed hashes of what opens them are kept
    "login_links",
    metadata,
    id_column(),
    reference("conversation_id", "conversations", nullable=False, index=True),
    Column("token_key", String(32), nullable=False, unique=True),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("starts", SmallInteger, nullable=False, server_default=text("0")),
    Column("state_key", String(32), unique=True),
    Column("browser_key", String(32)),
    Column("verifier_sealed", LargeBinary),
    Column("taken_at", Utc),  # a browser came back with it, and the login is being asked who it is
    Column("code_id", Id),  # the code that this browser was shown
)
