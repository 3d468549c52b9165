"""Whether a request was meant for this site: only such ones are answered from printings."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings


def is_ours(environ: dict) -> bool:
    """Say whether host and scheme of a WSGI request are the site's own: others are Django's to refuse or redirect."""
    scheme, hosts = _site(settings.SITE_URL)
    if (environ.get("HTTP_HOST") or environ.get("SERVER_NAME")) not in hosts:
        return False
    if scheme == "http":
        return True
    if settings.TRUSTED_PROXY_COUNT:
        return environ.get("HTTP_X_FORWARDED_PROTO") == "https"
    return environ.get("wsgi.url_scheme") == "https"


@lru_cache(maxsize=4)
def _site(url: str) -> tuple[str, frozenset[str]]:
    parts = urlsplit(url)
    return parts.scheme, frozenset({parts.netloc, parts.hostname})
