"""Security headers for static files: WhiteNoise serves them outside the middleware. nginx sends the same."""

STATIC_FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


def add_static_headers(headers, path: str, url: str) -> None:
    """WHITENOISE_ADD_HEADERS_FUNCTION: a file runs and loads nothing and cannot be framed."""
    headers["Content-Security-Policy"] = STATIC_FILE_POLICY
    headers["X-Frame-Options"] = "DENY"
    headers["X-Content-Type-Options"] = "nosniff"
