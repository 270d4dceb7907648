"""What the files of the demo's authority are called."""

from __future__ import annotations

ROOT, CHAIN, PUBLISHED = "root.pem", "chain.pem", "published.pem"
SEAL, TIME, MARK = "seal", "time", "mark"
"""Of each a certificate (``.pem``) and a key (``.key``)."""
