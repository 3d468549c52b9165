"""Security headers of static files, which WhiteNoise sends without the pages' middleware. nginx has the same."""

POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


def add_static_headers(headers, path: str, url: str) -> None:
    """Add the policy of a file: opened by itself it runs nothing, loads nothing, and no frame shows it."""
    headers["Content-Security-Policy"] = POLICY
    headers["X-Frame-Options"] = "DENY"
    headers["X-Content-Type-Options"] = "nosniff"
