"""Safe image uploads: verified, resized, re-encoded as sRGB without metadata, with renditions."""

from __future__ import annotations

import re
import secrets
from contextlib import contextmanager
from datetime import date, datetime
from io import BytesIO
from threading import BoundedSemaphore

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.db.models.fields.files import FieldFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image, ImageOps, features

from richtext import file_types, renditions
from richtext.colour import convert_to_srgb, to_averageable_mode
from richtext.serving import delete_on_failure

# Pillow warns above this and refuses twice as much; `opened` refuses earlier.
Image.MAX_IMAGE_PIXELS = 150_000_000

INPUT_FORMATS = [kind for kind in ("JPEG", "PNG", "WEBP", "GIF", "AVIF") if kind != "AVIF" or features.check("avif")]
OUTPUT_FORMATS = {"MPO": "JPEG", "GIF": "PNG"}  # MPO: a JPEG of several images, from mobile phones
MAX_BYTES = 40 * 1024 * 1024  # bytes: enough for 50-megapixel cameras
MAX_PIXELS = 150_000_000  # of a JPEG, which can be decoded at 1/2, 1/4 or 1/8 of its size
MAX_MEMORY = 250_000_000  # bytes for decoding, on a small server
# Peak memory for decoding in bytes per pixel, measured with Pillow 13. JPEG: see `decoding_memory`.
MEMORY_PER_PIXEL = {"PNG": 6, "GIF": 10, "WEBP": 16, "AVIF": 9}
MAX_SIDE = 2560  # pixels; larger images are reduced
QUALITY = {"JPEG": {"quality": 85, "progressive": True}, "PNG": {"compress_level": 6}, "WEBP": {"quality": 85}}
BAND_ROWS = 256  # rows that are reduced at a time, to avoid a second copy of a large image

# One image at a time per process, to bound memory.
_decoding = BoundedSemaphore(1)
TIMEOUT_SECONDS = 30  # seconds that an upload waits for others

TOO_MANY_BYTES = _("This file is %(size)s. Images can be up to %(most)s.")
TOO_MANY_PIXELS = _(
    "This image has %(pixels)d megapixels. The maximum for a %(kind)s file is %(most)d. Make it smaller, or save it as "
    "a JPEG without the “progressive” option."
)
DECOMPRESSION_BOMB = _("This image has too many pixels. Make it smaller and upload it again.")
NOT_SUPPORTED = _("This file is not a JPEG, PNG or WebP image.")
UNSUPPORTED_FORMAT = _("This file is %(kind)s. Save it as a JPEG, PNG or WebP image and upload that.")
UNSUPPORTED_HEIC = _(
    "This file is an iPhone HEIC image, which most browsers cannot display. Save it as a JPEG and upload that. To make "
    "the iPhone take JPEGs, choose Settings, Camera, Formats, Most Compatible."
)
NOT_AN_IMAGE = _("This file is %(kind)s, not an image. Choose a JPEG, PNG or WebP image.")
DAMAGED = _("This image is damaged or incomplete. Save it again and upload the new copy.")
EMPTY = _("This file is empty. Choose the image again.")
BUSY = _("Other images are being processed. Try again in a minute.")
ANIMATED = _("The image was animated. Only its first frame is used.")


class SafeImage(ContentFile):
    """An image re-encoded by `make_safe`, with its renditions as (file name, bytes)."""

    renditions: list[tuple[str, bytes]] = []
    notes: list[str] = []  # for the user who uploads it
    original_name = ""  # of the file that was uploaded, without folders
    taken_on: date | None = None  # for the library; the image itself has no metadata
    upload = None  # the original that it was made from, while that is open


def make_safe(file) -> SafeImage:
    """Return the image in `file` re-encoded, with its renditions, under a random name that ends in its size.

    It has no metadata, such as GPS coordinates. Raises ValidationError with a message for the user.
    """
    with open_within_size(file) as image, decoding_lock():
        notes, taken_on = [str(ANIMATED)] if is_animated(image) else [], date_taken(image)
        try:
            image = normalise(image)
            kind = output_format(image)
            picture = encode(image, kind)
        except Exception as error:  # decoders raise many types
            raise ValidationError(DAMAGED, code="broken") from error
    picture.notes, picture.taken_on = notes, taken_on
    picture.original_name, picture.upload = re.split(r"[/\\]", str(file.name or ""))[-1], file
    return picture


