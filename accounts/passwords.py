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
from outbox.models import OutboxEmail

# Context-specific words (ASVS 5.0, 6.2.11)

MIN_WORD_LENGTH = 4  # letters
MIN_REMAINING_LENGTH = 8  # characters that a password must have in addition to such words
COMMON_WORDS = (
    "embassy",
    "consulate",
    "press",
    "desk",
    "office",
    "ambassador",
    "password",
    "welcome",
    "admin",
    "minister",
)
LOOKALIKES = str.maketrans("013457@$!|", "oleastasil")


def context_words() -> list[str]:
    """Return the words that attackers guess first: of the embassy's name, host name and cities; the longest first."""
    text = f"{settings.EMBASSY_NAME} {urlsplit(settings.SITE_URL).hostname}".casefold()
    cities = [city.casefold() for city, _zone in settings.CLOCKS]
    words = {word for word in re.split(r"[\W_]+", " ".join([text, *cities])) if len(word) >= MIN_WORD_LENGTH}
    return sorted(words | set(COMMON_WORDS), key=len, reverse=True)


class ContextWordValidator:
    """Require 8 characters in addition to the words that attackers guess first at this site."""

    def validate(self, password, user=None):
        rest = password.casefold()[:4096]
        plain = rest.translate(LOOKALIKES)  # one character for one, so that both texts have the same positions
        for word in context_words():
            start = plain.find(word)
            while start >= 0:
                rest = rest[:start] + rest[start + len(word) :]
                plain = plain[:start] + plain[start + len(word) :]
                start = plain.find(word)
        if rest != password.casefold()[:4096] and len(rest) < MIN_REMAINING_LENGTH:
            raise ValidationError(self.get_help_text(), code="password_house_word")

    def get_help_text(self):
        return _(
            "Your password must have at least 8 characters in addition to words from the name of this embassy or site."
        )


# Links to choose a password


class PasswordLinkTokenGenerator(PasswordResetTokenGenerator):
    """Tokens for one kind of e-mail. A newer e-mail of the same kind invalidates the links of earlier ones."""

    def __init__(self, kind: str, max_age: timedelta):
        super().__init__()
        self.kind, self.max_age = kind, max_age
        self.key_salt = f"accounts.passwords.{kind}"

    def _make_hash_value(self, user, timestamp):
        newest = (
            OutboxEmail.objects.filter(kind=self.kind, recipient_id=user.pk)
            .order_by("-pk")
            .values_list("pk", flat=True)
        )
        return f"{super()._make_hash_value(user, timestamp)}{newest.first()}"

    def check_token(self, user, token):
        """Return whether a token is of this kind, of the newest e-mail, unused, and not too old."""
        if not super().check_token(user, token):
            return False
        created = base36_to_int(token.partition("-")[0])
        return self._num_seconds(self._now()) - created <= self.max_age.total_seconds()


invitation_tokens = PasswordLinkTokenGenerator("invitation", timedelta(days=3))
reset_tokens = PasswordLinkTokenGenerator("lost password", timedelta(hours=1))


class AnyPasswordToken:
    """Check tokens of both kinds: invitations and password resets have one URL."""

    def check_token(self, user, token):
        return invitation_tokens.check_token(user, token) or reset_tokens.check_token(user, token)


# Initial passwords (ASVS 5.0, 6.4.1)

INITIAL_PASSWORD_MAX_AGE = timedelta(days=3)


def mark_password_as_initial(user, at: datetime) -> None:
    """Record that another user has set the password of `user`: it works for 3 days, until they choose their own."""
    InitialPassword.objects.update_or_create(
        account=user.pk,
        defaults={"fingerprint": _password_fingerprint(user), "expires_at": at + INITIAL_PASSWORD_MAX_AGE},
    )


def get_initial_password(user) -> InitialPassword | None:
    """Return the record of a password that another user has set for `user`; None if they have chosen their own."""
    initial = InitialPassword.objects.filter(account=user.pk).first()
    return initial if initial and initial.fingerprint == _password_fingerprint(user) else None


def _password_fingerprint(user) -> str:
    return hashlib.sha256(user.password.encode()).hexdigest()


class PasswordBackend(ModelBackend):
    """Django's model backend, but an expired initial password is refused. (Existing sessions continue.)"""

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        initial = user and get_initial_password(user)
        return None if initial and initial.expires_at <= timezone.now() else user
