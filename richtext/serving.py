"""Serving of stored files: by the proxy (X-Accel-Redirect), by a signed URL, or by Django."""

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

from richtext import public_files, renditions
from richtext.range_requests import apply_range

log = logging.getLogger("richtext.serving")

PUBLIC_MAX_AGE = 60  # seconds that public files may be cached: their delay after a withdrawal
SIGNED_URL_SECONDS = 60  # seconds until a signed URL expires
CONTENT_TYPES = renditions.CONTENT_TYPES | {"pdf": "application/pdf", "gif": "image/gif"}
# If a browser treats a file as a page, its scripts do not run and it has no access to the site.
CONTENT_SECURITY_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


class StorageUnavailable(Exception):
    """The file storage is unavailable; nothing is known about the file."""


@contextmanager
def delete_on_failure(storage, names):
    """Raise StorageAway on a file system error (such as a full disk), after deleting the files `names`."""
    try:
        yield
    except OSError as error:
        for name in names:
            with suppress(OSError):
                storage.delete(name)
        raise StorageUnavailable from error


def media_url(name: str) -> str:
    """Return the URL of a file: on this site, for every kind of storage."""
    return settings.MEDIA_URL + filepath_to_uri(name)


def thumbnail_url(name: str) -> str:
    """Return the URL of the smallest rendition of an image; of the image itself where it has none."""
    picture = renditions.ImageFile.named(name)
    return media_url(picture.rendition(picture.widths[0], picture.kinds[-1]) if picture else name)


def serve_file(request, name: str, *, public: bool, given_name: str = ""):
    """Return a response with the stored file `name`; raise Http404 without one.

    `given_name` is the file name of the download. Only images without a `given_name` are displayed in the browser.
    """
    content_type = CONTENT_TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    headers = {
        "Content-Type": content_type,
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": f"max-age={PUBLIC_MAX_AGE}, public" if public else "private, no-store",
    }
    if given_name or not content_type.startswith("image/"):
        headers["Content-Disposition"] = content_disposition_header(True, given_name or name.rpartition("/")[2])
    try:
        public_files.create_missing(name)
        response = (
            serve_with_x_accel(name, headers)
            or redirect_to_signed_url(name, headers)
            or serve_with_django(request, name)
        )
    except StorageUnavailable:
        log.exception("File storage is unavailable: %s", name)
        return HttpResponse(
            _("File storage is not responding. Please try again in a minute."),
            status=503,
            headers={"Content-Type": "text/plain; charset=utf-8", "Retry-After": "10", "Cache-Control": "no-store"},
        )
    except (OSError, SuspiciousFileOperation, ValueError):
        raise Http404 from None
    for header, value in headers.items():
        response[header] = value
    if public and response.status_code == 200:
        response = with_etag(request, name, response)
    if response.status_code == 200 and isinstance(response, FileResponse):
        response = apply_range(request, response)
    return response


def redirect_to_signed_url(name, headers):
    """Redirect to a signed URL of the storage. Not for images: pages may only load them from this site."""
    if "Content-Disposition" not in headers or not can_presign():
        return None
    response = HttpResponseRedirect(signed_url(name, headers))
    headers["Cache-Control"] = "private, no-store"  # the URL expires
    return response


def can_presign() -> bool:
    """Return whether the storage signs URLs."""
    return "expire" in inspect.signature(default_storage.url).parameters


def signed_url(name, headers) -> str:
    """Return a signed URL of the storage, with the response headers that it should send."""
    names = ("Content-Type", "Content-Disposition")
    parameters = {f"Response{header.replace('-', '')}": headers[header] for header in names if header in headers}
    return default_storage.url(name, parameters=parameters, expire=SIGNED_URL_SECONDS)


def serve_with_x_accel(name, headers):
    """Return a response for nginx with X-Accel-Redirect, if MEDIA_X_ACCEL_PREFIX is set.

    With a storage that signs URLs, nginx receives path and query and downloads the file itself.
    """
    if not settings.MEDIA_X_ACCEL_PREFIX:
        return None
    if not default_storage.exists(name) and not renditions.generate_rendition(default_storage, name):
        raise FileNotFoundError(name)
    target = quote(name)
    if can_presign():
        parts = urlsplit(signed_url(name, headers))
        target = f"{parts.path.lstrip('/')}?{parts.query}"
    return HttpResponse(headers={"X-Accel-Redirect": settings.MEDIA_X_ACCEL_PREFIX + target})


def serve_with_django(request, name):
    """Return a response with the file; for HEAD, only its headers."""
    try:
        file = default_storage.open(name)
    except FileNotFoundError:
        if not renditions.generate_rendition(default_storage, name):
            raise
        file = default_storage.open(name)
    if request.method == "HEAD":
        size = file.size
        file.close()
        return HttpResponse(headers={"Content-Length": str(size), "Accept-Ranges": "bytes"})
    response = FileResponse(file)
    del response["Content-Disposition"]  # `hand_over` sets it
    return response


def with_etag(request, name, response):
    """Return the response with an ETag, or 304. The name is the tag, because stored files never change."""
    response["ETag"] = f'"{quote(name)}"'
    result = get_conditional_response(request, response["ETag"], response=response)
    if result is not response:
        response.close()
    return result
