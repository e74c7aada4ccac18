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
from app.http.inspecting import Inspection
from foundation.errors import ServiceError
from sharing.model.inspected import NOT_INSPECTED
from vault.parts import SealedPart

PIECE = 256 * 1024


class Incoming:
    """One file: a ``app.http.request.Sink`` over the vault's writer."""

    def __init__(self, draft: UUID, name: str, media_type: str, *, size: int | None = None) -> None:
        """``size`` in bytes if announced.

        Raises what ``Sharing.begin_file`` does, and ScannerUnavailable, before a byte is read.
        """
        self.draft, self.name, self.media_type = draft, name, media_type
        self._done = False
        self._writer = house().do(
            lambda work: work.sharing.begin_file(draft, name, size=size, actor=actor(), now=work.now), actor()
        )
        self._inspection: Inspection | None = None
        self._inspected = NOT_INSPECTED
        try:
            self._inspection = Inspection(house())
        except ServiceError:
            self.abort()
            raise

    def write(self, data: bytes, /) -> int:
        """Seal it, and show it to those that look at it. Raises TooLarge at the first byte beyond the limit."""
        taken = self._writer.write(data)
        if self._inspection is not None:
            self._inspection.write(data)
        return taken

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Form parsers rewind what they have filled."""
        return self._writer.seek(offset, whence)

    def finish(self) -> SealedPart:
        """Stored, not yet attached. Raises ScannerUnavailable, TooLargeToScan: then nothing of it is."""
        sealed = self._writer.finish()
        if self._inspection is not None:
            try:
                self._inspected = self._inspection.finish()
            except ServiceError:
                self.abort()
                raise
        return sealed

    def attach(self, work: Work, sealed: SealedPart) -> dict[str, Any]:
        """Part of the draft once ``work`` commits; then call ``settled``."""
        work.sharing.attach(
            self.draft,
            sealed,
            self.name,
            self.media_type,
            inspected=self._inspected,
            actor=actor(),
            now=work.now,
        )
        return {"part": sealed.part, "size": sealed.size}

    def settled(self) -> None:
        """Attached and committed: nothing is to be removed any more."""
        self._done = True

    def abort(self) -> None:
        """Remove what was sealed, and the row that announced it. After ``settled`` it does nothing."""
        if self._done:
            return
        self._done = True
        if self._inspection is not None:
            self._inspection.abort()
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
        while piece := read_piece():
            arrived += self.write(piece)
        # A server may end a body that broke off like one that is whole; half a file must not pass for a file.
        if request.content_length not in (None, arrived):
            raise ClientDisconnected


def read_piece() -> bytes:
    """Of the raw body, at most ``PIECE`` bytes; nothing at its end. Raises ClientDisconnected."""
    try:
        return request.stream.read(PIECE)
    except OSError as error:
        raise ClientDisconnected from error
