"""Headers of private pages: no caching, no indexing, no referrer."""

from functools import wraps

from django.http import HttpResponseRedirect
from django.utils.cache import add_never_cache_headers


class SeeOther(HttpResponseRedirect):
    """Redirect after POST (RFC 9110, 15.4.4)."""

    status_code = 303


def private_page(view):
    """Decorator of a view for one visitor: its responses get the headers of a private page."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        return set_private_headers(view(request, *args, **kwargs))

    return guarded


def set_private_headers(response):
    """Set the headers of a private page on a response, and return it.

    The referrer is the site's origin, never the secret URL. (With "no-referrer" browsers would send a form with
    "Origin: null", which the CSRF check refuses.)
    """
    add_never_cache_headers(response)
    response["Referrer-Policy"] = "strict-origin"
    response["X-Robots-Tag"] = "noindex"
    return response
