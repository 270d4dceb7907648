"""The demo's own authority, made at first use: it shows how a seal works and proves nothing to anybody else.

A root, an issuing authority beneath it, and beneath that the certificates of the seal, of the time-stamps and of the
QR. The keys of the first two are thrown away once they have signed, with the lists that say that nothing is revoked:
nobody can issue beneath them again. What is secret is readable by its owner alone.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bot.certificates.seal.files import CHAIN, MARK, PUBLISHED, ROOT, SEAL, TIME
from bot.certificates.trust import MARK_POLICY, SEAL_POLICY, TIME_POLICY

LIFE, LONG_LIFE = timedelta(days=3 * 365), timedelta(days=15 * 365)
_EARLIER = timedelta(minutes=5)  # clocks differ
_ORGANISATION = "Δοκιμαστική Θυρίδα του Πολίτη (χωρίς νομική ισχύ)"
_PEM = serialization.Encoding.PEM
_SIGNS = ("digital_signature", "content_commitment")
_ISSUES = ("key_cert_sign", "crl_sign")
_NEVER = ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only")


def ensure(folder: Path, now: datetime) -> bool:
    """Makes an authority in ``folder`` where there is none; ``True`` if it did. Of several that try at once one
    wins."""
    if (folder / PUBLISHED).is_file():
        return False
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = Path(tempfile.mkdtemp(prefix=".authority-", dir=folder.parent))
    try:
        for name, content in _files(now).items():
            _write(made / name, content)
        made.rename(folder)
    except OSError:
        if not (folder / PUBLISHED).is_file():
            raise
        return False
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return True


def _files(now: datetime) -> Mapping[str, bytes]:
    root_key, issuing_key = _key(), _key()
    root = _certificate("Δοκιμαστική Ρίζα", root_key, None, root_key, now, LONG_LIFE, _ISSUES)
    issuing = _certificate("Δοκιμαστική Αρχή Έκδοσης", issuing_key, root, root_key, now, LONG_LIFE, _ISSUES)
    files: dict[str, bytes] = {}
    leaves: list[x509.Certificate] = []
    for name, title, policy, life in (
        (SEAL, "Δοκιμαστική Σφραγίδα", SEAL_POLICY, LIFE),
        (TIME, "Δοκιμαστική Χρονοσήμανση", TIME_POLICY, LONG_LIFE),
        (MARK, "Δοκιμαστική Υπογραφή QR", MARK_POLICY, LIFE),
    ):
        key = _key()
        leaf = _certificate(title, key, issuing, issuing_key, now, life, _SIGNS, policy, stamps=name == TIME)
        leaves.append(leaf)
        files[f"{name}.pem"] = leaf.public_bytes(_PEM)
        files[f"{name}.key"] = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    lists = b"".join(
        _nothing_revoked(one, key, now).public_bytes(_PEM) for one, key in ((root, root_key), (issuing, issuing_key))
    )
    files[ROOT] = root.public_bytes(_PEM)
    files[CHAIN] = issuing.public_bytes(_PEM) + files[ROOT] + lists
    files[PUBLISHED] = b"".join(each.public_bytes(_PEM) for each in (root, issuing, *leaves))
    return files


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _certificate(
    title: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
    now: datetime,
    life: timedelta,
    usage: Sequence[str],
    policy: str | None = None,
    *,
    stamps: bool = False,
) -> x509.Certificate:
    """``issuer`` is ``None`` for a root."""
    subject, is_authority = _name(title), policy is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + life)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(_usage(usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if policy is not None:
        told = x509.PolicyInformation(x509.ObjectIdentifier(policy), None)
        builder = builder.add_extension(x509.CertificatePolicies([told]), critical=False)
    elif issuer is not None:
        told = x509.PolicyInformation(x509.ObjectIdentifier("2.5.29.32.0"), None)  # any policy, beneath the root
        builder = builder.add_extension(x509.CertificatePolicies([told]), critical=False)
    if stamps:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def _nothing_revoked(
    issuer: x509.Certificate, key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateRevocationList:
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.subject)
    builder = builder.last_update(now - _EARLIER).next_update(now + LONG_LIFE)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    builder = builder.add_extension(identifier, critical=False).add_extension(x509.CRLNumber(1), critical=False)
    return builder.sign(key, hashes.SHA256())


def _name(title: str) -> x509.Name:
    parts = ((NameOID.COUNTRY_NAME, "GR"), (NameOID.ORGANIZATION_NAME, _ORGANISATION), (NameOID.COMMON_NAME, title))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _usage(on: Sequence[str]) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in on for name in (*_SIGNS, *_ISSUES, *_NEVER)})


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
