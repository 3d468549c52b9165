"""Letters about one's own account: the way in. What others do to it is in `embassy.notices`."""

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

# Anybody can ask for a lost password to be replaced: see letters.limits.
limits.set_limit("lost password", 3)  # no ceiling in all: strangers would use it up, and lock out those in need

# The way in: a link that sets a password, once, until it is too old or a newer one was sent


@kind("invitation", LATER)
def invitation(letter: Letter):
    """Word an invitation; nothing for somebody who has chosen a password meanwhile."""
    user = get_user_model().objects.filter(pk=letter.recipient_id).first()
    if user is None or user.has_usable_password():
        return None
    return worded(letter, "invitation", link=way_in(user, invitation_links))


@kind("lost password", LATER)
def lost_password(letter: Letter):
    """Word a letter with a link to choose a new password; nothing where nobody has the address that was typed."""
    user = get_user_model().objects.filter(pk=letter.recipient_id).first()
    return worded(letter, "lost_password", link=way_in(user, reset_links)) if user else None


def way_in(user, links) -> str:
    """Return the address at which `user` chooses a password, with a token made by `links`."""
    return address("password_reset_confirm", urlsafe_base64_encode(force_bytes(user.pk)), links.make_token(user))


# What they say


def worded(letter: Letter, template: str, to: str = "", **more):
    """Word a letter to its reader, at `to` or at their own address; nothing for somebody who has left meanwhile."""
    people = get_user_model().objects.in_bulk([pk for pk in (letter.recipient_id, letter.object_id) if pk])
    user = people.get(letter.recipient_id)
    if user is None or not user.is_active or not (to or user.email):
        return None
    context = {**about(user, people.get(letter.object_id)), **more}
    return compose(f"embassy/letters/{template}.txt", to or user.email, context)


def about(user, by) -> dict:
    """Return what every letter about the account of `user` says."""
    return {"to": user, "by": name_of(by) if by else "", "turn_to": turn_to(user)}


def turn_to(user) -> str:
    """Return whom `user` turns to when something is done in their name, a line each: managers, else superusers."""
    others = get_user_model().objects.filter(is_active=True).exclude(pk=user.pk).exclude(email="").order_by("pk")
    found = others.filter(groups__name=roles.MANAGERS) or others.filter(is_superuser=True)
    return "\n".join(f"{name_of(each)}, {each.email}" for each in found) or settings.DEFAULT_FROM_EMAIL


def name_of(user) -> str:
    return user.get_full_name() or user.get_username()
