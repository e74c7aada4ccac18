"""The malware scanner on the way in: clamd, by its INSTREAM command, over a socket.

A file goes to it as it arrives and is accepted only on its word that it is clean. No answer is no word.
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
from typing import ClassVar

from app.scanner import Scanner
from foundation.errors import Invalid, Unavailable

SECONDS = 60  # for each step: a signature database being read anew holds clamd up for some of them
PING = 3  # seconds
MOST_REPLY = 4096
_LENGTH = struct.Struct(">I")
_UNSAID = re.compile(r"[^A-Za-z0-9._()-]")  # of a name that comes from outside


class ScannerUnavailable(Unavailable):
    """No word from the scanner. The file was not accepted."""

    code = "app.scanner-unavailable"
    title = "Files cannot be checked for malware just now"


class TooLargeToScan(Invalid):
    """The scanner does not look into files that large."""

    code = "app.too-large-to-scan"
    title = "The file is too large to be checked for malware"


def connect(address: Scanner, *, patience: float = SECONDS) -> socket.socket:
    """Raises OSError."""
    if not address.path:
        return socket.create_connection((address.host, address.port), timeout=patience)
    found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    found.settimeout(patience)
    try:
        found.connect(address.path)
    except OSError:
        found.close()
        raise
    return found


def answers(address: Scanner) -> bool:
    """Is it there and alive? Asked for a page that somebody waits for, so not for long."""
    try:
        with connect(address, patience=PING) as found:
            found.sendall(b"zPING\0")
            return found.recv(16).rstrip(b"\0\n") == b"PONG"
    except OSError:
        return False


class Scan:
    """One file: write it, then ask. For one thread."""

    MOST: ClassVar[int] = 1 << 20  # bytes of one piece; clamd allows any, we hold no more at once

    def __init__(self, address: Scanner) -> None:
        """Raises ScannerUnavailable before a byte is read."""
        try:
            self._socket: socket.socket | None = connect(address)
            self._socket.sendall(b"zINSTREAM\0")
        except OSError as error:
            raise _silent() from error
        self._broken = False

    def write(self, data: bytes) -> None:
        """Pass it on. What breaks is told by ``finish``: clamd says why before it hangs up."""
        view = memoryview(data)
        while view and self._socket is not None and not self._broken:
            piece, view = view[: self.MOST], view[self.MOST :]
            try:
                self._socket.sendall(_LENGTH.pack(len(piece)))
                self._socket.sendall(piece)
            except OSError:
                self._broken = True

    def finish(self) -> str:
        """The name of what was found; empty for a clean file. Raises ScannerUnavailable, TooLargeToScan."""
        if self._socket is None:
            raise _silent()
        try:
            with contextlib.suppress(OSError):
                self._socket.sendall(_LENGTH.pack(0))
            said = self._reply(self._socket)
        except OSError as error:
            raise _silent() from error
        finally:
            self.abort()
        return _verdict(said)

    def abort(self) -> None:
        """Hang up, at any time."""
        found, self._socket = self._socket, None
        if found is not None:
            found.close()

    def _reply(self, found: socket.socket) -> str:
        said = b""
        while not said.endswith(b"\0") and len(said) < MOST_REPLY:
            piece = found.recv(MOST_REPLY)
            if not piece:
                break
            said += piece
        return said.rstrip(b"\0\n").decode("ascii", "replace")


def _verdict(said: str) -> str:
    """Of “stream: OK”, “stream: NAME FOUND” or “… ERROR”: anything else is no word."""
    what = said.removeprefix("stream: ")
    if what == "OK" and what != said:
        return ""
    if what.endswith(" FOUND"):
        return "".join(each if each.isascii() and (each.isalnum() or each in "._-()") else "?" for each in what[:-6])[
            :100
        ]
    if "size limit exceeded" in what:
        raise TooLargeToScan("Send a smaller file, or divide it. Whoever runs the service can raise the limit.")
    raise _silent()


def _silent() -> ScannerUnavailable:
    return ScannerUnavailable("The scanner did not answer, so the file was not accepted. Try again in a few minutes.")
