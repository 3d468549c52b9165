"""What a check is given, and how it asks this release for a page."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

from watching.middleware import INSIDE


class Look(NamedTuple):
    """An examination: at which moment, of which nodes beside this process, and whether of all rows or of some."""

    at: object
    nodes: tuple[str, ...] = ()
    thorough: bool = False


class Page(NamedTuple):
    """What an address answered."""

    status: int
    text: str


@cache
def application() -> WSGIHandler:
    """Return this release as a visitor meets it, all middlewares included, but for the front."""
    return WSGIHandler()


def ask(path: str) -> Page:
    """Return what this release answers here and now, rendered in this process."""
    site = urlsplit(settings.SITE_URL)
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": site.hostname,
        "SERVER_PORT": str(site.port or (443 if site.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": site.netloc,
        "HTTP_X_FORWARDED_PROTO": site.scheme,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": site.scheme,
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
        INSIDE: True,
    }
    # Without the signals of a request: they would close the connection that whoever examines is working with.
    response = application().get_response(WSGIRequest(environ))
    return Page(response.status_code, b"".join(response).decode())
