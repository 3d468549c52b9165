"""Copies of image files: without the metadata of the camera, with credit and rights, and with the same pixels."""

import time
from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import ExifTags, Image, IptcImagePlugin

from richtext.image_metadata import REWRITERS, ImageTexts, UnreadableImage, rewrite
from tests.helpers.photos import SECRET, a_photo, draw_photo, read_xmp

TEXTS = ImageTexts(
    credit="Анна Smith & Co <a@example.org>",
    rights="© Embassy 2026. Free for editorial use.",
    description="Two ministers shake hands ]]> in front of flags",
    source="Embassy of Examplia",
)
KINDS = sorted(REWRITERS)


def copy_of(data: bytes, kind: str, texts=TEXTS, orientation=1) -> bytes:
    return b"".join(rewrite(BytesIO(data), kind, texts, orientation))


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_the_camera_wrote_is_in_a_copy(kind):
    photo = a_photo(kind)
    assert photo.count(SECRET) > 3
    copy = copy_of(photo, kind)
    assert SECRET not in copy
    exif = opened(copy).getexif()
    assert not dict(exif)
    assert not exif.get_ifd(ExifTags.IFD.GPSInfo) and not exif.get_ifd(ExifTags.IFD.Exif)


@pytest.mark.parametrize("kind", KINDS)
def test_the_pixels_and_the_colour_profile_are_the_same(kind):
    photo = a_photo(kind, icc_profile=b"profile" * 30_000)
    copy = copy_of(photo, kind)
    assert opened(copy).tobytes() == opened(photo).tobytes()
    assert opened(copy).info["icc_profile"] == b"profile" * 30_000
    assert opened(copy).format == kind


@pytest.mark.parametrize(
    ("kind", "image", "options"),
    [
        ("JPEG", draw_photo(mode="L"), {"progressive": True}),
        ("JPEG", draw_photo(mode="CMYK"), {}),
        ("JPEG", draw_photo((9, 2000)), {"restart_marker_blocks": 1}),
        ("PNG", draw_photo(mode="RGBA"), {}),
        ("PNG", draw_photo().quantize(8), {"transparency": 3}),
        ("WEBP", draw_photo(mode="RGBA"), {"lossless": True}),
        ("WEBP", draw_photo(mode="RGBA"), {"lossless": False}),
        ("WEBP", draw_photo((333, 77)), {"lossless": False}),
    ],
)
def test_every_kind_of_pixels_is_copied(kind, image, options):
    photo = a_photo(kind, image=image, **options)
    copy = copy_of(photo, kind)
    assert SECRET not in copy
    was, now = opened(photo), opened(copy)
    assert (now.mode, now.size, now.tobytes()) == (was.mode, was.size, was.tobytes())
    assert now.info.get("transparency") == was.info.get("transparency")


@pytest.mark.parametrize("kind", KINDS)
def test_a_simple_file_without_metadata_gets_the_texts_too(kind):
    buffer = BytesIO()
    draw_photo().save(buffer, kind)
    copy = copy_of(buffer.getvalue(), kind)
    assert opened(copy).tobytes() == opened(buffer.getvalue()).tobytes()
    assert read_xmp(copy)["Credit"] == TEXTS.credit


@pytest.mark.parametrize("kind", KINDS)
def test_xmp_has_credit_rights_and_description(kind):
    assert read_xmp(copy_of(a_photo(kind), kind)) == {
        "creator": TEXTS.credit,
        "description": TEXTS.description,
        "rights": TEXTS.rights,
        "Credit": TEXTS.credit,
        "Source": TEXTS.source,
        "Marked": "True",
        "UsageTerms": TEXTS.rights,
    }


def test_iptc_has_credit_rights_and_description():
    found = IptcImagePlugin.getiptcinfo(opened(copy_of(a_photo(), "JPEG")))
    assert found[(1, 90)] == b"\x1b%G"
    assert found[(2, 80)] == found[(2, 110)] == TEXTS.credit.encode()[:32]
    assert found[(2, 115)] == TEXTS.source.encode()
    assert found[(2, 116)] == TEXTS.rights.encode()
    assert found[(2, 120)] == TEXTS.description.encode()


def test_long_texts_are_cut_off_between_characters_in_iptc_and_whole_in_xmp():
    texts = ImageTexts("Ж" * 200, "“&" * 150, "€" * 300, "<" * 300)
    copy = copy_of(a_photo(), "JPEG", texts)
    assert IptcImagePlugin.getiptcinfo(opened(copy))[(2, 110)].decode() == "Ж" * 16
    assert read_xmp(copy)["Credit"] == "Ж" * 200


