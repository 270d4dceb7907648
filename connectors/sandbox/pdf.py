"""A one-page PDF with Greek text, by hand: what the sandbox State gives out as a certificate.

It embeds no font. Latin letters and Greek ones are named in the encoding (``uni0391``), so that a viewer takes them
from the sans-serif it has; the ToUnicode map lets text be found and copied. Enough for a sandbox, not for an archive.
"""

from __future__ import annotations

from collections.abc import Sequence

_CODEC = "iso8859_7"
_HIGH = {code: bytes([code]).decode(_CODEC, "ignore") for code in range(0xA1, 0x100)}
_GREEK = {code: character for code, character in _HIGH.items() if character}
_ROWS_FROM = 700


def certificate_pdf(title: str, fields: Sequence[tuple[str, str]], foot: str) -> bytes:
    """``title``, a line for each of ``fields``, and ``foot``. What ISO 8859-7 does not have becomes a question mark."""
    lines = [_text(56, 770, 20, title)]
    for row, (name, value) in enumerate(fields):
        lines += [_text(56, _ROWS_FROM - 26 * row, 11, name), _text(240, _ROWS_FROM - 26 * row, 11, value)]
    lines.append(_text(56, 60, 9, foot))
    content = b"\n".join(lines)
    return _document(
        b"<< /Type /Catalog /Pages 2 0 R /Lang (el) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        _stream(content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding 6 0 R /ToUnicode 7 0 R >>",
        _encoding(),
        _stream(_to_unicode()),
    )


def _text(x: int, y: int, size: int, text: str) -> bytes:
    written = text.encode(_CODEC, "replace")
    for mark in (b"\\", b"(", b")"):
        written = written.replace(mark, b"\\" + mark)
    return b"BT /F1 %d Tf %d %d Td (%s) Tj ET" % (size, x, y, b" ".join(written.split()))


def _encoding() -> bytes:
    names = " ".join(f"{code} /uni{ord(character):04X}" for code, character in _GREEK.items())
    return f"<< /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [{names}] >>".encode("ascii")


def _to_unicode() -> bytes:
    known = {**{code: chr(code) for code in range(0x20, 0x7F)}, **_GREEK}
    pairs = [f"<{code:02X}> <{ord(character):04X}>" for code, character in known.items()]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]  # a block holds at most a hundred
    mapped = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CMapName /Greek def /CMapType 2 def\n1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"{mapped}\nendcmap CMapName currentdict /CMap defineresource pop end end"
    ).encode("ascii")


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _document(*objects: bytes) -> bytes:
    """The objects, numbered from 1, with the table of where each begins."""
    written, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(written)
