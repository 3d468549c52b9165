"""Programs that some tests need: PostgreSQL, nginx, PgBouncer, Chromium."""

import pytest

from tests.environment import everything_is_required


def missing(what):
    """Skip the test and name the requirement; fail it where everything is required (in CI)."""
    if everything_is_required():
        pytest.fail(f"Missing: {what}.", pytrace=False)
    pytest.skip(f"*** NOT TESTED, for want of {what}. ***")
