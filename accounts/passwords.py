"""Passwords: no words of the site's own name (ASVS 6.2.11), links to choose one, initial passwords that expire."""

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

# Context-specific words (ASVS 5.0, 6.2.11)

SHORTEST_WORD = 4  # letters
LEFT_OVER = 8  # characters that a password must have besides such words
OFTEN = ("embassy", "consulate", "press", "desk", "office", "ambassador", "password", "welcome", "admin", "minister")
LOOKALIKES = str.maketrans("013457@$!|", "oleastasil")


def house_words() -> list[str]:
    """Return the words that are guessed first: of the embassy's name, host name and cities; the longest first."""
    text = f"{settings.EMBASSY_NAME} {urlsplit(settings.SITE_URL).hostname}".casefold()
    cities = [city.casefold() for city, _zone in settings.CLOCKS]
    words = {word for word in re.split(r"[\W_]+", " ".join([text, *cities])) if len(word) >= SHORTEST_WORD}
    return sorted(words | set(OFTEN), key=len, reverse=True)


class HouseWordValidator:
    """Require 8 characters besides the words that are guessed first at this site."""

    def validate(self, password, user=None):
        rest = password.casefold()[:4096]
        plain = rest.translate(LOOKALIKES)  # one character for one, so that both texts have the same positions
        for word in house_words():
            start = plain.find(word)
            while start >= 0:
                rest = rest[:start] + rest[start + len(word) :]
                plain = plain[:start] + plain[start + len(word) :]
                start = plain.find(word)
        if rest != password.casefold()[:4096] and len(rest) < LEFT_OVER:
            raise ValidationError(self.get_help_text(), code="password_house_word")

    def get_help_text(self):
        return _("Your password must have at least 8 characters besides words from the name of this embassy or site.")


# Links to choose a password


class LinkGenerator(PasswordResetTokenGenerator):
    """Tokens for one kind of e-mail. A newer e-mail of the same kind invalidates the links of earlier ones."""

    def __init__(self, kind: str, max_age: timedelta):
        super().__init__()
        self.kind, self.max_age = kind, max_age
        self.key_salt = f"accounts.passwords.{kind}"

    def _make_hash_value(self, user, timestamp):
        newest = (
            Letter.objects.filter(kind=self.kind, recipient_id=user.pk).order_by("-pk").values_list("pk", flat=True)
        )
        return f"{super()._make_hash_value(user, timestamp)}{newest.first()}"

    def check_token(self, user, token):
        """Return whether a token is of this kind, of the newest e-mail, unused, and not too old."""
        if not super().check_token(user, token):
            return False
        created = base36_to_int(token.partition("-")[0])
        return self._num_seconds(self._now()) - created <= self.max_age.total_seconds()


invitation_links = LinkGenerator("invitation", timedelta(days=3))
reset_links = LinkGenerator("lost password", timedelta(hours=1))


class AnyLink:
    """Check tokens of both kinds: invitations and password resets have one URL."""

    def check_token(self, user, token):
        return invitation_links.check_token(user, token) or reset_links.check_token(user, token)


# Initial passwords (ASVS 5.0, 6.4.1)

INITIAL_LASTS = timedelta(days=3)


def set_initial(user, at: datetime) -> None:
    """Record that somebody else has set the password of `user`: it works for 3 days, until they choose their own."""
    InitialPassword.objects.update_or_create(
        account=user.pk, defaults={"fingerprint": _fingerprint(user), "expires_at": at + INITIAL_LASTS}
    )


def initial_of(user) -> InitialPassword | None:
    """Return the record of a password that somebody else has set for `user`; None if they have chosen their own."""
    initial = InitialPassword.objects.filter(account=user.pk).first()
    return initial if initial and initial.fingerprint == _fingerprint(user) else None


def _fingerprint(user) -> str:
    return hashlib.sha256(user.password.encode()).hexdigest()


class Passwords(ModelBackend):
    """Django's model backend, but an expired initial password is refused. (Existing sessions continue.)"""

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        initial = user and initial_of(user)
        return None if initial and initial.expires_at <= timezone.now() else user
