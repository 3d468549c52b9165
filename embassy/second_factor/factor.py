"""What a second factor is: a phone that makes codes (TOTP, RFC 6238), and ten backup codes for when it is not there."""

from __future__ import annotations

import secrets
from base64 import b32encode
from datetime import datetime
from urllib.parse import quote, urlencode

import segno
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django_otp import verify_token
from django_otp.models import Device
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

BACKUP_CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another

# Whose


def phone_of(user) -> TOTPDevice | None:
    """Return the device that makes the codes of `user`; None for who has no second factor."""
    return TOTPDevice.objects.filter(user_id=user.pk, confirmed=True).order_by("pk").last()


def is_needed(user) -> bool:
    """Say whether `user` may not work without a second factor."""
    return settings.STAFF_REQUIRE_TOTP and user.is_staff


def remove(user) -> bool:
    """Take the second factor of `user` away, and say whether there was one.

    Every session that it has opened ends with it: none is worth anything without the device that it names.
    """
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        return bool(TOTPDevice.objects.filter(user=user).delete()[0])


# Setting one up


def new_key() -> str:
    """Return a fresh secret of 20 bytes, in hexadecimal digits."""
    return secrets.token_hex(20)


def in_words(key: str) -> str:
    """Return a secret as it is typed by hand: groups of four letters."""
    text = b32encode(bytes.fromhex(key)).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def picture(key: str, user) -> SafeString:
    """Return the QR code that a phone reads a secret from, as SVG: black on white also in the dark."""
    issuer = settings.EMBASSY_NAME.replace(":", " ")
    label = quote(f"{issuer}:{user.get_username()}")
    query = urlencode({"secret": in_words(key).replace(" ", ""), "issuer": issuer}, quote_via=quote)
    code = segno.make(f"otpauth://totp/{label}?{query}", error="m", micro=False)
    return mark_safe(  # noqa: S308 (segno writes paths of numbers, and escapes the title)
        code.svg_inline(
            omitsize=True, border=4, light="#fff", dark="#000", svgclass="qr", lineclass=None, title=_("QR code")
        ).replace("<svg ", '<svg role="img" ', 1)
    )


def set_up(user, key: str, code: str) -> TOTPDevice | None:
    """Make the phone with this secret the second factor of `user`, in place of any other; None if the code is wrong."""
    clock = TOTP(bytes.fromhex(key))
    if not is_code(code) or not clock.verify(int(code), tolerance=1):
        return None
    with transaction.atomic():
        remove(user)
        return TOTPDevice.objects.create(
            user=user, name="phone", key=key, confirmed=True, drift=clock.drift, last_t=clock.t()
        )


# Backup codes


def new_backup_codes(user) -> list[str]:
    """Return ten new codes, which replace the old ones. They are shown once: what is kept can't be read back."""
    codes = ["".join(secrets.choice(LETTERS) for _letter in range(10)) for _number in range(BACKUP_CODES)]
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        device = StaticDevice.objects.create(user=user, name="backup codes", confirmed=True)
        StaticToken.objects.bulk_create(StaticToken(device=device, token=kept(user, code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def backup_codes_left(user) -> int:
    return StaticToken.objects.filter(device__user=user).count()


def kept(user, code: str, secret: str | None = None) -> str:
    """Return what the database keeps of a backup code: 16 characters (80 bits) of a keyed hash, all that fits there."""
    digest = salted_hmac("embassy.second_factor", f"{user.pk}:{code}", secret=secret, algorithm="sha256").digest()
    return b32encode(digest[:10]).decode()


def kept_here(user, device, code: str) -> str:
    """Return what the database keeps of a backup code, under today's SECRET_KEY or one of SECRET_KEY_FALLBACKS."""
    secrets_of_before = [kept(user, code, secret) for secret in settings.SECRET_KEY_FALLBACKS]
    found = device.token_set.filter(token__in=secrets_of_before).values_list("token", flat=True).first()
    return found or kept(user, code)


# Checking a code


def plain(code: str) -> str:
    """Return a code as it is compared: without the spaces and dashes that people read it by."""
    return "".join(code.split()).replace("-", "").lower()


def is_code(code: str) -> bool:
    """Say whether a plain code has the shape of a phone's: six digits."""
    return len(code) == 6 and code.isascii() and code.isdigit()


def device_for(user, code: str) -> Device | None:
    """Return what a plain code is to be checked against: the phone, or the backup codes."""
    return phone_of(user) if is_code(code) else StaticDevice.objects.filter(user=user, confirmed=True).first()


LONGEST_WAIT = 5 * 60  # seconds: a stranger who has the password must not shut the owner out of their second factor
MOST_COUNTED = LONGEST_WAIT.bit_length()  # wrong codes, whose wait is then 256 seconds


def waits_until(device) -> datetime | None:
    """Return until when `device` takes no code at all, after wrong ones: 1 second, 2, 4 … 256; None where it does."""
    allowed, why = device.verify_is_allowed()
    return None if allowed else why["locked_until"]


def is_right(user, device, code: str) -> bool:
    """Return whether a plain code opens `device`, and use it up: no code works twice."""
    token = code if is_code(code) else kept_here(user, device, code)
    if verify_token(user, device.persistent_id, token):
        return True
    too_many = type(device).objects.filter(pk=device.pk, throttling_failure_count__gt=MOST_COUNTED)
    too_many.update(throttling_failure_count=MOST_COUNTED)
    return False
