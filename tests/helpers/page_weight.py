"""What a first visit of a page loads: its HTML, styles and scripts, compressed as responses are."""

import re
from pathlib import Path

import brotli
from django.contrib.staticfiles import finders
from django.templatetags.static import static

LOADED = re.compile(r"<(?:link rel=\"stylesheet\" href|script src)=\"([^\"]+)\"")


def static_names(html):
    """Return the names of the style sheets and scripts of a page, in the order of the page."""
    return [path.removeprefix(static("")) for path in LOADED.findall(html)]


def compressed_size(body):
    """Return the size in bytes as the response cache sends it: Brotli, quality 5."""
    return len(brotli.compress(body, quality=5))


def static_sizes(html, suffix):
    """Return the size in bytes of each static file of a page with this suffix (or one of them), by name.

    They are compressed as collectstatic does it for WhiteNoise: Brotli at its best.
    """
    names = [name for name in static_names(html) if name.endswith(suffix)]
    return {name: len(brotli.compress(read_static_file(name))) for name in names}


def read_static_file(name):
    return Path(finders.find(name)).read_bytes()