@given(st.builds(ImageTexts, *[st.text(max_size=3_000)] * 4))
def test_any_text_can_be_written(texts):
    for kind in KINDS:
        opened(copy_of(PHOTOS[kind], kind, texts)).load()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_kept(kind, orientation):
    copy = copy_of(a_photo(kind, orientation=orientation), kind, orientation=orientation)
    assert dict(opened(copy).getexif()) == ({ExifTags.Base.Orientation: orientation} if orientation > 1 else {})
    assert SECRET not in copy


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_of_a_copy_is_the_same(kind):
    copy = copy_of(a_photo(kind), kind)
    assert copy_of(copy, kind) == copy


def test_a_thumbnail_in_jfif_is_left_out():
    photo = a_photo()
    start = photo.index(b"JFIF\0")
    header = photo[start : start + 12] + bytes((2, 2)) + SECRET[:12]
    with_thumbnail = b"\xff\xd8\xff\xe0" + (len(header) + 2).to_bytes(2, "big") + header + photo[2:]
    copy = copy_of(with_thumbnail, "JPEG")
    assert SECRET[:12] not in copy
    opened(copy).load()


def test_metadata_between_scans_are_left_out():
    photo = a_photo(progressive=True)
    second = photo.rindex(b"\xff\xda")
    hidden = photo[:second] + b"\xff\xe1" + (2 + len(SECRET)).to_bytes(2, "big") + SECRET + photo[second:]
    copy = copy_of(hidden, "JPEG")
    assert SECRET not in copy
    assert opened(copy).tobytes() == opened(photo).tobytes()


# Malformed files

PHOTOS = {kind: a_photo(kind, (48, 32)) for kind in KINDS}


def is_refused_or_copied(data: bytes, kind: str) -> None:
    """Require that copying a file ends, with UnreadableImage or with not much more than the file."""
    try:
        copy = copy_of(data, kind)
    except UnreadableImage:
        return
    assert len(copy) <= len(data) + 20_000


@given(st.sampled_from(KINDS), st.binary(max_size=300))
@example("JPEG", b"")
@example("JPEG", b"\xff\xd8" + b"\xff" * 500)
@example("WEBP", b"RIFF\xff\xff\xff\xffWEBP" + b"VP8X\0\0\0\0" * 20)
def test_arbitrary_bytes_are_refused(kind, data):
    starts = {"JPEG": b"\xff\xd8", "PNG": b"\x89PNG\r\n\x1a\n", "WEBP": b"RIFF\x00\x10\x00\x00WEBP"}
    for content in (data, starts[kind] + data):
        is_refused_or_copied(content, kind)


@given(st.sampled_from(KINDS), st.data())
def test_damaged_files_are_refused_or_copied(kind, draw):
    photo = bytearray(PHOTOS[kind])
    places = st.integers(0, len(photo) - 1)
    for place, value in draw.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=5)):
        photo[place] = value
    end = draw.draw(st.integers(0, len(photo)))
    for content in (bytes(photo), bytes(photo[:end]), bytes(photo[:end]) + bytes(photo[end // 2 :])):
        is_refused_or_copied(content, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_ends_too_early_is_refused(kind):
    buffer = BytesIO()
    draw_photo((48, 32)).save(buffer, kind)  # without metadata after the pixels
    photo = buffer.getvalue()
    for end in range(0, len(photo) - 1, 37):
        with pytest.raises(UnreadableImage):
            copy_of(photo[:end], kind)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("JPEG", b"\xff\xd8" + b"\xff\xfe\x00\x02" * 2_000_000),
        ("JPEG", PHOTOS["JPEG"][: PHOTOS["JPEG"].index(b"\xff\xda") + 14] + b"\xff\x00" * 4_000_000),
        ("JPEG", PHOTOS["JPEG"][: PHOTOS["JPEG"].index(b"\xff\xda") + 14] + b"\xff\xda\x00\x02" * 2_000_000),
        ("PNG", PHOTOS["PNG"][:33] + bytes(12) * 700_000),
        ("WEBP", b"RIFF\xff\xff\xff\xffWEBP" + bytes(8) * 1_000_000),
    ],
    ids=["segments", "stuffing", "scans", "png-chunks", "webp-chunks"],
)
def test_files_made_to_cost_time_are_refused_quickly(kind, data):
    began = time.process_time()
    with pytest.raises(UnreadableImage):
        for _block in rewrite(BytesIO(data), kind, TEXTS):
            pass
    assert time.process_time() - began < 20  # seconds: less than two are usual, a quadratic reader takes hours


@pytest.mark.parametrize("kind", KINDS)
def test_copying_needs_little_memory(kind):
    class CountingFile(BytesIO):
        largest = 0

        def read(self, size=-1):
            self.largest = max(self.largest, size)
            assert size >= 0
            return super().read(size)

    file = CountingFile(a_photo(kind, (1500, 1000), image=Image.effect_noise((1500, 1000), 90)))
    blocks = rewrite(file, kind, TEXTS)
    assert max(map(len, blocks)) <= 66_000
    assert file.largest <= 65_536
