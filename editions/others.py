"""CORS: allow scripts of any site to read public data.

The headers are part of the cached response. Credentials are not allowed, because responses are the same for everybody.
"""

from functools import wraps

from django.http import HttpResponse

METHODS = "GET, HEAD, OPTIONS"
FOR_OTHERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PREFLIGHT = {
    "Allow": METHODS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "*",  # for example If-None-Match
    "Access-Control-Max-Age": "86400",
}


def for_others(view):
    """Allow any site to read the responses of a view, and respond to the preflight request (OPTIONS)."""

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        if request.method == "OPTIONS":
            response = HttpResponse(status=204, headers=FOR_OTHERS | PREFLIGHT)
            del response["Content-Type"]
            return response
        response = view(request, *args, **kwargs)
        for name, value in FOR_OTHERS.items():
            response[name] = value
        if response.status_code == 405:
            response["Allow"] = METHODS
        return response

    wrapper.for_others = True
    return wrapper
