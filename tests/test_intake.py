"""Pictures, judged before anything is decoded, and drawn again in another process. Nothing here needs a database."""

import json
import subprocess
import sys
import zlib
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from lunchkit.platform import confined
from lunchkit.platform.images import intake, redraw
from lunchkit.platform.images.errors import (
    NoPicture,
    PictureMustWait,
    PictureTooHeavy,
    PictureTooLarge,
    PictureTooSmall,
    PictureUnreadable,
)
from lunchkit.platform.images.intake import MOST_BYTES, read_upload, redraw_picture
from lunchkit.platform.images.redraw import widths_of
from tests.uploads import (
    CAPTURED,
    IPTC,
    SECRETS,
    XMP_SEGMENT,
    bomb,
    documented,
    exif,
    is_near,
    png_chunk,
    png_of,
    saved,
    seen,
    segment,
    sight,
    upload,
    webp_chunks,
    with_segments,
)

# Judging

HUGE_WEBP = b"RIFF\x20\x00\x00\x00WEBPVP8L\x10\x00\x00\x00\x2f\xff\xff\xff\x0f" + bytes(8)

SORTS = {
    "jpeg": lambda image: saved(image),
    "progressive": lambda image: saved(image, progressive=True),
    "grey jpeg": lambda image: saved(image.convert("L")),
    "four inks": lambda image: saved(image.convert("CMYK")),
    "jpeg with notes": lambda image: with_segments(saved(image, exif=exif()), IPTC, XMP_SEGMENT),
    "padded jpeg": lambda image: with_segments(saved(image), b"\xff\xff\xff" + segment(0xFE, b"x")[1:]),
    "png": lambda image: saved(image, "PNG"),
    "palette": lambda image: saved(image.convert("P"), "PNG"),
    "one bit": lambda image: saved(image.convert("1"), "PNG"),
    "webp": lambda image: saved(image, "WEBP"),
    "lossless webp": lambda image: saved(image, "WEBP", lossless=True),
    "clear webp": lambda image: saved(image.convert("RGBA"), "WEBP", exif=exif()),
    "moving webp": lambda image: saved(image, "WEBP", save_all=True, append_images=[image.rotate(180)]),
}


@pytest.mark.parametrize("sort", SORTS)
def test_every_sort_of_jpeg_png_and_webp_is_taken(sort: str) -> None:
    drawing = redraw.redraw(SORTS[sort](sight(220, 997)))
    assert (drawing.width, drawing.height) == (220, 997)


@pytest.mark.parametrize(
    "data",
    [
        saved(sight(), "GIF"),
        saved(sight(), "BMP"),
        saved(sight(), "TIFF"),
        saved(sight(), "ICO"),
        saved(sight(), "PPM"),
        saved(sight(), "EPS"),
        saved(sight(), "PDF"),
        b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400"><script>alert(1)</script></svg>',
        b"<!doctype html><title>photo</title>",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
        b"GIF89a/*\xff\xd8\xff\xe0" + saved(sight()),
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0\x00\x00" + b"\xff\xe0\x00\x00" * 9,
        b"\xff\xd8\xff\xda\x00\x08",
        b"\x89PNG\r\n\x1a\n",
        png_of(0, 400),
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"RIFF\x00\x00\x00\x00WEBPVP8?" + bytes(30),
        bytes(5000),
    ],
)  # fmt: skip
def test_anything_but_a_jpeg_png_or_webp_is_refused_whatever_it_is_called(data: bytes) -> None:
    with pytest.raises((OSError, SyntaxError)):
        redraw.redraw(data)


def test_eight_megabytes_are_taken_and_not_a_byte_more_nor_none() -> None:
    for empty in (None, upload(b"", "", "application/octet-stream"), upload(b"", "empty.jpg")):
        with pytest.raises(NoPicture):
            read_upload(empty)
    whole = saved(sight())
    data = whole + bytes(MOST_BYTES - len(whole))
    assert len(read_upload(upload(data))) == MOST_BYTES
    file = upload(data + b"x" * 50)
    with pytest.raises(PictureTooHeavy):
        read_upload(file)
    assert file.stream.tell() == MOST_BYTES + 1, "no more is read than it takes to know"


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (png_of(5000, 5000), PictureTooLarge),
        (png_of(2**31 - 1, 2**31 - 1), PictureTooLarge),
        (saved(sight()).replace(b"\x01\x2c\x01\x90", b"\xff\xff\xff\xff", 1), PictureTooLarge),
        (bomb(), PictureTooLarge),
        (HUGE_WEBP, (PictureTooLarge, PictureUnreadable)),
        (png_of(199, 4000), PictureTooSmall),
        (png_of(1, 24_000_000), PictureTooSmall),
        (png_of(5712, 4284), PictureUnreadable),
        (b"GIF89a", PictureUnreadable),
    ],
    ids=["large png", "huge png", "huge jpeg", "bomb", "huge webp", "narrow", "strip", "as large as may be", "gif"],
)
def test_what_a_header_promises_is_judged_before_anything_is_decoded(data: bytes, refusal: Any) -> None:
    with pytest.raises(refusal):
        redraw_picture(data)


