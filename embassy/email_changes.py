"""A new e-mail address for an account: in force once it is confirmed there; stopped, for 7 days, from the former one.

So nobody who may change accounts takes one over: the owner of the former mailbox is told and can undo it.
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

from accounts import events, sessions
from accounts.events import Kind
from accounts.models import NOTICE_PERIOD, EmailChange, SecurityEvent
from embassy.letters import worded
from embassy.second_factor import factor
from letters.kinds import LATER, address, kind
from letters.models import Letter

SALT = "embassy.email_changes"
CONFIRM, STOP = "confirm", "stop"


def request_change(user, new: str, at: datetime, by) -> EmailChange:
    """Note that `by` wants `new` to be the address of `user`, and mail both addresses. An earlier wish is dropped."""
    EmailChange.objects.filter(account=user.pk, confirmed_at=None, stopped_at=None).update(stopped_at=at)
    change = EmailChange.objects.create(account=user.pk, former=user.email, address=new, asked_by=by.pk, asked_at=at)
    events.record(Kind.EMAIL_REQUESTED, account=user.pk, at=at)
    Letter.objects.enqueue("e-mail change, new address", object_id=change.pk, recipient_id=user.pk, at=at)
    if user.email:
        Letter.objects.enqueue("e-mail change, former address", object_id=change.pk, recipient_id=user.pk, at=at)
    return change


def is_immediate(user) -> bool:
    """Return whether an address is only corrected: nobody has logged in to the account, and nobody can."""
    return not user.email or (user.last_login is None and not user.has_usable_password())


def set_address(user, new: str) -> None:
    """Change the address of `user`, and their name to log in with where that was the address."""
    if user.username == user.email.lower():
        user.username = new
    user.email = new
    user.save(update_fields=["email", "username"])


def is_under_way(user, at: datetime) -> bool:
    """Return whether the address of `user` was changed, or is to be, within the last 7 days."""
    return EmailChange.objects.open_at(at).filter(account=user.pk).exists()


def was_reset_lately(user, at: datetime) -> bool:
    """Return whether somebody has reset the second factor of `user` within the last 7 days."""
    return SecurityEvent.objects.filter(
        kind=Kind.FACTOR_RESET, account=user.pk, at__gt=at - NOTICE_PERIOD, actor__isnull=False
    ).exists()


# By the links in the letters


def confirm(change: EmailChange, at: datetime) -> bool:
    """Make the new address the account's, and return whether that was possible."""
    with transaction.atomic():
        change = EmailChange.objects.open_at(at).select_for_update().filter(pk=change.pk, confirmed_at=None).first()
        user = change and get_user_model().objects.filter(pk=change.account, is_active=True).first()
        if not user or is_taken(change.address, user):
            return False
        set_address(user, change.address)
        change.confirmed_at = at
        change.save(update_fields=["confirmed_at"])
        events.record(Kind.EMAIL_CHANGED, account=user.pk, at=at)
    return True


def is_taken(new: str, user) -> bool:
    others = get_user_model().objects.exclude(pk=user.pk)
    return others.filter(Q(email__iexact=new) | Q(username__iexact=new)).exists()


def stop(change: EmailChange, at: datetime) -> bool:
    """Drop a change, and return whether there was one to drop.

    One that is in force already is undone: the former address is the account's again, its password opens nothing any
    more, its sessions end, and a link to choose a new password goes to the former address.
    """
    with transaction.atomic():
        change = EmailChange.objects.open_at(at).select_for_update().filter(pk=change.pk).first()
        user = change and get_user_model().objects.filter(pk=change.account).first()
        if not user:
            return False
        later = EmailChange.objects.filter(account=user.pk, pk__gte=change.pk, stopped_at=None)
        was_in_force = later.exclude(confirmed_at=None).exists()
        later.update(stopped_at=at)
        if was_in_force:
            set_address(user, change.former)
            user.set_unusable_password()
            user.save(update_fields=["password"])
            sessions.end_all(user)
            set_up = SecurityEvent.objects.filter(kind=Kind.FACTOR_SET_UP, account=user.pk, at__gte=change.asked_at)
            if set_up.exists():  # by somebody who had the other mailbox
                factor.remove(user)
            Letter.objects.enqueue("lost password", recipient_id=user.pk, at=at)
        events.record(Kind.EMAIL_STOPPED, account=user.pk, at=at)
    return True


# Letters


@kind("e-mail change, new address", LATER)
def to_new_address(letter: Letter):
    return about_change(letter, "address_new", CONFIRM)


@kind("e-mail change, former address", LATER)
def to_former_address(letter: Letter):
    return about_change(letter, "address_left", STOP)


def about_change(letter: Letter, template: str, deed: str):
    change = EmailChange.objects.filter(pk=letter.object_id, stopped_at=None).first()
    to = change and (change.address if deed == CONFIRM else change.former)
    if not to or (deed == CONFIRM and change.confirmed_at):
        return None
    link = address("email_change", signing.dumps([change.pk, deed], salt=SALT))
    return worded(Letter(recipient_id=letter.recipient_id, object_id=change.asked_by), template, to, link=link)


# The page behind the links. A GET changes nothing: mail filters follow links.


@never_cache
def email_change(request, token):
    """Ask whether to confirm or to stop a change, and do it."""
    try:
        number, deed = signing.loads(token, salt=SALT, max_age=NOTICE_PERIOD)
    except signing.BadSignature:
        raise Http404 from None
    change = EmailChange.objects.open_at(request.at).filter(pk=number).first()
    if change and deed == CONFIRM and change.confirmed_at:
        change = None
    context = {
        **admin.site.each_context(request),
        "has_permission": False,
        "is_nav_sidebar_enabled": False,
        "change": change,
        "is_stop": deed == STOP,
        "title": _("Stop the change of your e-mail address") if deed == STOP else _("Confirm your e-mail address"),
    }
    if change and request.method == "POST":
        context["done"] = (stop if deed == STOP else confirm)(change, request.at)
    return render(request, "second_factor/email_change.html", context, status=200 if change else 410)
