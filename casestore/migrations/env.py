"""Run by alembic. The connection comes from :mod:`casestore.migrate`."""

from __future__ import annotations

from alembic import context

import casestore.tables  # noqa: F401 (declares the tables)
from casestore.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
