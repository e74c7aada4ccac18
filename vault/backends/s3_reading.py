"""Reading an object of a bucket: the version that was opened and no other, piece by piece, in constant memory.

Small objects come with the opening itself. A reader that goes on from where it stopped is served from one request for
each ``AHEAD`` bytes; a cut connection is taken up again at the byte where it was cut.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import Any, Final

from vault.aws import code_of, errors
from vault.backend import storage_failed
from vault.envelope import tampered
from vault.errors import PartGone

FIRST: Final = 256 << 10
AHEAD: Final = 8 << 20
_CUTS: Final = 2  # how often in a row a connection may be cut without a byte having come

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")

Get = Callable[..., Any]


def open_object(get: Get, name: str) -> S3Reader:
    """``get`` asks for the object's bytes. Raises PartGone."""
    try:
        answer = get(Range=f"bytes=0-{FIRST - 1}")
    except errors() as error:
        if code_of(error) == "NoSuchKey":
            raise PartGone("The stored file is not there.", subject=name) from None
        if code_of(error) != "InvalidRange":
            raise
        answer = get()  # an object of no bytes has no range
    with contextlib.closing(answer["Body"]) as body:
        first = body.read()
    return S3Reader(get, answer, first)


class S3Reader:
    """One open object."""

    def __init__(self, get: Get, answer: Any, first: bytes) -> None:
        said = _RANGE.fullmatch(answer.get("ContentRange", ""))
        self.size = int(said[3]) if said else len(first)
        if len(first) != min(self.size, FIRST):
            raise tampered()
        self._get, self._first = get, first
        self._tag = answer["ETag"]
        self._pinned = {"IfMatch": self._tag}
        if "VersionId" in answer:
            self._pinned["VersionId"] = answer["VersionId"]
        self._body: Any = None
        self._at = self._left = 0  # where the open body stands, and what it still has to give
        self._next = len(first)

    def read_into(self, offset: int, into: memoryview) -> None:
        if offset + len(into) > self.size:
            raise tampered()
        known = max(0, min(len(self._first) - offset, len(into)))
        into[:known] = self._first[offset : offset + known]
        offset, into, cuts = offset + known, into[known:], 0
        while into:
            got = self._some(offset, into)
            cuts = 0 if got else cuts + 1
            if cuts > _CUTS:
                raise storage_failed()
            offset, into = offset + got, into[got:]
        self._next = offset

    def close(self) -> None:
        body, self._body = self._body, None
        if body is not None:
            body.close()

    def __del__(self) -> None:
        self.close()

    def _some(self, offset: int, into: memoryview) -> int:
        """Read what comes; nought when the connection was cut."""
        if self._body is None or self._at != offset or not self._left:
            self._ask(offset, len(into))
        try:
            got = int(self._body.readinto(into[: self._left]))
        except _cuts():
            got = 0
        if not got:
            self.close()
        self._at, self._left = offset + got, self._left - got
        return got

    def _ask(self, offset: int, wanted: int) -> None:
        self.close()
        goes_on = offset in (self._next, self._at, len(self._first))
        end = min(self.size, offset + (max(wanted, AHEAD) if goes_on else wanted))
        try:
            answer = self._get(Range=f"bytes={offset}-{end - 1}", **self._pinned)
        except errors() as error:
            # Another ETag, or shorter than it was: not the object that was opened.
            if code_of(error) in {"PreconditionFailed", "412", "InvalidRange"}:
                raise tampered() from error
            raise storage_failed() from error
        self._body = answer["Body"]
        if answer["ETag"] != self._tag or answer.get("ContentRange") != f"bytes {offset}-{end - 1}/{self.size}":
            self.close()
            raise tampered()
        self._at, self._left = offset, end - offset


def _cuts() -> tuple[type[Exception], ...]:
    return (*errors(), OSError)
