"""Requests to the whole WSGI application, including the WSGI cache, as the server makes them."""

import gzip
from contextlib import contextmanager
from io import BytesIO
from typing import NamedTuple
from urllib.parse import urlsplit

import brotli

from editions import edition, middleware
from editions.response_cache import ResponseCache


class Answer(NamedTuple):
    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        coding = self.headers.get("Content-Encoding")
        body = {"gzip": gzip.decompress, "br": brotli.decompress}.get(coding, bytes)(self.body)
        return body.decode()


def application():
    from embassy.wsgi import application

    return application


def request_page(path, method="GET", host="testserver", scheme="http", **headers):
    """Return the response to a request; header names are those of a WSGI environ, like HTTP_IF_NONE_MATCH."""
    parts = urlsplit(path)
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "SERVER_NAME": host,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": host,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": scheme,
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
        **headers,
    }
    got = []
    body = application()(environ, lambda status, headers, exc_info=None: got.extend([status, headers]))
    try:
        whole = b"".join(body)
    finally:
        getattr(body, "close", lambda: None)()
    return Answer(int(got[0].split()[0]), dict(got[1]), whole)


@contextmanager
def empty_caches():
    """Run the block with empty caches, like another process."""
    ours, latest = middleware.edition_cache.store, edition._latest
    middleware.edition_cache.store = ResponseCache(ours.limit)
    edition.reset_for_tests()
    try:
        yield
    finally:
        middleware.edition_cache.store = ours
        edition._latest = latest


def render_fresh(path, **headers):
    """Return a fresh rendering of `path`."""
    with empty_caches():
        return request_page(path, **headers)
