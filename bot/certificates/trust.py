"""What is published so that anybody can check a seal: certificates, and which of them may do what.

A seal is ours if its certificate comes from the authority that issued ours, with the policy and the subject that ours
has: many others may be beneath the same root.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

SEAL_POLICY = "2.25.179475500549456009998880660798966407853"
TIME_POLICY = "2.25.181128400033954482607949684175621936437"
MARK_POLICY = "2.25.108107589405358028011750966849748948436"
"""Of the certificates that :mod:`bot.certificates.seal.authority` makes: for seals, for time-stamps, for QRs."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Certificates by what they may do. ``marks`` check QRs; of ``seals`` none is named where only a root is known:
    then :data:`SEAL_POLICY` is what counts."""

    roots: tuple[x509.Certificate, ...]
    authorities: tuple[x509.Certificate, ...]
    seals: tuple[x509.Certificate, ...]
    stamps: tuple[x509.Certificate, ...]
    marks: tuple[x509.Certificate, ...]

    @classmethod
    def of(cls, certificates: Iterable[x509.Certificate]) -> Trust:
        """Raises :class:`ValueError` where there is no root among them."""
        known = list(dict.fromkeys(certificates))
        issuing = [one for one in known if _issues(one)]
        roots = tuple(one for one in issuing if one.issuer == one.subject)
        if not roots:
            raise ValueError("no root certificate in it")
        leaves = [one for one in known if not _issues(one)]
        stamps = tuple(one for one in leaves if _stamps(one))
        marks = tuple(one for one in leaves if not _stamps(one))
        seals = tuple(one for one in marks if MARK_POLICY not in policies(one))
        return cls(roots, tuple(one for one in issuing if one not in roots), seals, stamps, marks)


def read(pem: bytes) -> Trust:
    """Raises :class:`ValueError` for what is no certificates in PEM, or has no root."""
    return Trust.of(x509.load_pem_x509_certificates(pem))


def policies(certificate: x509.Certificate) -> Sequence[str]:
    try:
        told = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return ()
    return [one.policy_identifier.dotted_string for one in told]


def _issues(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False


def _stamps(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in usage
