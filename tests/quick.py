"""What `make test-quick` runs, as a plugin of pytest: the inner loop has to stay under a minute on two cores.

A test is quick if it needs no database, unless it is marked `slow`; or if it is marked `quick`, as the smoke tests are.
Nothing here is timed. Two rules keep it quick: no quick test starts a process, and few of them need the database.
"""

import sys

import pytest

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "module_db", "live_server"}
MOST_WITH_DATABASE = 60  # a test with the database costs a hundred times what one without it does
PROCESS_EVENTS = ("subprocess.Popen", "os.fork", "os.posix_spawn", "os.system")

_running = None


def needs_database(item):
    """Say whether a collected test uses the test database."""
    return item.get_closest_marker("django_db") is not None or not DATABASE_FIXTURES.isdisjoint(item.fixturenames)


def is_quick(item):
    """Say whether a collected test belongs to the inner loop."""
    if item.get_closest_marker("quick"):
        return True
    return not needs_database(item) and item.get_closest_marker("slow") is None


def pytest_configure():
    """Refuse processes from now on."""
    sys.addaudithook(_refuse_processes)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Keep the quick tests; raise UsageError if too many of them need the database."""
    quick = [item for item in items if is_quick(item)]
    with_database = sum(needs_database(item) for item in quick)
    if with_database > MOST_WITH_DATABASE:
        raise pytest.UsageError(
            f"{with_database} tests marked quick need the database, {MOST_WITH_DATABASE} may: see tests/quick.py"
        )
    config.hook.pytest_deselected(items=[item for item in items if not is_quick(item)])
    items[:] = quick


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Remember which test is running."""
    global _running
    _running = item.nodeid
    try:
        return (yield)
    finally:
        _running = None


def _refuse_processes(event, _arguments):
    if event in PROCESS_EVENTS and _running:
        pytest.fail(f"{_running} starts a process: mark it slow, or it does not stay quick (tests/quick.py).")
