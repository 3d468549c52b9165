"""E-mails to staff about their own account: invitation and password reset. Security notices: `embassy.notices`."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.passwords import invitation_links, reset_links
from embassy import roles
from letters import limits
from letters.kinds import LATER, address, compose, kind
from letters.models import Letter

# No ceiling for all recipients together: strangers could use it up and so prevent real password resets.
limits.set_limit("lost password", 3)


@kind("invitation", LATER)
def invitation(letter: Letter):
    """Return an invitation; None if the user has already chosen a password."""
    user = get_user_model().objects.filter(pk=letter.recipient_id).first()
    if user is None or user.has_usable_password():
        return None
    return worded(letter, "embassy/letters/invitation.txt", link=way_in(user, invitation_links))


@kind("lost password", LATER)
def lost_password(letter: Letter):
    """Return an e-mail with a link to reset the password; None if the address that was entered is unknown."""
    user = get_user_model().objects.filter(pk=letter.recipient_id).first()
    return worded(letter, "embassy/letters/lost_password.txt", link=way_in(user, reset_links)) if user else None


def way_in(user, links) -> str:
    """Return the URL at which `user` chooses a password, with a token of `links`."""
    return address("password_reset_confirm", urlsafe_base64_encode(force_bytes(user.pk)), links.make_token(user))


def worded(letter: Letter, template: str, to: str = "", **context):
    """Return an e-mail to the recipient of `letter`, at `to` or at their own address; None if they are inactive.

    `letter.object_id` is the user who has caused it.
    """
    users = get_user_model().objects.in_bulk([pk for pk in (letter.recipient_id, letter.object_id) if pk])
    user, actor = users.get(letter.recipient_id), users.get(letter.object_id)
    if user is None or not user.is_active or not (to or user.email):
        return None
    context = {"to": user, "by": name_of(actor) if actor else "", "contacts": turn_to(user), **context}
    return compose(template, to or user.email, context)


def turn_to(user) -> str:
    """Return the colleagues whom `user` can contact, one per line: site managers, or superusers if there are none."""
    others = get_user_model().objects.filter(is_active=True).exclude(pk=user.pk).exclude(email="").order_by("pk")
    contacts = others.filter(groups__name=roles.MANAGERS) or others.filter(is_superuser=True)
    return "\n".join(f"{name_of(contact)}, {contact.email}" for contact in contacts) or settings.DEFAULT_FROM_EMAIL


def name_of(user) -> str:
    return user.get_full_name() or user.get_username()
