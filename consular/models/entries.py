"""Entries (additions, replies, notes) and log entries of an enquiry, and the record of its erasure."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from consular.access_log import LoggedReads
from consular.encryption import EncryptedTextField, hash_token

MAX_ENTRY_LENGTH = 10_000  # characters
ERASURE_RETENTION = timedelta(days=3 * 365)


class EnquiryEntry(LoggedReads):
    """A text in the thread of an enquiry: an addition by the visitor, a reply, or an internal note."""

    class Kind(models.TextChoices):
        ADDITION = "addition", _("added by the visitor")
        ANSWER = "answer", _("reply")
        NOTE = "note", _("internal note")

    enquiry = models.ForeignKey("consular.Enquiry", models.CASCADE, related_name="entries", verbose_name=_("enquiry"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    text = EncryptedTextField(_("text"), max_length=MAX_ENTRY_LENGTH)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))

    enquiry_column = "enquiry_id"

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ["at", "pk"]

    def __str__(self):
        return self.get_kind_display()


class EnquiryLogEntry(models.Model):
    """Log entry: who did what with an enquiry and when, views included. It holds no personal data of the visitor."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("opened")
        ASSIGNED = "assigned", _("assigned")
        NOTED = "noted", _("noted")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")
        REOPENED = "reopened", _("reopened")
        TRUSTED = "trusted", _("marked as not spam")
        SUSPECTED = "suspected", _("marked as spam")
        EXPORTED = "exported", _("exported")
        FOUND = "found", _("found by e-mail address")

    enquiry = models.ForeignKey(
        "consular.Enquiry", models.CASCADE, related_name="log_entries", verbose_name=_("enquiry")
    )
    kind = models.CharField(_("action"), max_length=10, choices=Kind.choices)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return self.get_kind_display()


class ErasureQuerySet(models.QuerySet):
    def with_token(self, token: str):
        """Return the erasure of the enquiry with this token, as a queryset of one or none."""
        return self.filter(token_hash=hash_token(token))

    def purge(self, at: datetime) -> int:
        """Delete erasure records older than ERASURES_KEPT, and return how many."""
        return self.filter(at__lt=at - ERASURE_RETENTION).delete()[0]


class Erasure(models.Model):
    """Record of an erased enquiry: its reference, when and why it was erased. It holds no personal data."""

    class Reason(models.TextChoices):
        VISITOR = "visitor", _("at the visitor's request, on their own page")
        PERSON = "person", _("at the person's request, by an officer")
        EXPIRED = "expired", _("at the end of the retention period")
        SPAM = "spam", _("as spam")

    reference = models.CharField(_("reference"), max_length=9, unique=True)
    enquiry_pk = models.BigIntegerField(_("ID"), null=True, db_index=True, editable=False)  # of the page on the desk
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    at = models.DateTimeField(_("when"))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erased enquiry")
        verbose_name_plural = _("erased enquiries")
        ordering = ["-at"]

    def __str__(self):
        return self.reference
