"""Lead image of a message: alternative text, credit, focal point, and the video of which it is a still."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.text_fields import LineField
from news import offers
from news.models.fields import percent_field, web_url_field
from richtext.image_library import uploaded_name
from richtext.images import SafeImageField
from richtext.models import Image
from versions.models import VersionInfo

ALT_REQUIRED = _("Describe the image in a sentence for people who cannot see it, or mark it as decorative.")


class MessageImageMixin(models.Model):
    """The lead image of a message, public exactly when the message is."""

    image = SafeImageField(_("image"), blank=True, width_field="image_width", height_field="image_height")
    image_width = models.PositiveIntegerField(null=True, editable=False)
    image_height = models.PositiveIntegerField(null=True, editable=False)
    image_alt = LineField(
        _("alternative text"),
        max_length=300,
        blank=True,
        help_text=_("What the image shows, for people who cannot see it. Required unless it is decorative."),
    )
    image_decorative = models.BooleanField(
        _("decorative"),
        default=False,
        help_text=_("The image adds nothing to the text, for example a flag. Screen readers will skip it."),
    )
    image_credit = LineField(
        _("credit"), max_length=200, blank=True, help_text=_("Photo credit, shown below the image.")
    )
    image_rights = LineField(
        _("licence and rights"),
        max_length=300,
        blank=True,
        help_text=_("Who may use the image for what. Shown where the original is offered, and written into the file."),
    )
    image_offered = models.BooleanField(
        _("offer the original to journalists"),
        default=False,
        help_text=_(
            "The page links to the image in full size. The file names the credit and the rights. It does not say "
            "where, or with which camera, the image was taken."
        ),
    )
    image_focus_x = percent_field(
        _("focus, from the left"),
        _("Focal point in percent: it stays visible when the image is cropped. Click the important part above."),
    )
    image_focus_y = percent_field(_("focus, from the top"), _("In percent."))
    video_url = web_url_field(
        _("video URL"), _("The image becomes a link to the video. Nothing is loaded before a visitor follows the link.")
    )

    class Meta:
        abstract = True

    def save(self, *args, stored=None, version: VersionInfo | None = None, **kwargs):
        """Save the message, and keep its image in the library; see `VersionedModel.save`."""
        uploaded = uploaded_name(self.image) if self.image and not self.image._committed else ""
        super().save(*args, stored=stored, version=version, **kwargs)
        if self.image and (stored is None or any(getattr(self, name) != getattr(stored, name) for name in IN_LIBRARY)):
            by = version.by if version else None
            self.add_to_library([self], at=version.at if version else timezone.now(), by=by, name=uploaded)

    save.alters_data = True

    @staticmethod
    def add_to_library(messages: list, *, at, by=None, name: str = "") -> None:
        """Add the images of messages to the library, where it lacks them, with the texts that it lacks.

        `name` is that of the uploaded file, for a single message.
        """
        pictured = [message for message in messages if message.image]
        for start in range(0, len(pictured), BATCH):
            rows = pictured[start : start + BATCH]
            Image.objects.register(rows, "image", at=at, by=by, names={rows[0].image.name: name})
            Image.objects.fill_defaults(
                {
                    row.image.name: {"alt": row.image_alt, "credit": row.image_credit, "rights": row.image_rights}
                    for row in rows
                }
            )

    def clean(self):
        super().clean()
        errors = {}
        alt = self.image_alt.strip()
        if self.image and not self.image_decorative and not alt:
            errors["image_alt"] = ALT_REQUIRED
        if self.image_decorative and alt:
            errors["image_alt"] = _("A decorative image has no alternative text. Empty this, or untick “decorative”.")
        if self.video_url and not self.image:
            errors["image"] = _("Videos are shown as a still image with a link. Select an image.")
        errors |= offers.errors_of_offer(self)
        if errors:
            raise ValidationError(errors)

    @property
    def offered_original(self):
        """Return the original that this message offers to journalists; None without an offer."""
        return offers.offered_original(self) if self.image_offered and self.image else None


BATCH = 500  # images that are looked up in one query
IN_LIBRARY = ("image", "image_alt", "image_credit", "image_rights")


# `Message.Meta` lists these, as it has constraints and indexes of its own.
CONSTRAINTS = [
    models.CheckConstraint(
        condition=Q(image="") | Q(image_decorative=True, image_alt="") | (Q(image_decorative=False) & ~Q(image_alt="")),
        name="news_picture_has_alternative",
        violation_error_message=ALT_REQUIRED,
    ),
    models.CheckConstraint(
        condition=Q(image_focus_x__lte=100, image_focus_y__lte=100),
        name="news_focus_in_picture",
        violation_error_message=_("Enter the focal point in percent, from 0 to 100."),
    ),
    models.CheckConstraint(
        condition=Q(image_offered=False) | ~(Q(image="") | Q(image_credit="") | Q(image_rights="")),
        name="news_offer_has_rights",
        violation_error_message=offers.INCOMPLETE,
    ),
]

# Finds the message of an image. Messages without one are left out of the index.
INDEXES = [models.Index("image", name="news_picture", condition=Q(image_width__isnull=False))]
