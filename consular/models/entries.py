"""What belongs to an enquiry: what was written later, who opened it when, and what stays after it was erased."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from consular.access_log import LoggedReads
from consular.sealed import SealedField, random_hash

LONGEST_ENTRY = 10_000  # characters
ERASURES_KEPT = timedelta(days=3 * 365)


class Entry(LoggedReads):
    """What was written about an enquiry after it came in: by the visitor, to the visitor, or among officers."""

    class Kind(models.TextChoices):
        ADDITION = "addition", _("added by the visitor")
        ANSWER = "answer", _("answer")
        NOTE = "note", _("internal note")

    enquiry = models.ForeignKey("consular.Enquiry", models.CASCADE, related_name="entries", verbose_name=_("enquiry"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    text = SealedField(_("text"), max_length=LONGEST_ENTRY)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))

    enquiry_column = "enquiry_id"

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ["at", "pk"]

    def __str__(self):
        return self.get_kind_display()


class Trace(models.Model):
    """Who did what to an enquiry, and when; that somebody opened it, too. No word of what it says."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("opened")
        ASSIGNED = "assigned", _("assigned")
        NOTED = "noted", _("noted")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")
        REOPENED = "reopened", _("opened again")
        TRUSTED = "trusted", _("found to be no spam")
        SUSPECTED = "suspected", _("found to be spam")
        EXPORTED = "exported", _("exported")
        FOUND = "found", _("found by the e-mail address")

    enquiry = models.ForeignKey(
        "consular.Enquiry", models.CASCADE, related_name="log_entries", verbose_name=_("enquiry")
    )
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))

    class Meta:
        verbose_name = _("trace")
        verbose_name_plural = _("traces")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return self.get_kind_display()


class ErasureQuerySet(models.QuerySet):
    def with_token(self, token: str):
        """Return what stays, as a set of one or none, of the enquiry whose address ended in this token."""
        return self.filter(token_hash=random_hash(token))

    def purge(self, at: datetime) -> int:
        """Forget those of long ago, and return how many those were."""
        return self.filter(at__lt=at - ERASURES_KEPT).delete()[0]


class Erasure(models.Model):
    """What stays of an erased enquiry: its reference, when it was erased, and why. Nothing of what it said."""

    class Reason(models.TextChoices):
        VISITOR = "visitor", _("at the visitor's wish, on their page")
        PERSON = "person", _("at the person's wish, by an officer")
        EXPIRED = "expired", _("having been kept as long as its topic says")
        SPAM = "spam", _("as spam")

    reference = models.CharField(_("reference"), max_length=9, unique=True)
    enquiry_pk = models.BigIntegerField(
        _("number"), null=True, db_index=True, editable=False
    )  # of the page on the desk
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
