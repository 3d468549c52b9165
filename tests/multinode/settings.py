"""The settings of a node in these tests: production's without a manifest of static files; release 2 adds an app."""

from embassy.settings import *  # noqa: F403

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
INSTALLED_APPS += ["tests.multinode.added"] if RELEASE == "2" else []  # noqa: F405
HIGHEST_EDITION = "/dev/null/none"
