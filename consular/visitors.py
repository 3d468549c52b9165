"""Where a request comes from: the visitor's address, as far as it can be known, and the network that it belongs to."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from django.conf import settings

A_HOUSEHOLD = 64  # bits of an IPv6 address that one connection has for itself (RFC 6177)


def address(request) -> str:
    """Return the visitor's address: the connection's, or behind N trusted proxies the N-th last they have told.

    What stands further to the left of X-Forwarded-For the visitor can have written.
    """
    direct = request.META.get("REMOTE_ADDR", "")
    if not settings.TRUSTED_PROXIES:
        return direct
    told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    return told[-settings.TRUSTED_PROXIES] if len(told) >= settings.TRUSTED_PROXIES else direct


def network(address: str) -> str:
    """Return what counts as one visitor: an IPv4 address, or the /64 of an IPv6 one; "" where it is neither."""
    try:
        found = ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(IPv6Address(int(found) >> (128 - A_HOUSEHOLD) << (128 - A_HOUSEHOLD)))
    return str(found)
