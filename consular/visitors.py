"""Client IP address of a request, as far as it can be known, and the network by which visitors are counted."""

from __future__ import annotations

import logging
from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings

log = logging.getLogger(__name__)

A_HOUSEHOLD = 64  # bits of an IPv6 address that one connection has for itself (RFC 6177)
LONGEST = 100  # characters of an address with a port, a zone and brackets: what is longer is none


def address(request) -> str:
    """Return the visitor's IP address: the connection's, or behind N trusted proxies the N-th last that they report.

    What is further to the left in X-Forwarded-For can be the visitor's own invention. Return "" where the address is
    unknown: the server listens on a Unix socket, or the proxy writes something other than an address.
    """
    direct = read_address(request.META.get("REMOTE_ADDR", ""))
    if not settings.TRUSTED_PROXY_COUNT:
        return str(direct or "")
    reported = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    reported = [part for part in map(str.strip, reported) if part]
    if len(reported) < settings.TRUSTED_PROXY_COUNT:
        return str(direct or "")
    found = read_address(reported[-settings.TRUSTED_PROXY_COUNT])
    if found is None:
        log.warning("X-Forwarded-For holds no IP address where the trusted proxy writes one: nobody can be counted.")
    return str(found or "")


def network(address: str) -> str:
    """Return what counts as one visitor: an IPv4 address, or the /64 of an IPv6 one; "" where it is neither.

    Nobody may be counted under "": all visitors whose address is unknown would share one limit.
    """
    found = read_address(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Address(int(found) >> (128 - A_HOUSEHOLD) << (128 - A_HOUSEHOLD)))
    return str(found or "")


def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address in a text as servers and proxies write it; None where there is none.

    That is with a port (192.0.2.1:5678, as Azure's gateways write it), in brackets with or without one (RFC 7239, 6),
    in quotation marks, with a zone (RFC 4007, 11), or as an IPv4 address within IPv6 (RFC 4291, 2.5.5.2).
    """
    text = text[:LONGEST].strip().strip('"')
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
