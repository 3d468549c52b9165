"""Pictures from outside, made safe: looked at as pictures only, drawn anew, with nothing else from the file kept."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from io import BytesIO
from threading import BoundedSemaphore

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.db.models.fields.files import FieldFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, features

from richtext import file_types, renditions
from richtext.colour import averageable, convert_to_srgb
from richtext.handover import stored_whole

# Pillow warns from here on, and refuses twice as much; `opened` refuses earlier.
Image.MAX_IMAGE_PIXELS = 150_000_000

READ = [kind for kind in ("JPEG", "PNG", "WEBP", "GIF", "AVIF") if kind != "AVIF" or features.check("avif")]
DRAWN_AS = {"MPO": "JPEG", "GIF": "PNG"}  # MPO: a JPEG with more pictures behind the first, as telephones make them
LARGEST_FILE = 40 * 1024 * 1024  # bytes: what cameras of 50 megapixels write
MOST_PIXELS = 150_000_000  # of a JPEG, which is decoded at a half, a quarter or an eighth of its size
MOST_MEMORY = 250_000_000  # bytes that decoding may take: what a small server can spare
# Bytes a pixel that decoding takes at its peak, measured with Pillow 13. JPEG: see `decoding_memory`.
MEMORY_PER_PIXEL = {"PNG": 6, "GIF": 10, "WEBP": 16, "AVIF": 9}
LONGEST_SIDE = 2560  # pixels; what is larger is made smaller, as no screen shows more of it
QUALITY = {"JPEG": {"quality": 85, "progressive": True}, "PNG": {"compress_level": 6}, "WEBP": {"quality": 85}}
BAND = 256  # rows that are made smaller at a time, so that there is no second copy of a large picture

# One picture at a time in a process: four at once would need four times the memory.
_decoding = BoundedSemaphore(1)
PATIENCE = 30  # seconds that an upload waits for the one before it

TOO_MANY_BYTES = _("This file has %(size)s; a picture may have %(most)s. Make it smaller and upload it again.")
TOO_MANY_PIXELS = _(
    "This picture has %(pixels)d megapixels; as a %(kind)s file it may have %(most)d. "
    "Make it smaller, or save it as a JPEG without “progressive”, and upload it again."
)
BOMB = _("This picture has too many pixels. Make it smaller and upload it again.")
NO_PICTURE = _(
    "This file is not a picture that can be shown here. Save it as a JPEG, PNG or WebP file and upload that."
)
OTHER_KIND = _(
    "This file is %(kind)s, which cannot be shown here. Save it as a JPEG, PNG or WebP file and upload that."
)
OTHER_KIND_HEIC = _(
    "This file is an iPhone's HEIC picture, which most browsers cannot show. Open it in a picture program, save it as "
    "a JPEG and upload that. To get JPEGs from the iPhone itself: Settings, Camera, Formats, Most Compatible."
)
NOT_A_PICTURE = _("This file is %(kind)s, not a picture. Choose the picture itself: a JPEG, PNG or WebP file.")
BROKEN = _("This picture is damaged or incomplete. Open it in a picture program, save it again and upload that.")
EMPTY = _("This file is empty. Choose the picture again.")
BUSY = _("Other pictures are being prepared. Wait a minute, then upload this one again.")
ANIMATED = _("The picture was animated. Only its first frame is shown here.")


class SafePicture(ContentFile):
    """A picture that `make_safe` has drawn, its renditions as (name, bytes) without directory, and what was lost."""

    renditions: list[tuple[str, bytes]] = []
    notes: list[str] = []  # sentences for the person who uploads it


def make_safe(file) -> SafePicture:
    """Return the picture in `file` drawn again, with its renditions, under a random name that ends in its size.

    No metadata is in it, so no place where it was taken. Raises ValidationError with a sentence for the person who
    uploads it.
    """
    with sized(file) as image, one_at_a_time():
        notes = [str(ANIMATED)] if is_animated(image) else []
        try:
            image = redrawn(image)
            kind = drawn_as(image)
            picture = safe(image, kind)
        except Exception as error:  # decoders have many exceptions for what is broken
            raise ValidationError(BROKEN, code="broken") from error
    picture.notes = notes
    return picture


def looked_at(file) -> None:
    """Decode the picture in `file` and keep nothing; raise ValidationError where `make_safe` would."""
    with sized(file) as image, one_at_a_time():
        try:
            image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
            image.load()
        except Exception as error:  # as in make_safe
            raise ValidationError(BROKEN, code="broken") from error


@contextmanager
def one_at_a_time():
    """Wait until no other picture is decoded in this process; raise ValidationError where that takes too long."""
    if not _decoding.acquire(timeout=PATIENCE):
        raise ValidationError(BUSY, code="busy")
    try:
        yield
    finally:
        _decoding.release()


def is_animated(image: Image.Image) -> bool:
    """Say whether there are frames behind the first that are shown one after the other."""
    return image.format != "MPO" and bool(getattr(image, "is_animated", False))


def drawn_as(image: Image.Image) -> str:
    """Return the format that a picture is written in: its own, where browsers and other programs all know it."""
    kind = image.info["format"]
    if kind == "AVIF":
        return "WEBP" if image.mode == "RGBA" else "JPEG"
    return DRAWN_AS.get(kind, kind)


def sized(file) -> Image.Image:
    """Return the picture in a file that is neither empty nor too large, with nothing decoded yet."""
    size = file.size
    if not size:
        raise ValidationError(EMPTY, code="empty")
    if size > LARGEST_FILE:
        sizes = {"size": filesizeformat(size), "most": filesizeformat(LARGEST_FILE)}
        raise ValidationError(TOO_MANY_BYTES, code="too_large", params=sizes)
    file.seek(0)
    return opened(file)


def safe(image: Image.Image, kind: str) -> SafePicture:
    """Return the file of a picture that holds pixels and nothing else."""
    buffer = BytesIO()
    image.save(buffer, kind, **QUALITY[kind])
    picture = renditions.Picture(
        f"{secrets.token_hex(12)}-{image.width}x{image.height}", *image.size, renditions.SUFFIXES[kind]
    )
    file = SafePicture(buffer.getvalue(), name=picture.name)
    file.renditions = list(renditions.draw(image, picture))
    return file


def opened(file) -> Image.Image:
    """Return the picture in `file` with its header read and nothing decoded, if it can be decoded in our memory."""
    try:
        image = Image.open(file, formats=READ)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(BOMB, code="too_many_pixels") from error
    except Exception as error:  # as in make_safe
        raise refusal_of(file) from error
    pixels = image.width * image.height
    needed = decoding_memory(image)
    if pixels > MOST_PIXELS or needed > MOST_MEMORY:
        most = min(MOST_PIXELS, MOST_MEMORY * pixels // needed)
        kind = "progressive JPEG" if image.info.get("progressive") else image.format
        params = {"pixels": -(-pixels // 1_000_000), "most": most // 1_000_000, "kind": kind}
        raise ValidationError(TOO_MANY_PIXELS, code="too_many_pixels", params=params)
    return image


def refusal_of(file) -> ValidationError:
    """Return the refusal of a file that is no picture we read: it names what the file is, where its head shows it."""
    file.seek(0)
    kind = file_types.identify(file.read(file_types.HEAD))
    if kind is None:
        return ValidationError(NO_PICTURE, code="no_picture")
    if kind is file_types.HEIC:
        return ValidationError(OTHER_KIND_HEIC, code="no_picture")
    if kind in file_types.READABLE or (kind is file_types.AVIF and "AVIF" in READ):  # the head is right alone
        return ValidationError(BROKEN, code="broken")
    sentence = OTHER_KIND if kind in file_types.PICTURES else NOT_A_PICTURE
    return ValidationError(sentence, code="no_picture", params={"kind": kind})


def decoding_memory(image: Image.Image) -> int:
    """Return the bytes that decoding a picture takes at its peak, by its header alone."""
    pixels = image.width * image.height
    if image.format not in ("JPEG", "MPO"):
        return pixels * MEMORY_PER_PIXEL[image.format]
    scale = next((scale for scale in (8, 4, 2) if max(image.size) >= scale * LONGEST_SIDE), 1)
    needed = pixels * len(image.getbands()) * 2 // scale**2
    if image.info.get("progressive"):  # libjpeg keeps the coefficients of all scans, of each component at its own size
        layers = [(layer[1], layer[2]) for layer in image.layer]
        whole = max(width for width, _height in layers) * max(height for _width, height in layers)
        needed += 2 * pixels * sum(width * height for width, height in layers) // whole
    return needed


def redrawn(image: Image.Image) -> Image.Image:
    """Return the (first) picture drawn again: upright, in sRGB, of a size that screens can use."""
    kind = image.format
    image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))  # lets a large JPEG be decoded at a half, a quarter, an eighth
    image.load()
    image = reduced(image)
    try:
        image = ImageOps.exif_transpose(image)
    except Exception:  # noqa: S110 - EXIF data that cannot be read says nothing of what is up
        pass
    image = convert_to_srgb(image, keep_alpha=kind not in ("JPEG", "MPO"))
    image = Image.frombytes(image.mode, image.size, image.tobytes())  # pixels, and nothing of `info`
    image.info["format"] = kind
    return image


def reduced(image: Image.Image) -> Image.Image:
    """Return the picture no longer than LONGEST_SIDE; the larger one is closed.

    A whole-number part of the way goes band by band, so that there is no second copy of a large picture. It may end up
    to a tenth below LONGEST_SIDE.
    """
    info = image.info
    factor = int(max(image.size) / LONGEST_SIDE + 0.2)
    if factor > 1:
        size = -(-image.width // factor), -(-image.height // factor)
        small, rows = None, BAND * factor
        for top in range(0, image.height, rows):
            band = averageable(image.crop((0, top, image.width, min(top + rows, image.height))))
            small = small or Image.new(band.mode, size)
            small.paste(band.reduce(factor), (0, top // factor))
        image.close()
        image = small
    if max(image.size) > LONGEST_SIDE:
        image = averageable(image)
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    image.info = info
    return image


class PictureFormField(forms.FileField):
    """A picture that somebody uploads. Any new one is made safe before anything else is done with it."""

    default_error_messages = {"empty": EMPTY, "invalid": NO_PICTURE}

    def to_python(self, data):
        file = super().to_python(data)
        is_stored = isinstance(file, FieldFile) and file._committed  # it was made safe when it was uploaded
        return file if file is None or is_stored else make_safe(file)

    def widget_attrs(self, widget):
        attrs = super().widget_attrs(widget)
        if isinstance(widget, forms.FileInput):
            attrs["accept"] = ",".join(f"image/{kind.lower()}" for kind in READ)
        return attrs


class PictureField(models.ImageField):
    """A picture of the site. What reaches it by other ways than a form is made safe when it is saved."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("upload_to", "pictures/%y/%m/")
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance, add):
        picture = getattr(model_instance, self.attname)
        if not picture or picture._committed:
            return super().pre_save(model_instance, add)
        if not isinstance(picture.file, SafePicture):
            setattr(model_instance, self.attname, make_safe(picture.file))
        file = getattr(model_instance, self.attname).file
        name = self.generate_filename(model_instance, file.name)
        directory = name.rpartition("/")[0]
        drawn = [(f"{directory}/{rendition}", content) for rendition, content in file.renditions]
        with stored_whole(self.storage, [name, *(rendition for rendition, _content in drawn)]):
            kept = super().pre_save(model_instance, add)
            renditions.keep(kept.storage, drawn)
        return kept

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ImageField", args, kwargs

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": PictureFormField} | kwargs)
