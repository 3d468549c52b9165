"""Notices about accounts, by e-mail: to the person, for 7 days to a former address of theirs too, and to the managers.

A letter names a security event by its number; the words are made when it is sent. Notices are for what was done through
the site: what an operator does at the server is theirs to tell.
"""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts import devices, events
from accounts.events import Kind
from accounts.models import EmailChange, SecurityEvent
from embassy import roles
from embassy.letters import name_of, worded
from letters import limits
from letters.kinds import LATER, address, kind
from letters.models import Letter

PERSON, FORMER, MANAGERS = "account notice", "account notice, former address", "account notice, managers"

# What the person reads, by the kind of event.
SENTENCES = {
    Kind.LOGIN: gettext_lazy("Somebody has logged in to your account from a network and a browser that are new to it."),
    Kind.WRONG_CODE: gettext_lazy(
        "Your password was entered, and the code after it was wrong. If that was not you, somebody knows your password."
    ),
    Kind.PASSWORD_CHANGED: gettext_lazy("Your password was changed."),
    Kind.FACTOR_SET_UP: gettext_lazy("A second factor was set up for your account."),
    Kind.FACTOR_REMOVED: gettext_lazy("The second factor of your account was removed."),
    Kind.FACTOR_RESET: gettext_lazy(
        "Your second factor was reset. The codes of your phone and your backup codes no longer work, and your sessions "
        "have ended. Log in with your password and set up a second factor again."
    ),
    Kind.CODES_MADE: gettext_lazy("New backup codes were made for your account."),
    Kind.GROUPS_CHANGED: gettext_lazy("Your groups were changed."),
    Kind.RIGHTS_CHANGED: gettext_lazy("Your rights were changed."),
    Kind.SESSIONS_ENDED: gettext_lazy("Your sessions were ended."),
}
# What the managers read. `whose` is the account, `by` who did it.
FOR_MANAGERS = {
    Kind.INVITED: gettext_lazy("%(whose)s was invited."),
    Kind.REACTIVATED: gettext_lazy("The account of %(whose)s was opened again."),
    Kind.GROUPS_CHANGED: gettext_lazy("The groups of %(whose)s were changed."),
    Kind.RIGHTS_CHANGED: gettext_lazy("The rights of %(whose)s were changed."),
    Kind.FACTOR_RESET: gettext_lazy("The second factor of %(whose)s was reset."),
    Kind.EMAIL_REQUESTED: gettext_lazy("A change of the e-mail address of %(whose)s was requested."),
    Kind.EMAIL_CHANGED: gettext_lazy("The e-mail address of %(whose)s was changed."),
    Kind.EMAIL_STOPPED: gettext_lazy("%(whose)s has stopped a change of their e-mail address."),
}
ASKED_FOR = {Kind.LOGIN, Kind.WRONG_CODE}  # mailed where a view says so, not each time
LONGEST_LIST = 20  # managers who are mailed


@receiver(events.recorded, dispatch_uid="embassy.notices")
def on_event(sender, event, request, **kwargs):
    """Mail what an event calls for, where it happened through the site."""
    kind = event.kind
    if request is None or (kind == Kind.PASSWORD_CHANGED and event.detail):  # the first one, or none any more
        return
    if kind == Kind.SESSIONS_ENDED and event.actor == event.account:
        return
    is_new = kind == Kind.GROUPS_CHANGED and was_just_invited(event)
    if kind in SENTENCES and kind not in ASKED_FOR and event.account and not is_new:
        tell_person(event)
    if kind in FOR_MANAGERS and not is_new:
        tell_managers(event)


def was_just_invited(event) -> bool:
    """Return whether the groups are those of an invitation in the same request: its notice names them."""
    return SecurityEvent.objects.filter(kind=Kind.INVITED, account=event.account, at=event.at).exists()


