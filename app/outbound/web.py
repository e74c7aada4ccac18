"""One request over HTTP to a named place: limits of time and size, no redirect, and no address that may not be reached.

A name is looked up once, what it leads to is checked, and the connection goes to just that: a second look-up could lead
elsewhere (DNS rebinding).
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, cast
from urllib.parse import urlsplit

SECONDS = 15.0
MOST = 1 << 20


class Unreachable(Exception):
    """No answer. ``cause`` is a code that names nobody."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body."""

    status: int
    body: bytes


def anywhere(address: str) -> bool:  # noqa: ARG001 - the operator named the place
    """Every address: for places that the settings name."""
    return True


def ask(
    method: str,
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    allowed: Callable[[str], bool] = anywhere,
    seconds: float = SECONDS,
) -> Answer:
    """Ask, and read the whole answer. Raises Unreachable; a refusal or a redirect is an answer like any other.

    Within ``seconds`` all of it is read or given up, however the other side spreads it: status, headers and body.
    """
    parts = urlsplit(url)
    until = time.monotonic() + seconds
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname or ""
    where = _looked_up(host, port, allowed)
    kind = _Secure if parts.scheme == "https" else _Plain
    conn = kind(host, port, where, seconds, until)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        conn.request(method, path, body, {"User-Agent": "Custodes", **(headers or {})})
        answer = conn.getresponse()
        found = b""
        while piece := answer.read1(8192):
            found += piece
            if len(found) > MOST or time.monotonic() > until:
                raise Unreachable("answer-too-long")
        return Answer(answer.status, found)
    except ssl.SSLError:
        raise Unreachable("tls-failed") from None
    except (OSError, HTTPException, ValueError):
        raise Unreachable("unreachable") from None
    finally:
        conn.close()


def _looked_up(host: str, port: int, allowed: Callable[[str], bool]) -> str:
    """One address of the name. All of them must be allowed: which one answers first is not for others to choose."""
    try:
        found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, ValueError):
        raise Unreachable("name-unknown") from None
    if not found or not all(allowed(each) for each in found):
        raise Unreachable("address-not-allowed")
    return found[0]


class _Timed(socket.socket):
    """Every read ends by ``until``: a limit for each alone would let an answer come byte by byte for ever."""

    until = 0.0

    def recv_into(self, *args: Any, **more: Any) -> int:
        """As of any socket. Raises TimeoutError."""
        _hurry(self, self.until)
        return super().recv_into(*args, **more)


class _TimedSecure(ssl.SSLSocket):
    until = 0.0

    def recv_into(self, *args: Any, **more: Any) -> int:
        """The same."""
        _hurry(self, self.until)
        return super().recv_into(*args, **more)


def _hurry(sock: socket.socket, until: float) -> None:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    sock.settimeout(left)


class _Plain(HTTPConnection):
    def __init__(self, host: str, port: int, where: str, seconds: float, until: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self._where, self._until = where, until

    def connect(self) -> None:
        """To what was checked."""
        found = socket.create_connection((self._where, self.port), self.timeout)
        self.sock = _Timed(fileno=found.detach())
        self.sock.until = self._until
        _hurry(self.sock, self._until)


class _Secure(HTTPSConnection):
    def __init__(self, host: str, port: int, where: str, seconds: float, until: float) -> None:
        self._tls = ssl.create_default_context()
        self._tls.sslsocket_class = _TimedSecure
        super().__init__(host, port, timeout=seconds, context=self._tls)
        self._where, self._until = where, until

    def connect(self) -> None:
        """To what was checked; the certificate must be that of the name."""
        plain = socket.create_connection((self._where, self.port), self.timeout)
        try:
            _hurry(plain, self._until)
            self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
            cast(_TimedSecure, self.sock).until = self._until
        except BaseException:
            plain.close()
            raise
