"""Pictures as people and attackers send them, and what one finds in what became of them."""

import random
import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, PngImagePlugin
from werkzeug.datastructures import FileStorage

from lunchkit.platform.images.redraw import Drawing

CAPTURED = (46, 12, 7)
"""Degrees, minutes, seconds of where the photo was taken."""
XMP = b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="46,12.1N"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
SECRETS = (
    b"Exif", b"GPS", b"II*\x00", b"MM\x00*", b"xpacket", b"ns.adobe.com", b"8BIM", b"Photoshop", b"Chemin des Secrets",
    b"Apfelkamera",
)  # fmt: skip


def sight(width: int = 400, height: int = 300, mode: str = "RGB") -> Image.Image:
    """Something to look at: red, green, blue and white quarters, and a black corner that says where up is."""
    image = Image.new("RGB", (width, height), "white")
    halves = (width // 2, height // 2)
    image.paste("red", (0, 0, *halves))
    image.paste("lime", (halves[0], 0, width, halves[1]))
    image.paste("blue", (0, halves[1], halves[0], height))
    image.paste("black", (0, 0, width // 10, height // 10))
    return image if mode == "RGB" else image.convert(mode)


def saved(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def logo_png(ink: tuple[int, int, int], ground: tuple[int, int, int] | None = None) -> bytes:
    """A logo as a network has one: a disc and two bars, on nothing, or on a ground of its own."""
    image = Image.new("RGBA", (600, 180), (*ground, 255) if ground else (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.ellipse((20, 20, 160, 160), fill=(*ink, 255))
    for top in (40, 110):
        pen.rectangle((200, top, 580, top + 30), fill=(*ink, 255))
    return saved(image, "PNG")


def noise_png(width: int = 1200, height: int = 330) -> bytes:
    """The heaviest picture of its size: nothing in it can be packed."""
    return saved(Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3)), "PNG")


def exif(orientation: int = 1) -> Image.Exif:
    """What a telephone writes beside a photo: where it was, and whose it is."""
    notes = Image.Exif()
    notes[0x0112] = orientation
    notes[0x010F] = "Apfelkamera"
    notes[0x013B] = "Chemin des Secrets 7"
    notes.get_ifd(0x8825).update({1: "N", 2: CAPTURED, 3: "E", 4: (6, 8, 46)})
    return notes


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """A JPEG with more segments at its start."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


IPTC = segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x17\x1c\x02\x5a\x00\x12Chemin des Secrets")
XMP_SEGMENT = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + XMP)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")


def png_of(width: int, height: int, *, depth: int = 8, colour: int = 0, rows: bytes = b"") -> bytes:
    """A PNG whose header says what one wants."""
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")


def bomb() -> bytes:
    """13,000 × 13,000 black pixels of one bit each."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + 13_000 // 8)) for _row in range(13_000)) + packer.flush()
    return png_of(13_000, 13_000, depth=1, rows=rows)


def webp_chunks(data: bytes) -> list[bytes]:
    """The kinds of chunk of a WebP file."""
    found, place = [], 12
    while place < len(data):
        found.append(data[place : place + 4])
        length = int.from_bytes(data[place + 4 : place + 8], "little")
        place += 8 + length + length % 2
    return found


def seen(drawing: Drawing) -> Image.Image:
    """The largest file of a drawing, as a browser shows it."""
    return Image.open(BytesIO(drawing.files[drawing.width]), formats=["WEBP"]).convert("RGB")


def is_near(one: Any, other: tuple[int, int, int], by: int = 24) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def upload(data: bytes, name: str = "photo.jpg", kind: str = "image/jpeg") -> FileStorage:
    return FileStorage(BytesIO(data), filename=name, content_type=kind)


def documented(kind: str, orientation: int) -> bytes:
    """A photo with all that a telephone and a desk may have written into it."""
    image = sight(220, 200)
    if kind == "JPEG":
        return with_segments(saved(image, exif=exif(orientation), comment=b"Chemin des Secrets"), IPTC, XMP_SEGMENT)
    if kind == "PNG":
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Author", "Chemin des Secrets", zip=False)
        notes.add_itxt("XML:com.adobe.xmp", XMP.decode())
        notes.add_text("Raw profile type iptc", "Photoshop 8BIM")
        return saved(image, "PNG", exif=exif(orientation), pnginfo=notes)
    return saved(image, "WEBP", exif=exif(orientation), xmp=XMP)
