"""Production's settings with the database and the static files of the tests."""

import json
import os
from pathlib import Path

from embassy.settings import *  # noqa: F403

STATIC_ROOT = Path(os.environ["EMBASSY_BEHIND_STATIC"])
DATABASES["default"] |= json.loads(os.environ["EMBASSY_ANOTHER_DATABASE"])  # noqa: F405
