"""All files of an item as one zip, made as it is sent: uncompressed, nothing of it kept, each with its marking."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask import Response

from app.bootstrap.affected import served
from app.bootstrap.parcels import WHEN, Sink
from app.http.downloads import filename, packed
from app.http.house import actor, house
from sharing.service.reading import Download


def everything(reference: str, purpose: str) -> Response:
    """The answer: decided, entered in the log file by file, then streamed; it breaks off when the item is recalled."""
    here = house()
    with here.work(actor()) as work:
        found = work.sharing.download_all(reference, purpose, actor=actor(), now=work.now)
    return packed(Files(reference, found), free=lambda: served(here, reference))


@dataclass(frozen=True, slots=True)
class Files:
    """``app.http.downloads.Packed`` of one item."""

    reference: str
    files: Sequence[Download]

    @property
    def name(self) -> str:
        return f"{self.reference}.zip"

    @property
    def references(self) -> tuple[str, ...]:
        return (self.reference,)

    @property
    def marking(self) -> str:
        return self.files[0].marking

    def stream(self) -> Iterator[bytes]:
        """What was written is handed on before the next piece is read. ZIP64, for a file may be larger than 4 GiB."""
        out = Sink()
        with zipfile.ZipFile(cast(Any, out), "w", zipfile.ZIP_STORED) as archive:
            for number, one in enumerate(self.files, 1):
                # Two files may bear one name; the number tells them apart.
                path = filename(self.reference, one.marking, f"{number:02d} {one.name}")
                with archive.open(zipfile.ZipInfo(path, WHEN), "w", force_zip64=True) as entry:
                    for piece in one.reader.stream():
                        entry.write(piece)
                        yield out.taken()
        yield out.taken()

    def close(self) -> None:
        """Every file."""
        for one in self.files:
            one.reader.close()
