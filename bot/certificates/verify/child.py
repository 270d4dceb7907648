"""The child's whole life: limits first, then what is trusted and the file from its standard input, the facts to its
standard output.

    one line of JSON: {"published": certificates in PEM, "now": a time, "host": of our QRs' links} | the file's bytes
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from bot.certificates.trust import Trust, read
from bot.certificates.verify.facts import Facts, Kind, MarkState, Seal, encode
from bot.limited.kinds import kind_of
from bot.limited.limits import MOST_BYTES, limit

if TYPE_CHECKING:
    from bot.certificates.verify.qr import Verify

PAGES = 3  # of a PDF without a seal that are looked at for a code
DPI = 150


def facts_of(content: bytes, trust: Trust, now: datetime, host: str = "") -> Facts | None:
    """``host``: as :func:`bot.certificates.paper.mark.read_link` has it. ``None`` for what is neither a PDF nor a
    picture, or cannot be opened."""
    kind = kind_of(content)
    if kind is None:
        return None
    if kind == "PDF":
        return _of_pdf(content, trust, now, host)
    from bot.certificates.verify.qr import open_picture, read_facts

    try:
        picture = open_picture(content, kind)
    except Exception:  # noqa: BLE001 - what decoders say of a broken file is without end
        return None
    return read_facts(picture, Kind.PICTURE, verifier(trust), host) or Facts(Kind.PICTURE)


def _of_pdf(content: bytes, trust: Trust, now: datetime, host: str) -> Facts | None:
    from bot.certificates.verify.seals import look

    facts = look(content, trust, now)
    if facts.seal is Seal.OURS:
        return facts
    try:
        printed = _printed(content, trust, host)
    except Exception:  # noqa: BLE001 - likewise
        return None if facts.seal is Seal.NONE else facts
    return Facts(Kind.PDF, facts.seal) if printed is None else _with(printed, facts.seal)


def _with(printed: Facts, seal: Seal) -> Facts:
    """What stands on a paper that no seal covers: its code, and what a signed QR says."""
    if printed.mark is MarkState.GOOD:
        return Facts(
            Kind.PDF, seal, printed.mark, printed.code, "", "", printed.protocol, printed.holder, printed.issued_at
        )
    return Facts(Kind.PDF, seal, printed.mark, printed.code)


def _printed(content: bytes, trust: Trust, host: str) -> Facts | None:
    """Off the pages as they are drawn, as somebody would see them."""
    import pypdfium2

    from bot.certificates.verify.qr import read_facts
    from nlu.certificate_codes import codes_in

    document = pypdfium2.PdfDocument(content)
    for number in range(min(len(document), PAGES)):
        page = document[number]
        if page.get_width() * page.get_height() > 4_000_000:  # square points: of no paper
            continue
        drawn = page.render(scale=DPI / 72, grayscale=True).to_pil()
        if (found := read_facts(drawn, Kind.PDF, verifier(trust), host)) is not None:
            return found
        if codes := codes_in(page.get_textpage().get_text_bounded()[:20_000]):
            return Facts(Kind.PDF, code=codes[0])
    return None


def verifier(trust: Trust) -> Verify | None:
    """Checks a QR's signature: ``(key id, r and s, what was signed) -> bool``; ``None`` where no key is known. Raises
    :class:`bot.certificates.paper.mark.UnknownKey` where that one is not."""
    if not trust.marks:
        return None
    from bot.certificates.paper.mark import UnknownKey

    def verify(key_id: bytes, signature: bytes, content: bytes) -> bool:
        known = [one for one in trust.marks if _id(one) == key_id]
        if not known:
            raise UnknownKey
        if len(signature) != 64:
            return False
        der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
        return any(_signed_by(one, der, content) for one in known)

    return verify


def _id(certificate: x509.Certificate) -> bytes:
    return certificate.fingerprint(hashes.SHA256())[:4]


def _signed_by(certificate: x509.Certificate, signature: bytes, content: bytes) -> bool:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def main() -> int:
    """0 with facts, whatever they are; anything else: the child did not come to any."""
    limit()
    logging.disable(logging.CRITICAL)
    begin = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read(MOST_BYTES + 1)
    trust, now = read(begin["published"].encode()), datetime.fromisoformat(begin["now"])
    found = None if len(content) > MOST_BYTES else facts_of(content, trust, now, begin["host"])
    sys.stdout.buffer.write(encode(found))
    sys.stdout.buffer.flush()
    return 0
