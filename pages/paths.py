"""Paths of pages: their form, and the first segments that are reserved for the site."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

SEGMENT_PATTERN = "[a-z0-9]+(?:-+[a-z0-9]+)*"
PATH_PATTERN = f"{SEGMENT_PATTERN}(?:/{SEGMENT_PATTERN})*"

# First segments of all other URLs of the site; a test compares this list with the URL patterns.
RESERVED_SEGMENTS = frozenset(
    "admin api contact contents counters feed healthz i18n manifest media messages opensearch preview readyz robots "
    "search sitemap static well-known".split()
)


class PagePathConverter:
    """URL converter for a page's path: about, visas/children."""

    regex = PATH_PATTERN

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


def normalise_path(path):
    """Return a typed path without surrounding slashes, in lower case."""
    return path.strip().strip("/").lower()


def validate_path(path):
    """Validate the form of a path, and that its first segment is not reserved."""
    if not re.fullmatch(PATH_PATTERN, path):
        raise ValidationError(
            _("Use only lower-case Latin letters, digits and hyphens, for example about or visas/children.")
        )
    first = path.split("/")[0]
    if first in RESERVED_SEGMENTS:
        raise ValidationError(
            _("Addresses that begin with /%(first)s/ are reserved. Choose another path."),
            params={"first": first},
        )
