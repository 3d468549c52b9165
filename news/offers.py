"""Originals that messages offer to journalists: the lead image in full size, with the message's credit and rights.

The offer is part of the message, so it is drafted, approved, revised, logged and withdrawn with it. The texts in the
file are those that were approved.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from news import slugs
from richtext.image_metadata import ImageTexts
from richtext.models import Original
from richtext.originals import check_original
from richtext.press_copies import FOLDER, copies_of, copy_name, original_of_copy, store_copy
from richtext.renditions import CONTENT_TYPES, SUFFIXES

NO_IMAGE = _("Select the image whose original you want to offer, or untick this.")
NO_CREDIT = _("Enter who took the image. Journalists need it to print the image.")
NO_RIGHTS = _("Enter who may use the image for what, for example “Free for editorial use”.")
NO_ORIGINAL = _(
    "The original of this image was not kept, so it cannot be offered. You can add it on the page of the image in the "
    "library."
)
INCOMPLETE = _("To offer the original, enter credit and rights of the image.")
COLUMNS = ("image", "image_width", "image_offered", "image_credit", "image_rights", "image_alt", "headline")


@dataclass(frozen=True)
class OfferedOriginal:
    """The copy of an original that a message offers."""

    original: Original
    texts: ImageTexts

    @property
    def name(self) -> str:
        """Return the name of the copy in the storage."""
        return copy_name(self.original, self.texts)

    @property
    def file_name(self) -> str:
        """Return the file name that a browser suggests for the download.

        It follows from the texts in the copy alone, as an unpublished message may offer the same copy.
        """
        words = slugs.make_slug_text(self.texts.description)
        return f"{words}-{self.original.width}x{self.original.height}.{SUFFIXES[self.original.kind]}"

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[SUFFIXES[self.original.kind]]


def offered_original(message) -> OfferedOriginal | None:
    """Return what a message that offers its original offers; None if the original is missing."""
    original = Original.objects.filter(image__file=message.image.name).first()
    return OfferedOriginal(original, texts_of(message)) if original else None


def texts_of(message) -> ImageTexts:
    """Return what the copy that a message offers says about itself."""
    description = message.image_alt or message.headline
    return ImageTexts(message.image_credit, message.image_rights, description, settings.EMBASSY_NAME)


def errors_of_offer(message) -> dict[str, str]:
    """Return what is missing in the offer of a message, by field."""
    if not message.image_offered:
        return {}
    if not message.image:
        return {"image_offered": NO_IMAGE}
    errors = {}
    if not message.image_credit:
        errors["image_credit"] = NO_CREDIT
    if not message.image_rights:
        errors["image_rights"] = NO_RIGHTS
    if error := error_of_original(message.image):
        errors["image_offered"] = error
    return errors


def error_of_original(image) -> str | ValidationError | None:
    """Return why an image file has no original to offer; None if it has one, or will have one once it is saved."""
    upload = None if image._committed else getattr(image.file, "upload", None)
    if upload is None:
        return None if Original.objects.filter(image__file=image.name).exists() else NO_ORIGINAL
    try:
        check_original(upload)
    except ValidationError as error:
        return error
    return None


# Copies by their names in the storage


def messages_offering(messages, name: str):
    """Return those of `messages` that offer the copy with this name."""
    original = original_of_copy(name)
    if original is None:
        return messages.none()
    rows = messages.with_lead_image([original.image.file.name]).filter(image_offered=True).only(*COLUMNS)
    return messages.filter(pk__in=[row.pk for row in rows if copy_name(original, texts_of(row)) == name])


def find_offer(model, name: str) -> OfferedOriginal | None:
    """Return the offer whose copy has this name, in any message; None for other files."""
    message = messages_offering(model.objects.all(), name).order_by("pk").first()
    return message and message.offered_original


def create_copy(model, name: str) -> None:
    """Create a copy that a message offers, if it is not stored. Copies that no message offers any more are deleted."""
    if not name.startswith(FOLDER) or default_storage.exists(name) or not (offer := find_offer(model, name)):
        return
    store_copy(default_storage, name, offer.original, offer.texts)
    for other in copies_of(default_storage, offer.original):
        if other != name and not find_offer(model, other):
            default_storage.delete(other)
