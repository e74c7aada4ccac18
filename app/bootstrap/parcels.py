"""An item going back to its source: all of it as one zip, made as it is sent. Nothing of it is kept in clear."""

from __future__ import annotations

import json
import secrets
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, cast

from audit.leaf import canonical
from sharing.service.ending import FileReturned, Returned

FORMAT = "custodes-return/1"
WHEN = (1980, 1, 1, 0, 0, 0)  # a zip's own dates say nothing: what goes with it does


@dataclass
class Made:
    """What every ``retention.ports.Parcel`` of an item says of itself. ``sha256`` is of ``manifest``."""

    returned: Returned
    manifest: bytes = field(init=False, repr=False)
    words: bytes = field(init=False, repr=False)

    @property
    def marking(self) -> str:
        return self.returned.marking

    @property
    def references(self) -> tuple[str, ...]:
        return (self.returned.reference,)

    @property
    def files(self) -> int:
        return len(self.returned.files)

    @property
    def size(self) -> int:
        return sum(one.reader.size for one in self.returned.files)

    @property
    def sha256(self) -> str:
        return sha256(self.manifest).hexdigest()

    def close(self) -> None:
        """Every file."""
        for one in self.returned.files:
            one.reader.close()


@dataclass
class Zip(Made):
    """manifest.json, item.json and the files, uncompressed."""

    def __post_init__(self) -> None:
        self.words = json.dumps(self.returned.words, ensure_ascii=False, indent=2, sort_keys=True).encode()
        listed = [{"path": "item.json", "size": len(self.words), "sha256": sha256(self.words).hexdigest()}]
        listed += [
            {"path": path, "size": one.reader.size, "sha256": one.reader.sha256.hex()} for path, one in self._paths()
        ]
        said: dict[str, Any] = {
            "format": FORMAT,
            "reference": self.returned.reference,
            "files": listed,
            "number": secrets.token_hex(16),  # so that the digest in the log confirms no guess
        }
        self.manifest = canonical(said)

    @property
    def name(self) -> str:
        return f"{self.returned.reference}.zip"

    def stream(self) -> Iterator[bytes]:
        """As it is made: what was written is handed on before the next piece is read."""
        out = Sink()
        with zipfile.ZipFile(cast(Any, out), "w", zipfile.ZIP_STORED) as archive:
            for path, text in (("manifest.json", self.manifest), ("item.json", self.words)):
                archive.writestr(zipfile.ZipInfo(path, WHEN), text)
            yield out.taken()
            for path, one in self._paths():
                with archive.open(zipfile.ZipInfo(path, WHEN), "w", force_zip64=True) as entry:
                    for piece in one.reader.stream():
                        entry.write(piece)
                        yield out.taken()
        yield out.taken()

    def _paths(self) -> Iterator[tuple[str, FileReturned]]:
        """Numbered, since two files may bear one name; without anything a path could be made of."""
        for number, one in enumerate(self.returned.files, 1):
            name = one.name.replace("/", "-").replace("\\", "-").lstrip(".") or "file"
            yield f"files/{number:04d} {name}", one


class Sink:
    """Where a zip is written that nobody keeps: not seekable, so that sizes follow the files."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> bytes:
        """What was written since."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
