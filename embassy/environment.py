"""What the environment says, checked: a malformed value stops the start with a sentence that says what to write."""

import re
import warnings
from contextlib import contextmanager
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured

# A name or an IPv4 address. No wildcard: what the settings call the site is the one host it answers to.
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII | re.IGNORECASE)

env = environ.Env()


@contextmanager
def _saying(name, example):
    """Turn any parsing error inside into a sentence about the variable `name`."""
    try:
        yield
    except Exception as error:
        raise ImproperlyConfigured(
            f"{name} can't be read ({error or type(error).__name__}). Write it like {name}={example}"
        ) from error


def boolean(name, default):
    """Return the yes or no of `name`: on, off, true, false, yes, no, 1, 0."""
    value = env.str(name, default="").strip().lower()
    if value == "":
        return default
    if value in {"on", "true", "yes", "1"}:
        return True
    if value in {"off", "false", "no", "0"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}. Write {name}=on or {name}=off")


def number(name, default, *, least=0):
    """Return the whole number of `name`, `least` or more."""
    with _saying(name, str(default)):
        value = int(env.str(name, default=str(default)))
    if value < least:
        raise ImproperlyConfigured(f"{name} is {value}. Write a whole number, {least} or more")
    return value


def required(name, example, *, unless=None):
    """Return the text of `name`; when it is missing, `unless` serves, else the start stops."""
    value = env.str(name, default="").strip()
    if value:
        return value
    if unless is not None:
        return unless
    raise ImproperlyConfigured(f"{name} is missing. Write it into the environment or into .env, like {name}={example}")


def origin(name, *, unless=None):
    """Return the site's origin, scheme and host without a path: https://press.example.org."""
    value = required(name, "https://press.example.org", unless=unless).rstrip("/")
    with _saying(name, "https://press.example.org"):
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query or parts.fragment:
            raise ValueError(f"{value!r} is no origin")
        if not HOST.fullmatch(parts.hostname):
            raise ValueError(f"{parts.hostname!r} is no host's name")
        if parts.username or parts.password or parts.port == 0:
            raise ValueError(f"{value!r} is no origin")
    return value


def zone(name, default):
    """Return a time zone's name, as the IANA database knows it."""
    value = env.str(name, default=default).strip()
    if value not in available_timezones():
        raise ImproperlyConfigured(f"{name} is {value!r}, which is no time zone. Write it like {name}={default}")
    return value


def clocks(name, default):
    """Return the header's clocks, [(city, ZoneInfo)], from City=Area/Zone,City=Area/Zone."""
    with _saying(name, default):
        pairs = [item.split("=") for item in env.str(name, default=default).split(",") if item.strip()]
        found = [(city.strip(), ZoneInfo(zone.strip())) for city, zone in pairs]
        if not found or not all(city for city, zone in found):
            raise ValueError("a city has no name")
    return found


def accel(name):
    """Return the path, inside a proxy in front, below which it finds our media; empty where none does."""
    value = env.str(name, default="").strip()
    if value and not (value.startswith("/") and value.endswith("/") and value.strip("/")):
        raise ImproperlyConfigured(f"{name} is {value!r}. Write a slash at both ends, like {name}=/protected/")
    return value


def fernet_keys(name):
    """Return the keys of `name`, the newest first, parted by commas; none where none is given."""
    keys = [key.strip() for key in env.str(name, default="").split(",") if key.strip()]
    for number, key in enumerate(keys, start=1):
        if not re.fullmatch(r"[A-Za-z0-9_-]{43}=", key):
            raise ImproperlyConfigured(
                f"Key {number} of {name} is none: a key is 44 characters long, as this makes one: python -c "
                "'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
            )
    return keys


def address(name, default, *, read):
    """Return the dictionary that `read` (an environ.Env method) makes of the URL in `name`."""
    with _saying(name, default):
        return read(name, default=default)


def database(name, default):
    """Return the database's settings from the URL in `name`: PostgreSQL or SQLite, and which."""
    with warnings.catch_warnings(action="ignore"):  # of an engine that it doesn't know, whole URL and password in it
        found = address(name, default, read=env.db_url)
    with _saying(name, "postgres://user:password@host:5432/embassy"):
        if found.get("ENGINE") not in {"django.db.backends.postgresql", "django.db.backends.sqlite3"}:
            raise ValueError("it begins with neither postgres:// nor sqlite:///")
        if not found["NAME"]:
            raise ValueError("it names no database")
    return found
