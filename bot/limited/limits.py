"""What a child may use, and what is taken from strangers at all. Imported by children: imports nothing of ours."""

from __future__ import annotations

import resource

MEMORY = 1 << 30  # bytes of address space
CPU = 10  # seconds
OPEN_FILES = 64

MOST_BYTES = 20 * 1024 * 1024  # of a file that is taken in
MOST_PIXELS = 60_000_000


def limit() -> None:
    """Nothing that a file makes a decoder do goes beyond these. No file can be written, and no core is left."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
