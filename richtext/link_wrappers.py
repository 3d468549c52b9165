"""Unwrapping of link wrappers: Outlook Safe Links, Proofpoint, and redirects of social networks."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import parse_qs, unquote, urlsplit

RUN_CODES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"  # Proofpoint: run lengths from 2
RUN_MARK = re.compile(r"\*\*([A-Za-z0-9_-])|\*")
GOOGLE = re.compile(r"(?:www\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?")
WEB_URL = re.compile(r"https?://[^/\s]|mailto:\S", re.IGNORECASE)

# Query parameters with the target URL, by domain (including subdomains) and start of the path.
PARAMETERS = {
    ("safelinks.protection.outlook.com", ""): ("url",),
    ("l.facebook.com", ""): ("u",),
    ("lm.facebook.com", ""): ("u",),
    ("facebook.com", "/l.php"): ("u",),
    ("l.instagram.com", ""): ("u",),
    ("l.messenger.com", ""): ("u",),
    ("l.threads.com", ""): ("u",),
    ("l.wl.co", ""): ("u",),
    ("youtube.com", "/redirect"): ("q",),
    ("linkedin.com", "/redir/"): ("url",),
    ("linkedin.com", "/safety/go"): ("url",),
    ("vk.com", "/away.php"): ("to",),
    ("slack-redir.net", ""): ("url",),
    ("t.umblr.com", ""): ("z",),
    ("out.reddit.com", ""): ("url",),
    ("statics.teams.cdn.office.net", ""): ("url",),
    ("statics.teams.microsoft.com", ""): ("url",),
    ("mimecast.com", ""): ("u", "url"),
    ("mimecastprotect.com", ""): ("u", "url"),
    ("cudasvc.com", ""): ("a",),
    ("barracudanetworks.com", ""): ("a", "url"),
    ("trendmicro.com", ""): ("url",),
    ("sophos.com", ""): ("u",),
    ("urldefense.proofpoint.com", ""): (),
    ("urldefense.com", ""): (),
    ("urldefense.us", ""): (),
}
WRAPPER_DOMAINS = {".".join(domain.split(".")[-2:]) for domain, _path in PARAMETERS}


def unwrap_url(value: str) -> str:
    """Return the target of a wrapped link; other links unchanged."""
    while may_be_wrapper(value):
        inner = wrapped_url(value).strip()
        if not WEB_URL.match(inner) or len(inner) >= len(value):
            break
        value = inner
    return value


def may_be_wrapper(value: str) -> bool:
    """Return whether the host of a URL is one that wraps links."""
    host = value.partition("//")[2].partition("/")[0].partition("?")[0].partition(":")[0].lower()
    return ".".join(host.split(".")[-2:]) in WRAPPER_DOMAINS or "google." in host


def wrapped_url(value: str) -> str:
    """Return the target of a wrapped link; "" for other links and unreadable targets."""
    try:
        parts = urlsplit("https:" + value if value.startswith("//") else value)
        host = (parts.hostname or "").lower()
        query = parse_qs(parts.query, max_num_fields=60)
    except ValueError:
        return ""
    if GOOGLE.fullmatch(host):
        return first_url(query, "q", "url", "imgurl") if parts.path in ("/url", "/imgres") else ""
    for (domain, path), names in PARAMETERS.items():
        if (host == domain or host.endswith("." + domain)) and parts.path.startswith(path):
            if domain.startswith("urldefense"):
                return proofpoint_target(value, parts.path, query)
            return first_url(query, *names) or (
                decode_base64(query.get("u", [""])[0]) if domain == "sophos.com" else ""
            )
    return ""


def first_url(query: dict[str, list[str]], *names: str) -> str:
    """Return the first of the parameters with a URL; "" without one."""
    return next((value for name in names for value in query.get(name, ()) if WEB_URL.match(value)), "")


def decode_base64(coded: str) -> str:
    """Return text decoded from base64; "" for invalid input."""
    try:
        return base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""


def proofpoint_target(value: str, path: str, query: dict[str, list[str]]) -> str:
    """Return the target of a Proofpoint URL Defense link, versions 1 to 3."""
    encoded = query.get("u", [""])[0]
    if path.startswith("/v1/"):
        return encoded
    if path.startswith("/v2/"):
        return unquote(encoded.translate(str.maketrans("-_", "%/")))
    start, end = value.find("/v3/__"), value.find("__;")
    if start < 0 or end < start:
        return ""
    target = re.sub(r"^(https?):/(?!/)", r"\1://", value[start + 6 : end], flags=re.IGNORECASE)
    letters = iter(decode_base64(value[end + 3 :].partition("!")[0]))

    def decoded(found):
        count = RUN_CODES.index(found[1]) + 2 if found[1] else 1
        return "".join(next(letters, "") for _letter in range(count)) or found[0]

    return RUN_MARK.sub(decoded, target)
