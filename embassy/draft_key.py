"""Encryption key for a user's unsaved drafts in the browser's storage (AES-GCM, static/desk-keeping.js).

It is derived from SECRET_KEY and the user's ID and sent on admin pages to that user only. So a draft that was left
behind by a crash or an expired session can be restored by the same user only.
"""

from base64 import b64encode

from django.utils.crypto import salted_hmac

SALT = "embassy.draft_key"


def draft_key(user) -> str:
    """Return the key of a user: 32 bytes in Base64; "" without a signed-in user."""
    if not user.is_authenticated:
        return ""
    return b64encode(salted_hmac(SALT, str(user.pk), algorithm="sha256").digest()).decode()
