"""Absolute URLs of the site."""

from django.conf import settings


def absolute_url(path: str) -> str:
    """Return the absolute URL of a path, from the setting SITE_URL and never from the request's host."""
    return settings.SITE_URL + path
