"""Notices: one sentence above everything, from and until a moment."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Min, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from editions.models import PublicModel, PublicQuerySet
from richtext.plaintext import LineField, UrlField


def validate_link(address):
    """Refuse a link that is neither a path of this site nor a web address."""
    if re.fullmatch(r"/(?![/\\])[^\s\\]*", address):
        return
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError as error:
        raise ValidationError(
            _("Write a path of this site, like /contact/, or a whole address that begins with https://.")
        ) from error


class NoticeQuerySet(PublicQuerySet):
    def current(self, at):
        """Return the notices that show at the moment `at`, urgent ones first, then the latest."""
        return self.filter(Q(ends__isnull=True) | Q(ends__gt=at), starts__lte=at)

    def next_change(self, at):
        """Return the moment after `at` at which a notice next appears or goes; None for never."""
        moments = self.aggregate(
            starts=Min("starts", filter=Q(starts__gt=at)), ends=Min("ends", filter=Q(ends__gt=at))
        ).values()
        return min((moment for moment in moments if moment), default=None)


class Notice(PublicModel):
    """One sentence above everything on every page, from and until a moment: a consulate closed, an emergency number."""

    sentence = LineField(_("sentence"), max_length=300, help_text=_("One sentence that says all: who, what, when."))
    link_url = UrlField(
        _("link"),
        max_length=2000,
        blank=True,
        validators=[validate_link],
        help_text=_("Where to read more, if anywhere: a path of this site, like /contact/, or a whole address."),
    )
    link_text = LineField(
        _("text of the link"), max_length=100, blank=True, help_text=_("What the reader gets there: Emergency numbers.")
    )
    urgent = models.BooleanField(_("urgent"), default=False, help_text=_("Set apart by colour, and above the others."))
    starts = models.DateTimeField(_("shows from"), default=timezone.now)
    ends = models.DateTimeField(
        _("shows until"), null=True, blank=True, help_text=_("Empty: until you take it down, by giving a time here.")
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-urgent", "-starts", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gt=F("starts")),
                name="consular_notice_ends_after_start",
                violation_error_message=_("The notice must end after it starts. Give a later end, or none."),
            ),
            models.CheckConstraint(
                condition=Q(link_url="", link_text="") | (~Q(link_url="") & ~Q(link_text="")),
                name="consular_notice_link_has_text",
                violation_error_message=_("Give the link both its address and its text, or neither."),
            ),
        ]

    def __str__(self):
        return self.sentence
