"""Middleware: security headers (Permissions-Policy, CORP, X-Frame-Options) and allowed HTTP methods."""

from django.http import HttpResponseNotAllowed

from editions.decorators import cache_policy_for

ALLOWED_METHODS = ["GET", "HEAD", "POST", "OPTIONS"]
# Browser features that no page uses.
DISABLED_FEATURES = [
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation"),
    *("gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
    *("publickey-credentials-get", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
]
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in DISABLED_FEATURES)


def security_headers(get_response):
    """Reject other methods with 405, and add security headers to every response, errors and files included."""

    def middleware(request):
        is_allowed = request.method in ALLOWED_METHODS or checks_method_itself(request.path_info)
        response = get_response(request) if is_allowed else HttpResponseNotAllowed(ALLOWED_METHODS)
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", resource_policy(response))
        return response

    return middleware


def checks_method_itself(path: str) -> bool:
    """Return whether the view checks the method itself: public pages, and previews, whose URLs look like one."""
    return cache_policy_for(path) is not None or path.startswith("/preview/")


def resource_policy(response) -> str:
    """Return the Cross-Origin-Resource-Policy of a response.

    Other sites may embed public images (a counter's badge, images in feed readers) and CORS responses, nothing else.
    """
    if response.has_header("Access-Control-Allow-Origin"):
        return "cross-origin"
    is_image = response.get("Content-Type", "").startswith("image/")
    return "cross-origin" if is_image and "private" not in response.get("Cache-Control", "") else "same-origin"
