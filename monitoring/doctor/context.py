"""The arguments of a check, and in-process requests to this release."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

from monitoring.middleware import DOCTOR_KEY


class CheckContext(NamedTuple):
    """A run: its time, the other nodes to check, and whether to check all rows or a sample."""

    at: object
    nodes: tuple[str, ...] = ()
    thorough: bool = False


class PageResponse(NamedTuple):
    """The response to a request."""

    status: int
    text: str


@cache
def wsgi_application() -> WSGIHandler:
    """Return this release's application with all middleware, but without the WSGI cache."""
    return WSGIHandler()


def get_page(path: str) -> PageResponse:
    """Return the response of this release to a GET, rendered in this process."""
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
        DOCTOR_KEY: True,
    }
    # Without the request's signals, which would close the database connection that the caller is using.
    response = wsgi_application().get_response(WSGIRequest(environ))
    return PageResponse(response.status_code, b"".join(response).decode())
