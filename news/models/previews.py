"""Preview links: a message that is not public yet, shown to somebody without an account, by name and for a time."""

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

from richtext.plaintext import LineField

TOKEN = re.compile(r"([1-9][0-9]{0,17})-([A-Za-z0-9_-]{43})")  # a row's id that fits the database, and a signature
LONGEST = timedelta(days=30)
RELOAD = timedelta(minutes=1)  # who asks again within it has not opened the link anew

signer = signing.Signer(salt="news.previews")


class PreviewLinkQuerySet(models.QuerySet):
    """Preview links, the newest first."""

    def live(self, at: datetime):
        """Return the links that open at the moment `at`."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=at)

    def find(self, token: str, at: datetime) -> PreviewLink | None:
        """Return the link behind a token; None for one that has expired, was revoked, or never was."""
        parts = TOKEN.fullmatch(token)
        link = parts and self.live(at).select_related("message__category").filter(pk=int(parts[1])).first()
        return link if link and link.is_signed(parts[2]) else None


class PreviewLink(models.Model):
    """A secret address at which one named reader sees a message before it is public.

    Its token is a signature, by the site's secret key, over the row's id and a nonce. So the desk can show the address
    again, while who reads the database, or a copy of it, can't make it.
    """

    message = models.ForeignKey("news.Message", models.CASCADE, related_name="preview_links", verbose_name=_("message"))
    name = LineField(
        _("for whom"), max_length=80, help_text=_("Reuters, for instance. The reader sees this name on the page.")
    )
    nonce = models.CharField(max_length=43, default=secrets.token_urlsafe, editable=False)
    expires_at = models.DateTimeField(
        _("until"), help_text=_("From then on the address leads nowhere. At most 30 days ahead.")
    )
    created_at = models.DateTimeField(_("made at"), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+", verbose_name=_("made by")
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")
        ordering = ["-created_at", "-id"]

    def __str__(self):
        return self.name

    def is_live(self, at: datetime) -> bool:
        """Say whether the link opens at the moment `at`."""
        return self.revoked_at is None and self.expires_at > at

    def revoke(self, *, at: datetime | None = None) -> None:
        """End the link at once. Ending it twice changes nothing."""
        PreviewLink.objects.filter(pk=self.pk, revoked_at__isnull=True).update(revoked_at=at or timezone.now())

    # The address

    @property
    def token(self) -> str:
        """Return the secret part of its address."""
        return f"{self.pk}-{signer.signature(self._signed)}"

    def is_signed(self, signature: str) -> bool:
        """Say whether a signature is this link's, by the secret key or one of its fallbacks."""
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

    # Who has opened it

    def record_visit(self, browser: str, *, at: datetime) -> None:
        """Record that somebody opened the link, with the family of their browser and nothing else about them."""
        if not self.visits.filter(browser=browser, at__gt=at - RELOAD).exists():
            self.visits.create(browser=browser, at=at)


class PreviewOpening(models.Model):
    """That a preview link was opened: when, and with what family of browser. No address of anybody is kept."""

    link = models.ForeignKey(PreviewLink, models.CASCADE, related_name="visits")
    at = models.DateTimeField(_("when"))
    browser = models.CharField(_("browser"), max_length=20)

    class Meta:
        verbose_name = _("opening of a preview")
        verbose_name_plural = _("visits of previews")
        ordering = ["at", "id"]

    def __str__(self):
        return self.browser
