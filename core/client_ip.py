"""Client IP address of a request, and the key by which a rate limit counts it."""

from __future__ import annotations

import logging
from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings

log = logging.getLogger(__name__)

IPV6_PREFIX = 64  # bits of the IPv6 prefix of one connection (RFC 6177)
MAX_LENGTH = 100  # characters of an address with port, zone and brackets


def client_ip(request) -> str:
    """Return the client's IP address: the connection's, or behind N trusted proxies the N-th last that they report.

    Values further to the left in X-Forwarded-For can be forged by the client. Return "" if the address is unknown:
    the server listens on a Unix socket, or the proxy writes something other than an IP address.
    """
    direct = parse_ip(request.META.get("REMOTE_ADDR", ""))
    if not settings.TRUSTED_PROXY_COUNT:
        return str(direct or "")
    reported = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    reported = [part for part in map(str.strip, reported) if part]
    if len(reported) < settings.TRUSTED_PROXY_COUNT:
        return str(direct or "")
    found = parse_ip(reported[-settings.TRUSTED_PROXY_COUNT])
    if found is None:
        log.warning("No IP address in X-Forwarded-For where the trusted proxy should write one: rate limits are off.")
    return str(found or "")


def rate_limit_key(address: str) -> str:
    """Return the key of one client in a rate limit: an IPv4 address, or the /64 network of an IPv6 address; else "".

    Do not count under "": all clients whose address is unknown would share one limit.
    """
    found = parse_ip(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Address(int(found) >> (128 - IPV6_PREFIX) << (128 - IPV6_PREFIX)))
    return str(found or "")


def parse_ip(text: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address in a text as servers and proxies write it; None if there is none.

    It may have a port (192.0.2.1:5678, as Azure's gateways write it), brackets with or without a port (RFC 7239, 6),
    quotation marks, a zone (RFC 4007, 11), or be an IPv4 address within IPv6 (RFC 4291, 2.5.5.2).
    """
    text = text[:MAX_LENGTH].strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    found = found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
    return None if found.is_unspecified else found
