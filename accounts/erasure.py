"""Erasure of a former officer's name (GDPR, Article 17): the account is renamed, and log entries still refer to it.

The record of what was done stays complete, because it refers to the account and does not contain the name.
"""

from __future__ import annotations

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from accounts import security_events, staff
from accounts.models import EmailChange, InitialPassword
from accounts.two_factor import totp
from working_copies.models import WorkingCopy

USERNAME_PREFIX, FIRST_NAME = "former-officer-", "Former officer"  # followed by the account's number


def is_erased(user) -> bool:
    """Return whether the name of `user` has been erased."""
    return user.username == f"{USERNAME_PREFIX}{user.pk}"


def erase_name(user, at, by) -> None:
    """Replace the name, user name and e-mail address of `user` by "Former officer N", and deactivate the account.

    The user who did it (`by`) is recorded as a security event and, without an end, in the admin's log.
    """
    with transaction.atomic():
        user.first_name, user.last_name = FIRST_NAME, str(user.pk)
        user.username, user.email = f"{USERNAME_PREFIX}{user.pk}", ""
        user.save(update_fields=["first_name", "last_name", "username", "email"])
        staff.deactivate_user(user)
        totp.remove_two_factor(user)
        EmailChange.objects.filter(account=user.pk).delete()
        InitialPassword.objects.filter(account=user.pk).delete()
        WorkingCopy.objects.filter(user=user).delete()
        about_user = {
            "content_type": ContentType.objects.get_for_model(get_user_model()),
            "object_id": str(user.pk),
        }
        LogEntry.objects.filter(**about_user).update(object_repr=str(user))  # the admin's log copies the user name
        security_events.record_event(security_events.Kind.NAME_ERASED, account=user.pk, actor=by.pk, at=at)
        LogEntry.objects.create(
            user_id=by.pk,
            **about_user,
            object_repr=str(user),
            action_flag=CHANGE,
            action_time=at,
            change_message="Name and e-mail address erased.",
        )
