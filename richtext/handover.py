"""How a file of the storage gets to whoever may have it: by the proxy, by a signed address, or by ourselves."""

from __future__ import annotations

import inspect
import logging
from contextlib import contextmanager, suppress
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.utils.cache import get_conditional_response
from django.utils.encoding import filepath_to_uri
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from richtext import renditions
from richtext.ranges import apply_range

log = logging.getLogger("richtext.handover")

KEEP = 60  # seconds that anybody may keep what is public: so long may it outlive its withdrawal
SIGNED = 60  # seconds that a signed address is good for: it is followed at once
TYPES = renditions.TYPES | {"pdf": "application/pdf", "gif": "image/gif"}
# Should a browser ever take a file for a page: nothing in it runs, and nothing of ours is in its reach.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


class StorageAway(Exception):
    """The storage of files does not answer. Nothing is said of the file."""


@contextmanager
def stored_whole(storage, names):
    """Raise StorageAway where the file system refuses a file (a full disk), with what was stored of `names` deleted."""
    try:
        yield
    except OSError as error:
        for name in names:
            with suppress(OSError):
                storage.delete(name)
        raise StorageAway from error


def address(name: str) -> str:
    """Return the address at which a file is asked for: always on this site, wherever it is stored."""
    return settings.MEDIA_URL + filepath_to_uri(name)


def hand_over(request, name: str, *, public: bool, given_name: str = ""):
    """Return the response with the file `name` of the storage; raise Http404 where there is none.

    `given_name` is what a visitor keeps it as: with one, and with any kind but pictures, it is kept and not shown.
    """
    shown = TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    headers = {
        "Content-Type": shown,
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": f"max-age={KEEP}, public" if public else "private, no-store",
    }
    if given_name or not shown.startswith("image/"):
        headers["Content-Disposition"] = content_disposition_header(True, given_name or name.rpartition("/")[2])
    try:
        response = by_proxy(name, headers) or by_signed_address(name, headers) or by_ourselves(request, name)
    except StorageAway:
        log.exception("A file can't be had: %s", name)
        return HttpResponse(
            _("The store of files does not answer. Please try again in a minute."),
            status=503,
            headers={"Content-Type": "text/plain; charset=utf-8", "Retry-After": "10", "Cache-Control": "no-store"},
        )
    except (OSError, SuspiciousFileOperation, ValueError):
        raise Http404 from None
    for header, value in headers.items():
        response[header] = value
    if public and response.status_code == 200:
        response = conditional(request, name, response)
    if response.status_code == 200 and isinstance(response, FileResponse):
        response = apply_range(request, response)
    return response


def by_signed_address(name, headers):
    """Lead to the storage itself, if it signs addresses. Pictures don't go this way: pages take them from here only."""
    if "Content-Disposition" not in headers or not signs():
        return None
    response = HttpResponseRedirect(signed(name, headers))
    headers["Cache-Control"] = "private, no-store"  # the address is good for a minute only
    return response


def signs() -> bool:
    """Say whether the storage signs addresses that end."""
    return "expire" in inspect.signature(default_storage.url).parameters


def signed(name, headers) -> str:
    """Return an address at the storage that is good for a minute, and what the storage is to say with the file."""
    told = ("Content-Type", "Content-Disposition")
    parameters = {f"Response{header.replace('-', '')}": headers[header] for header in told if header in headers}
    return default_storage.url(name, parameters=parameters, expire=SIGNED)


def by_proxy(name, headers):
    """Tell the proxy which file to send (nginx: X-Accel-Redirect), if the settings say that it can.

    Of a storage that signs addresses it is told path and query there, and fetches the file itself.
    """
    if not settings.MEDIA_X_ACCEL_PREFIX:
        return None
    if not default_storage.exists(name) and not renditions.make_up(default_storage, name):
        raise FileNotFoundError(name)
    there = quote(name)
    if signs():
        parts = urlsplit(signed(name, headers))
        there = f"{parts.path.lstrip('/')}?{parts.query}"
    return HttpResponse(headers={"X-Accel-Redirect": settings.MEDIA_X_ACCEL_PREFIX + there})


def by_ourselves(request, name):
    """Send the file; only its headers where no more is asked for."""
    try:
        file = default_storage.open(name)
    except FileNotFoundError:
        if not renditions.make_up(default_storage, name):
            raise
        file = default_storage.open(name)
    if request.method == "HEAD":
        size = file.size
        file.close()
        return HttpResponse(headers={"Content-Length": str(size), "Accept-Ranges": "bytes"})
    response = FileResponse(file)
    del response["Content-Disposition"]  # a picture needs none; for the rest, hand_over knows a better name
    return response


def conditional(request, name, response):
    """Return the response with its tag, or that nothing has changed: a name never gets another content."""
    response["ETag"] = f'"{quote(name)}"'
    answer = get_conditional_response(request, response["ETag"], response=response)
    if answer is not response:
        response.close()
    return answer