# Drawing again


def test_a_picture_has_the_usual_widths_and_is_never_enlarged() -> None:
    assert widths_of(4000) == (320, 640, 1280, 1920, 4000)
    assert widths_of(1920) == (320, 640, 1280, 1920)
    assert widths_of(900) == (320, 640, 900)
    assert widths_of(250) == (250,)
    assert widths_of(0) == ()
    large = redraw.redraw(saved(sight(2400, 1200)))
    assert (large.width, large.height, tuple(large.files)) == (1920, 960, (320, 640, 1280, 1920))
    small = redraw.redraw(saved(sight(250, 200)))
    assert (small.width, small.height, tuple(small.files)) == (250, 200, (250,))
    for drawing in (large, small):
        for width, data in drawing.files.items():
            with Image.open(BytesIO(data), formats=["WEBP"]) as image:
                assert image.width == width and abs(image.height - drawing.height * width / drawing.width) <= 1


def test_documented_photos_keep_nothing_but_their_pixels() -> None:
    told = set()
    for number in range(24):
        kind = ("JPEG", "PNG", "WEBP")[number % 3]
        data = documented(kind, number % 8 + 1)
        told |= {secret for secret in SECRETS if secret in data}
        assert any(secret in data for secret in (b"GPS", b"xpacket")), "control: there is something to forget"
        with Image.open(BytesIO(data)) as image:
            assert image.getexif().get_ifd(0x8825)[2] == CAPTURED, "control: and it can be read"
        for file in redraw.redraw(data).files.values():
            assert webp_chunks(file) == [b"VP8 "]
            assert [secret for secret in SECRETS if secret in file] == []
    assert told >= {b"Exif", b"xpacket", b"8BIM", b"Photoshop", b"Chemin des Secrets", b"Apfelkamera"}


