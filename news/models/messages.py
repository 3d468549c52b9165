"""Messages of the press office, at permanent URLs."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from core.text_fields import LineField, PlainTextField
from editions.models import new_edition
from news import slugs
from news.differences import differences
from news.models import images
from news.models.fields import web_url_field
from news.models.limits import LimitedDraft
from news.models.related import RelatedMessagesMixin
from news.models.revisions import IS_OPEN, IS_PENDING, RevisionModel
from news.models.workflow_log import MAX_REASON_LENGTH
from news.program_log import log_changes
from news.querysets import MessageQuerySet
from news.workflow_steps import WorkflowStep
from redirects.models import Redirect
from richtext.fields import RichTextField
from richtext.models import TextWithImages
from richtext.plaintext import first_paragraph
from versions.models import VersionedModel, VersionInfo, VersionWithChildren

# The lists' indexes: messages that are published or scheduled, newest first.
IS_DUE = Q(approved_at__isnull=False, withdrawn_at__isnull=True)
NEWEST_FIRST = F("publish_at").desc(), F("id").desc()
DERIVED_FIELDS = ("day", "slug", "made_slug", "changed_at")  # set by each save, with any update_fields


def message_languages():
    """Return the languages that a message may have; a function, so that the setting is not in a migration."""
    return settings.LANGUAGES


class Message(
    images.MessageImageMixin, RelatedMessagesMixin, LimitedDraft, TextWithImages, RevisionModel, VersionedModel
):
    """A message of the press office. Its state is derived from the times recorded on it."""

    # The text

    headline = LineField(_("headline"), max_length=300)
    lead = PlainTextField(
        _("lead"),
        max_length=5_000,
        blank=True,
        help_text=_("One paragraph below the headline, in lists and feeds. If empty, the first paragraph is used."),
    )
    body = RichTextField(_("text"), blank=True)
    category = models.ForeignKey("news.Category", models.PROTECT, verbose_name=_("category"), related_name="messages")
    language = models.CharField(
        _("language"),
        max_length=12,
        choices=message_languages,
        default="en",
        help_text=_("Language of the text."),
    )

    # Where it came from

    delivered_on = models.DateField(
        _("delivered on"),
        null=True,
        blank=True,
        help_text=_("The date of a speech, if it differs from the date of publication."),
    )
    source_name = LineField(_("source"), max_length=200, blank=True, help_text=_("Original publisher."))
    source_url = web_url_field(_("source URL"), _("Stored and displayed exactly as entered."))

    # When and where it appears

    slug = models.SlugField(
        _("web address"),
        max_length=120,
        blank=True,
        help_text=_(
            "The last part of the web address. If empty, it is made from the headline until the message is public. "
            "The old address will redirect."
        ),
    )
    made_slug = models.CharField(max_length=120, blank=True, editable=False)  # the slug last made from the headline
    day = models.DateField(null=True, editable=False)  # the date of publish_at in the host country: part of the URL
    featured = models.BooleanField(
        _("featured"),
        default=False,
        help_text=_("Shown in full at the top of the home page until a newer featured message replaces it."),
    )
    changed_at = models.DateTimeField(_("last change"), auto_now=True)

    text_fields = ("headline", "lead", "body")  # a change of their words, once public, is a typo or a correction
    unrestored_fields = frozenset({"publish_at", "featured", "slug"})  # when and where it appears
    unseen = frozenset({
        *("changed_at", "made_slug", "submitted_at", "submitted_by", "approved_by", "withdrawn_by"),
        *("revision_of", "change_kind", "change_note", "effective_at", "accepted_at", "accepted_by"),
        *("applied_at", "discarded_at", "release", "release_order"),
    })  # fmt: skip
    recorded_children = ("attachments",)
    objects = MessageQuerySet.as_manager()
    history = HistoricalRecords(
        bases=[VersionWithChildren],
        excluded_fields=["made_slug", "changed_at", "revision_of", "release", "release_order"],
        user_db_constraint=False,
        history_change_reason_field=PlainTextField(null=True, max_length=MAX_REASON_LENGTH),
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
            *images.CONSTRAINTS,
            models.UniqueConstraint(fields=["day", "slug"], name="news_address"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | Q(publish_at__isnull=False), name="news_approved_has_moment"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False, approved_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="news_withdrawn_has_reason",
                violation_error_message=_("Enter the reason for the withdrawal. It will be public."),
            ),
            models.CheckConstraint(
                condition=Q(publish_at__isnull=True, day__isnull=True)
                | Q(publish_at__isnull=False, day__isnull=False)
                | Q(revision_of__isnull=False, day__isnull=True),
                name="news_day_of_moment",
            ),
            models.UniqueConstraint(
                fields=["revision_of"], condition=Q(revision_of__isnull=False) & IS_OPEN, name="news_one_open_revision"
            ),
            models.CheckConstraint(
                condition=Q(revision_of__isnull=True) | Q(approved_at__isnull=True, withdrawn_at__isnull=True),
                name="news_revision_is_never_public",
            ),
            models.CheckConstraint(
                condition=Q(revision_of__isnull=False)
                | Q(release__isnull=False, approved_at__isnull=True, applied_at__isnull=True, discarded_at__isnull=True)
                | Q(accepted_at__isnull=True, applied_at__isnull=True, discarded_at__isnull=True),
                name="news_only_revisions_are_applied",
            ),
        ]
        indexes = [
            *images.INDEXES,
            models.Index(*NEWEST_FIRST, name="news_newest", condition=IS_DUE),
            models.Index(  # for the page of a day
                F("delivered_on"),
                *NEWEST_FIRST,
                name="news_delivered",
                condition=IS_DUE & Q(delivered_on__isnull=False),
            ),
            models.Index("revised_at", name="news_revised", condition=Q(revised_at__isnull=False)),
            models.Index("withdrawn_at", name="news_withdrawn", condition=Q(withdrawn_at__isnull=False)),
            models.Index(*NEWEST_FIRST, name="news_newest_featured", condition=IS_DUE & Q(featured=True)),
            models.Index("source_name", *NEWEST_FIRST, name="news_of_source", condition=IS_DUE),
            # For the admin's lists, which hold messages in all states: all, of a year, of a category.
            models.Index(*NEWEST_FIRST, name="news_by_moment"),
            models.Index("category", *NEWEST_FIRST, name="news_of_category"),
            # Drafts and submitted messages.
            models.Index("submitted_at", "id", name="news_unapproved", condition=Q(approved_at__isnull=True)),
            models.Index("effective_at", "id", name="news_pending_revision", condition=IS_PENDING),
            models.Index("revision_of", name="news_of_message", condition=Q(revision_of__isnull=False)),
            models.Index("release", name="news_of_release", condition=Q(release__isnull=False)),
        ]

    def __str__(self):
        return self.headline

    def is_seen(self):
        return self.approved_at is not None

    def get_absolute_url(self):
        """Return the URL; "" without a publication date."""
        # Formatted here because `reverse` is slow and a page has twenty URLs.
        return f"{slugs.url_root()}{self.day:%Y/%m/%d}/{self.slug}/" if self.day else ""

    @property
    def summary(self) -> str:
        """Return the lead, else the first paragraph of the text (`for_list` annotates it as `opening`)."""
        return self.lead or first_paragraph(self.__dict__["opening"] if "opening" in self.__dict__ else self.body)

    @property
    def attached(self):
        """Return the attachments; without a query where `for_detail` has found that there are none.

        It has asked for those of today, and a row of `as_of` has its own.
        """
        if "attachments" in getattr(self, "_prefetched_objects_cache", ()):
            return self.attachments.all()
        return self.attachments.all() if self.pk and self.__dict__.get("has_attachments", True) else ()

    def save(
        self,
        *args,
        before: Message | None = None,
        version: VersionInfo | None = None,
        always_version: bool = False,
        **kwargs,
    ):
        """Save the message and, where a versioned field differs, a version; redirect from a public URL that changes.

        `before` is the row in the database, where the caller has changed it already. `version` holds the time, user and
        why. `always_version` saves a version although no field differs, for a change to the attachments.
        """
        with new_edition(kwargs.get("using")):
            if before is None and self.pk:
                before = Message.objects.filter(pk=self.pk).first()
            was_public = bool(before and before.was_public(timezone.now()))
            slugs.assign_slug(self, keep_slug=was_public)
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], *DERIVED_FIELDS}
            super().save(*args, stored=before, version=version, always_version=always_version, **kwargs)
            is_step = version is not None and version.reason in WorkflowStep.values
            if before and before.approved_at and not is_step:
                log_changes([(self, differences(before, self))])
            if was_public and before.get_absolute_url() != self.get_absolute_url():
                Redirect.add(before.get_absolute_url(), message=self)

    save.alters_data = True