def date_taken(image: Image.Image) -> date | None:
    """Return the date on which the camera took an image (Exif 2.32, DateTimeOriginal); None for an unknown one."""
    try:
        taken = image.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
        return datetime.strptime(str(taken)[:10], "%Y:%m:%d").date()
    except Exception:  # as in make_safe: it may be damaged, or have any type
        return None


def validate_image(file) -> None:
    """Decode the image in `file`; raise ValidationError if `make_safe` would."""
    with open_within_size(file) as image, decoding_lock():
        try:
            image.draft(None, (MAX_SIDE, MAX_SIDE))
            image.load()
        except Exception as error:  # as in make_safe
            raise ValidationError(DAMAGED, code="broken") from error


@contextmanager
def decoding_lock():
    """Wait until this process decodes no other image; raise ValidationError if that takes too long."""
    if not _decoding.acquire(timeout=TIMEOUT_SECONDS):
        raise ValidationError(BUSY, code="busy")
    try:
        yield
    finally:
        _decoding.release()


def is_animated(image: Image.Image) -> bool:
    """Return whether an image has several frames; not for MPO, whose frames are separate images."""
    return image.format != "MPO" and bool(getattr(image, "is_animated", False))


def output_format(image: Image.Image) -> str:
    """Return the output format of an image: its own if all browsers and programs support it."""
    kind = image.info["format"]
    if kind == "AVIF":
        return "WEBP" if image.mode == "RGBA" else "JPEG"
    return OUTPUT_FORMATS.get(kind, kind)


def open_within_size(file) -> Image.Image:
    """Return the image in a file, not decoded; raise ValidationError for an empty or too large file."""
    size = file.size
    if not size:
        raise ValidationError(EMPTY, code="empty")
    if size > MAX_BYTES:
        sizes = {"size": filesizeformat(size), "most": filesizeformat(MAX_BYTES)}
        raise ValidationError(TOO_MANY_BYTES, code="too_large", params=sizes)
    file.seek(0)
    return open_within_memory(file)


def encode(image: Image.Image, kind: str) -> SafeImage:
    """Return an image as a file, with renditions and without metadata."""
    buffer = BytesIO()
    image.save(buffer, kind, **QUALITY[kind])
    picture = renditions.ImageFile(
        f"{secrets.token_hex(12)}-{image.width}x{image.height}", *image.size, renditions.SUFFIXES[kind]
    )
    file = SafeImage(buffer.getvalue(), name=picture.name)
    file.renditions = list(renditions.render(image, picture))
    return file


