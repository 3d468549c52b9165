"""Security notices by e-mail: to the user, for 7 days also to their former address, and to the site managers.

An e-mail refers to a security event and is rendered when it is sent. Only events that happened through the site are
notified, not those of commands on the server.
"""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.dispatch import receiver
from django.utils.translation import gettext_lazy

from accounts import known_devices, roles, security_events
from accounts.emails import display_name, render_account_email
from accounts.models import EmailChange, SecurityEvent
from accounts.security_events import Kind
from outbox import rate_limits
from outbox.models import OutboxEmail
from outbox.registry import LATER, absolute_url, register_email

USER_NOTICE, FORMER_ADDRESS_NOTICE, MANAGERS_NOTICE = (
    "account notice",
    "account notice, former address",
    "account notice, managers",
)

# Sentences for the user.
USER_SENTENCES = {
    Kind.LOGIN: gettext_lazy("Your account was used to sign in from a new network and a new browser."),
    Kind.WRONG_CODE: gettext_lazy(
        "Your password was entered correctly, followed by a wrong code. If this was not you, another person knows "
        "your password."
    ),
    Kind.PASSWORD_CHANGED: gettext_lazy("Your password was changed."),
    Kind.TWO_FACTOR_SET_UP: gettext_lazy("Two-step verification was set up for your account."),
    Kind.TWO_FACTOR_REMOVED: gettext_lazy("Two-step verification was removed from your account."),
    Kind.TWO_FACTOR_RESET: gettext_lazy(
        "Your two-step verification was reset. The codes of your phone and your backup codes no longer work, and your "
        "sessions have ended. Sign in with your password and set up two-step verification again."
    ),
    Kind.CODES_CREATED: gettext_lazy("New backup codes were created for your account."),
    Kind.GROUPS_CHANGED: gettext_lazy("Your groups were changed."),
    Kind.RIGHTS_CHANGED: gettext_lazy("Your permissions were changed."),
    Kind.SESSIONS_ENDED: gettext_lazy("Your sessions were ended."),
}
# Sentences for the managers.
MANAGER_SENTENCES = {
    Kind.INVITED: gettext_lazy("%(user)s was invited."),
    Kind.REACTIVATED: gettext_lazy("The account of %(user)s was reactivated."),
    Kind.GROUPS_CHANGED: gettext_lazy("The groups of %(user)s were changed."),
    Kind.RIGHTS_CHANGED: gettext_lazy("The permissions of %(user)s were changed."),
    Kind.TWO_FACTOR_RESET: gettext_lazy("The two-step verification of %(user)s was reset."),
    Kind.EMAIL_REQUESTED: gettext_lazy("A change of the e-mail address of %(user)s was requested."),
    Kind.EMAIL_CHANGED: gettext_lazy("The e-mail address of %(user)s was changed."),
    Kind.EMAIL_STOPPED: gettext_lazy("%(user)s has stopped a change of their e-mail address."),
}
SENT_ON_REQUEST = {Kind.LOGIN, Kind.WRONG_CODE}  # sent only by `tell_of_login` and `tell_of_wrong_code`
MAX_MANAGERS = 20  # managers who are notified


@receiver(security_events.event_recorded, dispatch_uid="accounts.notifications")
def notify_of_event(sender, event, request, **kwargs):
    """Queue the notices of an event that happened through the site."""
    kind = event.kind
    if request is None or (kind == Kind.PASSWORD_CHANGED and event.detail):  # the first password, or an unusable one
        return
    if kind == Kind.SESSIONS_ENDED and event.actor == event.account:
        return
    if kind == Kind.GROUPS_CHANGED and was_just_invited(event):
        return
    if kind in USER_SENTENCES and kind not in SENT_ON_REQUEST and event.account:
        notify_user(event)
    if kind in MANAGER_SENTENCES:
        notify_managers(event)


def was_just_invited(event) -> bool:
    """Return whether the groups are part of an invitation in the same request, whose notice names them."""
    return SecurityEvent.objects.filter(kind=Kind.INVITED, account=event.account, at=event.at).exists()


