"""The address people open the service at (CUSTODES_ADDRESS), as passkeys are bound to it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from identity.ports import Site

_HOST = re.compile(r"(?=.*[a-z])[a-z0-9-]+(\.[a-z0-9-]+)*")


def site_of(address: str) -> Site | None:
    """The site of an address without a path; None for what is none. A passkey needs a name, not a number."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return None
    plain = address == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
    if not plain or parts.scheme not in {"https", "http"} or not _HOST.fullmatch(host):
        return None
    return Site(address, host)


def faulty(address: str, *, demonstration: bool) -> bool:
    """Whether the setting cannot be used: no site, or outside a demonstration not under TLS."""
    return bool(address) and (site_of(address) is None or not (demonstration or address.startswith("https:")))
