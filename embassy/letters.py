"""Letters about one's own account: the way in, and what somebody else may have done in one's name."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from embassy import roles
from letters.kinds import address, compose, kind
from letters.models import Letter

log = logging.getLogger("embassy.letters")

# The way in: a link that sets a password, once, within PASSWORD_RESET_TIMEOUT of the moment at which it is worded


@kind("invitation")
def invitation(letter: Letter):
    """Word an invitation; nothing for somebody who has chosen a password meanwhile."""
    user = get_user_model().objects.filter(pk=letter.reader).first()
    return worded(letter, "invitation", link=way_in(user)) if user and not user.has_usable_password() else None


@kind("lost password")
def lost_password(letter: Letter):
    user = get_user_model().objects.filter(pk=letter.reader).first()
    return worded(letter, "lost_password", link=way_in(user)) if user else None


def way_in(user) -> str:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return address("password_reset_confirm", uid, default_token_generator.make_token(user))


# Of a second factor that was reset


def tell_of_reset(user, at, by=None) -> None:
    """Put a letter into the outbox: `by`, or somebody at the server, has reset the second factor of `user`."""
    if user.email:
        Letter.objects.put("second factor reset", about=by and by.pk, reader=user.pk, at=at)


@kind("second factor reset")
def of_reset(letter: Letter):
    return worded(letter, "second_factor_reset", link=address("admin:second_factor"))


# Of an address that was changed


def tell_of_new_address(user, old: str, at, by, say_unsent) -> None:
    """Mail both addresses of `user` that `by` has changed the old one into the new.

    The outbox holds nobody's data, and the old address stands nowhere any more: that letter is mailed at once, after
    the commit, and `say_unsent` is called where the mail server does not take it.
    """
    if user.email:
        Letter.objects.put("new address", about=by.pk, reader=user.pk, at=at)
    if old:
        farewell = compose("embassy/letters/address_left.txt", old, about(user, by))
        transaction.on_commit(lambda: mail(farewell) or say_unsent(), robust=True)


@kind("new address")
def of_new_address(letter: Letter):
    return worded(letter, "address_new")


def mail(letter) -> bool:
    """Hand a letter to the mail server now, and say whether it was taken. Logs neither address nor text."""
    try:
        return bool(letter.send())
    except Exception as error:
        log.warning("A letter to a former address could not be mailed (%s).", type(error).__name__)
        return False


# What they say


def worded(letter: Letter, template: str, **more):
    """Word a letter to its reader; nothing for somebody who has left meanwhile."""
    people = get_user_model().objects.in_bulk([pk for pk in (letter.reader, letter.about) if pk])
    user = people.get(letter.reader)
    if user is None or not user.is_active or not user.email:
        return None
    return compose(f"embassy/letters/{template}.txt", user.email, {**about(user, people.get(letter.about)), **more})


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
