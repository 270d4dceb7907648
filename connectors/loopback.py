"""Was a request made on this machine, as its headers have it? For the stand-ins, which know no passwords: a page from
elsewhere, open in a developer's browser, could post to them too. Its ``Origin`` says so, and a name that was bent to
this machine stands in ``Host``."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit


def from_this_machine(headers: Mapping[str, str]) -> bool:
    """Are host and origin loopback addresses?"""
    asked_by = [f"//{headers.get('Host', '')}"]
    if (origin := headers.get("Origin")) is not None:
        asked_by.append(origin)
    return all(map(is_loopback, asked_by))


def is_loopback(address: str) -> bool:
    """``//127.0.0.1:8083``, ``http://localhost:8083``: does this name the machine itself?"""
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
