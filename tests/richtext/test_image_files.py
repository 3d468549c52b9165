"""Picture files as cameras, telephones, screenshots and browsers make them: colours, sizes, formats, animation."""

import io
import struct

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image as Pillow
from PIL import ImageCms, features

from richtext import images
from richtext.images import MAX_MEMORY, MAX_SIDE, decoding_memory, make_safe

pytestmark = pytest.mark.slow


def encode(image, kind, **options):
    """Return a picture as an uploaded file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return ContentFile(buffer.getvalue(), name="upload")


def decode(file):
    """Return the picture in a safe file, decoded."""
    file.seek(0)
    image = Pillow.open(file)
    image.load()
    return image


def refusal(content):
    """Return the sentence with which a file is refused."""
    with pytest.raises(ValidationError) as caught:
        make_safe(ContentFile(content, name="upload"))
    return caught.value.messages[0]


# Colours


def profile_with_red_and_green_exchanged():
    """Return an sRGB profile in which the tags of the red and the green primary have each other's name."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", data[128:132])[0]
    for at in range(132, 132 + 12 * count, 12):
        name = bytes(data[at : at + 4])
        data[at : at + 4] = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}.get(name, name)
    return bytes(data)


def palette_with_transparency():
    image = Pillow.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 255, 0, 0] + [0] * 762)
    image.info["transparency"] = 0
    return image


@pytest.mark.parametrize(
    ("kind", "image", "options"),
    [
        ("PNG", Pillow.new("RGB", (8, 8), (255, 0, 0)), {}),
        ("PNG", Pillow.new("RGBA", (8, 8), (255, 0, 0, 255)), {}),
        ("PNG", Pillow.new("RGBA", (8, 8), (255, 0, 0, 128)), {}),
        ("PNG", palette_with_transparency(), {}),
        ("PNG", Pillow.new("RGB", (8, 8), (255, 0, 0)).quantize(4), {}),
        ("WEBP", Pillow.new("RGB", (8, 8), (255, 0, 0)), {"lossless": True}),
        ("WEBP", Pillow.new("RGBA", (8, 8), (255, 0, 0, 200)), {"lossless": True, "exact": True}),
        ("JPEG", Pillow.new("RGB", (8, 8), (255, 0, 0)), {"quality": 100, "subsampling": 0}),
    ],
    ids=["RGB", "RGBA", "half transparent", "palette, transparent", "palette", "WebP", "WebP, transparent", "JPEG"],
)
def test_a_colour_profile_is_applied_in_every_mode(kind, image, options):
    file = encode(image, kind, icc_profile=profile_with_red_and_green_exchanged(), **options)
    red, green, blue = decode(make_safe(file)).convert("RGBA").getpixel((4, 4))[:3]
    assert (red < 90, green > 240, blue < 60) == (True, True, True)


@pytest.mark.parametrize("alpha", [0, 77, 128, 254])
def test_transparency_is_kept_when_a_profile_is_applied(alpha):
    file = encode(
        Pillow.new("RGBA", (8, 8), (255, 0, 0, alpha)), "PNG", icc_profile=profile_with_red_and_green_exchanged()
    )
    assert decode(make_safe(file)).getpixel((4, 4))[3] == alpha


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_grey_stays_grey(mode):
    file = encode(Pillow.new(mode, (8, 8), 90 if mode == "L" else (90, 200)), "PNG")
    image = decode(make_safe(file)).convert("RGBA")
    assert image.getpixel((4, 4)) == (90, 90, 90, 255 if mode == "L" else 200)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_a_profile_for_other_colours_than_the_image_has_is_ignored(mode):
    colour = 90 if mode == "L" else (0, 255, 255, 0)
    kind = "PNG" if mode == "L" else "JPEG"
    plain = decode(make_safe(encode(Pillow.new(mode, (8, 8), colour), kind)))
    marked = encode(Pillow.new(mode, (8, 8), colour), kind, icc_profile=profile_with_red_and_green_exchanged())
    assert decode(make_safe(marked)).getpixel((4, 4)) == plain.getpixel((4, 4))


# Sizes


@pytest.mark.parametrize("size", [(8192, 6144), (11648, 8736), (6144, 8192)], ids=["50 MP", "100 MP", "50 MP, upright"])
def test_a_camera_file_is_made_smaller_and_not_refused(size):
    file = encode(Pillow.new("L", size, 90), "JPEG", quality=30)
    width, height = decode(make_safe(file)).size
    assert max(width, height) == MAX_SIDE
    assert abs(width / height - size[0] / size[1]) < 0.01


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("size", [(5400, 60), (60, 7700), (9001, 7)])
def test_a_png_of_any_mode_is_made_smaller_without_a_seam(mode, size):
    colour = {"1": 1, "P": 7, "RGB": (10, 200, 30), "RGBA": (10, 200, 30, 90), "I;16": 0x8000}.get(mode, 90)
    image = decode(make_safe(encode(Pillow.new(mode, size, colour), "PNG")))
    assert 0.9 * MAX_SIDE <= max(image.size) <= MAX_SIDE
    assert image.convert("RGBA").getcolors() is not None
    assert len(image.convert("RGBA").getcolors()) == 1


