"""The settings of a node in these tests: production's, without a manifest to make first; release 2 has an app more."""

from embassy.settings import *  # noqa: F403

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
INSTALLED_APPS += ["tests.multinode.added"] if RELEASE == "2" else []  # noqa: F405
HIGHEST_EDITION = "/dev/null/none"
