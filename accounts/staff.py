"""Staff accounts: invite, deactivate, check for references to a user, reset two-step verification."""

from __future__ import annotations

from django_otp.models import Device

from accounts import notifications, roles, security_events, sessions
from accounts.two_factor import totp
from outbox.models import OutboxEmail


def invite_user(user, at) -> None:
    """Queue an invitation with a link to choose a password, and notify the site managers."""
    OutboxEmail.objects.enqueue("invitation", recipient_id=user.pk, at=at, once=True)
    security_events.record_event(security_events.Kind.INVITED, account=user.pk, at=at)


def deactivate_user(user) -> None:
    """Deactivate `user`: their sessions and links stop working; their messages and log entries remain."""
    user.is_active = False
    user.set_unusable_password()  # invalidates everything signed with it, also if the user is activated again
    user.save(update_fields=["is_active", "password"])
    sessions.end_sessions(user)


def has_references(user) -> bool:
    """Return whether any row refers to `user`: a log entry, a version of a text, an image, a draft limited to them."""
    for relation in user._meta.get_fields(include_hidden=True):
        if relation.one_to_many and relation.auto_created and not relation.related_model._meta.auto_created:
            if issubclass(relation.related_model, Device):  # deleted with the user
                continue
            if relation.related_model._base_manager.filter(**{relation.field.name: user}).exists():
                return True
        # A list of people may have a meaning that changes with the last of them, as that of a limited draft.
        if relation.many_to_many and relation.auto_created and relation.related_model is not type(user):
            if relation.through._base_manager.filter(**{relation.field.m2m_reverse_field_name(): user.pk}).exists():
                return True
    return False


def reset_two_factor(user, at, by=None) -> bool:
    """Remove the two-step verification of `user`, end their sessions, notify them; return whether there was one."""
    if not totp.remove_two_factor(user):
        return False
    event = security_events.record_event(
        security_events.Kind.TWO_FACTOR_RESET, account=user.pk, actor=by and by.pk, at=at
    )
    if security_events.current_request() is None:  # by a command: `notices.on_event` handles requests only
        notifications.notify_user(event)
    return True


def assignable_groups(groups):
    """Return those of `groups` that site managers can assign: the roles."""
    return groups.filter(name__in=roles.ROLES)
