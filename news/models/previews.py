"""Preview links: named, expiring, revocable URLs of unpublished texts for readers without an account."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.text_fields import LineField

TOKEN = re.compile(r"([1-9][0-9]{0,17})-([A-Za-z0-9_-]{43})")  # a 64-bit row id and a signature
MAX_LIFETIME = timedelta(days=30)
VISIT_INTERVAL = timedelta(minutes=1)  # requests by the same browser within it count as one visit

signer = signing.Signer(salt="news.previews")


class PreviewLinkQuerySet(models.QuerySet):
    """Preview links, newest first."""

    def live(self, at: datetime):
        """Return the links that are valid at `at`."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=at)

    def find(self, token: str, at: datetime) -> PreviewLink | None:
        """Return the link of a token; None for an expired, revoked or invalid one."""
        parts = TOKEN.fullmatch(token)
        link = (
            parts
            and self.live(at)
            .select_related("message__category", "release", "created_by")
            .filter(pk=int(parts[1]))
            .first()
        )
        return link if link and link.is_signed(parts[2]) else None


class PreviewLink(models.Model):
    """A secret URL that shows an unpublished message, or all of a release, to one named reader.

    Its token is a signature, by SECRET_KEY, over the row's id and a nonce: the admin can show the URL again, but a copy
    of the database is not enough to compute it.
    """

    message = models.ForeignKey(
        "news.Message", models.CASCADE, null=True, related_name="preview_links", verbose_name=_("message")
    )
    release = models.ForeignKey(
        "news.Release", models.CASCADE, null=True, related_name="preview_links", verbose_name=_("release")
    )
    name = LineField(
        _("recipient"), max_length=80, help_text=_("For example “Reuters”. The reader sees this name on the page.")
    )
    nonce = models.CharField(max_length=43, default=secrets.token_urlsafe, editable=False)
    expires_at = models.DateTimeField(_("valid until"), help_text=_("The link stops working then. Maximum 30 days."))
    created_at = models.DateTimeField(_("created at"), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+", verbose_name=_("created by")
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(message__isnull=False, release__isnull=True)
                | models.Q(message__isnull=True, release__isnull=False),
                name="news_preview_link_of_one_thing",
            ),
        ]

    def __str__(self):
        return self.name

    def is_live(self, at: datetime) -> bool:
        """Return whether the link is valid at `at`."""
        return self.revoked_at is None and self.expires_at > at

    def revoke(self, *, at: datetime | None = None) -> None:
        """End the link immediately. Revoking it twice keeps the first time."""
        PreviewLink.objects.filter(pk=self.pk, revoked_at__isnull=True).update(revoked_at=at or timezone.now())

    # URL

    @property
    def token(self) -> str:
        """Return the secret part of the URL."""
        return f"{self.pk}-{signer.signature(self._signed)}"

    def is_signed(self, signature: str) -> bool:
        """Return whether a signature is this link's, by SECRET_KEY or one of its fallbacks."""
        try:
            signer.unsign(f"{self._signed}{signer.sep}{signature}")
        except signing.BadSignature:
            return False
        return True

    def get_absolute_url(self):
        return reverse("preview", args=[self.token])

    @property
    def _signed(self) -> str:
        return f"{self.pk}.{self.nonce}"

    # Visits

    def record_visit(self, browser: str, *, at: datetime) -> None:
        """Record a visit with the browser family and nothing else about the reader."""
        if not self.visits.filter(browser=browser, at__gt=at - VISIT_INTERVAL).exists():
            self.visits.create(browser=browser, at=at)


class PreviewVisit(models.Model):
    """A visit to a preview link: time and browser family. No IP address is stored."""

    link = models.ForeignKey(PreviewLink, models.CASCADE, related_name="visits")
    at = models.DateTimeField(_("when"))
    browser = models.CharField(_("browser"), max_length=20)

    class Meta:
        verbose_name = _("preview visit")
        verbose_name_plural = _("preview visits")
        ordering = ["at", "id"]

    def __str__(self):
        return self.browser
