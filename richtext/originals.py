"""Originals of images: the uploaded files in full size, kept in private storage.

The image of the library is smaller and encoded again. The original is what the camera wrote, with its metadata, so no
public URL leads to it, and `/media/` refuses its folder to everybody.
"""

from __future__ import annotations

import secrets
from contextlib import closing

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image, ImageChops, ImageStat

from richtext.image_metadata import REWRITERS, ImageTexts, UnreadableImage, rewrite
from richtext.images import DAMAGED, EMPTY, SafeImage, date_taken, decoding_lock, normalise, open_within_memory
from richtext.models import Original
from richtext.renditions import SUFFIXES
from richtext.serving import StorageUnavailable, delete_on_failure

FOLDER = "originals/"
SAMPLE_SIDE = 24  # pixels of the small copies that are compared
MAX_DIFFERENCE = 16  # of 255, on average: encoders, colour profiles and sharpening differ by 2 to 8
MAX_DISTORTION = 0.02  # difference of the ratios of width to height, from rounding

NOT_KEPT_HERE = _("This site does not keep originals.")
TOO_MANY_BYTES = _("The original is %(size)s. Originals of up to %(most)s are kept.")
TOO_MANY_PIXELS = _("The original has %(pixels)d megapixels. Originals of up to %(most)d are kept.")
UNSUPPORTED_FORMAT = _("The original is not a JPEG, PNG or WebP image, so it was not kept.")
OTHER_IMAGE = _("This file shows another image. Choose the original of the image in the library.")
KEPT_ALREADY = _("The original of this image is already kept.")
STORAGE_AWAY = _("File storage is not responding, so the original was not kept. Try again in a minute.")


def check_original(upload) -> Original:
    """Return an unsaved row about the original in an uploaded file; raise ValidationError if it cannot be kept."""
    if not settings.ORIGINAL_MAX_MB:
        raise ValidationError(NOT_KEPT_HERE, code="off")
    size, most = upload.size, settings.ORIGINAL_MAX_MB * 1024 * 1024
    if not size:
        raise ValidationError(EMPTY, code="empty")
    if size > most:
        sizes = {"size": filesizeformat(size), "most": filesizeformat(most)}
        raise ValidationError(TOO_MANY_BYTES, code="too_large", params=sizes)
    upload.seek(0)
    image = open_within_memory(upload)
    pixels, kind = image.width * image.height, "JPEG" if image.format == "MPO" else image.format
    if pixels > settings.ORIGINAL_MAX_MEGAPIXELS * 1_000_000:
        params = {"pixels": -(-pixels // 1_000_000), "most": settings.ORIGINAL_MAX_MEGAPIXELS}
        raise ValidationError(TOO_MANY_PIXELS, code="too_many_pixels", params=params)
    if kind not in REWRITERS:
        raise ValidationError(UNSUPPORTED_FORMAT, code="no_original")
    orientation = orientation_of(image)
    width, height = image.size if orientation < 5 else image.size[::-1]
    try:
        for _block in rewrite(upload, kind, ImageTexts("", "", "", "")):
            pass  # a copy can be made
    except UnreadableImage as error:
        raise ValidationError(DAMAGED, code="broken") from error
    return Original(kind=kind, width=width, height=height, orientation=orientation, size=size)


def orientation_of(image: Image.Image) -> int:
    """Return the Exif orientation of an image, as `ImageOps.exif_transpose` reads it; 1 without a valid one."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # as in images.make_safe: it may be damaged
        return 1
    return orientation if orientation in range(1, 9) else 1


def require_same_image(original: Original, upload, image) -> None:
    """Raise ValidationError if a file that was sent apart does not show the image of the library.

    An image is approved by its smaller copy, so the original must show the same.
    """
    distortion = original.width / original.height * image.height / image.width
    if abs(distortion - 1) > MAX_DISTORTION:
        raise ValidationError(OTHER_IMAGE, code="other_image")
    try:
        smaller = image.file.storage.open(image.file.name)
    except (StorageUnavailable, OSError) as error:
        raise ValidationError(STORAGE_AWAY, code="storage") from error
    with decoding_lock(), closing(smaller):
        try:
            upload.seek(0)
            samples = [sample(file) for file in (upload, smaller)]
        except ValidationError:
            raise
        except Exception as error:  # decoders raise many types
            raise ValidationError(DAMAGED, code="broken") from error
    if max(ImageStat.Stat(ImageChops.difference(*samples)).mean) > MAX_DIFFERENCE:
        raise ValidationError(OTHER_IMAGE, code="other_image")


def sample(file) -> Image.Image:
    """Return a very small copy of the image in a file, upright, in sRGB, on white."""
    small = normalise(open_within_memory(file)).convert("RGBA").resize((SAMPLE_SIDE, SAMPLE_SIDE), Image.Resampling.BOX)
    return Image.alpha_composite(Image.new("RGBA", small.size, "white"), small).convert("RGB")


def keep_original(image, upload, *, sent_apart: bool = False) -> Original:
    """Store an uploaded file as the original of an image and return its row.

    `sent_apart`: the image was not made from this file here. Raises ValidationError with a message for the user.
    """
    original = check_original(upload)
    if Original.objects.filter(image=image).exists():
        raise ValidationError(KEPT_ALREADY, code="kept")
    try:
        if sent_apart:
            require_same_image(original, upload, image)
        name = Original._meta.get_field("file").generate_filename(
            original, f"{secrets.token_hex(12)}.{SUFFIXES[original.kind]}"
        )
        upload.seek(0)
        taken_on = image.taken_on or date_taken(open_within_memory(upload))
        upload.seek(0)
        with delete_on_failure(default_storage, [name]):
            name = default_storage.save(name, upload)
    except (StorageUnavailable, OSError) as error:
        raise ValidationError(STORAGE_AWAY, code="storage") from error
    original.image, original.file = image, name
    try:
        with transaction.atomic():
            original.save()
    except IntegrityError as error:  # kept, or the image deleted, by another request just now
        default_storage.delete(name)
        raise ValidationError(KEPT_ALREADY, code="kept") from error
    if taken_on != image.taken_on:  # the smaller image that the browser had sent did not say
        image.taken_on = taken_on
        image.save(update_fields=["taken_on"])
    return original


def keep_upload(image, picture: SafeImage) -> str:
    """Keep the file that an image was made from just now as its original. Return why it cannot be kept, or "".

    A site without originals, and formats that are never kept, are nothing to report.
    """
    try:
        keep_original(image, picture.upload)
    except ValidationError as error:
        return "" if error.code in ("off", "no_original") else " ".join(error.messages)
    return ""
