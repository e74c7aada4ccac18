"""The container for a removable medium: made as it is sent, nothing of it in clear on any disk.

docs/formats/media-container.md says what is in it. The passphrase is held while it is sent, and nowhere else.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from json import dumps
from typing import Any, cast

from app.bootstrap.parcels import WHEN, Sink
from audit.leaf import canonical
from custody.model import Export
from custody.ports import Opened, Reader
from custody.service.writing import Begun, close
from vault.encrypted_zip import encrypted

FORMAT = "custodes-medium/1"
COVER, LIST = "READ-ME-FIRST.txt", "list.json"
_PIECE = 1 << 16


@dataclass
class Container:
    """``app.http.downloads.Packed``. ``done`` is told attempt, size and SHA-256 once the last byte was taken."""

    begun: Begun
    line: str  # the marking of the whole
    passphrase: str = field(repr=False)
    done: Callable[[int, int, str], None]

    @property
    def marking(self) -> str:
        return self.line

    @property
    def name(self) -> str:
        return f"{self.begun.export.number}.zip"

    @property
    def references(self) -> tuple[str, ...]:
        return tuple(each.reference for each in self.begun.opened)

    def close(self) -> None:
        """Every file."""
        close(self.begun.opened)

    def stream(self) -> Iterator[bytes]:
        """Piece by piece; whoever stops before the end has written nothing that counts."""
        size, digest = 0, sha256()
        for piece in encrypted(self._inner(), self.passphrase):
            size += len(piece)
            digest.update(piece)
            yield piece
        self.done(self.begun.export.attempt, size, digest.hexdigest())

    def _inner(self) -> Iterator[bytes]:
        """The archive inside, whose names nobody sees without the passphrase."""
        sink, listed = Sink(), list(self._listed())
        texts = {COVER: cover(self.begun.export, self.line), LIST: self._list(listed)}
        with zipfile.ZipFile(cast(Any, sink), "w", zipfile.ZIP_STORED) as archive:
            for path, text in texts.items():
                archive.writestr(zipfile.ZipInfo(path, WHEN), text)
            yield sink.taken()
            for path, each in listed:
                with archive.open(zipfile.ZipInfo(path, WHEN), "w", force_zip64=True) as entry:
                    for piece in [each] if isinstance(each, bytes) else each.stream():
                        entry.write(piece)
                        yield sink.taken()
        yield sink.taken()

    def _listed(self) -> Iterator[tuple[str, bytes | Reader]]:
        for opened in self.begun.opened:
            if opened.words is not None:
                yield f"{opened.reference}/item.json", _json(opened)
            for part, (name, reader) in sorted(opened.files.items()):
                yield f"{opened.reference}/{part:04d} {plain(name)}", reader

    def _list(self, listed: list[tuple[str, bytes | Reader]]) -> bytes:
        """Every file with its size and digest, so that whoever reads it can tell that all is there."""
        rows = []
        for path, each in listed:
            if isinstance(each, bytes):
                size, digest = len(each), sha256(each).hexdigest()
            else:
                size, digest = each.size, each.sha256.hex()
            rows.append({"path": path, "size": size, "sha256": digest})
        export = self.begun.export
        return canonical(
            {"format": FORMAT, "number": export.number, "marking": self.line, "back_on": export.back_on.isoformat(),
             "files": rows}
        )  # fmt: skip


def cover(export: Export, line: str) -> bytes:
    """What is said to whoever opens it, with the marking at its top and its end."""
    return "\r\n".join(
        [
            line,
            "",
            f"Medium {export.number}, due back on {export.back_on.isoformat()}.",
            "",
            "It was written for one purpose and for the people named in its request. Do not copy it, and do not",
            "leave anything of it on a computer that is not meant for it. Give the medium back by the day above, or",
            "say how it was destroyed. If it is lost, or somebody else read it, tell whoever gave it to you at once.",
            "",
            "list.json names every file with its size and its SHA-256.",
            "",
            line,
            "",
        ]
    ).encode()


def plain(name: str) -> str:
    """A name any system takes, that names no folder."""
    kept = "".join("_" if letter in '\\/:*?"<>|' or not letter.isprintable() else letter for letter in name)
    return kept.strip(". ") or "file"


def _json(opened: Opened) -> bytes:
    return dumps(opened.words, ensure_ascii=False, indent=2, sort_keys=True).encode()
