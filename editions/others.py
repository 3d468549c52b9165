"""What the pages of other sites may read, by their scripts too (CORS): public data, the same for everybody.

The headers belong to the printing, so a hit that is answered in front of Django has them. No credentials are asked for:
an answer is nobody's own.
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
    "Access-Control-Allow-Headers": "*",  # If-None-Match, for one, is asked for before it is sent
    "Access-Control-Max-Age": "86400",
}


def for_others(view):
    """Say that any site may read what a view answers; OPTIONS, by which a browser asks for leave, is answered too."""

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
