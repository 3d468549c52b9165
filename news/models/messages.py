"""Messages: what the press office issues, at addresses that never die."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from editions.models import new_edition
from news import addresses
from news.models.redirects import Redirect
from news.models.way import Way
from news.querysets import MessageQuerySet
from richtext.fields import RichTextField
from richtext.pictures import PictureField
from richtext.text import first_paragraph

# What the indexes of the lists hold: the messages that are public, or will be by the clock alone, newest first.
DUE = Q(approved_at__isnull=False, withdrawn_at__isnull=True)
NEWEST = F("publish_at").desc(), F("id").desc()


class Message(Way):
    """What the press office issues. Its state is derived from the moments recorded on it (`Way`)."""

    # The text

    headline = models.CharField(_("headline"), max_length=300)
    lead = models.TextField(
        _("lead"),
        blank=True,
        help_text=_("One paragraph under the headline, in lists and feeds. Empty: the text's first paragraph serves."),
    )
    body = RichTextField(_("text"), blank=True)
    category = models.ForeignKey("news.Category", models.PROTECT, verbose_name=_("category"), related_name="messages")
    language = models.CharField(
        _("language"),
        max_length=12,
        choices=settings.LANGUAGES,
        default="en",
        help_text=_("What the text is written in."),
    )
    image = PictureField(_("picture"), blank=True, width_field="image_width", height_field="image_height")
    image_alt = models.CharField(
        _("alternative text"),
        max_length=300,
        blank=True,
        help_text=_("What the picture shows, for those who can't see it. Required with a picture."),
    )
    image_width = models.PositiveIntegerField(null=True, editable=False)
    image_height = models.PositiveIntegerField(null=True, editable=False)

    # Where it came from

    delivered_on = models.DateField(
        _("delivered on"),
        null=True,
        blank=True,
        help_text=_("The day a speech was given, where it differs from the day of publication."),
    )
    source_name = models.CharField(_("source"), max_length=200, blank=True, help_text=_("Who issued it first."))
    source_url = models.CharField(
        _("source address"),
        max_length=2000,
        blank=True,
        validators=[
            URLValidator(["http", "https"], message=_("This is no web address. Copy it whole, beginning with https://"))
        ],
        help_text=_("Kept and shown exactly as entered."),
    )

    # When and where it appears

    slug = models.SlugField(
        _("address"),
        max_length=120,
        blank=True,
        help_text=_(
            "The last part of its address. Empty: made from the headline. An old address leads on to the new one."
        ),
    )
    day = models.DateField(null=True, editable=False)  # the host's date of publish_at: part of the address
    featured = models.BooleanField(
        _("featured"),
        default=False,
        help_text=_("Leads the home page, in full, until a newer featured message appears."),
    )
    changed_at = models.DateTimeField(_("last change"), auto_now=True)

    objects = MessageQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["day", "changed_at"], user_db_constraint=False)

    class Meta:
        verbose_name = pgettext_lazy("press", "message")
        verbose_name_plural = pgettext_lazy("press", "messages")
        ordering = ["-publish_at", "-id"]
        permissions = [
            ("submit_message", _("Can submit messages for approval")),
            ("approve_message", _("Can approve, publish and schedule messages")),
            ("correct_message", _("Can correct published messages")),
            ("withdraw_message", _("Can withdraw and restore messages")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["day", "slug"], name="news_address"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | Q(publish_at__isnull=False), name="news_approved_has_moment"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False, approved_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="news_withdrawn_has_reason",
                violation_error_message=_("A withdrawn message says why: enter the reason that the public will read."),
            ),
            models.CheckConstraint(
                condition=Q(publish_at__isnull=True, day__isnull=True) | Q(publish_at__isnull=False, day__isnull=False),
                name="news_day_of_moment",
            ),
        ]
        indexes = [
            models.Index(*NEWEST, name="news_newest", condition=DUE),
            models.Index("category", *NEWEST, name="news_newest_of_category", condition=DUE),
            models.Index(*NEWEST, name="news_newest_featured", condition=DUE & Q(featured=True)),
        ]

    def __str__(self):
        return self.headline

    # What it is

    def get_absolute_url(self):
        """Return its address; one without a day has none yet."""
        return reverse("message", args=[self.day.year, self.day.month, self.day.day, self.slug]) if self.day else ""

    @property
    def summary(self) -> str:
        """Return the lead, or the text's first paragraph where there is none (`for_list` fetches it as `opening`)."""
        return self.lead or first_paragraph(self.__dict__["opening"] if "opening" in self.__dict__ else self.body)

    # How it is kept

    def clean(self):
        if self.image and not self.image_alt.strip():
            raise ValidationError(
                {"image_alt": _("Say in a sentence what the picture shows, for those who can't see it.")}
            )

    def save(self, *args, before: Message | None = None, **kwargs):
        """Save the message at a settled address; where an address that was public changes, it leads on for ever.

        `before` is the row as it was, where the caller has already written to it.
        """
        with new_edition(kwargs.get("using")):
            addresses.settle(self)
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "day", "slug"}
            if before is None and self.pk:
                before = Message.objects.filter(pk=self.pk).first()
            if before and not self.history.exists():
                self.history.model.objects.bulk_create([first_version(before)])
            super().save(*args, **kwargs)
            if before and before.get_absolute_url() != self.get_absolute_url() and before.was_public(timezone.now()):
                Redirect.lead(before.get_absolute_url(), message=self)

    save.alters_data = True


def first_version(message: Message):
    """Return the version that a message without history (an imported one) had before its first change."""
    fields = {field.attname: getattr(message, field.attname) for field in message.history.model.tracked_fields}
    return message.history.model(**fields, history_date=message.changed_at, history_type="+")
