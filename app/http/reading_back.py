"""A container read back from its medium: hashed as it arrives, kept nowhere. It is encrypted, and stays so."""

from __future__ import annotations

from hashlib import sha256

from flask import request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from app.http.house import actor, house
from app.http.request import FileSink

PIECE = 256 * 1024
_MORE = 1 << 20  # what a form may need beside its file, and what a wrong file may be longer


class ReadBack:
    """``app.http.request.Sink``: size in bytes and SHA-256 of what came."""

    def __init__(self, most: int) -> None:
        self.size = 0
        self.most = most
        self._digest = sha256()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, data: bytes, /) -> int:
        """Raises RequestEntityTooLarge for what is far longer than what was written: it is another file."""
        self.size += len(data)
        if self.size > self.most:
            raise RequestEntityTooLarge
        self._digest.update(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:  # noqa: ARG002
        """Form parsers rewind what they have filled; nothing is read of it again."""
        return 0

    def abort(self) -> None: ...

    def close(self) -> None: ...


def prepared(medium: str) -> ReadBack:
    """Decides before a byte is read. Raises MediumNotFound, CustodyRefused, StateOver."""
    with house().work(actor()) as work:
        work.kept.medium(medium, actor=work.actor, now=work.now)  # whom it is no business of hears that there is none
        found = work.custody.may_verify(medium, actor=work.actor, now=work.now)
    return ReadBack(found.size + _MORE)


def into(medium: str) -> FileSink:
    """For ``receives_files``."""
    sink = prepared(medium)
    if (request.content_length or 0) > sink.most + _MORE:
        raise RequestEntityTooLarge
    return lambda _name, _media_type: sink


def from_request(medium: str) -> ReadBack:
    """The raw body, piece by piece. Raises ClientDisconnected when it breaks off."""
    sink = prepared(medium)
    while piece := _read():
        sink.write(piece)
    if request.content_length not in (None, sink.size):
        raise ClientDisconnected
    return sink


def _read() -> bytes:
    try:
        return request.stream.read(PIECE)
    except OSError as error:
        raise ClientDisconnected from error