def open_within_memory(file) -> Image.Image:
    """Return the image in `file` with only its header read; raise ValidationError if decoding needs too much memory."""
    try:
        image = Image.open(file, formats=INPUT_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(DECOMPRESSION_BOMB, code="too_many_pixels") from error
    except Exception as error:  # as in make_safe
        raise unsupported_error(file) from error
    pixels = image.width * image.height
    needed = decoding_memory(image)
    if pixels > MAX_PIXELS or needed > MAX_MEMORY:
        most = min(MAX_PIXELS, MAX_MEMORY * pixels // needed)
        kind = "progressive JPEG" if image.info.get("progressive") else image.format
        params = {"pixels": -(-pixels // 1_000_000), "most": most // 1_000_000, "kind": kind}
        raise ValidationError(TOO_MANY_PIXELS, code="too_many_pixels", params=params)
    return image


def unsupported_error(file) -> ValidationError:
    """Return the error for a file that is not a supported image, with its type if that is known."""
    file.seek(0)
    kind = file_types.identify(file.read(file_types.HEAD))
    if kind is None:
        return ValidationError(NOT_SUPPORTED, code="no_picture")
    if kind is file_types.HEIC:
        return ValidationError(UNSUPPORTED_HEIC, code="no_picture")
    if kind in file_types.READABLE or (kind is file_types.AVIF and "AVIF" in INPUT_FORMATS):  # only the header is valid
        return ValidationError(DAMAGED, code="broken")
    message = UNSUPPORTED_FORMAT if kind in file_types.IMAGES else NOT_AN_IMAGE
    return ValidationError(message, code="no_picture", params={"kind": kind})


def decoding_memory(image: Image.Image) -> int:
    """Return the peak memory for decoding an image in bytes, from its header."""
    pixels = image.width * image.height
    if image.format not in ("JPEG", "MPO"):
        return pixels * MEMORY_PER_PIXEL[image.format]
    scale = next((scale for scale in (8, 4, 2) if max(image.size) >= scale * MAX_SIDE), 1)
    needed = pixels * len(image.getbands()) * 2 // scale**2
    if image.info.get("progressive"):  # libjpeg stores the coefficients of all scans, each component at its size
        layers = [(layer[1], layer[2]) for layer in image.layer]
        largest = max(width for width, _height in layers) * max(height for _width, height in layers)
        needed += 2 * pixels * sum(width * height for width, height in layers) // largest
    return needed


def normalise(image: Image.Image) -> Image.Image:
    """Return the (first) image upright, in sRGB, and at most LONGEST_SIDE long."""
    kind = image.format
    image.draft(None, (MAX_SIDE, MAX_SIDE))  # decodes a large JPEG at 1/2, 1/4 or 1/8
    image.load()
    image = reduce_size(image)
    try:
        image = ImageOps.exif_transpose(image)
    except Exception:  # noqa: S110 - unreadable EXIF data has no orientation
        pass
    image = convert_to_srgb(image, keep_alpha=kind not in ("JPEG", "MPO"))
    image = Image.frombytes(image.mode, image.size, image.tobytes())  # drops `info`
    image.info["format"] = kind
    return image


def reduce_size(image: Image.Image) -> Image.Image:
    """Return an image at most LONGEST_SIDE long, and close the larger one.

    It is first reduced by an integer factor in bands, to avoid a second copy in memory. The result may be up to a tenth
    below LONGEST_SIDE.
    """
    info = image.info
    factor = int(max(image.size) / MAX_SIDE + 0.2)
    if factor > 1:
        size = -(-image.width // factor), -(-image.height // factor)
        small, rows = None, BAND_ROWS * factor
        for top in range(0, image.height, rows):
            band = to_averageable_mode(image.crop((0, top, image.width, min(top + rows, image.height))))
            small = small or Image.new(band.mode, size)
            small.paste(band.reduce(factor), (0, top // factor))
        image.close()
        image = small
    if max(image.size) > MAX_SIDE:
        image = to_averageable_mode(image)
        image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    image.info = info
    return image


class ImageFormField(forms.FileField):
    """An image upload; a new file is re-encoded before validation continues."""

    default_error_messages = {"empty": EMPTY, "invalid": NOT_SUPPORTED}

    def to_python(self, data):
        file = super().to_python(data)
        is_stored = isinstance(file, FieldFile) and file._committed  # re-encoded at upload
        return file if file is None or is_stored else make_safe(file)

    def widget_attrs(self, widget):
        attrs = super().widget_attrs(widget)
        if isinstance(widget, forms.FileInput):
            attrs["accept"] = ",".join(f"image/{kind.lower()}" for kind in INPUT_FORMATS)
        return attrs


class SafeImageField(models.ImageField):
    """An image column. Files that do not come from a form are re-encoded on save."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("upload_to", "pictures/%y/%m/")
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance, add):
        picture = getattr(model_instance, self.attname)
        if not picture or picture._committed:
            return super().pre_save(model_instance, add)
        if not isinstance(picture.file, SafeImage):
            setattr(model_instance, self.attname, make_safe(picture.file))
        file = getattr(model_instance, self.attname).file
        name = self.generate_filename(model_instance, file.name)
        directory = name.rpartition("/")[0]
        rendered = [(f"{directory}/{rendition}", content) for rendition, content in file.renditions]
        with delete_on_failure(self.storage, [name, *(rendition for rendition, _content in rendered)]):
            stored = super().pre_save(model_instance, add)
            renditions.store_missing(stored.storage, rendered)
        return stored

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ImageField", args, kwargs

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": ImageFormField} | kwargs)
