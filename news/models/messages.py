"""Messages: what the press office issues, at addresses that never die."""

from __future__ import annotations

from contextlib import contextmanager

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from editions.models import new_edition
from news import addresses
from news.models import pictures
from news.models.acts import LONGEST_REASON
from news.models.redirects import Redirect
from news.models.way import Way
from news.querysets import MessageQuerySet
from richtext.fields import RichTextField
from richtext.models import Illustrated
from richtext.plaintext import LineField, PlainTextField, UrlField
from richtext.text import first_paragraph

# What the indexes of the lists hold: the messages that are public, or will be by the clock alone, newest first.
DUE = Q(approved_at__isnull=False, withdrawn_at__isnull=True)
NEWEST = F("publish_at").desc(), F("id").desc()
SETTLED = ("day", "slug", "made_slug", "changed_at")  # what each save settles, whichever fields it names


class Message(pictures.Pictured, Illustrated, Way):
    """What the press office issues. Its state is derived from the moments recorded on it (`Way`)."""

    # The text

    headline = LineField(_("headline"), max_length=300)
    lead = PlainTextField(
        _("lead"),
        max_length=5_000,
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

    # Where it came from

    delivered_on = models.DateField(
        _("delivered on"),
        null=True,
        blank=True,
        help_text=_("The day a speech was given, where it differs from the day of publication."),
    )
    source_name = LineField(_("source"), max_length=200, blank=True, help_text=_("Who issued it first."))
    source_url = UrlField(
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
            "The last part of its address. Empty: made from the headline, and follows it until the message is public. "
            "An old address leads on to the new one."
        ),
    )
    made_slug = models.CharField(max_length=120, blank=True, editable=False)  # as last made from the headline
    day = models.DateField(null=True, editable=False)  # the host's date of publish_at: part of the address
    featured = models.BooleanField(
        _("featured"),
        default=False,
        help_text=_("Leads the home page, in full, until a newer featured message appears."),
    )
    changed_at = models.DateTimeField(_("last change"), auto_now=True)

    unseen = frozenset({"changed_at", "made_slug", "submitted_at", "submitted_by", "approved_by", "withdrawn_by"})
    objects = MessageQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=["day", "made_slug", "changed_at", "revised_at"],
        user_db_constraint=False,
        history_change_reason_field=PlainTextField(null=True, max_length=LONGEST_REASON),
    )

    class Meta:
        verbose_name = pgettext_lazy("press", "message")
        verbose_name_plural = pgettext_lazy("press", "messages")
        ordering = ["-publish_at", "-id"]
        base_manager_name = "objects"
        permissions = [
            ("submit_message", _("Can submit messages for approval")),
            ("approve_message", _("Can approve, publish and schedule messages")),
            ("correct_message", _("Can correct published messages")),
            ("withdraw_message", _("Can withdraw and restore messages")),
        ]
        constraints = [
            *pictures.CONSTRAINTS,
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
            *pictures.INDEXES,
            models.Index(*NEWEST, name="news_newest", condition=DUE),
            models.Index("revised_at", name="news_revised", condition=Q(revised_at__isnull=False)),
            models.Index("withdrawn_at", name="news_withdrawn", condition=Q(withdrawn_at__isnull=False)),
            models.Index(*NEWEST, name="news_newest_featured", condition=DUE & Q(featured=True)),
            # For the desk too, and so whatever their state: all, or those of a year; those of a category.
            models.Index(*NEWEST, name="news_by_moment"),
            models.Index("category", *NEWEST, name="news_of_category"),
            # What nobody has approved.
            models.Index("submitted_at", "id", name="news_unapproved", condition=Q(approved_at__isnull=True)),
        ]

    def __str__(self):
        return self.headline

    # What it is

    def is_seen(self):
        return self.approved_at is not None

    def get_absolute_url(self):
        """Return its address; one without a day has none yet."""
        # Put together by hand: a page has twenty of them, and `reverse` takes its time.
        return f"{addresses.root()}{self.day:%Y/%m/%d}/{self.slug}/" if self.day else ""

    @property
    def summary(self) -> str:
        """Return the lead, or the text's first paragraph where there is none (`for_list` fetches it as `opening`)."""
        return self.lead or first_paragraph(self.__dict__["opening"] if "opening" in self.__dict__ else self.body)

    @property
    def attached(self):
        """Return what is attached to it; without a query where it is known (`in_full`) that nothing is."""
        return self.attachments.all() if self.pk and self.__dict__.get("has_attachments", True) else ()

    # How it is kept

    def save(self, *args, before: Message | None = None, always_version: bool = False, **kwargs):
        """Save the message at a settled address; where an address that was public changes, it leads on for ever.

        `before` is the row as it was, where the caller has already written to it. `always_version` keeps a version even
        where nothing in the row differs: something that belongs to the message does.
        """
        with new_edition(kwargs.get("using")):
            if before is None and self.pk:
                before = Message.objects.filter(pk=self.pk).first()
            was_public = bool(before and before.was_public(timezone.now()))
            addresses.settle(self, keep_slug=was_public)
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], *SETTLED}
            with self._with_version(before, always_version):
                super().save(*args, stored=before, **kwargs)
            if was_public and before.get_absolute_url() != self.get_absolute_url():
                Redirect.add(before.get_absolute_url(), message=self)

    save.alters_data = True

    @contextmanager
    def _with_version(self, before: Message | None, always: bool):
        """Keep what is saved inside as a version, and the first one with it; what changes nothing makes none."""
        if always or before is None or not is_same(self, before):
            if before and not self.history.exists():
                self.history.model.objects.bulk_create([first_version(before)])
            yield
            return
        self.skip_history_when_saving = True  # simple_history asks for this
        try:
            yield
        finally:
            del self.skip_history_when_saving


def is_same(message: Message, other: Message) -> bool:
    """Say whether two messages would make the same version."""
    fields = message.history.model.tracked_fields
    return all(getattr(message, field.attname) == getattr(other, field.attname) for field in fields)


def first_version(message: Message):
    """Return the version that a message without history (an imported one) had before its first change."""
    fields = {field.attname: getattr(message, field.attname) for field in message.history.model.tracked_fields}
    return message.history.model(**fields, history_date=message.changed_at, history_type="+")
