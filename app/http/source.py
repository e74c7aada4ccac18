"""Where a request comes from: the address of its sender, as the proxy tells it, and nobody else is believed."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from flask import request

from app.bootstrap.admitting import admit
from app.http.house import actor, house


def source() -> str:
    """The address attempts are counted by. Of IPv6 its network of 64 bits: one machine has all the rest of it."""
    proxies = {each.strip() for each in house().settings.proxies.split(",")}
    told = [request.remote_addr or ""]
    if told[0] in proxies:
        told += [each.strip() for each in reversed(request.headers.get("X-Forwarded-For", "").split(","))]
    return _counted(next((each for each in told if each and each not in proxies), told[0]))


def limited(email: str = "") -> None:
    """Before an attempt to come in is looked at. Raises TooManyAttempts."""
    admit(house(), source=source(), email=email, actor=actor())


def _counted(text: str) -> str:
    try:
        found = ip_address(text)
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else str(ip_network((found.packed[:8] + bytes(8), 64)).network_address)
    return str(found)
