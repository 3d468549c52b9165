"""What the environment says, checked: a malformed value stops the start with a sentence that says what to write."""

import re
import unicodedata
import warnings
from contextlib import contextmanager
from importlib.util import find_spec
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.validators import validate_email

# A name or an IPv4 address. No wildcard: what the settings call the site is the one host it answers to.
COUNTRY = r"[A-Z]{2}(-[A-Z0-9]{1,3})?"  # ISO 3166-1 and 3166-2
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII | re.IGNORECASE)

POSTGRES = "postgres://user:password@host:5432/embassy"
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
ITS_REPEATABLE_READ = 2  # as both drivers number it

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


def listed(name):
    """Return the texts of `name`, parted by commas; none where none is given."""
    return [value.strip() for value in env.str(name, default="").split(",") if value.strip()]


def mailbox(name, default, *, name_else):
    """Return the mailbox of `name` as a From header wants it: "Embassy, London" <press@example.org>.

    A display name may be written with or without quotes, commas included; without one, `name_else` is it.
    """
    value = env.str(name, default="").strip() or default
    with _saying(name, 'press@example.org or "Embassy, Press Office" <press@example.org>'):
        shown, bracket, rest = value.rpartition("<")
        email = rest.removesuffix(">") if bracket else value
        if bracket and not rest.endswith(">"):
            raise ValueError("the > after the address is missing")
        validate_email(email)
        shown = " ".join(shown.replace('\\"', '"').strip().strip('"').split()) or " ".join(name_else.split())
        if any(unicodedata.category(letter) == "Cc" for letter in value):
            raise ValueError("it has a line break or another control character")
    escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{email}>' if shown else email


def choice(name, default, among):
    """Return the word of `name`, one of those in `among`."""
    value = env.str(name, default="").strip().lower() or default
    if value not in among:
        raise ImproperlyConfigured(f"{name} is {value!r}. Write " + " or ".join(f"{name}={word}" for word in among))
    return value


def written(name, form, example, default=""):
    """Return the text of `name`, which is written in the given form; `default` where there is none."""
    value = env.str(name, default="").strip() or default
    if value and not re.fullmatch(form, value):
        raise ImproperlyConfigured(f"{name} is {value!r}. Write it like {name}={example}")
    return value


def hsts(include_subdomains, preload):
    """Return whether HSTS covers the subdomains, and whether the site may be in the browsers' preload list.

    The list takes no site without its subdomains (hstspreload.org).
    """
    covers, is_listed = boolean(include_subdomains, False), boolean(preload, False)
    if is_listed and not covers:
        raise ImproperlyConfigured(
            f"{preload} is on and {include_subdomains} is off. Browsers list no site without its subdomains: write "
            f"{include_subdomains}=on too, or {preload}=off"
        )
    return covers, is_listed


def refuse_debugging(debug, site_url):
    """Stop the start where debug pages, and the secret key that everybody knows, would be on the internet."""
    if debug and site_url.startswith("https:"):
        raise ImproperlyConfigured(
            f"DEBUG is on and SITE_URL is {site_url}: errors would show the code, and logins the key that is public. "
            "Write DEBUG=off, or an http address for development"
        )


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
    return _origin(name, required(name, "https://press.example.org", unless=unless).rstrip("/"))


def origins(name):
    """Return the origins of `name`, parted by commas or spaces; none where none is given."""
    return [_origin(name, value.rstrip("/")) for value in re.split(r"[\s,]+", env.str(name, default="")) if value]


def _origin(name, value):
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
    with _saying(name, POSTGRES):
        if found.get("ENGINE") not in {"django.db.backends.postgresql", "django.db.backends.sqlite3"}:
            raise ValueError("it begins with neither postgres:// nor sqlite:///")
        if not found["NAME"]:
            raise ValueError("it names no database")
    return found


def replicas(name, databases):
    """Add the replicas of `name`, parted by commas, to `databases`, each as the primary but for its place; return them.

    A page is read from one in one snapshot. Tests that don't bring a replica of their own read from the primary.
    """
    urls = [url.strip() for url in env.str(name, default="").split(",") if url.strip()]
    primary, added = databases["default"], []
    for url in urls:
        with warnings.catch_warnings(action="ignore"), _saying(name, POSTGRES):  # as in `database`
            found = env.db_url_config(url)
            if not all(each["ENGINE"] == "django.db.backends.postgresql" for each in (primary, found)):
                raise ValueError("a replica and what it is a copy of begin with postgres://")
            if not found["NAME"]:
                raise ValueError("it names no database")
        options = primary["OPTIONS"] | found.get("OPTIONS", {}) | {"isolation_level": ITS_REPEATABLE_READ}
        added.append(f"replica{len(added) + 1}")
        databases[added[-1]] = primary | found | {"OPTIONS": options, "TEST": {"MIRROR": "default"}}
    return added


def storage(bucket, endpoint, region):
    """Return where media are kept: in the S3 bucket that the environment names, else in files."""
    named = env.str(bucket, default="").strip()
    if not named:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    if not BUCKET.fullmatch(named):
        raise ImproperlyConfigured(f"{bucket} is {named!r}, which is no bucket's name. Write it like {bucket}=media")
    if not find_spec("storages") or not find_spec("boto3"):
        raise ImproperlyConfigured(f"{bucket} needs the packages of the extra s3: pip install 'django-storages[s3]'")
    place = env.str(endpoint, default="").strip()
    return {
        "BACKEND": "richtext.buckets.Bucket",
        "OPTIONS": {
            "bucket_name": named,
            "endpoint_url": origin(endpoint) if place else None,
            "region_name": env.str(region, default="").strip() or None,
        },
    }