class Header:
    """What `decoding_memory` reads of a picture."""

    def __init__(self, kind, size, bands="RGB", layers=None):
        self.format, self.size, self.width, self.height = kind, size, *size
        self.info = {"progressive": 1} if layers else {}
        self.layer = [(number, *sampling, 0) for number, sampling in enumerate(layers or [])]
        self.bands = bands

    def getbands(self):
        return tuple(self.bands)


@pytest.mark.parametrize(
    ("header", "fits"),
    [
        (Header("JPEG", (8192, 6144)), True),
        (Header("JPEG", (12000, 10000)), True),
        (Header("JPEG", (8192, 6144), layers=[(2, 2), (1, 1), (1, 1)]), True),
        (Header("JPEG", (8192, 6144), layers=[(1, 1), (1, 1), (1, 1)]), False),
        (Header("PNG", (6400, 6250), "RGBA"), True),
        (Header("PNG", (8000, 6000), "RGBA"), False),
        (Header("WEBP", (5000, 5000), "RGBA"), False),
        (Header("AVIF", (5000, 5000)), True),
    ],
)
def test_what_decoding_would_take_decides_by_the_header(header, fits):
    assert (decoding_memory(header) <= MAX_MEMORY) is fits


def test_a_refusal_for_size_says_how_many_megapixels_there_are_and_may_be():
    said = refusal(encode(Pillow.new("L", (9000, 6000)), "PNG").read())
    assert "54 megapixels" in said
    assert "is 41" in said


def test_an_upload_waits_for_the_one_before_it_and_then_shows_a_message(monkeypatch):
    monkeypatch.setattr(images, "TIMEOUT_SECONDS", 0.01)
    with images.decoding_lock():
        assert refusal(encode(Pillow.new("L", (9, 9)), "PNG").read()).startswith("Other images are being processed")
    assert make_safe(encode(Pillow.new("L", (9, 9)), "PNG"))


# Formats


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow cannot read AVIF")
@pytest.mark.parametrize(("mode", "kind"), [("RGB", "JPEG"), ("RGBA", "WEBP")])
def test_an_avif_becomes_a_format_that_every_program_knows(mode, kind):
    file = encode(Pillow.new(mode, (40, 20), (10, 200, 30, 90)[: len(mode)]), "AVIF")
    assert decode(make_safe(file)).format == kind


def iso_media(brand, *compatible):
    """Return the head of a file of the ISO base media format."""
    brands = brand + b"\0\0\0\0" + b"".join(compatible)
    return struct.pack(">I", len(brands) + 8) + b"ftyp" + brands + b"\0" * 64


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (iso_media(b"heic", b"mif1", b"heic"), "HEIC"),
        (iso_media(b"mif1", b"heix", b"miaf"), "HEIC"),
        (iso_media(b"isom", b"mp42"), "a video"),
        (iso_media(b"qt  "), "a video"),
        (b"II*\0" + b"\0" * 60, "TIFF"),
        (b"MM\0*" + b"\0" * 60, "TIFF"),
        (b"BM" + b"\1\2\3\4" + b"\0" * 60, "BMP"),
        (b"8BPS" + b"\0" * 60, "Photoshop"),
        (b"\xff\x0a" + b"\0" * 60, "JPEG XL"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"PK\3\4" + b"\0" * 60, "Word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Word"),
        (b"<!DOCTYPE html><title>No picture</title>", "a web page"),
        (b"\xef\xbb\xbf\n<html>", "a web page"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"MZ\x90", "a program"),
    ],
)
def test_a_refused_file_is_named(content, named):
    said = refusal(content)
    assert named in said
    assert "JPEG" in said


@pytest.mark.parametrize("content", [b"A BMW stood in the yard.", b"\0\1\2", b"RIFF\0\0\0\0what"])
def test_a_file_of_an_unknown_kind_is_not_named_wrongly(content):
    assert refusal(content).startswith("This file is not a JPEG")


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_a_lost_animation_is_named(kind):
    frames = [Pillow.new("RGB", (40, 20), (0, 0, 40 * number)) for number in range(5)]
    moving = encode(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)
    assert make_safe(moving).notes == ["The image was animated. Only its first frame is used."]
    assert make_safe(encode(frames[0], kind)).notes == []


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_exif_data_that_cannot_be_read_does_not_refuse_an_image():
    content = encode(Pillow.new("RGB", (40, 20)), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f\1\2").read()
    assert decode(make_safe(ContentFile(content, name="upload"))).size == (40, 20)
