"""The body of one PATCH on its way in: sealed slice by slice, each durable before it counts.

What arrived before a connection was lost counts, too, unless a checksum was announced: then all of it or nothing.
"""

from __future__ import annotations

from uuid import UUID

from flask import request
from werkzeug.exceptions import ClientDisconnected

from app.http.house import actor, house
from app.http.tus.asked import Checksum, ChecksumDiffers
from app.http.uploads import read_piece
from sharing.errors.uploads import UploadTooLong
from vault.slices import SLICE, Slice


class Arriving:
    """``at``: the offset reached, ``size``: of the whole, in bytes."""

    def __init__(self, draft: UUID, upload: UUID, offset: int, checksum: Checksum | None) -> None:
        """Decides before a byte is read. Raises as ``Sharing.receive``."""
        self._draft, self._upload, self._checksum = draft, upload, checksum
        length = request.content_length
        found = house().do(
            lambda work: work.sharing.receive(draft, upload, offset, length=length, actor=actor(), now=work.now),
            actor(),
        )
        self.at, self.size = offset, found.size
        self._slicer, self._place = found.slicer, found.place
        self._hash = checksum.begin() if checksum else None
        self._unsure: list[Slice] = []  # sealed, and not known to be what was sent

    def read(self) -> None:
        """All of it.

        Raises UploadTooLong, OffsetDiffers, ChecksumDiffers, ClientDisconnected, NoRoom, StorageFailed.
        """
        try:
            self._read()
            if self._hash is not None:
                self._must_be_as_sent()
        except BaseException:
            for piece in self._unsure:
                self._slicer.discard(piece.object)
            raise

    def _read(self) -> None:
        held = bytearray()
        try:
            while piece := read_piece():
                if self.at + len(held) + len(piece) > self.size:
                    held.clear()
                    raise UploadTooLong(f"The file has {self.size:,} bytes. What was sent beyond them was not kept.")
                held += piece
                if len(held) >= SLICE:
                    self._keep(bytes(held[:SLICE]))
                    del held[:SLICE]
        except ClientDisconnected:
            if held and self._hash is None:
                self._keep(bytes(held))
            raise
        if held:
            self._keep(bytes(held))

    def _keep(self, data: bytes) -> None:
        """Seal it, then let it count. Of two who go on at one place the later is refused, and what it sealed goes."""
        piece = self._slicer.seal(self._place, self.at, data)
        self.at += piece.size
        if self._hash is not None:
            self._hash.update(data)
            self._unsure.append(piece)
            if self.at < self.size:
                self._place = self._next_place()
            return
        self._place = self._count([piece])

    def _must_be_as_sent(self) -> None:
        if self._checksum is None or self._hash is None or self._hash.digest() != self._checksum.digest:
            raise ChecksumDiffers("Nothing of this piece was kept. Send it again.")
        pieces, self._unsure = self._unsure, []
        if pieces:
            self._count(pieces)

    def _count(self, pieces: list[Slice]) -> str:
        try:
            return house().do(
                lambda work: work.sharing.arrived(self._draft, self._upload, pieces, actor=actor(), now=work.now),
                actor(),
            )
        except BaseException:
            for piece in pieces:
                self._slicer.discard(piece.object)
            raise

    def _next_place(self) -> str:
        return house().do(
            lambda work: work.sharing.next_place(self._draft, self._upload, actor=actor(), now=work.now), actor()
        )
