"""Public IP addresses: whether an address is on the internet and not in a private or special network.

`ipaddress.is_global` is not enough: Python before 3.11.10 is wrong about some addresses (CVE-2024-4032), and clouds use
some public addresses internally. The networks are from IANA's special-purpose registries (RFC 6890).
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

IPAddress = IPv4Address | IPv6Address

SPECIAL_NETWORKS_V4 = [
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # Azure's internal services
    )
]
GLOBAL_UNICAST_V6 = ip_network("2000::/3")  # all allocated IPv6 addresses (RFC 4291, 2.4); NAT64 is outside
SPECIAL_NETWORKS_V6 = [
    ip_network(network)
    for network in (
        "2001::/23",  # protocols, for example Teredo (2001::/32), which embeds an IPv4 address
        "2001:db8::/32",
        "2002::/16",  # 6to4, which embeds an IPv4 address
        "2620:4f:8000::/48",
        "3fff::/20",
    )
]
ISATAP_MARKER = 0x5EFE  # in the third quarter of an address, before an embedded IPv4 address (RFC 5214)


def is_public_ip(address: IPAddress) -> bool:
    """Return whether an address is on the internet, and not in a private, cloud or protocol network."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in SPECIAL_NETWORKS_V4)
    if address.ipv4_mapped:
        return is_public_ip(address.ipv4_mapped)
    is_isatap = (int(address) >> 32) & 0xFFFF == ISATAP_MARKER
    return (
        address in GLOBAL_UNICAST_V6
        and address.is_global
        and not is_isatap
        and not any(address in network for network in SPECIAL_NETWORKS_V6)
    )
