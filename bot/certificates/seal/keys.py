"""The seal's key: in a file (PEM), or in a device that never gives it away (PKCS#11, RFC 7512)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from asn1crypto import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

DEVICE = "pkcs11:"
_RSA_ROOM = 512  # bytes of a signature by the largest RSA key that is of use
_EC_ROOM = 72


class BadKey(ValueError):
    """The key cannot be used. Says why, and nothing of the key."""


class PemSigner(Signer):
    """A key that is read once: the library's own decodes and checks it for every signature."""

    def __init__(
        self,
        key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
        certificate: x509.Certificate,
        chain: list[x509.Certificate],
    ) -> None:
        known = SimpleCertificateStore.from_certs(chain)
        super().__init__(signing_cert=certificate, cert_registry=known, embed_roots=True)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if digest_algorithm.lower() != "sha256":
            raise BadKey("only SHA-256 is signed")
        if isinstance(self._key, rsa.RSAPrivateKey):
            return bytes(_RSA_ROOM) if dry_run else self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return bytes(_EC_ROOM) if dry_run else self._key.sign(data, ec.ECDSA(hashes.SHA256()))


def signer_of(key: str, certificate: x509.Certificate, chain: list[x509.Certificate]) -> Signer:
    """``key`` is a file's path or an address that begins with ``pkcs11:``. Raises :class:`BadKey`."""
    if key.startswith(DEVICE):
        return _of_device(key, certificate, chain)
    found = pem_key(key)
    if found.public_key() != _public(certificate):
        raise BadKey("SEAL_KEY is not the key of SEAL_CERT")
    return PemSigner(found, certificate, chain)


def pem_key(path: str) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    """Raises :class:`BadKey`."""
    try:
        found = load_pem_private_key(Path(path).read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise BadKey(f"a key cannot be read ({type(error).__name__})") from None
    if isinstance(found, ec.EllipticCurvePrivateKey) and isinstance(found.curve, ec.SECP256R1):
        return found
    if isinstance(found, rsa.RSAPrivateKey) and 3072 <= found.key_size <= 8 * _RSA_ROOM:
        return found
    raise BadKey("a key must be P-256, or RSA of 3072 bits or more")


def _public(certificate: x509.Certificate) -> object:
    from cryptography.x509 import load_der_x509_certificate

    return load_der_x509_certificate(certificate.dump()).public_key()


def device_parts(address: str) -> Mapping[str, str]:
    """The attributes of a PKCS#11 address, those of its query among them."""
    path, _, query = address.removeprefix(DEVICE).partition("?")
    named = (part.partition("=") for part in path.split(";") if part)
    return {name: unquote(value) for name, _, value in named} | dict(parse_qsl(query.replace("+", "%2B")))


def _of_device(address: str, certificate: x509.Certificate, chain: list[x509.Certificate]) -> Signer:
    """A session that stays open, with a signature at a time."""
    from pkcs11.exceptions import PKCS11Error
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    parts = device_parts(address)
    module, pin = parts.get("module-path"), parts.get("pin-value")
    if source := parts.get("pin-source"):
        pin = Path(source.removeprefix("file:")).read_text("utf-8").strip()
    if not module or not parts.get("object"):
        raise BadKey("SEAL_KEY: a PKCS#11 address needs object= and module-path=")
    try:
        criteria = TokenCriteria(label=parts["token"]) if "token" in parts else None
        session = open_pkcs11_session(module, token_criteria=criteria, user_pin=pin)
    except (PKCS11Error, RuntimeError, OSError) as error:
        raise BadKey(f"SEAL_KEY: the device does not open ({type(error).__name__})") from None
    return PKCS11Signer(
        session,
        key_label=parts["object"],
        signing_cert=certificate,
        ca_chain=chain,
        use_raw_mechanism=True,
        bulk_fetch=False,
        other_certs_to_pull=(),
    )
