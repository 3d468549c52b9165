"""CORS headers for public data that other sites may read.

The headers are part of the cached response, so the WSGI cache sends them too. Credentials are not allowed: responses
are the same for everybody.
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
    "Access-Control-Allow-Headers": "*",  # such as If-None-Match, which needs a preflight request
    "Access-Control-Max-Age": "86400",
}


def for_others(view):
    """Allow any origin to read a view's responses, and answer preflight requests (OPTIONS)."""

    @wraps(view)
    def shown(request, *args, **kwargs):
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

    shown.for_others = True
    return shown
