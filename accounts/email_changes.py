"""Change of an account's e-mail address: confirmed from the new address, stopped within 7 days from the former one.

So a user who can edit accounts cannot take one over: the owner of the former mailbox is notified and can undo it.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts import security_events, sessions
from accounts.emails import render_account_email
from accounts.models import NOTICE_PERIOD, EmailChange, SecurityEvent
from accounts.security_events import Kind
from accounts.two_factor import totp
from outbox.models import OutboxEmail
from outbox.registry import LATER, absolute_url, register_email

SALT = "accounts.email_changes"
CONFIRM, STOP = "confirm", "stop"


def request_email_change(user, new_email: str, at: datetime, by) -> EmailChange:
    """Store a change that `by` has requested, and e-mail both addresses. It replaces an unconfirmed earlier one."""
    EmailChange.objects.filter(account=user.pk, confirmed_at=None, stopped_at=None).update(stopped_at=at)
    change = EmailChange.objects.create(
        account=user.pk, old_email=user.email, new_email=new_email, requested_by=by.pk, requested_at=at
    )
    security_events.record_event(Kind.EMAIL_REQUESTED, account=user.pk, at=at)
    OutboxEmail.objects.enqueue("e-mail change, new address", object_id=change.pk, recipient_id=user.pk, at=at)
    if user.email:
        OutboxEmail.objects.enqueue("e-mail change, former address", object_id=change.pk, recipient_id=user.pk, at=at)
    return change


def needs_no_confirmation(user) -> bool:
    """Return whether a change needs no confirmation: the account has never been used to sign in, and cannot be."""
    return not user.email or (user.last_login is None and not user.has_usable_password())


def set_email(user, new_email: str) -> None:
    """Change the e-mail address of `user`, and their user name if it was that address."""
    if user.username == user.email.lower():
        user.username = new_email
    user.email = new_email
    user.save(update_fields=["email", "username"])


def has_pending_change(user, at: datetime) -> bool:
    """Return whether a change of the address of `user` was requested or confirmed within the last 7 days."""
    return EmailChange.objects.open_at(at).filter(account=user.pk).exists()


def was_two_factor_reset_recently(user, at: datetime) -> bool:
    """Return whether the two-step verification of `user` was reset within the last 7 days."""
    return SecurityEvent.objects.filter(
        kind=Kind.TWO_FACTOR_RESET, account=user.pk, at__gt=at - NOTICE_PERIOD, actor__isnull=False
    ).exists()


# Confirming and stopping


def confirm_change(change: EmailChange, at: datetime) -> bool:
    """Give the account its new address, and return whether that was possible."""
    with transaction.atomic():
        change = EmailChange.objects.open_at(at).select_for_update().filter(pk=change.pk, confirmed_at=None).first()
        user = change and get_user_model().objects.filter(pk=change.account, is_active=True).first()
        if not user or is_email_taken(change.new_email, user):
            return False
        set_email(user, change.new_email)
        change.confirmed_at = at
        change.save(update_fields=["confirmed_at"])
        security_events.record_event(Kind.EMAIL_CHANGED, account=user.pk, at=at)
    return True


def is_email_taken(email: str, user) -> bool:
    """Return whether another user has this address or user name."""
    others = get_user_model().objects.exclude(pk=user.pk)
    return others.filter(Q(email__iexact=email) | Q(username__iexact=email)).exists()


def stop_change(change: EmailChange, at: datetime) -> bool:
    """Stop a change, and return whether it could be stopped.

    A change that was already confirmed is undone: the account gets its former address back, its password is made
    unusable, its sessions end, and a password reset link is sent to the former address.
    """
    with transaction.atomic():
        change = EmailChange.objects.open_at(at).select_for_update().filter(pk=change.pk).first()
        user = change and get_user_model().objects.filter(pk=change.account).first()
        if not user:
            return False
        later = EmailChange.objects.filter(account=user.pk, pk__gte=change.pk, stopped_at=None)
        was_confirmed = later.exclude(confirmed_at=None).exists()
        later.update(stopped_at=at)
        if was_confirmed:
            set_email(user, change.old_email)
            user.set_unusable_password()
            user.save(update_fields=["password"])
            sessions.end_sessions(user)
            set_up_since = SecurityEvent.objects.filter(
                kind=Kind.TWO_FACTOR_SET_UP, account=user.pk, at__gte=change.requested_at
            )
            if set_up_since.exists():  # by the owner of the other mailbox
                totp.remove_two_factor(user)
            OutboxEmail.objects.enqueue("lost password", recipient_id=user.pk, at=at)
        security_events.record_event(Kind.EMAIL_STOPPED, account=user.pk, at=at)
    return True


# E-mails


@register_email("e-mail change, new address", LATER)
def new_address_email(email: OutboxEmail):
    change = get_open_change(email)
    if change is None or change.confirmed_at:
        return None
    return change_email_message(email, change, "accounts/emails/email_change_new.txt", change.new_email, CONFIRM)


@register_email("e-mail change, former address", LATER)
def former_address_email(email: OutboxEmail):
    change = get_open_change(email)
    if change is None or not change.old_email:
        return None
    return change_email_message(email, change, "accounts/emails/email_change_former.txt", change.old_email, STOP)


def get_open_change(email: OutboxEmail) -> EmailChange | None:
    return EmailChange.objects.filter(pk=email.object_id, stopped_at=None).first()


def change_email_message(email: OutboxEmail, change: EmailChange, template: str, to: str, action: str):
    """Return an e-mail with a link that confirms or stops a change."""
    link = absolute_url("email_change", signing.dumps([change.pk, action], salt=SALT))
    return render_account_email(
        OutboxEmail(recipient_id=email.recipient_id, object_id=change.requested_by), template, to, link=link
    )


# The page behind the links. A GET changes nothing, because mail filters follow links.


@never_cache
def email_change_view(request, token):
    """Ask to confirm or to stop a change; do it on POST."""
    try:
        pk, action = signing.loads(token, salt=SALT, max_age=NOTICE_PERIOD)
    except signing.BadSignature:
        raise Http404 from None
    is_stop = action == STOP
    change = EmailChange.objects.open_at(request.at).filter(pk=pk).first()
    if change and change.confirmed_at and not is_stop:
        change = None
    context = {
        **admin.site.each_context(request),
        "has_permission": False,
        "is_nav_sidebar_enabled": False,
        "change": change,
        "is_stop": is_stop,
        "title": _("Stop the change of your e-mail address") if is_stop else _("Confirm your e-mail address"),
    }
    if change and request.method == "POST":
        context["is_done"] = (stop_change if is_stop else confirm_change)(change, request.at)
    return render(request, "accounts/email_change.html", context, status=200 if change else 410)
