"""Files on their way in: each begun in one transaction, streamed outside any, attached in another.

Nothing is buffered and nothing lies in clear. Whatever is not attached at the end is removed, with its row; what even
that misses (a crash) the sweep removes.
"""

from __future__ import annotations

import contextlib
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.exceptions import ClientDisconnected

from app.bootstrap.work import Work
from app.http.house import actor, house
from foundation.errors import ServiceError
from vault.parts import SealedPart

PIECE = 256 * 1024


class Incoming:
    """One file: a ``app.http.request.Sink`` over the vault's writer."""

    def __init__(self, draft: UUID, name: str, media_type: str, *, size: int | None = None) -> None:
        """Raises what ``Sharing.begin_file`` does, before a byte is read. ``size`` in bytes if announced."""
        self.draft, self.name, self.media_type = draft, name, media_type
        self._done = False
        self._writer = house().do(
            lambda work: work.sharing.begin_file(draft, name, size=size, actor=actor(), now=work.now), actor()
        )

    def write(self, data: bytes, /) -> int:
        """Seal it. Raises TooLarge at the first byte beyond the limit."""
        return self._writer.write(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Form parsers rewind what they have filled."""
        return self._writer.seek(offset, whence)

    def finish(self) -> SealedPart:
        """Stored, not yet attached."""
        return self._writer.finish()

    def attach(self, work: Work, sealed: SealedPart) -> dict[str, Any]:
        """Part of the draft once ``work`` commits; then call ``settled``."""
        work.sharing.attach(self.draft, sealed, self.name, self.media_type, actor=actor(), now=work.now)
        return {"part": sealed.part, "size": sealed.size}

    def settled(self) -> None:
        """Attached and committed: nothing is to be removed any more."""
        self._done = True

    def abort(self) -> None:
        """Remove what was sealed, and the row that announced it. After ``settled`` it does nothing."""
        if self._done:
            return
        self._done = True
        self._writer.abort()
        part = self._writer.part
        with contextlib.suppress(ServiceError):
            house().do(
                lambda work: work.vault.drop_part(item=self.draft, part=part, actor=actor(), now=work.now), actor()
            )

    def close(self) -> None:
        """The request lets go of it; whether it stays is for ``settled`` to say."""

    def read_from_request(self) -> None:
        """The raw body, piece by piece. Raises ClientDisconnected when it breaks off."""
        arrived = 0
        while piece := _read():
            arrived += self.write(piece)
        # A server may end a body that broke off like one that is whole; half a file must not pass for a file.
        if request.content_length not in (None, arrived):
            raise ClientDisconnected


def _read() -> bytes:
    try:
        return request.stream.read(PIECE)
    except OSError as error:
        raise ClientDisconnected from error