def tell_person(event) -> None:
    """Put a notice of an event into the outbox, for the person and for their former address."""
    Letter.objects.enqueue(PERSON, object_id=event.pk, recipient_id=event.account, at=event.at)
    if EmailChange.objects.former_address(event.account, event.at):
        Letter.objects.enqueue(FORMER, object_id=event.pk, recipient_id=event.account, at=event.at)


def tell_managers(event) -> None:
    """Put a notice of an event into the outbox for each site manager and superuser, the one who did it included."""
    active = get_user_model().objects.filter(is_active=True).exclude(email="")
    managers = active.filter(Q(groups__name=roles.MANAGERS) | Q(is_superuser=True)).distinct().order_by("pk")
    for manager in managers[:LONGEST_LIST]:
        Letter.objects.enqueue(MANAGERS, object_id=event.pk, recipient_id=manager.pk, at=event.at)


# Wording


@kind(PERSON, LATER)
def for_person(letter: Letter):
    return notice(letter)


@kind(FORMER, LATER)
def for_former_address(letter: Letter):
    """Word the same notice to the address that the person had until a few days ago."""
    to = EmailChange.objects.former_address(letter.recipient_id, letter.written_at)
    return notice(letter, to) if to else None


def notice(letter: Letter, to: str = ""):
    event = SecurityEvent.objects.filter(pk=letter.object_id).first()
    if event is None:
        return None
    return worded(
        Letter(recipient_id=letter.recipient_id, object_id=event.actor),
        "account_notice",
        to,
        what=SENTENCES[event.kind],
        detail=event.detail if event.kind in (Kind.GROUPS_CHANGED, Kind.RIGHTS_CHANGED) else "",
        at=event.at,
        is_own=event.actor == event.account,
        link=address("admin:password_change"),
        reset_link=address("admin_password_reset"),
    )


@kind(MANAGERS, LATER)
def for_managers(letter: Letter):
    event = SecurityEvent.objects.filter(pk=letter.object_id).first()
    if event is None:
        return None
    people = get_user_model().objects.in_bulk([pk for pk in (event.account, event.actor) if pk])
    whose = people.get(event.account)
    return worded(
        Letter(recipient_id=letter.recipient_id, object_id=event.actor),
        "account_managers",
        what=FOR_MANAGERS[event.kind] % {"whose": name_of(whose) if whose else event.detail or "–"},
        groups=", ".join(whose.groups.order_by("name").values_list("name", flat=True)) if whose else "",
        detail=event.detail,
        at=event.at,
        link=address("admin:auth_user_change", event.account) if whose else address("admin:auth_user_changelist"),
    )


# A login from elsewhere, a password that somebody else knows


def is_new_place(request, user) -> bool:
    """Return whether `user` logs in from a network and a browser from which they never have. Asked before the login."""
    at = events.time_of(request)
    return not devices.id_of(request, user) and not events.is_known_network(user.pk, request, at)


def tell_of_login(user, at) -> None:
    """Put a notice of the login that was just recorded into the outbox."""
    event = SecurityEvent.objects.filter(kind=Kind.LOGIN, account=user.pk, at=at).order_by("-pk").first()
    if event:
        tell_person(event)


limits.set_limit("wrong code", 1)
limits.set_limit("many wrong passwords", 1)


def tell_of_wrong_code(event) -> None:
    """Put a notice into the outbox that the password was right and the code wrong: once a day."""
    if limits.may_send("wrong code", limits.hash_recipient(str(event.account)), event.at):
        tell_person(event)


def warn_of_guessing(user, name_hash: str, at) -> None:
    """Put a warning into the outbox that a password is being guessed: once a day for a name, also for nobody's."""
    if limits.may_send("many wrong passwords", name_hash, at):
        Letter.objects.enqueue("many wrong passwords", recipient_id=user and user.pk, at=at)


@kind("many wrong passwords", LATER)
def many_wrong_passwords(letter: Letter):
    return worded(letter, "many_wrong_passwords", link=address("admin:password_change"), login=reverse("admin:login"))
