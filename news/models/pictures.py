"""The picture of a message: what it shows, whose it is, what matters in it, and the video that it is a still of."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from richtext.pictures import PictureField
from richtext.plaintext import LineField, UrlField

SAY_WHAT_IT_SHOWS = _("Say in a sentence what the picture shows, for those who can't see it, or mark it as decorative.")


def percent(name, help_text=""):
    """Return a field for a place on a picture, in percent of its width or height."""
    return models.PositiveSmallIntegerField(
        name,
        default=50,
        validators=[MaxValueValidator(100, _("This is a percentage: enter a number from 0 to 100."))],
        help_text=help_text,
    )


class Pictured(models.Model):
    """A message's picture. It is as public as the message is (`embassy.media`)."""

    image = PictureField(_("picture"), blank=True, width_field="image_width", height_field="image_height")
    image_width = models.PositiveIntegerField(null=True, editable=False)
    image_height = models.PositiveIntegerField(null=True, editable=False)
    image_alt = LineField(
        _("alternative text"),
        max_length=300,
        blank=True,
        help_text=_("What the picture shows, for those who can't see it. Required, unless it is decorative."),
    )
    image_decorative = models.BooleanField(
        _("decorative"),
        default=False,
        help_text=_("It tells nothing that the text doesn't: a flag, a view of the building. It is passed over aloud."),
    )
    image_credit = LineField(
        _("credit"), max_length=200, blank=True, help_text=_("Who took it. Stands under the picture.")
    )
    image_focus_x = percent(
        _("focus, from the left"),
        _("In percent. What matters in the picture stays in view where it is cut: click on it in the picture above."),
    )
    image_focus_y = percent(_("focus, from the top"), _("In percent."))
    video_url = UrlField(
        _("address of a video"),
        max_length=2000,
        blank=True,
        validators=[
            URLValidator(["http", "https"], message=_("This is no web address. Copy it whole, beginning with https://"))
        ],
        help_text=_("The picture becomes a link to it. Nothing of it is loaded before a visitor follows the link."),
    )

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        faults = {}
        alternative = self.image_alt.strip()
        if self.image and not self.image_decorative and not alternative:
            faults["image_alt"] = SAY_WHAT_IT_SHOWS
        if self.image_decorative and alternative:
            faults["image_alt"] = _("A decorative picture has no alternative text. Empty this, or unmark “decorative”.")
        if self.video_url and not self.image:
            faults["image"] = _("A video is shown as a picture with a link. Choose a still picture from it.")
        if faults:
            raise ValidationError(faults)


# The same, said by the database. (`Message.Meta` names them, as it has constraints of its own.)
CONSTRAINTS = [
    models.CheckConstraint(
        condition=Q(image="") | Q(image_decorative=True, image_alt="") | (Q(image_decorative=False) & ~Q(image_alt="")),
        name="news_picture_has_alternative",
        violation_error_message=SAY_WHAT_IT_SHOWS,
    ),
    models.CheckConstraint(
        condition=Q(image_focus_x__lte=100, image_focus_y__lte=100),
        name="news_focus_in_picture",
        violation_error_message=_("The focus is in percent: enter numbers from 0 to 100."),
    ),
]

# One finds the message of a picture; the messages without one don't burden it.
INDEXES = [models.Index("image", name="news_picture", condition=Q(image_width__isnull=False))]
