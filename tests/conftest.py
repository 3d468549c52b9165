"""What every test stands on: settings of its own, and no memory of the test before it."""

import os

import pytest
from django.conf import settings

from tests import environment

# A worker of pytest-xdist inherits the environment that its controller has prepared.
if settings.configured and "PYTEST_XDIST_WORKER" not in os.environ:
    pytest.exit("The tests bring their own settings. Unset DJANGO_SETTINGS_MODULE and start them again.", 4)

environment.prepare()


def pytest_configure(config):
    """Read the settings (pytest-django sets Django up with them after this), and make them fit for tests."""
    config.addinivalue_line("markers", "browser: needs a real Chromium.")
    config.addinivalue_line("markers", "may_complain: the browser's console may show errors in this test.")
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file, as in production: threads and processes can share it, and its locks are the real ones.
        database.setdefault("TEST", {})["NAME"] = str(environment.directory() / "test.sqlite3")
        # But not for what a power cut would take: no test asks for it, and a slow disk would be waited for.
        command = database["OPTIONS"]["init_command"]
        database["OPTIONS"]["init_command"] = command.replace("synchronous=FULL", "synchronous=OFF")
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # no manifest to make first
    }
    settings.STATIC_ROOT = environment.directory() / "static"
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    settings.UNCOUNTED_PROXY = environment.directory() / "behind-a-proxy"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(config, items):
    """On PostgreSQL keep the tests that use the database: the others are the same as on SQLite, and run there."""
    if not settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        return
    others = [item for item in items if not uses_database(item)]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if uses_database(item)]


# Tests that read and write rows in the plainest way: what they are about is the same on every database.
ONE_DATABASE = frozenset(
    "test_account_changes test_advice test_api_for_others test_api_refusals test_api_schema test_attachments "
    "test_attachments_at_once test_attack_surface test_cards test_constructs test_consular_texts test_counter_pages "
    "test_desk_errors test_desk_table test_doctor test_edge_dates test_editor_fence test_enquiry_form test_first_login "
    "test_html test_import_constructs test_import_feed test_import_files test_import_stream test_links test_login "
    "test_logs test_looks test_losses test_machines test_media test_media_handover test_metrics test_mirror "
    "test_page_languages test_picture_uploads test_pictures test_preview_links test_previews test_printed_answers "
    "test_receipts test_renditions test_richtext test_second_factor test_second_factor_set_up test_settings "
    "test_silent_desk test_sitemaps test_text_fields test_units test_visitor_page test_words".split()
)


def uses_database(item) -> bool:
    """Say whether a test asks for the database, by its mark or by a fixture, and may depend on which one it is."""
    if item.path.stem in ONE_DATABASE or item.path.parent.name == "front_door":
        return False
    fixtures = {"db", "transactional_db", "django_db_setup"}
    return item.get_closest_marker("django_db") is not None or not fixtures.isdisjoint(item.fixturenames)


@pytest.fixture(scope="session", autouse=True)
def acts_can_be_flushed():
    """Between tests Django empties the tables, and the ledger would refuse: take its triggers away just for that."""
    from django.core.management.commands import flush

    from accounts import triggers
    from news import ledger

    emptying = flush.sql_flush
    flush.sql_flush = lambda style, connection, **options: [
        *ledger.drop(connection),
        *triggers.drop(connection),
        *emptying(style, connection, **options),
    ]


@pytest.fixture(autouse=True)
def nothing_remembered():
    """Forget the edition and the printings of the test before: its database is gone, this process would not know."""
    from django.core.cache import cache

    from editions import edition
    from editions.middleware import edition_cache

    settings.UNCOUNTED_PROXY.unlink(missing_ok=True)
    edition.forget()
    edition_cache.store.clear()
    cache.clear()


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Let a question take as long as it takes: a machine that tests run on may stand still for some seconds."""
    from news.search import engines

    monkeypatch.setattr(engines, "PATIENCE", 300.0)


@pytest.fixture
def clock():
    """The time, held at NOON; `clock.move_to(…)` moves it."""
    import time_machine

    from tests.factories import NOON

    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
