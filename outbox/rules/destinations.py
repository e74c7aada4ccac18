"""Where a partner system may be. Pure: names are looked up by whoever connects, and the addresses come here."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

MOST = 500


def fault(url: str, *, demonstration: bool) -> str:
    """What is wrong with an address as it was typed; nothing where it can be used."""
    parts = _split(url)
    if parts is None or not parts.hostname or len(url) > MOST or not url.isascii() or not url.isprintable():
        return "Give an address like https://example.gov.uk/hooks"
    if parts.scheme != "https" and not (demonstration and parts.scheme == "http"):
        return "The address must begin with https://"
    if parts.username is not None or parts.fragment or " " in url or "\\" in url:
        return "Leave out names, passwords and anything after a #"
    if _is_address(parts.hostname) and not allowed(parts.hostname, demonstration=demonstration):
        return "That address is inside a private network"
    return ""


def allowed(address: str, *, demonstration: bool) -> bool:
    """Whether an IP address may be connected to: public ones; in a demonstration those of this machine as well.

    An IPv4 address inside an IPv6 one counts as itself: else ::ffff:127.0.0.1 would be a way in.
    """
    found = ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if found.version == 6 and inner is not None:
        found = inner
    if demonstration and found.is_loopback:
        return True
    # Site-local addresses (fec0::/10) are given out no longer; where they are, they lead inside, yet count as global.
    inside = found.is_reserved or getattr(found, "is_site_local", False)
    return found.is_global and not found.is_multicast and not found.is_unspecified and not inside


def port(parts: SplitResult) -> int:
    """That of the address, or of its scheme."""
    return parts.port or (443 if parts.scheme == "https" else 80)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - read here so that a wrong one is a fault of the form
    except ValueError:
        return None
    return parts if parts.port != 0 else None


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
