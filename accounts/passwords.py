"""Passwords: the house's own words in them, links to choose one, initial ones that expire."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.http import base36_to_int
from django.utils.translation import gettext as _

from accounts.models import InitialPassword
from letters.models import Letter

# Words of the house (ASVS 5.0, 6.2.11)

SHORTEST_WORD = 4  # letters
LEFT_OVER = 8  # characters that a password must have beside the house's words
OFTEN = ("embassy", "consulate", "press", "desk", "office", "ambassador", "password", "welcome", "admin", "minister")
LOOKALIKES = str.maketrans("013457@$!|", "oleastasil")


def house_words() -> list[str]:
    """Return the words that anybody guesses first: of the embassy's name, its host and its trade, the longest first."""
    text = f"{settings.EMBASSY_NAME} {urlsplit(settings.SITE_URL).hostname}".casefold()
    cities = [city.casefold() for city, _zone in settings.CLOCKS]
    words = {word for word in re.split(r"[\W_]+", " ".join([text, *cities])) if len(word) >= SHORTEST_WORD}
    return sorted(words | set(OFTEN), key=len, reverse=True)


class HouseWordValidator:
    """A password has at least 8 characters beside the words that anybody guesses first at this site."""

    def validate(self, password, user=None):
        rest = password.casefold()[:4096]
        plain = rest.translate(LOOKALIKES)  # one letter for one, so that places stay
        for word in house_words():
            start = plain.find(word)
            while start >= 0:
                rest = rest[:start] + rest[start + len(word) :]
                plain = plain[:start] + plain[start + len(word) :]
                start = plain.find(word)
        if rest != password.casefold()[:4096] and len(rest) < LEFT_OVER:
            raise ValidationError(self.get_help_text(), code="password_house_word")

    def get_help_text(self):
        return _("Your password must have at least 8 characters beside words that name this embassy or its site.")


# Links by which somebody chooses a password


class LinkGenerator(PasswordResetTokenGenerator):
    """Tokens for one kind of letter. A new letter of that kind makes the links of earlier ones worthless."""

    def __init__(self, kind: str, lasts: timedelta):
        super().__init__()
        self.kind, self.lasts = kind, lasts
        self.key_salt = f"accounts.passwords.{kind}"

    def _make_hash_value(self, user, timestamp):
        newest = (
            Letter.objects.filter(kind=self.kind, recipient_id=user.pk).order_by("-pk").values_list("pk", flat=True)
        )
        return f"{super()._make_hash_value(user, timestamp)}{newest.first()}"

    def check_token(self, user, token):
        """Return whether a token is of this kind, of the newest letter, unused, and not too old."""
        if not super().check_token(user, token):
            return False
        made = base36_to_int(token.partition("-")[0])
        return self._num_seconds(self._now()) - made <= self.lasts.total_seconds()


invitation_links = LinkGenerator("invitation", timedelta(days=3))
reset_links = LinkGenerator("lost password", timedelta(hours=1))


class AnyLink:
    """Checks a token of either kind: both kinds of letter lead to one address."""

    def check_token(self, user, token):
        return invitation_links.check_token(user, token) or reset_links.check_token(user, token)


# Passwords that somebody else made (ASVS 5.0, 6.4.1)

INITIAL_LASTS = timedelta(days=3)


def set_initial(user, at: datetime) -> None:
    """Note that the password of `user` was made for them: it opens the desk for 3 days, to choose another one."""
    InitialPassword.objects.update_or_create(
        account=user.pk, defaults={"fingerprint": _fingerprint(user), "expires_at": at + INITIAL_LASTS}
    )


def initial_of(user) -> InitialPassword | None:
    """Return the note of a password that was made for `user` and is still theirs; None where they chose it."""
    found = InitialPassword.objects.filter(account=user.pk).first()
    return found if found and found.fingerprint == _fingerprint(user) else None


def _fingerprint(user) -> str:
    return hashlib.sha256(user.password.encode()).hexdigest()


class Passwords(ModelBackend):
    """Django's own, but that an initial password expires. (A session that it opened in time goes on.)"""

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        initial = user and initial_of(user)
        return None if initial and initial.expires_at <= timezone.now() else user