def notify_user(event) -> None:
    """Queue a notice of an event to the user, and to their former address."""
    OutboxEmail.objects.enqueue(USER_NOTICE, object_id=event.pk, recipient_id=event.account, at=event.at)
    if EmailChange.objects.old_email(event.account, event.at):
        OutboxEmail.objects.enqueue(FORMER_ADDRESS_NOTICE, object_id=event.pk, recipient_id=event.account, at=event.at)


def notify_managers(event) -> None:
    """Queue a notice of an event to each site manager and superuser, including the one who caused it."""
    active = get_user_model().objects.filter(is_active=True).exclude(email="")
    managers = active.filter(Q(groups__name=roles.MANAGERS) | Q(is_superuser=True)).distinct().order_by("pk")
    for manager in managers[:MAX_MANAGERS]:
        OutboxEmail.objects.enqueue(MANAGERS_NOTICE, object_id=event.pk, recipient_id=manager.pk, at=event.at)


# Rendering


@register_email(USER_NOTICE, LATER)
def user_notice(email: OutboxEmail):
    return render_notice(email)


@register_email(FORMER_ADDRESS_NOTICE, LATER)
def former_address_notice(email: OutboxEmail):
    """Return the user's notice, to the address that they had until a few days ago."""
    to = EmailChange.objects.old_email(email.recipient_id, email.written_at)
    return render_notice(email, to) if to else None


def render_notice(email: OutboxEmail, to: str = ""):
    event = SecurityEvent.objects.filter(pk=email.object_id).first()
    if event is None:
        return None
    return render_account_email(
        OutboxEmail(recipient_id=email.recipient_id, object_id=event.actor),
        "accounts/emails/user_notice.txt",
        to,
        sentence=USER_SENTENCES[event.kind],
        detail=event.detail if event.kind in (Kind.GROUPS_CHANGED, Kind.RIGHTS_CHANGED) else "",
        at=event.at,
        is_own=event.actor == event.account,
        link=absolute_url("admin:password_change"),
        reset_link=absolute_url("admin_password_reset"),
    )


@register_email(MANAGERS_NOTICE, LATER)
def managers_notice(email: OutboxEmail):
    event = SecurityEvent.objects.filter(pk=email.object_id).first()
    if event is None:
        return None
    user = get_user_model().objects.filter(pk=event.account or 0).first()
    return render_account_email(
        OutboxEmail(recipient_id=email.recipient_id, object_id=event.actor),
        "accounts/emails/managers_notice.txt",
        sentence=MANAGER_SENTENCES[event.kind] % {"user": display_name(user) if user else event.detail or "–"},
        groups=", ".join(user.groups.order_by("name").values_list("name", flat=True)) if user else "",
        detail=event.detail,
        at=event.at,
        link=absolute_url("admin:auth_user_change", event.account)
        if user
        else absolute_url("admin:auth_user_changelist"),
    )


# A sign-in from an unknown device and network, a wrong code, password guessing


def is_unknown_origin(request, user) -> bool:
    """Return whether both the network and the browser are new to `user`. Call it before the sign-in is recorded."""
    at = security_events.request_time(request)
    return not known_devices.device_id_for(request, user) and not security_events.is_known_network(user.pk, request, at)


def notify_of_login(user, at) -> None:
    """Queue a notice of the sign-in that was just recorded."""
    event = SecurityEvent.objects.filter(kind=Kind.LOGIN, account=user.pk, at=at).order_by("-pk").first()
    if event:
        notify_user(event)


rate_limits.set_limit("wrong code", 1)
rate_limits.set_limit("many wrong passwords", 1)


def notify_of_wrong_code(event) -> None:
    """Queue a notice of a wrong code after the correct password, at most one a day."""
    if rate_limits.may_send("wrong code", rate_limits.hash_recipient(str(event.account)), event.at):
        notify_user(event)


def notify_of_guessing(user, name_hash: str, at) -> None:
    """Queue a warning of password guessing, at most one a day for a name. The same work if `user` is None."""
    if rate_limits.may_send("many wrong passwords", name_hash, at):
        OutboxEmail.objects.enqueue("many wrong passwords", recipient_id=user and user.pk, at=at)


@register_email("many wrong passwords", LATER)
def password_guessing_email(email: OutboxEmail):
    return render_account_email(
        email, "accounts/emails/password_guessing.txt", link=absolute_url("admin:password_change")
    )
