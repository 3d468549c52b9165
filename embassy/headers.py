"""What every answer tells a browser beside Django's own headers, and the methods that nothing here has."""

from django.http import HttpResponseNotAllowed

from editions.decorators import rule_for

METHODS = ["GET", "HEAD", "POST", "OPTIONS"]
# No page of ours uses any of these, and nothing that is brought into one may.
UNUSED = [
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation"),
    *("gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
    *("publickey-credentials-get", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
]
PERMISSIONS = ", ".join(f"{feature}=()" for feature in UNUSED)


def hardened(get_response):
    """Refuse methods that nothing here has, and add what browsers should know to each answer, errors and files too."""

    def middleware(request):
        is_answered = request.method in METHODS or refuses_by_itself(request.path_info)
        response = get_response(request) if is_answered else HttpResponseNotAllowed(METHODS)
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", embeddable(response))
        return response

    return middleware


def refuses_by_itself(path: str) -> bool:
    """Say whether the view behind a path tells what it takes: public pages do, and a preview, that feigns to be one."""
    return rule_for(path) is not None or path.startswith("/preview/")


def embeddable(response) -> str:
    """Return who may bring an answer into a page of theirs.

    Everybody, where it is a public picture (a badge of a counter, a picture in a reader of feeds), or made to be read
    by other sites' scripts; nobody else's, what else there is.
    """
    if response.has_header("Access-Control-Allow-Origin"):
        return "cross-origin"
    is_picture = response.get("Content-Type", "").startswith("image/")
    return "cross-origin" if is_picture and "private" not in response.get("Cache-Control", "") else "same-origin"
