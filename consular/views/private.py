"""What pages for one visitor have in common: kept nowhere, indexed nowhere, their addresses told to nobody."""

from functools import wraps

from django.http import HttpResponseRedirect
from django.utils.cache import add_never_cache_headers


class SeeOther(HttpResponseRedirect):
    """What was posted is kept: look there (RFC 9110, 15.4.4)."""

    status_code = 303


def private(view):
    """Say that a page is for one visitor."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        return keep_private(view(request, *args, **kwargs))

    return guarded


def keep_private(response):
    """Give a response the headers of a page for one visitor.

    Whatever it leads to, ourselves included, hears the site's name and not the page's address. (Under "no-referrer"
    browsers would send a form with "Origin: null", which the check against forgery has to refuse.)
    """
    add_never_cache_headers(response)
    response["Referrer-Policy"] = "strict-origin"
    response["X-Robots-Tag"] = "noindex"
    return response
