"""Certificates put together from the service's parts. Called by the composition root alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.certificates.issuer import PaperIssuer
from bot.certificates.seal.process import SealProcess
from bot.settings import Settings


def make_issuer(settings: Settings) -> PaperIssuer:
    """For a worker. The process that holds the key starts with the first paper; :meth:`PaperIssuer.close` ends it."""
    return PaperIssuer(SealProcess(seal_settings(settings)), settings.public_url)


def seal_settings(settings: Settings) -> Mapping[str, Any]:
    """For the process that holds the key: where it finds it."""
    return {
        "key": None if settings.seal_key is None else settings.seal_key.get_secret_value(),
        "cert": settings.seal_cert,
        "chain": settings.seal_chain,
        "tsa": settings.tsa_url,
        "mark_key": settings.qr_key,
        "mark_cert": settings.qr_cert,
        "folder": str(settings.authority_folder),
    }
