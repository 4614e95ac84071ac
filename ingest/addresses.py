"""Which addresses of the internet are public: those that a page may lead us to without being asked for."""

from __future__ import annotations

import ipaddress
import re

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# RFC 6052 (NAT64, well-known and local use), RFC 4291 (IPv4-compatible; deprecated).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Local NAT64, IPv4-compatible; documentation and segment routing (RFC 9637, RFC 9602), which older Pythons do not know.
_SPECIAL = tuple(map(ipaddress.IPv6Network, ("64:ff9b:1::/48", "::/96", "3fff::/20", "5f00::/16")))
_PROTOCOLS = ipaddress.IPv4Network("192.0.0.0/24")  # of the IETF (RFC 6890), of which older Pythons know a part
# What inet_aton(3) takes for an address: `2130706433`, `0x7f.1`, `0177.0.0.1`.
_NUMBERS = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}\.?", re.IGNORECASE)
_USUAL = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}")


def is_public(address: str) -> bool:
    """Whether an address, as getaddrinfo(3) gives it, is one of the internet at large.

    Not public are those of https://www.iana.org/assignments/iana-ipv4-special-registry and its twin for IPv6 (private,
    loopback, link-local, shared, unspecified, reserved), multicast, and what embeds one of them: IPv4-mapped, NAT64,
    6to4 and Teredo.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv4Address):
        return _is_global(found)
    if any(found in network for network in _SPECIAL) or found.is_site_local:
        return False
    inner = _embedded(found)
    return all(map(_is_global, inner)) if inner else _is_global(found)


def is_disguised(host: str) -> bool:
    """Whether a host is an IPv4 address in another form than four decimal numbers."""
    return bool(_NUMBERS.fullmatch(host)) and not _USUAL.fullmatch(host)


def _is_global(address: _Address) -> bool:
    special = address.is_multicast or address.is_reserved or address.is_unspecified or address in _PROTOCOLS
    return address.is_global and not special


def _embedded(address: ipaddress.IPv6Address) -> tuple[ipaddress.IPv4Address, ...]:
    """The addresses of IPv4 that an address of IPv6 leads to."""
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address in _NAT64:
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    if address.sixtofour:
        return (address.sixtofour,)
    return address.teredo or ()
