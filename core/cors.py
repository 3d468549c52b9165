"""CORS: allow scripts of any site to read public data.

The headers are part of the cached response. Credentials are not allowed, because responses are the same for everybody.
"""

from functools import wraps

from django.http import HttpResponse

CORS_METHODS = "GET, HEAD, OPTIONS"
CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PREFLIGHT_HEADERS = {
    "Allow": CORS_METHODS,
    "Access-Control-Allow-Methods": CORS_METHODS,
    "Access-Control-Allow-Headers": "*",  # for example If-None-Match
    "Access-Control-Max-Age": "86400",
}


def allow_any_origin(view):
    """Allow any site to read the responses of a view, and respond to the preflight request (OPTIONS)."""

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        if request.method == "OPTIONS":
            response = HttpResponse(status=204, headers=CORS_HEADERS | PREFLIGHT_HEADERS)
            del response["Content-Type"]
            return response
        response = view(request, *args, **kwargs)
        for name, value in CORS_HEADERS.items():
            response[name] = value
        if response.status_code == 405:
            response["Allow"] = CORS_METHODS
        return response

    wrapper.for_others = True
    return wrapper
