"""The environment that the tests run in, set before Django reads its settings: no shell and no .env leaks into them."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# Every name that the settings read from the environment, independent of a developer's own .env.
VALUES = {
    "DJANGO_SETTINGS_MODULE": "embassy.settings",
    "DEBUG": "off",
    "SECRET_KEY": "for-the-tests-only",
    "SECRET_KEY_FALLBACKS": "",
    "SITE_URL": "http://testserver",
    "EMBASSY_NAME": "Embassy of the Republic in London",
    "EMBASSY_SHORT_NAME": "",
    "EMBASSY_EMBLEM": "",
    "TIME_ZONE": "Europe/London",
    "HOST_COUNTRY": "GB-ENG",
    "HOME_COUNTRY": "RU",
    "CLOCKS": "Moscow=Europe/Moscow,London=Europe/London",
    "MESSAGE_LANGUAGES": "",
    "TIME_SHORTCUTS": "Today 18:00,Tomorrow 09:00 Moscow,Monday 09:00 Moscow",
    "REPLICA_DATABASE_URLS": "",
    "S3_BUCKET": "",
    "S3_ENDPOINT": "",
    "S3_REGION": "",
    "CACHE_URL": "locmemcache://",
    "EMAIL_URL": "memorymail://",
    "DEFAULT_FROM_EMAIL": "press@example.org",
    "SECURITY_CONTACT": "http://testserver/contact/",
    "FEED_AUTHORITY": "testserver,2020",
    "WEBSUB_HUB": "",
    "RELEASE": "tests",
    "RESPONSE_CACHE_MB": "64",
    "MEDIA_X_ACCEL_PREFIX": "",
    "TRUSTED_PROXY_COUNT": "0",
    "STAFF_REQUIRE_TOTP": "off",
    "ENQUIRY_KEYS": "",
    "ENQUIRY_MIN_SECONDS": "3",
    "CONTACT_OFFLINE": "on",
    "RECEIPTS_PER_HOUR": "200",
    "ENQUIRIES_PER_HOUR": "20",
    "ORIGINAL_MAX_MB": "40",
    "ORIGINAL_MAX_MEGAPIXELS": "100",
    "BACKUP_RECIPIENT": "",
    "BACKUP_IDENTITY_FILE": "",
    "HSTS_INCLUDE_SUBDOMAINS": "",
    "HSTS_PRELOAD": "",
    "LOG_FORMAT": "plain",
    "METRICS_PORT": "0",
    "METRICS_ADDRESS": "127.0.0.1",
    "PROMETHEUS_MULTIPROC_DIR": "",
    "NODES": "",
}


def directory():
    """Return the directory for all files of the tests; the process that created it deletes it."""
    made = os.environ.get("EMBASSY_TESTS_DIRECTORY")
    if not made:
        made = os.environ["EMBASSY_TESTS_DIRECTORY"] = tempfile.mkdtemp(prefix="embassy-tests-")
        atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


def prepare():
    """Set the environment. DATABASE_URL alone may be given from outside: PostgreSQL, for the second run."""
    os.environ.update(VALUES)
    os.environ["MEDIA_ROOT"] = str(directory() / "media")
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = f"sqlite:///{directory() / 'embassy.sqlite3'}"


def everything_is_required():
    """Say whether a missing browser or PostgreSQL is a failure: in CI it is, on a developer's machine a loud skip."""
    return any(os.environ.get(name, "").lower() in {"1", "true", "yes", "on"} for name in ("CI", "REQUIRE_ALL"))
