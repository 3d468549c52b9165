"""Which addresses a page of the office may have: small words, and none that the site needs itself."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

SEGMENT = "[a-z0-9]+(?:-+[a-z0-9]+)*"
PATH = f"{SEGMENT}(?:/{SEGMENT})*"

# The first word of every other address of the site; a test holds this list against the URL patterns.
RESERVED = frozenset(
    "admin api contact counters feed healthz i18n manifest media messages opensearch preview readyz robots search "
    "sitemap static well-known".split()
)


class PagePathConverter:
    """A page's path in an address: about, visas/children."""

    regex = PATH

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


def tidy_path(path):
    """Return a path as typed, without the slashes around it, in small letters."""
    return path.strip().strip("/").lower()


def validate_path(path):
    """Refuse a path that no address can have, or that the site needs for something else."""
    if not re.fullmatch(PATH, path):
        raise ValidationError(
            _("Write the path in small Latin letters, digits and hyphens, like about or visas/children.")
        )
    first = path.split("/")[0]
    if first in RESERVED:
        raise ValidationError(
            _("Addresses that begin with /%(first)s/ are taken by the site itself. Choose another first word."),
            params={"first": first},
        )
