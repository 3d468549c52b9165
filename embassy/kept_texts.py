"""The key with which a browser encrypts the unsaved texts of one member of staff (AES-GCM, static/desk-keeping.js).

It is derived from SECRET_KEY and the user's id, and given to that user alone, on the pages of the desk. So a text that
stays in a browser after a crash or an expired session opens again when the same user logs in, and for nobody else.
"""

from base64 import b64encode

from django.utils.crypto import salted_hmac

SALT = "embassy.kept_texts"


def keeping_key(user) -> str:
    """Return the key of a user: 32 bytes in Base64; "" for somebody who is not logged in."""
    if not user.is_authenticated:
        return ""
    return b64encode(salted_hmac(SALT, str(user.pk), algorithm="sha256").digest()).decode()
