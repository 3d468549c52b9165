"""Production's settings with the database and the static files of the tests."""

import json
import os
from pathlib import Path

import brotli
from whitenoise.compress import Compressor

from embassy.settings import *  # noqa: F403

# The best compression of the static files would take ten seconds of each run, and only their coding is looked at.
Compressor.compress_brotli = staticmethod(lambda data: brotli.compress(data, quality=1))

STATIC_ROOT = Path(os.environ["EMBASSY_BEHIND_STATIC"])
DATABASES["default"] |= json.loads(os.environ["EMBASSY_ANOTHER_DATABASE"])  # noqa: F405
