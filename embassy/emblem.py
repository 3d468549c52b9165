"""The emblem: an image file of the operator (EMBASSY_EMBLEM) that replaces static/emblem.svg as a static file."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

CONTENT_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


def emblem_name() -> str:
    """Return the name of the emblem among the static files: emblem.svg or emblem.png."""
    return f"emblem{Path(settings.EMBASSY_EMBLEM).suffix.lower()}" if settings.EMBASSY_EMBLEM else "emblem.svg"


def emblem_content_type() -> str:
    """Return the media type of the emblem."""
    return CONTENT_TYPES[Path(emblem_name()).suffix]


class EmblemFinder(BaseFinder):
    """Finds the operator's file under the name of the emblem. It comes before the other finders, so it wins."""

    def find(self, path, find_all=False):
        """Return the file's path if `path` is the emblem's name, with `find_all` in a list; [] for none."""
        found = [settings.EMBASSY_EMBLEM] if settings.EMBASSY_EMBLEM and path == emblem_name() else []
        return found[0] if found and not find_all else found

    def list(self, ignore_patterns):
        """Yield the emblem's name and a storage that has the operator's file under it, for collectstatic."""
        if settings.EMBASSY_EMBLEM:
            yield emblem_name(), OneFile(settings.EMBASSY_EMBLEM)


class OneFile(FileSystemStorage):
    """A storage of one file, whatever the name that is asked for."""

    prefix = None  # collectstatic looks for one

    def __init__(self, file):
        self.file = str(file)
        super().__init__(location=Path(file).parent)

    def path(self, name):
        """Return the path of the file."""
        return self.file
