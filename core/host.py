"""Host and scheme check of a WSGI request: only requests for SITE_URL are served from the cache."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings


def is_site_request(environ: dict) -> bool:
    """Return whether host and scheme of a WSGI request are those of the site. Django refuses or redirects others."""
    scheme, hosts = _site_hosts(settings.SITE_URL)
    if (environ.get("HTTP_HOST") or environ.get("SERVER_NAME")) not in hosts:
        return False
    if scheme == "http":
        return True
    if settings.TRUSTED_PROXY_COUNT:
        return environ.get("HTTP_X_FORWARDED_PROTO") == "https"
    return environ.get("wsgi.url_scheme") == "https"


@lru_cache(maxsize=4)
def _site_hosts(url: str) -> tuple[str, frozenset[str]]:
    parts = urlsplit(url)
    return parts.scheme, frozenset({parts.netloc, parts.hostname})
