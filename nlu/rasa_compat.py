"""Rasa 3.6 beside today's libraries. Import this before anything of ``rasa``; it imports nothing of it itself.

Rasa imports ``packaging.version.LegacyVersion``, which packaging dropped in release 22, for one ``isinstance``
check that tells an unparsable version string. Packaging now raises on such a string, so an empty class is right.
Libraries that Rasa imports and nobody uses here are stood in for (:mod:`nlu.rasa_stand_ins`).
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import packaging.version

from nlu.rasa_stand_ins import install

if not hasattr(packaging.version, "LegacyVersion"):
    setattr(packaging.version, "LegacyVersion", type("LegacyVersion", (), {}))  # noqa: B010 - mypy knows no such name

install()
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")  # Rasa reports its use by default
logging.getLogger("matplotlib").setLevel(logging.WARNING)  # imported by Rasa's plots; it reports on fonts


@contextmanager
def foreign_warnings_off() -> Iterator[None]:
    """Import Rasa inside it: its dependencies' deprecation warnings are not ours to act on.

    Recorded rather than ignored, because some of them set filters of their own while they are imported.
    """
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("ignore")
        yield
