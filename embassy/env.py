"""Read and validate environment variables; a malformed value raises ImproperlyConfigured with an example."""

import re
import unicodedata
import warnings
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import environ
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy

from core.time_shortcuts import parse_shortcuts

# A host name or an IPv4 address, no wildcard: the site has exactly one host.
HOST_PATTERN = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII | re.IGNORECASE)

EXAMPLE_DATABASE_URL = "postgres://user:password@host:5432/embassy"
COUNTRY = r"[A-Z]{2}(-[A-Z0-9]{1,3})?"  # ISO 3166-1 and 3166-2
BUCKET_PATTERN = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
REPEATABLE_READ = 2  # the value in psycopg and psycopg2

env = environ.Env()


@contextmanager
def _explain_errors(name, example):
    """Turn a parsing error into ImproperlyConfigured with an example for the variable `name`."""
    try:
        yield
    except Exception as error:
        raise ImproperlyConfigured(
            f"{name} is not valid ({error or type(error).__name__}). Example: {name}={example}"
        ) from error


def read_boolean(name, default):
    """Return a boolean: on, off, true, false, yes, no, 1, 0."""
    value = env.str(name, default="").strip().lower()
    if value == "":
        return default
    if value in {"on", "true", "yes", "1"}:
        return True
    if value in {"off", "false", "no", "0"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}. Use {name}=on or {name}=off")


def read_integer(name, default, *, least=0):
    """Return an integer of at least `least`."""
    with _explain_errors(name, str(default)):
        value = int(env.str(name, default=str(default)))
    if value < least:
        raise ImproperlyConfigured(f"{name} is {value}. Use a whole number, {least} or more")
    return value


def read_list(name):
    """Return a list of comma-separated texts."""
    return [value.strip() for value in env.str(name, default="").split(",") if value.strip()]


def read_mailbox(name, default, *, name_else):
    """Return a mailbox in the form of a From header: "Embassy, London" <press@example.org>.

    The display name may have quotes and commas; it defaults to `name_else`.
    """
    value = env.str(name, default="").strip() or default
    with _explain_errors(name, 'press@example.org or "Embassy, Press Office" <press@example.org>'):
        display_name, bracket, rest = value.rpartition("<")
        email = rest.removesuffix(">") if bracket else value
        if bracket and not rest.endswith(">"):
            raise ValueError("the > after the address is missing")
        validate_email(email)
        display_name = display_name.replace('\\"', '"').strip().strip('"')
        display_name = " ".join(display_name.split()) or " ".join(name_else.split())
        if any(unicodedata.category(character) == "Cc" for character in value):
            raise ValueError("it contains a line break or another control character")
    escaped = display_name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{email}>' if display_name else email


def read_choice(name, default, choices):
    """Return one of `choices`."""
    value = env.str(name, default="").strip().lower() or default
    if value not in choices:
        examples = " or ".join(f"{name}={choice}" for choice in choices)
        raise ImproperlyConfigured(f"{name} is {value!r}. Use {examples}")
    return value


def read_pattern(name, pattern, example, default=""):
    """Return a text that matches `pattern`, or `default`."""
    value = env.str(name, default="").strip() or default
    if value and not re.fullmatch(pattern, value):
        raise ImproperlyConfigured(f"{name} is {value!r}. Example: {name}={example}")
    return value


def read_image_file(name, suffixes, most_kib):
    """Return the path of an image file with one of the `suffixes`, "" for none."""
    value = env.str(name, default="").strip()
    if not value:
        return ""
    file, example = Path(value), f"/etc/embassy/emblem{suffixes[0]}"
    if not file.is_absolute() or file.suffix.lower() not in suffixes:
        problem = f"which is not the full path of a file that ends in {' or '.join(suffixes)}"
    elif not file.is_file():
        problem = "and there is no such file"
    elif file.stat().st_size > most_kib * 1024:
        problem = f"and the file has more than {most_kib} KB, which every page would load"
    else:
        return str(file)
    raise ImproperlyConfigured(f"{name} is {value!r}, {problem}. Example: {name}={example}")


