"""Notices: one sentence at the top of every page, for a period of time."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Min, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.text_fields import LineField, UrlField
from versions.models import VersionedModel, version_records
from versions.querysets import VersionedQuerySet


def validate_link(url):
    """Raise ValidationError for a link that is neither a path of this site nor an http(s) URL."""
    if re.fullmatch(r"/(?![/\\])[^\s\\]*", url):
        return
    try:
        URLValidator(schemes=["http", "https"])(url)
    except ValidationError as error:
        raise ValidationError(
            _("Enter a path of this site, for example /contact/, or a full web address, starting with https://.")
        ) from error


class NoticeQuerySet(VersionedQuerySet):
    def public_condition(self, at):
        return Q(Q(ends__isnull=True) | Q(ends__gt=at), starts__lte=at)

    def current(self, at):
        """Return the notices that are active at `at`, urgent ones first, then the latest."""
        return self.filter(self.public_condition(at))

    def next_change(self, at):
        """Return when, after `at`, a notice next starts or ends; None for never."""
        times = self.aggregate(
            starts=Min("starts", filter=Q(starts__gt=at)), ends=Min("ends", filter=Q(ends__gt=at))
        ).values()
        return min((time for time in times if time), default=None)


class Notice(VersionedModel):
    """One sentence at the top of every page for a period of time: a closed consulate, an emergency number."""

    sentence = LineField(_("sentence"), max_length=300, help_text=_("One complete sentence: who, what, when."))
    link_url = UrlField(
        _("link"),
        max_length=2000,
        blank=True,
        validators=[validate_link],
        help_text=_(
            "Optional link to more information: a path of this site, for example /contact/, or a full web address."
        ),
    )
    link_text = LineField(
        _("text of the link"),
        max_length=100,
        blank=True,
        help_text=_("What the link leads to, for example “Emergency numbers”."),
    )
    urgent = models.BooleanField(_("urgent"), default=False, help_text=_("Highlighted, and shown above other notices."))
    starts = models.DateTimeField(_("shows from"), default=timezone.now)
    ends = models.DateTimeField(
        _("shows until"), null=True, blank=True, help_text=_("Without a time, it is shown until further notice.")
    )

    text_fields = ("sentence", "link_text")
    unrestored_fields = frozenset({"starts", "ends"})  # an ended notice does not return
    objects = NoticeQuerySet.as_manager()
    history = version_records()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-urgent", "-starts", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gt=F("starts")),
                name="consular_notice_ends_after_start",
                violation_error_message=_("The notice must end after it starts. Enter a later end, or none."),
            ),
            models.CheckConstraint(
                condition=Q(link_url="", link_text="") | (~Q(link_url="") & ~Q(link_text="")),
                name="consular_notice_link_has_text",
                violation_error_message=_("Enter both the link and its text, or neither."),
            ),
        ]

    def __str__(self):
        return self.sentence
