"""E-mails to users about their own account: invitation, password reset. For notices see `accounts.notifications`."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts import roles
from accounts.passwords import invitation_tokens, reset_tokens
from outbox import rate_limits
from outbox.models import OutboxEmail
from outbox.registry import LATER, absolute_url, build_message, register_email

# No ceiling for all recipients together: strangers could use it up and so prevent real password resets.
rate_limits.set_limit("lost password", 3)


@register_email("invitation", LATER)
def invitation_email(email: OutboxEmail):
    """Return an invitation; None if the user has already chosen a password."""
    user = get_user_model().objects.filter(pk=email.recipient_id).first()
    if user is None or user.has_usable_password():
        return None
    return render_account_email(email, "accounts/emails/invitation.txt", link=password_link(user, invitation_tokens))


@register_email("lost password", LATER)
def password_reset_email(email: OutboxEmail):
    """Return an e-mail with a link to reset the password; None if the address that was entered is unknown."""
    user = get_user_model().objects.filter(pk=email.recipient_id).first()
    return (
        render_account_email(email, "accounts/emails/password_reset.txt", link=password_link(user, reset_tokens))
        if user
        else None
    )


def password_link(user, links) -> str:
    """Return the URL at which `user` chooses a password, with a token of `links`."""
    return absolute_url("password_reset_confirm", urlsafe_base64_encode(force_bytes(user.pk)), links.make_token(user))


def render_account_email(email: OutboxEmail, template: str, to: str = "", **context):
    """Return an e-mail to the recipient of `email`, at `to` or at their own address; None if they are inactive.

    `email.object_id` is the user who caused it.
    """
    users = get_user_model().objects.in_bulk([pk for pk in (email.recipient_id, email.object_id) if pk])
    user, actor = users.get(email.recipient_id), users.get(email.object_id)
    if user is None or not user.is_active or not (to or user.email):
        return None
    context = {"to": user, "by": display_name(actor) if actor else "", "contacts": contacts_for(user), **context}
    return build_message(template, to or user.email, context)


def contacts_for(user) -> str:
    """Return the colleagues that `user` can contact, one per line: site managers, or superusers if there are none."""
    others = get_user_model().objects.filter(is_active=True).exclude(pk=user.pk).exclude(email="").order_by("pk")
    contacts = others.filter(groups__name=roles.MANAGERS) or others.filter(is_superuser=True)
    return "\n".join(f"{display_name(contact)}, {contact.email}" for contact in contacts) or settings.DEFAULT_FROM_EMAIL


def display_name(user) -> str:
    return user.get_full_name() or user.get_username()
