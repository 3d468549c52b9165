"""Pictures from outside, made safe: looked at as pictures only, drawn anew, with nothing else from the file kept."""

from __future__ import annotations

import secrets
from io import BytesIO

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps

from richtext import renditions

READ = ["JPEG", "PNG", "WEBP", "GIF"]
DRAWN_AS = {"MPO": "JPEG", "GIF": "PNG"}  # MPO: a JPEG with more pictures behind the first, as telephones make them
LARGEST_FILE = 10 * 1024 * 1024  # bytes
MOST_PIXELS = 40_000_000  # decoded, 40 megapixels take 160 MB
LONGEST_SIDE = 2560  # pixels; what is larger is made smaller, as no screen shows more of it
QUALITY = {"JPEG": {"quality": 85, "progressive": True}, "PNG": {"optimize": True}, "WEBP": {"quality": 85}}

TOO_MANY_BYTES = _("This file has %(size)s; a picture may have %(most)s. Make it smaller and upload it again.")
TOO_MANY_PIXELS = _("This picture has too many pixels; it may have 40 megapixels. Make it smaller and upload it again.")
NO_PICTURE = _("This is no picture that can be shown here. Save it as a JPEG, PNG or WebP file and upload that.")
BROKEN = _("This picture is broken or not complete. Open it in a picture program, save it anew and upload that.")
EMPTY = _("This file is empty. Choose the picture again.")


class SafePicture(ContentFile):
    """A picture that `make_safe` has drawn, and its renditions: (name, bytes), without the directory."""

    renditions: list[tuple[str, bytes]] = []


def make_safe(file) -> SafePicture:
    """Return the picture in `file` drawn anew, with its renditions, under a random name that ends in its size.

    No metadata is in it, so no place where it was taken. Raises ValidationError with a sentence for whoever uploads it.
    """
    with sized(file) as image:
        kind = DRAWN_AS.get(image.format, image.format)
        try:
            return safe(redrawn(image, kind), kind)
        except Exception as error:  # whatever the decoders come upon in a broken file, they have many names for it
            raise ValidationError(BROKEN, code="broken") from error


def looked_at(file) -> None:
    """Decode the picture in `file` and keep nothing; raise ValidationError where `make_safe` would."""
    with sized(file) as image:
        try:
            image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
            image.load()
        except Exception as error:  # as in make_safe
            raise ValidationError(BROKEN, code="broken") from error


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
    """Return the picture in `file` with its header read and nothing decoded, if that is worth going on with."""
    try:
        image = Image.open(file, formats=READ)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(TOO_MANY_PIXELS, code="too_many_pixels") from error
    except Exception as error:  # as in make_safe
        raise ValidationError(NO_PICTURE, code="no_picture") from error
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise ValidationError(TOO_MANY_PIXELS, code="too_many_pixels")
    return image


def redrawn(image: Image.Image, kind: str) -> Image.Image:
    """Return the (first) picture anew: upright, in sRGB, of a size that screens can use."""
    image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))  # lets a large JPEG be decoded at a half, a quarter, an eighth
    image.load()
    image = ImageOps.exif_transpose(image)
    image = in_srgb(image, kind)
    if max(image.size) > LONGEST_SIDE:
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return Image.frombytes(image.mode, image.size, image.tobytes())  # pixels, and nothing of `info`


def in_srgb(image: Image.Image, kind: str) -> Image.Image:
    """Return the picture in a mode that its format has, with its colour profile worked in."""
    profile = image.info.get("icc_profile")
    mode = "RGBA" if image.has_transparency_data and kind != "JPEG" else "RGB"
    if image.mode in ("1", "L", "I", "I;16", "I;16B", "F") and mode == "RGB":
        if image.mode.startswith("I"):  # 16 bits a pixel, which "L" would cut off at 255
            image = image.point(lambda value: value / 256)
        return image.convert("L")
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):  # a profile that makes no sense
            pass
    return image.convert(mode)


class PictureFormField(forms.FileField):
    """A picture that somebody uploads. Any new one is made safe before anything else is done with it."""

    default_error_messages = {"empty": EMPTY, "invalid": NO_PICTURE}

    def to_python(self, data):
        file = super().to_python(data)
        return file if file is None else make_safe(file)

    def widget_attrs(self, widget):
        attrs = super().widget_attrs(widget)
        if isinstance(widget, forms.FileInput):
            attrs["accept"] = "image/jpeg,image/png,image/webp,image/gif"
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
        drawn = getattr(model_instance, self.attname).file.renditions
        kept = super().pre_save(model_instance, add)
        directory = kept.name.rpartition("/")[0]
        renditions.keep(kept.storage, ((f"{directory}/{name}", content) for name, content in drawn))
        return kept

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ImageField", args, kwargs

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": PictureFormField} | kwargs)
