"""TOTP devices (RFC 6238) and backup codes: set up, remove, check."""

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
CODE_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without look-alikes

# Devices of a user


def get_totp_device(user) -> TOTPDevice | None:
    """Return the TOTP device of `user`; None without two-step verification."""
    return TOTPDevice.objects.filter(user_id=user.pk, confirmed=True).order_by("pk").last()


def is_two_factor_required(user) -> bool:
    """Return whether two-step verification is required of `user`."""
    return settings.STAFF_REQUIRE_TOTP and user.is_staff


def remove_two_factor(user) -> bool:
    """Remove the two-step verification of `user`, and return whether there was one.

    Sessions that were opened with it end, since the middleware compares their device.
    """
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        return bool(TOTPDevice.objects.filter(user=user).delete()[0])


# Setting up


def create_key() -> str:
    """Return a new secret: 20 bytes in hexadecimal."""
    return secrets.token_hex(20)


def format_key(key: str) -> str:
    """Return a secret in Base32, in groups of four letters for typing."""
    text = b32encode(bytes.fromhex(key)).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def qr_code_svg(key: str, user) -> SafeString:
    """Return the QR code of a secret as SVG (Key URI Format), black on white in dark mode too."""
    issuer = settings.EMBASSY_NAME.replace(":", " ")
    label = quote(f"{issuer}:{user.get_username()}")
    query = urlencode({"secret": format_key(key).replace(" ", ""), "issuer": issuer}, quote_via=quote)
    qr_code = segno.make(f"otpauth://totp/{label}?{query}", error="m", micro=False)
    return mark_safe(  # noqa: S308 (segno writes numbers only, and escapes the title)
        qr_code.svg_inline(
            omitsize=True, border=4, light="#fff", dark="#000", svgclass="qr", lineclass=None, title=_("QR code")
        ).replace("<svg ", '<svg role="img" ', 1)
    )


def set_up_device(user, key: str, code: str) -> TOTPDevice | None:
    """Replace the TOTP device of `user` by one with this secret, and return it; None if the code is wrong."""
    totp = TOTP(bytes.fromhex(key))
    if not is_totp_code(code) or not totp.verify(int(code), tolerance=1):
        return None
    with transaction.atomic():
        remove_two_factor(user)
        return TOTPDevice.objects.create(
            user=user, name="phone", key=key, confirmed=True, drift=totp.drift, last_t=totp.t()
        )


# Backup codes


def create_backup_codes(user) -> list[str]:
    """Return ten new codes, which replace the old ones. Only their hashes are stored."""
    codes = ["".join(secrets.choice(CODE_ALPHABET) for _character in range(10)) for _number in range(BACKUP_CODES)]
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        device = StaticDevice.objects.create(user=user, name="backup codes", confirmed=True)
        StaticToken.objects.bulk_create(
            StaticToken(device=device, token=hash_backup_code(user, code)) for code in codes
        )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def count_backup_codes(user) -> int:
    return StaticToken.objects.filter(device__user=user).count()


def hash_backup_code(user, code: str, secret: str | None = None) -> str:
    """Return the keyed hash that is stored of a backup code: 16 characters (80 bits), the column's width."""
    digest = salted_hmac("accounts.two_factor", f"{user.pk}:{code}", secret=secret, algorithm="sha256").digest()
    return b32encode(digest[:10]).decode()


def stored_backup_code(user, device, code: str) -> str:
    """Return the stored hash of a backup code, made with SECRET_KEY or one of SECRET_KEY_FALLBACKS."""
    old_hashes = [hash_backup_code(user, code, secret) for secret in settings.SECRET_KEY_FALLBACKS]
    stored = device.token_set.filter(token__in=old_hashes).values_list("token", flat=True).first()
    return stored or hash_backup_code(user, code)


# Checking a code


def normalise_code(code: str) -> str:
    """Return a normalised code: lower case, without spaces and dashes."""
    return "".join(code.split()).replace("-", "").lower()


def is_totp_code(code: str) -> bool:
    """Return whether a normalised code is a TOTP code: six digits."""
    return len(code) == 6 and code.isascii() and code.isdigit()


def device_for(user, code: str) -> Device | None:
    """Return the device for a normalised code: the TOTP device, or that of the backup codes."""
    return (
        get_totp_device(user) if is_totp_code(code) else StaticDevice.objects.filter(user=user, confirmed=True).first()
    )


MAX_LOCKOUT_SECONDS = 5 * 60  # seconds: a stranger who knows the password must not lock the owner out for longer
MAX_FAILURE_COUNT = MAX_LOCKOUT_SECONDS.bit_length()  # wrong codes; the lock-out then lasts 256 seconds


def device_locked_until(device) -> datetime | None:
    """Return until when `device` is locked after wrong codes (1 second, 2, 4 … 256); None if it is not."""
    is_allowed, details = device.verify_is_allowed()
    return None if is_allowed else details["locked_until"]


def verify_code(user, device, code: str) -> bool:
    """Return whether a normalised code is correct, and use it up: no code works twice."""
    token = code if is_totp_code(code) else stored_backup_code(user, device, code)
    if verify_token(user, device.persistent_id, token):
        return True
    above_limit = type(device).objects.filter(pk=device.pk, throttling_failure_count__gt=MAX_FAILURE_COUNT)
    above_limit.update(throttling_failure_count=MAX_FAILURE_COUNT)
    return False
