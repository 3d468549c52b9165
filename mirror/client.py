"""In-process client: fetch a URL of the site without its middleware, so without sessions and the response cache."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import default_storage
from django.core.handlers.wsgi import WSGIRequest
from django.http import Http404
from django.template.loader import render_to_string
from django.urls import get_script_prefix

from editions.middleware import set_request_time
from mirror.paths import SiteUrl
from redirects.middleware import find_redirect
from richtext.public_files import create_missing, is_public


@dataclass
class FetchedResponse:
    """The response to a URL."""

    status: int
    media_type: str
    content: bytes
    location: str = ""  # of a redirect

    @property
    def is_page(self) -> bool:
        return self.media_type == "text/html"


def fetch(address: SiteUrl) -> FetchedResponse | None:
    """Return the public response for a URL now; None if there is none."""
    if address.is_static:
        return _static_file(address.path.removeprefix(settings.STATIC_URL))
    request, match = _build_request(address), address.match
    if match and match.view_name == "media":
        return _published_file(match.kwargs["name"], request.at)
    request.resolver_match = match
    response = _call_view(request, match) if match else None
    if response is None or response.status_code == 404:
        new_url, _is_exact = find_redirect(address.path, "", request.at) or ("", False)
        return FetchedResponse(301, "", b"", new_url) if new_url else None
    media_type = response.get("Content-Type", "").partition(";")[0]
    return FetchedResponse(response.status_code, media_type, response.content, response.get("Location", ""))


def _call_view(request, match):
    try:
        return match.func(request, *match.args, **match.kwargs)
    except Http404:
        return None


def render_404() -> str:
    """Return the 404 page."""
    return render_to_string("404.html", request=_build_request(SiteUrl("/404.html")))


def _build_request(address: SiteUrl) -> WSGIRequest:
    site = urlsplit(settings.SITE_URL)
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": get_script_prefix().rstrip("/"),
            "PATH_INFO": address.path.encode().decode("iso-8859-1"),
            "QUERY_STRING": address.query,
            "SERVER_NAME": site.hostname,
            "SERVER_PORT": str(site.port or (443 if site.scheme == "https" else 80)),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": site.netloc,
            "REMOTE_ADDR": "",
            "wsgi.url_scheme": site.scheme,
            "wsgi.input": BytesIO(),
            "wsgi.errors": sys.stderr,
        }
    )
    set_request_time(request)
    request.user = AnonymousUser()
    request.is_mirrored = True
    return request


def _static_file(name: str) -> FetchedResponse | None:
    if staticfiles_storage.exists(name):
        with staticfiles_storage.open(name) as file:
            content = file.read()
    elif path := finders.find(name):  # not collected, as in development
        content = Path(path).read_bytes()
    else:
        return None
    return FetchedResponse(200, "text/css" if name.endswith(".css") else "", content)


def _published_file(name: str, at) -> FetchedResponse | None:
    if not is_public(name, at):
        return None
    with suppress(FileNotFoundError):
        create_missing(name)
    if not default_storage.exists(name):
        return None
    with default_storage.open(name) as file:
        return FetchedResponse(200, "", file.read())
