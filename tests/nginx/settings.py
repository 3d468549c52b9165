"""The settings of the site behind nginx in the tests: production's, with the tests' database and static files."""

import json
import os
from pathlib import Path

from embassy.settings import *  # noqa: F403

STATIC_ROOT = Path(os.environ["EMBASSY_BEHIND_STATIC"])
DATABASES["default"] |= json.loads(os.environ["EMBASSY_ANOTHER_DATABASE"])  # noqa: F405
