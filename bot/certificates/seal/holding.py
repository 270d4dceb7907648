"""What the process that holds the key is made of: read once, from files in PEM or from the demo's authority."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import crl, pem, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper

from bot.certificates.seal import authority, files
from bot.certificates.seal.keys import BadKey, pem_key, signer_of
from bot.certificates.seal.sealer import Sealer
from bot.certificates.seal.timestamps import OwnTimeStamper

STAMPED_WITHIN = 10  # seconds for a time-stamping service
Sign = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Holding:
    """``about``: what its parent may know. ``mark`` signs a QR; raises :class:`bot.certificates.seal.keys.BadKey` where
    there is no key for that."""

    sealer: Sealer
    mark: Sign
    about: Mapping[str, Any]


def hold(settings: Mapping[str, Any]) -> Holding:
    """``settings``: ``key``, ``cert``, ``chain``, ``tsa``, ``mark_key``, ``mark_cert`` (each may be missing), and
    ``folder`` of the demo's authority, which is made where no key is named. Raises
    :class:`bot.certificates.seal.keys.BadKey` and :class:`OSError`."""
    if settings.get("key"):
        return _hold(settings, sample=False, made=False)
    folder = Path(settings["folder"])
    made = authority.ensure(folder, datetime.now(UTC))
    own = {
        "key": str(folder / f"{files.SEAL}.key"),
        "cert": str(folder / f"{files.SEAL}.pem"),
        "chain": str(folder / files.CHAIN),
        "mark_key": str(folder / f"{files.MARK}.key"),
        "mark_cert": str(folder / f"{files.MARK}.pem"),
        "stamp_key": str(folder / f"{files.TIME}.key"),
        "stamp_cert": str(folder / f"{files.TIME}.pem"),
        "tsa": settings.get("tsa"),
    }
    return _hold(own, sample=True, made=made)


def _hold(named: Mapping[str, Any], *, sample: bool, made: bool) -> Holding:
    certificate = _certificates(named["cert"])[0]
    chain, crls = _certificates(named["chain"]), _lists(named["chain"])
    roots = [one for one in chain if one.self_issued]
    if not roots:
        raise BadKey("SEAL_CHAIN has no root certificate")
    if certificate.not_valid_after < datetime.now(UTC):
        raise BadKey("the seal's certificate has expired")
    mark, key_id = _mark(named)
    sealer = Sealer(signer_of(named["key"], certificate, chain), _stamper(named), roots=roots, others=chain, crls=crls)
    about = {"sample": sample, "made": made, "key_id": key_id, "expires": certificate.not_valid_after.isoformat()}
    return Holding(sealer, mark, about)


def _stamper(named: Mapping[str, Any]) -> TimeStamper:
    if named.get("tsa"):
        return HTTPTimeStamper(named["tsa"], timeout=STAMPED_WITHIN)
    if "stamp_key" not in named:
        raise BadKey("TSA_URL is not set")
    return OwnTimeStamper(_certificates(named["stamp_cert"])[0], _curve_key(named["stamp_key"]))


def _mark(named: Mapping[str, Any]) -> tuple[Sign, str]:
    """What signs QRs, and the id of its key in hexadecimal digits; none: they are links alone."""
    if not named.get("mark_key") or not named.get("mark_cert"):
        return _no_mark, ""
    key, certificate = _curve_key(named["mark_key"]), _certificates(named["mark_cert"])[0]
    if certificate.ca:
        raise BadKey("QR_CERT is an authority's certificate")  # whoever checks a QR takes none of those
    return lambda content: _raw(key.sign(content, ec.ECDSA(hashes.SHA256()))), certificate.sha256.hex()[:8]


def _no_mark(_content: bytes) -> bytes:
    raise BadKey("no key for QRs")


def _raw(signature: bytes) -> bytes:
    """r and s, as COSE wants them."""
    return b"".join(part.to_bytes(32, "big") for part in decode_dss_signature(signature))


def _curve_key(path: str) -> ec.EllipticCurvePrivateKey:
    key = pem_key(path)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise BadKey("this key must be P-256")
    return key


def _blocks(path: str) -> list[tuple[str, bytes]]:
    try:
        return [(kind, der) for kind, _, der in pem.unarmor(Path(path).read_bytes(), multiple=True)]
    except (OSError, ValueError) as error:
        raise BadKey(f"a certificate cannot be read ({type(error).__name__})") from None


def _certificates(path: str) -> list[x509.Certificate]:
    found = [x509.Certificate.load(der) for kind, der in _blocks(path) if kind == "CERTIFICATE"]
    if not found:
        raise BadKey("a file has no certificate")
    return found


def _lists(path: str) -> list[crl.CertificateList]:
    return [crl.CertificateList.load(der) for kind, der in _blocks(path) if kind == "X509 CRL"]
