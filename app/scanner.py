"""Which malware scanner looks at files on their way in, as CUSTODES_SCANNER says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

NONE = "none"


@dataclass(frozen=True, slots=True)
class Scanner:
    """Where clamd listens: a path, or a host and port."""

    path: str = ""
    host: str = ""
    port: int = 0

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Of ``clamd:/path`` or ``clamd://host:port``; None where there is none. Raises ValueError."""
        if text in ("", NONE):
            return None
        rest = text.removeprefix("clamd:")
        if rest != text and rest.startswith("/") and not rest.startswith("//"):
            return cls(path=rest)
        host, colon, port = rest.removeprefix("//").rpartition(":")
        if rest.startswith("//") and host and colon and port.isascii() and port.isdecimal() and 0 < int(port) < 65536:
            return cls(host=host.strip("[]"), port=int(port))
        msg = f"must be clamd:/path/of/socket, clamd://host:port, or {NONE}"
        raise ValueError(msg)
