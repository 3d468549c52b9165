"""Encryption of personal data at rest (Fernet), and keyed hashes (HMAC) for finding encrypted rows.

The keys are ENQUIRY_KEYS, newest first: the first encrypts, each can decrypt. The last key is always derived from
SECRET_KEY, so that a site runs before its operator has made keys; `manage.py rotate_enquiry_keys` then encrypts the
old rows with the first key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.expressions import Col
from django.utils.functional import cached_property

from core.email_addresses import normalise_email
from core.text_fields import remove_invisible


class DecryptionError(ImproperlyConfigured):
    """Data was encrypted with a key that is not in ENQUIRY_KEYS, or was altered in the database."""


# Keys


def encryption_keys() -> tuple[bytes, ...]:
    """Return the keys, the one that encrypts first."""
    return _keys(tuple(settings.ENQUIRY_KEYS), settings.SECRET_KEY)


@lru_cache(maxsize=8)
def _keys(configured: tuple[str, ...], secret: str) -> tuple[bytes, ...]:
    last = base64.urlsafe_b64encode(_derive_key(secret.encode(), b"consular enquiries"))
    return (*(key.encode() for key in configured), last)


def _derive_key(key: bytes, purpose: bytes) -> bytes:
    """Return a key derived from another (HKDF); neither reveals the other."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key)


@lru_cache(maxsize=8)
def _fernet(given: tuple[bytes, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in given])


# Encryption


def encrypt(text: str) -> str:
    """Return a text encrypted with the first key."""
    return _fernet(encryption_keys()).encrypt(text.encode("utf-8", "surrogatepass")).decode("ascii")


def decrypt(ciphertext: str) -> str:
    """Return the decrypted text; raise WrongKey if none of the keys decrypts it."""
    try:
        return _decrypt(ciphertext, encryption_keys())
    except InvalidToken:
        raise DecryptionError(
            "An enquiry cannot be decrypted with any of ENQUIRY_KEYS. Add the key that encrypted it after the new "
            "one (ENQUIRY_KEYS=new,old). If no key is missing, it was altered in the database."
        ) from None


def is_encrypted_with_first_key(ciphertext: str) -> bool:
    """Return whether the first key alone decrypts a text: no older key is needed for it."""
    try:
        _decrypt(ciphertext, encryption_keys()[:1])
    except InvalidToken:
        return False
    return True


def _decrypt(ciphertext: str, with_keys: tuple[bytes, ...]) -> str:
    return _fernet(with_keys).decrypt(ciphertext.encode("ascii", "replace")).decode("utf-8", "surrogatepass")


# Fields

# Prefix of a ciphertext in `dumpdata`. No form accepts a NUL, so a stolen ciphertext cannot be submitted as a text.
DUMP_PREFIX = "\0sealed:"


class EncryptedTextField(models.TextField):
    """A text column that is encrypted in the database and in `dumpdata`. It cannot be searched or sorted by.

    `loaddata` reads what `dumpdata` wrote with the same keys, and encrypts it again.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def get_prep_value(self, value):
        return None if value is None else encrypt(str(value))

    def from_db_value(self, value, expression, connection):
        return None if value is None else decrypt(value)

    def value_to_string(self, obj):
        return DUMP_PREFIX + encrypt(str(self.value_from_object(obj)))

    def to_python(self, value):
        text = super().to_python(value)
        return decrypt(text.removeprefix(DUMP_PREFIX)) if text is not None and text.startswith(DUMP_PREFIX) else text

    def get_lookup(self, lookup_name):
        raise FieldError(f"{self.name} is encrypted and cannot be searched. Find the row by its reference or a hash.")

    def get_transform(self, lookup_name):
        return None

    def get_col(self, alias, output_field=None):
        return EncryptedColumn(alias, self, output_field)

    @cached_property
    def cached_col(self):
        return EncryptedColumn(self.model._meta.db_table, self)


class EncryptedColumn(Col):
    """An encrypted column in a query: it can be selected, but not sorted by."""

    def resolve_expression(self, *args, **kwargs):
        raise FieldError(f"{self.target.name} is encrypted: rows cannot be sorted by it.")


def encrypted_fields(model) -> list[str]:
    """Return the names of a model's encrypted fields."""
    return [field.name for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)]


# Hashes


def keyed_hash(purpose: str, text: str, key: bytes | None = None) -> str:
    """Return the HMAC-SHA-256 of a text, which cannot be guessed without the key. `purpose` separates kinds of text."""
    secret = _hash_key(key or encryption_keys()[0])
    return hmac.new(secret, f"{purpose}\0{text}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


@lru_cache(maxsize=16)
def _hash_key(key: bytes) -> bytes:
    return _derive_key(key, b"hashes")


def keyed_hashes(purpose: str, text: str) -> list[str]:
    """Return the hashes under which a text may have been stored: one for each key."""
    return [keyed_hash(purpose, text, key) for key in encryption_keys()]


def hash_token(token: str) -> str:
    """Return the SHA-256 of a random token. It needs no key, so it survives a key rotation."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def normalise_email_for_hash(email: str) -> str:
    """Return an e-mail address in the form in which two spellings of one mailbox are equal."""
    return normalise_email(email)


def normalise_text(text: str) -> str:
    """Return a text for comparison: without case, width, invisible characters and line breaks."""
    return " ".join(_fold(remove_invisible(text)).split())


def _fold(text: str) -> str:
    """Return a text without case or width; folding is idempotent (Unicode 3.13, D146 and D147)."""
    once = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", once).casefold())
