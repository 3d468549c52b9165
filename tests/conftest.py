"""Fixtures of all tests: settings of their own, a migrated database, and nothing remembered of the test before."""

import gc
import os

import pytest
from django.conf import settings

from tests import environment, properties

# A worker of pytest-xdist inherits the environment that its controller has prepared.
if settings.configured and "PYTEST_XDIST_WORKER" not in os.environ:
    pytest.exit("The tests bring their own settings. Unset DJANGO_SETTINGS_MODULE and start them again.", 4)

environment.prepare()
properties.load_profiles()


def pytest_configure(config):
    """Read the settings (pytest-django sets Django up with them after this), and make them fit for tests."""
    config.addinivalue_line("markers", "browser: needs a real Chromium.")
    config.addinivalue_line("markers", "may_complain: the browser's console may show errors in this test.")
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file, as in production: threads and processes can share it, and its locks are the real ones.
        database.setdefault("TEST", {})["NAME"] = str(environment.directory() / "test.sqlite3")
        # But not after a power cut: no test needs it, and each would wait for a slow disk.
        command = database["OPTIONS"]["init_command"]
        database["OPTIONS"]["init_command"] = command.replace("synchronous=FULL", "synchronous=OFF")
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # no manifest to make first
    }
    settings.STATIC_ROOT = environment.directory() / "static"
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    settings.UNCOUNTED_PROXY = environment.directory() / f"behind-a-proxy-{worker}"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_finish():
    """Exclude the collected tests from garbage collection: it would traverse thousands of objects each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker):
    """Give this worker a database of its own, in place of pytest-django's fixture (tests/databases.py says why)."""
    from tests import databases

    with django_db_blocker.unblock(), databases.migrated_copy(os.environ.get("PYTEST_XDIST_WORKER", "main")):
        yield


@pytest.fixture(autouse=True)
def nothing_remembered():
    """Forget the edition and the printings of the test before: its database is gone, this process would not know."""
    from django.core.cache import cache

    from editions import edition
    from editions.middleware import edition_cache

    settings.UNCOUNTED_PROXY.unlink(missing_ok=True)
    edition.reset_for_tests()
    edition_cache.store.clear()
    cache.clear()


@pytest.fixture(scope="module")
def module_db(django_db_setup, django_db_blocker):
    """Let fixtures of a module write rows that all its tests see: rolled back after the module.

    Each test has a savepoint of its own inside. Not for modules with tests that commit (`transaction=True`).
    """
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def long_search_deadline(monkeypatch):
    """Let a search take five minutes: for tests of hundreds of searches, one of which may wait for a busy machine."""
    from search import engines

    monkeypatch.setattr(engines, "TIMEOUT_SECONDS", 300.0)


@pytest.fixture
def restore_database(transactional_db):
    """Return a function that puts the database back as the migrations left it: between histories of one test."""
    from tests import databases

    return databases.restore


@pytest.fixture
def clock():
    """The time, held at NOON; `clock.move_to(…)` moves it."""
    import time_machine

    from tests.factories import NOON

    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