def read_hsts(include_subdomains, preload):
    """Return the HSTS options (includeSubDomains, preload). Preloading requires the first (hstspreload.org)."""
    has_subdomains, has_preload = read_boolean(include_subdomains, False), read_boolean(preload, False)
    if has_preload and not has_subdomains:
        raise ImproperlyConfigured(
            f"{preload} is on and {include_subdomains} is off. Browsers preload only sites with their subdomains: set "
            f"{include_subdomains}=on too, or {preload}=off"
        )
    return has_subdomains, has_preload


def refuse_debug_on_https(debug, site_url):
    """Refuse DEBUG on an https site, where debug pages and the public development key would be a risk."""
    if debug and site_url.startswith("https:"):
        raise ImproperlyConfigured(
            f"DEBUG is on and SITE_URL is {site_url}: error pages would show code, and sessions would be signed with a "
            "public key. Set DEBUG=off, or use an http URL for development"
        )


def read_required(name, example, *, unless=None):
    """Return a text, or `unless` if it is missing; without either raise ImproperlyConfigured."""
    value = env.str(name, default="").strip()
    if value:
        return value
    if unless is not None:
        return unless
    raise ImproperlyConfigured(f"{name} is missing. Set it in the environment or in .env. Example: {name}={example}")


def read_origin(name, *, unless=None):
    """Return an origin (scheme and host, no path): https://press.example.org."""
    return _parse_origin(name, read_required(name, "https://press.example.org", unless=unless).rstrip("/"))


def read_origins(name):
    """Return a list of origins, separated by commas or spaces."""
    return [_parse_origin(name, value.rstrip("/")) for value in re.split(r"[\s,]+", env.str(name, default="")) if value]


def _parse_origin(name, value):
    with _explain_errors(name, "https://press.example.org"):
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query or parts.fragment:
            raise ValueError(f"{value!r} is not an origin")
        if not HOST_PATTERN.fullmatch(parts.hostname):
            raise ValueError(f"{parts.hostname!r} is not a host name")
        if parts.username or parts.password or parts.port == 0:
            raise ValueError(f"{value!r} is not an origin")
    return value


def read_time_zone(name, default):
    """Return the name of a time zone in the IANA database."""
    value = env.str(name, default=default).strip()
    if value not in available_timezones():
        raise ImproperlyConfigured(f"{name} is {value!r}, which is not a time zone. Example: {name}={default}")
    return value


def read_languages(name, default):
    """Return languages, [(code, name)], from their comma-separated codes; `default` is a list of the same form.

    The first one is the language of the site, English.
    """
    codes = [code.lower() for code in read_list(name)] or default.split(",")
    for code in codes:
        if "name" not in LANG_INFO.get(code, {}):
            alike = [each for each in LANG_INFO if each.startswith(code[:2]) and "name" in LANG_INFO[each]]
            raise ImproperlyConfigured(
                f"{name} has the code {code!r}, which Django does not know. Use {' or '.join(alike) or default}"
            )
    if codes[0] != "en":
        raise ImproperlyConfigured(
            f"{name} begins with {codes[0]!r}. The first language is en. Example: {name}={default}"
        )
    return [(code, gettext_lazy(LANG_INFO[code]["name"])) for code in dict.fromkeys(codes)]


def read_clocks(name, default):
    """Return the clocks of the header, [(city, ZoneInfo)], from City=Area/Zone,City=Area/Zone."""
    with _explain_errors(name, default):
        pairs = [item.split("=") for item in env.str(name, default=default).split(",") if item.strip()]
        clocks = [(city.strip(), ZoneInfo(zone.strip())) for city, zone in pairs]
        if not clocks or not all(city for city, zone in clocks):
            raise ValueError("a city has no name")
    return clocks


