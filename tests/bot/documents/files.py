"""Files as citizens and attackers send them, made by code: nothing harmful lies in the repository."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pikepdf
from PIL import Image, ImageDraw, ImageFilter, ImageOps

ATHENS = ((37.0, 58.0, 31.0), (23.0, 44.0, 5.0))
_GPS = 0x8825


def page(size: tuple[int, int] = (1240, 1754), *, blur: float = 0.0) -> Image.Image:
    """A typed page, as a photograph of one looks; ``blur`` in pixels."""
    picture = Image.new("RGB", size, (244, 242, 236))
    draw = ImageDraw.Draw(picture)
    for row in range(80, size[1] - 80, 34):
        for column in range(90, size[0] - 120, 26):
            if (row * 7 + column * 13) % 11 > 2:
                draw.rectangle((column, row, column + 3, row + 17), fill=(30, 30, 36))
                draw.line((column, row + 8, column + 14, row + 14), fill=(30, 30, 36), width=3)
    return picture.filter(ImageFilter.GaussianBlur(blur)) if blur else picture


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    made = io.BytesIO()
    picture.save(made, kind, **options)
    return made.getvalue()


def photo(*, blur: float = 0.0, orientation: int = 1, place: bool = True) -> bytes:
    """A JPEG as a telephone makes it, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Telephone"
    if place:
        exif[_GPS] = {1: "N", 2: ATHENS[0], 3: "E", 4: ATHENS[1]}
    return saved(page(blur=blur), "JPEG", quality=90, exif=exif.tobytes())


def heic() -> bytes:
    import pillow_heif

    exif = Image.Exif()
    exif[_GPS] = {1: "N", 2: ATHENS[0], 3: "E", 4: ATHENS[1]}
    made = io.BytesIO()
    pillow_heif.from_pillow(page((600, 800))).save(made, exif=exif.tobytes())
    return made.getvalue()


def tiff(pages: int, size: tuple[int, int] = (60, 80)) -> bytes:
    frames = [Image.new("L", size, shade % 256) for shade in range(pages)]
    return saved(frames[0], "TIFF", save_all=True, append_images=frames[1:])


def pdf(pages: int = 1, lock: pikepdf.Encryption | None = None) -> bytes:
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page()
        return _written(made, lock)


def _written(made: pikepdf.Pdf, lock: pikepdf.Encryption | None = None) -> bytes:
    out = io.BytesIO()
    made.save(out, encryption=lock)
    return out.getvalue()


def pdf_with_program() -> bytes:
    """It would run when it is opened; the action stands within the catalogue and is no object of its own."""
    with pikepdf.new() as made:
        made.add_blank_page()
        made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('x')")
        return _written(made)


def pdf_with_launch() -> bytes:
    with pikepdf.new() as made:
        made.add_blank_page()
        act = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
        link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=act)
        made.pages[0].Annots = pikepdf.Array([made.make_indirect(link)])
        return _written(made)


def pdf_with_file() -> bytes:
    with pikepdf.new() as made:
        made.add_blank_page()
        made.attachments["program.exe"] = b"MZ\x90\x00"
        return _written(made)


def locked_pdf(*, to_open: str = "secret") -> bytes:
    return pdf(lock=pikepdf.Encryption(owner="owner", user=to_open))


def pdf_and_zip() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("payload.js", "alert(1)")
    return pdf() + archive.getvalue()


def endless_pdf() -> bytes:
    """Objects in a stream that unpacks to far more than the child may hold."""
    packer = zlib.compressobj(9)
    first = packer.compress(b"0 " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b"0 " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = first + again * 700 + packer.flush()  # 1.4 GiB; each block stands by itself, so it need not be made anew
    head = b"%%PDF-1.5\n1 0 obj\n<< /Type /ObjStm /N 1000000 /First 9 /Filter /FlateDecode /Length %d >>\nstream\n"
    body = head % len(packed) + packed + b"\nendstream\nendobj\n"
    refs = zlib.compress(b"\x00\x00\x00\xff\x01\x00\x09\x00\x02\x00\x01\x00\x02\x00\x01\x01")
    table = b"2 0 obj\n<< /Type /XRef /Size 4 /W [1 2 1] /Root 3 0 R /Filter /FlateDecode /Length %d >>\nstream\n"
    at = len(body)
    return body + table % len(refs) + refs + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % at


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that claims this size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head)
    return start + _chunk(b"IDAT", data or zlib.compress(b"\0")) + _chunk(b"IEND", b"")


def png_bomb() -> bytes:
    """50 megapixels in 50 kB: as many as are let in."""
    packer = zlib.compressobj(9)
    row = b"\0" * 10_001
    data = b"".join(packer.compress(row) for _ in range(5_000)) + packer.flush()
    return png(10_000, 5_000, data)


def texts_in(content: bytes) -> bytes:
    """Whatever metadata a JPEG carries."""
    with Image.open(io.BytesIO(content)) as picture:
        return b"".join([picture.info.get("exif", b""), picture.info.get("comment", b""), picture.info.get("xmp", b"")])


def upright(content: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(content)) as picture:
        return ImageOps.exif_transpose(picture).size