STORED = {1: None} | redraw.TURNS | {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
"""How a camera that was held so stores what is upright."""


HELD = [("JPEG", orientation, (400, 300)) for orientation in STORED]
HELD += [("JPEG", orientation, (3000, 2250)) for orientation in (1, 3, 6)]  # decoded in a part of its size
HELD += [(kind, orientation, (220, 300)) for kind in ("PNG", "WEBP") for orientation in (1, 6)]


@pytest.mark.parametrize(("kind", "orientation", "size"), HELD)
def test_every_way_to_hold_a_camera_ends_upright(kind: str, orientation: int, size: tuple[int, int]) -> None:
    turn = STORED[orientation]
    stored = sight(*size) if turn is None else sight(*size).transpose(turn)
    drawing = redraw.redraw(saved(stored, kind, exif=exif(orientation)))
    assert (drawing.width > drawing.height) is (size[0] > size[1])
    image = seen(drawing)
    across, down = image.width - 30, image.height - 30
    assert is_near(image.getpixel((8, 8)), (0, 0, 0), 60)
    assert is_near(image.getpixel((image.width // 4, image.height // 4)), (255, 0, 0))
    assert is_near(image.getpixel((across, 30)), (0, 255, 0))
    assert is_near(image.getpixel((30, down)), (0, 0, 255))
    assert is_near(image.getpixel((across, down)), (255, 255, 255))


def half_clear() -> Image.Image:
    """Red at the left; at the right what nobody sees, with a colour that nobody should see either."""
    image = Image.new("RGBA", (300, 300), (255, 0, 0, 255))
    image.paste((0, 0, 0, 0), (150, 0, 300, 300))
    return image


def clear_palette() -> bytes:
    image = Image.new("P", (300, 300), 0)
    image.putpalette([255, 0, 0, 0, 0, 0])
    image.paste(1, (150, 0, 300, 300))
    return saved(image, "PNG", transparency=1)


def sixteen(value: int, colour: int = 0) -> bytes:
    """A PNG of sixteen bits a channel; all pixels have one value, those at the right none."""
    channels = {0: 1, 2: 3}[colour]
    row = b"\x00" + value.to_bytes(2, "big") * 150 * channels + bytes(2) * 150 * channels
    return png_of(300, 300, depth=16, colour=colour, rows=zlib.compress(row * 300))


@pytest.mark.parametrize(
    ("data", "left", "right"),
    [
        (saved(half_clear(), "PNG"), (255, 0, 0), (255, 255, 255)),
        (saved(half_clear(), "WEBP", lossless=True), (255, 0, 0), (255, 255, 255)),
        (saved(half_clear().convert("LA"), "PNG"), (76, 76, 76), (255, 255, 255)),
        (clear_palette(), (255, 0, 0), (255, 255, 255)),
        (saved(half_clear().convert("RGB"), "PNG", transparency=(0, 0, 0)), (255, 0, 0), (255, 255, 255)),
        (saved(half_clear().convert("RGB").convert("P"), "PNG"), (255, 0, 0), (0, 0, 0)),
        (saved(half_clear().convert("L").point(lambda v: 255 if v else 0, "1"), "PNG"), (255, 255, 255), (0, 0, 0)),
        (saved(half_clear().convert("RGB").convert("CMYK"), quality=95), (255, 0, 0), (0, 0, 0)),
        (saved(half_clear().convert("L"), quality=95), (76, 76, 76), (0, 0, 0)),
        (sixteen(65535), (255, 255, 255), (0, 0, 0)),
        (sixteen(32896), (128, 128, 128), (0, 0, 0)),
        (sixteen(32896, colour=2), (128, 128, 128), (0, 0, 0)),
    ],
    ids=[
        "rgba", "clear webp", "grey with alpha", "clear palette", "clear colour", "palette", "one bit", "four inks",
        "grey", "sixteen bits white", "sixteen bits grey", "sixteen bits colour",
    ],
)  # fmt: skip
def test_pictures_of_every_mode_look_as_they_should(data: bytes, left: Any, right: Any) -> None:
    image = seen(redraw.redraw(data))
    assert is_near(image.getpixel((70, 150)), left) and is_near(image.getpixel((230, 150)), right)


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
CROSSED = SRGB.replace(b"rXYZ", b"....").replace(b"bXYZ", b"rXYZ").replace(b"....", b"bXYZ")
"""A colour profile whose red is the usual blue."""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_colours_of_a_profile_are_kept_though_the_profile_is_not(kind: str) -> None:
    image = Image.new("RGB", (300, 300), "red")
    usual = redraw.redraw(saved(image, kind, icc_profile=SRGB))
    assert is_near(seen(usual).getpixel((150, 150)), (255, 0, 0))
    crossed = redraw.redraw(saved(image, kind, icc_profile=CROSSED))
    assert is_near(seen(crossed).getpixel((150, 150)), (0, 0, 255)), "its red is our blue"
    for broken in (b"no profile", SRGB[:200]):
        kept = redraw.redraw(saved(image, kind, icc_profile=broken))
        assert is_near(seen(kept).getpixel((150, 150)), (255, 0, 0))


ALIEN = b"<script>alert('polyglot')</script>"
POLYGLOTS = {
    "archive behind a jpeg": saved(sight()) + b"PK\x03\x04" + ALIEN + b"PK\x05\x06" + bytes(18),
    "script in a jpeg's comment": saved(sight(), comment=ALIEN),
    "document in a jpeg": with_segments(saved(sight()), segment(0xFE, b"%PDF-1.7" + ALIEN)),
    "page in a chunk of a png": saved(sight(), "PNG").replace(b"\x00\x00\x00\x00IEND", png_chunk(b"scRp", ALIEN) + b"\x00\x00\x00\x00IEND"),
    "page behind a webp": saved(sight(), "WEBP") + ALIEN,
    "page in a webp": saved(sight(), "WEBP", xmp=ALIEN),
}  # fmt: skip


@pytest.mark.parametrize("what", POLYGLOTS)
def test_whatever_else_a_picture_is_only_its_pixels_stay(what: str) -> None:
    data = POLYGLOTS[what]
    assert ALIEN in data, "control"
    for file in redraw.redraw(data).files.values():
        assert webp_chunks(file) == [b"VP8 "] and b"script" not in file and b"PDF" not in file and b"PK\x03" not in file


@pytest.mark.parametrize("part", [0.3, 0.9])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.filterwarnings("ignore")  # Pillow's, which the process that draws writes to nobody
def test_half_a_picture_is_refused(kind: str, part: float) -> None:
    whole = saved(Image.effect_noise((300, 300), 90).convert("RGB"), kind)
    assert redraw.redraw(whole), "control"
    with pytest.raises((OSError, SyntaxError, ValueError)):
        redraw.redraw(whole[: int(len(whole) * part)])


# The process


def test_it_hears_of_nothing_but_the_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("json.py", "PIL.py"):
        (tmp_path / name).write_text("raise SystemExit('a stranger was imported')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("LUNCHKIT_SECRET_KEY", "do not tell")
    assert redraw_picture(saved(sight())).width == 400
    control = subprocess.run([sys.executable, intake.PROGRAM], input=saved(sight()), capture_output=True)
    assert b"a stranger" in control.stderr
    spy = tmp_path / "spy.py"
    spy.write_text("import os, sys; print(sorted(os.environ), os.getcwd(), sys.argv[1:], sys.stdin.read())")
    told = confined.run(spy, b"pixels", "logo").stdout.decode()
    assert "LUNCHKIT" not in told and str(tmp_path) not in told and "do not tell" not in told
    assert told.endswith("/ ['logo'] pixels\n")


CONFINED = """
import json, resource, sys
sys.path.insert(0, sys.argv[1])
import confined
confined.confine()
tried = {}
for name, try_it in {"memory": lambda: bytearray(600 * 1024 * 1024), "file": lambda: open(sys.argv[2], "w").write("x" * 9999)}.items():
    try:
        try_it()
        tried[name] = "done"
    except (MemoryError, OSError) as error:
        tried[name] = type(error).__name__
print(json.dumps(tried | {"cpu": resource.getrlimit(resource.RLIMIT_CPU)[1], "core": resource.getrlimit(resource.RLIMIT_CORE)[1]}))
"""


@pytest.mark.skipif(sys.platform == "darwin", reason="some versions of macOS take no limit of memory")
def test_it_has_little_memory_little_time_and_writes_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CONFINED, str(Path(confined.__file__).parent), tmp_path / "written"]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert told == {"memory": "MemoryError", "file": "OSError", "cpu": 5, "core": 0}
    free = [line for line in CONFINED.splitlines() if line != "confined.confine()"]
    command[2] = "\n".join(free)
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert (told["memory"], told["file"]) == ("done", "done"), "control"


@pytest.mark.parametrize(
    ("program", "refusal"),
    [
        ("raise SystemExit(65)", PictureUnreadable),
        ("raise SystemExit(66)", PictureTooLarge),
        ("import os; os.kill(os.getpid(), 9)", PictureUnreadable),
        ("import os; os.kill(os.getpid(), 11)", PictureUnreadable),
        ("pass", PictureUnreadable),
        ("print('{}')", PictureUnreadable),
        ("import time; time.sleep(99)", PictureMustWait),
    ],
)
def test_however_it_ends_somebody_is_told(
    program: str, refusal: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "program.py"
    script.write_text(program)
    monkeypatch.setattr(intake, "PROGRAM", script)
    if "sleep" in program:
        monkeypatch.setattr(confined, "MOST_SECONDS", 0.3)
    data = saved(sight()) + bytes(4_000_000)
    with pytest.raises(refusal):
        redraw_picture(data)


def test_two_are_drawn_at_once_and_the_others_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as held:
        held.enter_context(confined.turns)
        assert redraw_picture(saved(sight())) and redraw_picture(saved(sight())), "control: a turn is given back"
        with pytest.raises(PictureUnreadable):
            redraw_picture(saved(sight())[:3000])
        assert redraw_picture(saved(sight())), "and after a refusal too"
        held.enter_context(confined.turns)
        monkeypatch.setattr(confined, "MOST_SECONDS", 0.01)
        with pytest.raises(PictureMustWait):
            redraw_picture(saved(sight()))
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(PictureMustWait):  # where no process can be started
        redraw_picture(saved(sight()))


def test_what_it_says_is_not_believed_either() -> None:
    drawing = redraw.redraw(saved(sight(700, 500)))
    said = drawing.dumps()
    assert intake.read_drawing(said) == drawing
    head, _, files = said.partition(b"\n")
    lies = [
        b"", b"\n", b"[]\n", b"null\n", b"{}\n", b"\xff\n", b'{"width": 1, "height": 1, "files": 3}\n', said[:-1], said + b"x",
        head + b"\n" + b"<html>" + files[6:], head.replace(b'"width": 700', b'"width": 900') + b"\n" + files,
        head.replace(b"[320, ", b"[321, ") + b"\n" + files, head.replace(b'"height": 500', b'"height": 0') + b"\n" + files,
        b'{"width": 0, "height": 9, "files": []}\n', b'{"width": 5, "height": 5, "files": [[5, -4]]}\n' + files,
    ]  # fmt: skip
    for lie in lies:
        with pytest.raises(PictureUnreadable):
            intake.read_drawing(lie)