def read_time_shortcuts(name, clocks, host):
    """Return the shortcuts beside date and time fields, from Day HH:MM City,Day HH:MM City.

    Without a city, the time is the host's. The default has times there and in the first other city of the `clocks`.
    """
    zones = {city: zone.key for city, zone in clocks}
    away = next((f" {city}" for city, zone in zones.items() if zone != host), "")
    default = f"Today 18:00,Tomorrow 09:00{away},Monday 09:00{away}"
    with _explain_errors(name, default):
        return parse_shortcuts(env.str(name, default=default), zones, host)


def read_internal_path(name):
    """Return the internal path below which the proxy serves the media; "" for none."""
    value = env.str(name, default="").strip()
    if value and not (value.startswith("/") and value.endswith("/") and value.strip("/")):
        raise ImproperlyConfigured(f"{name} is {value!r}. It needs a slash at both ends. Example: {name}=/protected/")
    return value


def read_fernet_keys(name):
    """Return a list of comma-separated Fernet keys, the newest first."""
    keys = [key.strip() for key in env.str(name, default="").split(",") if key.strip()]
    for number, key in enumerate(keys, start=1):
        if not re.fullmatch(r"[A-Za-z0-9_-]{43}=", key):
            raise ImproperlyConfigured(
                f"Key {number} of {name} is not valid. A key has 44 characters. To create one: python -c "
                "'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
            )
    return keys


def read_url(name, default, *, read):
    """Return the settings that `read` (a method of environ.Env) parses from a URL."""
    with _explain_errors(name, default):
        return read(name, default=default)


def read_database(name, default):
    """Return the settings of a PostgreSQL or SQLite database from a URL."""
    with warnings.catch_warnings(action="ignore"):  # it would print the password
        config = read_url(name, default, read=env.db_url)
    with _explain_errors(name, EXAMPLE_DATABASE_URL):
        if config.get("ENGINE") not in {"django.db.backends.postgresql", "django.db.backends.sqlite3"}:
            raise ValueError("it begins with neither postgres:// nor sqlite:///")
        if not config["NAME"]:
            raise ValueError("it has no database name")
    return config


def read_replicas(name, databases):
    """Add the comma-separated replicas to `databases`, with the primary's other settings; return their aliases.

    Each page is read in one snapshot. Tests without a replica of their own read from the primary.
    """
    urls = [url.strip() for url in env.str(name, default="").split(",") if url.strip()]
    primary, added = databases["default"], []
    for url in urls:
        with warnings.catch_warnings(action="ignore"), _explain_errors(name, EXAMPLE_DATABASE_URL):  # as in `database`
            config = env.db_url_config(url)
            if not all(each["ENGINE"] == "django.db.backends.postgresql" for each in (primary, config)):
                raise ValueError("the URLs of the primary and the replica must begin with postgres://")
            if not config["NAME"]:
                raise ValueError("it has no database name")
        options = primary["OPTIONS"] | config.get("OPTIONS", {}) | {"isolation_level": REPEATABLE_READ}
        added.append(f"replica{len(added) + 1}")
        databases[added[-1]] = primary | config | {"OPTIONS": options, "TEST": {"MIRROR": "default"}}
    return added


def read_storage(bucket, endpoint, region):
    """Return the settings of the media storage: an S3 bucket if one is set, otherwise the file system."""
    bucket_name = env.str(bucket, default="").strip()
    if not bucket_name:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    if not BUCKET_PATTERN.fullmatch(bucket_name):
        raise ImproperlyConfigured(f"{bucket} is {bucket_name!r}, not a valid bucket name. Example: {bucket}=media")
    if not find_spec("storages") or not find_spec("boto3"):
        raise ImproperlyConfigured(f"{bucket} needs the packages of the extra s3: pip install 'django-storages[s3]'")
    return {
        "BACKEND": "richtext.s3.PrivateS3Storage",
        "OPTIONS": {
            "bucket_name": bucket_name,
            "endpoint_url": read_origin(endpoint) if env.str(endpoint, default="").strip() else None,
            "region_name": env.str(region, default="").strip() or None,
        },
    }
