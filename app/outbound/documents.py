"""Which markings stand in a document on its way in: asked of a process of its own (``document_reader``).

The bytes go to it as they arrive, so nothing lies anywhere in clear but in its memory, and ours stays as it was. Only a
short plain text is searched here: there is nothing to unpack in it.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

from app.outbound.apart import started
from classification.model import Scheme
from classification.rules.search import Found, search

MOST = 64 << 20  # bytes: what is larger is no letter, and would have to be held whole to be read
SMALL = 64 << 10  # bytes of a text that is searched here
SECONDS = 60
PDF, ZIP, TEXT = "pdf", "zip", "text"
_HEAD = 1024  # bytes a kind is told by
_LINES = 50  # of a text, told as one place
_WIDE = (b"\xff\xfe", b"\xfe\xff")


class Unread(Exception):
    """No document that can be read."""


def kind_of(head: bytes) -> str:
    """What a file is, by how it begins: a PDF, a ZIP (every newer office format), a text; empty for others."""
    if b"%PDF-" in head[:_HEAD]:
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return ZIP
    return TEXT if head.startswith(_WIDE) or b"\0" not in head else ""


def text_pages(data: bytes) -> Iterator[tuple[str, str]]:
    """(place, text) of a plain text. Raises Unread."""
    try:
        text = data.decode("utf-16" if data.startswith(_WIDE) else "utf-8-sig")
    except UnicodeError:
        raise Unread("no text") from None
    lines = text.splitlines()
    for first in range(0, len(lines), _LINES):
        some = lines[first : first + _LINES]
        yield f"lines {first + 1} to {first + len(some)}", "\n".join(some)


class Reading:
    """One file on its way in. Never raises: a file that cannot be read is one nothing is known of."""

    def __init__(self, scheme: Scheme, policies: Path) -> None:
        """``policies``: the folder the scheme was read from."""
        self._scheme, self._policies = scheme, policies
        self._head, self._size = bytearray(), 0
        self._kind = ""
        self._reader: subprocess.Popen[bytes] | None = None
        self._over = False

    def write(self, data: bytes) -> None:
        """Pass it on."""
        self._size += len(data)
        if self._over:
            return
        if self._size > MOST:
            self.abort()
            return
        if self._reader is not None:
            self._pass(data)
            return
        self._head += data
        if len(self._head) < _HEAD:
            return
        kind = kind_of(bytes(self._head[:_HEAD]))
        if not kind:
            self.abort()
        elif kind != TEXT or len(self._head) > SMALL:
            self._begin(kind)

    def finish(self) -> tuple[Found, ...] | None:
        """What was found; None where it could not be read."""
        try:
            if self._over:
                return None
            if self._reader is None:
                kind = kind_of(bytes(self._head[:_HEAD]))
                if kind == TEXT:
                    return search(text_pages(bytes(self._head)), self._scheme)
                if not kind:
                    return None
                self._begin(kind)
            return self._answer()
        except (subprocess.TimeoutExpired, ValueError, TypeError, OSError, Unread):
            return None
        finally:
            self.abort()

    def abort(self) -> None:
        """Let go of it, at any time."""
        self._over = True
        self._head = bytearray()
        reader, self._reader = self._reader, None
        if reader is None:
            return
        reader.kill()
        for pipe in (reader.stdin, reader.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        reader.wait()

    def _answer(self) -> tuple[Found, ...] | None:
        if self._reader is None:
            return None
        out, _ = self._reader.communicate(timeout=SECONDS)
        if self._reader.returncode:
            return None
        return tuple(Found(**each) for each in json.loads(out))

    def _begin(self, kind: str) -> None:
        named = {one.name: one.party for one in self._scheme.organisations}
        self._reader = started("app.outbound.document_reader", kind, str(self._policies.resolve()), json.dumps(named))
        head, self._head = bytes(self._head), bytearray()
        self._pass(head)

    def _pass(self, data: bytes) -> None:
        if self._reader is None or self._reader.stdin is None:
            return
        try:
            self._reader.stdin.write(data)
        except OSError:  # it ended: of its limits, or of a fault of its own
            self.abort()
