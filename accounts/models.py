"""Security events (append-only), failed logins, changes of e-mail address, initial passwords.

Accounts are named by number, not by foreign key: the log outlives an account, and must not keep one from being deleted.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

KEPT = timedelta(days=90)  # security events; accounts/triggers.py has the same number
DAY = timedelta(days=1)
NOTICE_PERIOD = timedelta(days=7)  # a former e-mail address hears of what is done to the account, and can stop it


class SecurityEvent(models.Model):
    """Something that happened to an account or by it. `accounts.triggers` has the database refuse every change."""

    class Kind(models.TextChoices):
        LOGIN = "login", _("logged in")
        PASSWORD_ACCEPTED = "password accepted", _("password right, code awaited")
        WRONG_PASSWORD = "wrong password", _("wrong password")
        WRONG_CODE = "wrong code", _("wrong code")
        LOCKED_OUT = "locked out", _("login refused for a time")
        LOGOUT = "logout", _("logged out")
        SESSIONS_ENDED = "sessions ended", _("sessions ended")
        PASSWORD_CHANGED = "password changed", _("password changed")
        RESET_REQUESTED = "reset requested", _("password reset requested")
        EMAIL_REQUESTED = "e-mail requested", _("change of e-mail address requested")
        EMAIL_CHANGED = "e-mail changed", _("e-mail address changed")
        EMAIL_STOPPED = "e-mail stopped", _("change of e-mail address stopped")
        FACTOR_SET_UP = "factor set up", _("second factor set up")
        FACTOR_REMOVED = "factor removed", _("second factor removed")
        FACTOR_RESET = "factor reset", _("second factor reset")
        CODES_MADE = "codes made", _("backup codes made")
        CODE_USED = "code used", _("backup code used")
        INVITED = "invited", _("invited")
        DEACTIVATED = "deactivated", _("deactivated")
        REACTIVATED = "reactivated", _("reactivated")
        GROUPS_CHANGED = "groups changed", _("groups changed")
        RIGHTS_CHANGED = "rights changed", _("rights changed")
        REFUSED = "refused", _("refused: no right")
        LINK_MADE = "link made", _("preview link made")
        LINK_REVOKED = "link revoked", _("preview link revoked")
        EXPORTED = "exported", _("enquiry exported")
        PURGED = "purged", _("events older than 90 days deleted")

    kind = models.CharField(_("what"), max_length=30, choices=Kind.choices)
    account = models.BigIntegerField(_("account"), null=True, help_text=_("Whose account it happened to."))
    actor = models.BigIntegerField(_("by"), null=True, help_text=_("The account that did it."))
    network = models.CharField(_("network"), max_length=64, blank=True, help_text=_("A keyed hash."))
    detail = models.CharField(_("detail"), max_length=100, blank=True)
    at = models.DateTimeField(_("when"))

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
    """A wrong password, counted for a day by a keyed hash of the name, apart for origins known for that person."""

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
        """Return the changes that can still be confirmed or stopped: those not stopped, asked for within 7 days."""
        return self.filter(stopped_at=None, asked_at__gt=at - NOTICE_PERIOD)

    def former_address(self, account: int, at: datetime) -> str:
        """Return the address that `account` had until a change within the last 7 days; "" where there is none."""
        changes = self.filter(account=account, stopped_at=None, confirmed_at__gt=at - NOTICE_PERIOD)
        return changes.exclude(former="").order_by("pk").values_list("former", flat=True).first() or ""

    def purge(self, at: datetime) -> int:
        """Delete the changes that are done with, and return how many."""
        old = at - NOTICE_PERIOD
        done = models.Q(confirmed_at=None) | models.Q(confirmed_at__lte=old) | models.Q(stopped_at__isnull=False)
        return self.filter(done, asked_at__lte=old).delete()[0]


class EmailChange(models.Model):
    """A new e-mail address for an account: in force once confirmed there, and stopped from the former one."""

    account = models.BigIntegerField(db_index=True)
    former = models.EmailField(max_length=254, blank=True)
    address = models.EmailField(max_length=254)
    asked_by = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    objects = EmailChangeQuerySet.as_manager()

    def __str__(self):
        return f"change of e-mail address {self.pk}"


class InitialPassword(models.Model):
    """A password that somebody else made: it expires, and its owner has to choose another one at the first login."""

    account = models.BigIntegerField(unique=True)
    fingerprint = models.CharField(max_length=64)  # of the stored hash: another password, and this row says nothing
    expires_at = models.DateTimeField()

    def __str__(self):
        return f"initial password {self.pk}"
