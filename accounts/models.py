"""Security events (append-only), failed logins, changes of e-mail address, initial passwords, processed forms.

They hold an account's primary key, not a foreign key: the log outlives an account and must not prevent its deletion.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

EVENT_RETENTION = timedelta(days=90)  # retention of security events, as in accounts/triggers.py
DAY = timedelta(days=1)
NOTICE_PERIOD = timedelta(days=7)  # in which a former address gets notices and can stop the change


class SecurityEvent(models.Model):
    """An entry of the security event log. Triggers refuse every change (`accounts.triggers`)."""

    class Kind(models.TextChoices):
        LOGIN = "login", _("signed in")
        PASSWORD_ACCEPTED = "password accepted", _("password accepted, code pending")
        WRONG_PASSWORD = "wrong password", _("wrong password")
        WRONG_CODE = "wrong code", _("wrong code")
        LOCKED_OUT = "locked out", _("locked out")
        LOGOUT = "logout", _("signed out")
        SESSIONS_ENDED = "sessions ended", _("sessions ended")
        PASSWORD_CHANGED = "password changed", _("password changed")
        RESET_REQUESTED = "reset requested", _("password reset requested")
        EMAIL_REQUESTED = "e-mail requested", _("change of e-mail address requested")
        EMAIL_CHANGED = "e-mail changed", _("e-mail address changed")
        EMAIL_STOPPED = "e-mail stopped", _("change of e-mail address stopped")
        TWO_FACTOR_SET_UP = "two-factor set up", _("two-step verification set up")
        TWO_FACTOR_REMOVED = "two-factor removed", _("two-step verification removed")
        TWO_FACTOR_RESET = "two-factor reset", _("two-step verification reset")
        CODES_CREATED = "codes created", _("backup codes created")
        CODE_USED = "code used", _("backup code used")
        INVITED = "invited", _("invited")
        DEACTIVATED = "deactivated", _("deactivated")
        NAME_ERASED = "name erased", _("name erased")
        REACTIVATED = "reactivated", _("reactivated")
        GROUPS_CHANGED = "groups changed", _("groups changed")
        RIGHTS_CHANGED = "rights changed", _("permissions changed")
        REFUSED = "refused", _("refused: no permission")
        LINK_CREATED = "link created", _("preview link created")
        LINK_REVOKED = "link revoked", _("preview link revoked")
        EXPORTED = "exported", _("enquiry exported")
        PURGED = "purged", _("events older than 90 days deleted")

    kind = models.CharField(_("event"), max_length=30, choices=Kind.choices)
    account = models.BigIntegerField(_("account"), null=True, help_text=_("The account concerned."))
    actor = models.BigIntegerField(_("by"), null=True, help_text=_("The account that did it."))
    network = models.CharField(_("network"), max_length=64, blank=True, help_text=_("A keyed hash."))
    detail = models.CharField(_("detail"), max_length=100, blank=True)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("security event")
        verbose_name_plural = _("security events")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="accounts_event_at"),
            models.Index(fields=["account", "kind", "-at"], name="accounts_event_account"),
        ]

    def __str__(self):
        return self.get_kind_display()


class FailedLogin(models.Model):
    """A wrong password, kept for a day under a keyed hash of the user name. Known devices count separately."""

    name = models.CharField(max_length=64)
    scope = models.CharField(max_length=64, blank=True)  # a known device or network; "" for all others together
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["name", "scope", "-at"], name="accounts_failed_name"),
            models.Index(fields=["at"], name="accounts_failed_at"),
        ]

    def __str__(self):
        return f"failed login {self.pk}"


class EmailChangeQuerySet(models.QuerySet):
    def open_at(self, at: datetime):
        """Return the changes that can still be confirmed or stopped: requested within 7 days and not stopped."""
        return self.filter(stopped_at=None, requested_at__gt=at - NOTICE_PERIOD)

    def old_email(self, account: int, at: datetime) -> str:
        """Return the address that `account` had before a change within the last 7 days; "" if there was none."""
        changes = self.filter(account=account, stopped_at=None, confirmed_at__gt=at - NOTICE_PERIOD)
        return changes.exclude(old_email="").order_by("pk").values_list("old_email", flat=True).first() or ""

    def purge(self, at: datetime) -> int:
        """Delete the changes that can no longer be confirmed or stopped; return how many were deleted."""
        limit = at - NOTICE_PERIOD
        ended = models.Q(confirmed_at=None) | models.Q(confirmed_at__lte=limit) | models.Q(stopped_at__isnull=False)
        return self.filter(ended, requested_at__lte=limit).delete()[0]


class EmailChange(models.Model):
    """A change of an account's e-mail address: confirmed from the new address, stopped from the former one."""

    account = models.BigIntegerField(db_index=True)
    old_email = models.EmailField(max_length=254, blank=True)
    new_email = models.EmailField(max_length=254)
    requested_by = models.BigIntegerField(null=True)
    requested_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    objects = EmailChangeQuerySet.as_manager()

    def __str__(self):
        return f"change of e-mail address {self.pk}"


class InitialPassword(models.Model):
    """A password set by another user: it expires, and has to be changed at the first sign-in."""

    account = models.BigIntegerField(unique=True)
    fingerprint = models.CharField(max_length=64)  # of the stored hash: the row is void once the password has changed
    expires_at = models.DateTimeField()

    def __str__(self):
        return f"initial password {self.pk}"


class FormSubmissionQuerySet(models.QuerySet):
    def purge(self, at: datetime) -> int:
        """Delete the submissions of a day ago and earlier; return how many were deleted."""
        return self.filter(at__lte=at - DAY).delete()[0]


class FormSubmission(models.Model):
    """A form of the admin that was processed, and its result for a repetition (accounts/form_tokens.py)."""

    key = models.CharField(max_length=64, unique=True)  # a keyed hash of token, user and URL
    content = models.CharField(max_length=64)  # a keyed hash of what was sent
    result = models.JSONField(null=True)  # redirect and messages; null until the form is processed
    at = models.DateTimeField(db_index=True)

    objects = FormSubmissionQuerySet.as_manager()

    def __str__(self):
        return f"form submission {self.pk}"
