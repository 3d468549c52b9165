"""Personal data at rest: fields that the database keeps sealed, and keyed hashes by which they are found again.

The keys are ENQUIRY_KEYS, the newest first: what is written is sealed with the first, what is read may be sealed with
any. A last one is made of SECRET_KEY, so that a site runs before its operator has made keys, and what was sealed until
then can still be read and sealed anew (`manage.py rotate_enquiry_keys`).
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

from letters.email_addresses import normalise_email
from richtext.plaintext import remove_invisible


class WrongKey(ImproperlyConfigured):
    """What is kept was sealed with a key that is not among ENQUIRY_KEYS, or was altered."""


# The keys


def keys() -> tuple[bytes, ...]:
    """Return the keys, the one to write with first."""
    return _keys(tuple(settings.ENQUIRY_KEYS), settings.SECRET_KEY)


@lru_cache(maxsize=8)
def _keys(given: tuple[str, ...], secret: str) -> tuple[bytes, ...]:
    last = base64.urlsafe_b64encode(_derived(secret.encode(), b"consular enquiries"))
    return (*(key.encode() for key in given), last)


def _derived(key: bytes, what_for: bytes) -> bytes:
    """Return a key made of another: neither tells anything of the other."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=what_for).derive(key)


@lru_cache(maxsize=8)
def _fernet(given: tuple[bytes, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in given])


# Sealing


def seal(text: str) -> str:
    """Return a text sealed with the newest key."""
    return _fernet(keys()).encrypt(text.encode("utf-8", "surrogatepass")).decode("ascii")


def unseal(sealed: str) -> str:
    """Return the text that was sealed; WrongKey where none of the keys opens it."""
    try:
        return _opened(sealed, keys())
    except InvalidToken:
        raise WrongKey(
            "What is kept of an enquiry can't be opened with any of ENQUIRY_KEYS: put the key back with which it was "
            "sealed, after the new one (ENQUIRY_KEYS=new,old). If no key is missing, it was altered in the database."
        ) from None


def is_sealed_anew(sealed: str) -> bool:
    """Say whether the newest key alone opens it: then no older one is needed."""
    try:
        _opened(sealed, keys()[:1])
    except InvalidToken:
        return False
    return True


def _opened(sealed: str, with_keys: tuple[bytes, ...]) -> str:
    return _fernet(with_keys).decrypt(sealed.encode("ascii", "replace")).decode("utf-8", "surrogatepass")


# Fields

# Before a sealed text in a dump. No form lets a NUL through, so nobody can pass off a stolen text as their own words.
IN_A_DUMP = "\0sealed:"


class SealedField(models.TextField):
    """A text that the database keeps sealed, and `dumpdata` too. It can be read, and never searched for or sorted by.

    `loaddata` takes what `dumpdata` wrote, where the keys are the same, and seals it anew.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def get_prep_value(self, value):
        return None if value is None else seal(str(value))

    def from_db_value(self, value, expression, connection):
        return None if value is None else unseal(value)

    def value_to_string(self, obj):
        return IN_A_DUMP + seal(str(self.value_from_object(obj)))

    def to_python(self, value):
        text = super().to_python(value)
        return unseal(text.removeprefix(IN_A_DUMP)) if text is not None and text.startswith(IN_A_DUMP) else text

    def get_lookup(self, lookup_name):
        raise FieldError(f"{self.name} is sealed: it can't be searched for. Find the row by its reference or a hash.")

    def get_transform(self, lookup_name):
        return None

    def get_col(self, alias, output_field=None):
        return SealedColumn(alias, self, output_field)

    @cached_property
    def cached_col(self):
        return SealedColumn(self.model._meta.db_table, self)


class SealedColumn(Col):
    """A sealed column of a query: it is chosen, and put into no order. (What is sealed would sort by chance.)"""

    def resolve_expression(self, *args, **kwargs):
        raise FieldError(f"{self.target.name} is sealed: rows can't be sorted by it.")


def sealed_fields(model) -> list[str]:
    """Return the names of a model's sealed fields."""
    return [field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)]


# Hashes


def keyed_hash(what: str, text: str, key: bytes | None = None) -> str:
    """Return a hash of a text that nobody without the key can guess their way back from. `what` keeps kinds apart."""
    secret = _hash_key(key or keys()[0])
    return hmac.new(secret, f"{what}\0{text}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


@lru_cache(maxsize=16)
def _hash_key(key: bytes) -> bytes:
    return _derived(key, b"hashes")


def keyed_hashes(what: str, text: str) -> list[str]:
    """Return the hashes that a text may have been kept under: one for each key."""
    return [keyed_hash(what, text, key) for key in keys()]


def random_hash(token: str) -> str:
    """Return the hash of a text that is random itself, and so needs no key: it outlives all of them."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def plain_email(email: str) -> str:
    """Return an e-mail address as it is compared: two spellings of one mailbox are equal, two mailboxes never."""
    return normalise_email(email)


def plain_text(text: str) -> str:
    """Return a text as it is compared with another: its words alone, without invisible characters."""
    return " ".join(_folded(remove_invisible(text)).split())


def _folded(text: str) -> str:
    """Return a text without case or width, the same however often it is folded (Unicode 3.13, D146 and D147)."""
    once = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", once).casefold())
