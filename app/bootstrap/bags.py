"""An item as a bag (RFC 8493, BagIt 1.0) for the archive: one zip, made as it is sent; nothing of it lies in clear.

docs/formats/transfer.md says what is in it.
"""

from __future__ import annotations

import csv
import io
import json
import secrets
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256, sha512
from typing import Any, cast

from app.bootstrap.parcels import WHEN, Made, Sink
from retention.model.transfer import ARCHIVE, Label
from sharing.service.ending import FileReturned

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
COLUMNS = (
    "identifier", "path", "title", "kind", "date_sent", "date_closed", "creator", "establishment", "marking",
    "closure_status", "closure_period_years", "closure_authority", "size", "sha256",
)  # fmt: skip


@dataclass
class Bag(Made):
    """``manifest`` is ``manifest-sha256.txt``, which lists every file of the payload."""

    label: Label

    def __post_init__(self) -> None:
        said = {**self.returned.words, "number": secrets.token_hex(16)}  # the digest in the log confirms no guess
        self.words = json.dumps(said, ensure_ascii=False, indent=2, sort_keys=True).encode()
        listed = [("data/item.json", sha256(self.words).hexdigest())]
        listed += [(path, one.reader.sha256.hex()) for path, one in self._paths()]
        self.manifest = _manifest(listed)

    @property
    def name(self) -> str:
        return f"{self.returned.reference}.bag.zip"

    def stream(self) -> Iterator[bytes]:
        """The payload is hashed as it goes by; what lists its SHA-512 comes after it."""
        sink = Sink()
        tags = {"bagit.txt": BAGIT, "bag-info.txt": self._info(), "metadata/metadata.csv": self._metadata(),
                "manifest-sha256.txt": self.manifest}  # fmt: skip
        listed = [("data/item.json", sha512(self.words).hexdigest())]
        with zipfile.ZipFile(cast(Any, sink), "w", zipfile.ZIP_STORED) as archive:
            for path, text in (*tags.items(), ("data/item.json", self.words)):
                archive.writestr(self._entry(path), text)
            yield sink.taken()
            for path, one in self._paths():
                digest = sha512()
                with archive.open(self._entry(path), "w", force_zip64=True) as entry:
                    for piece in one.reader.stream():
                        digest.update(piece)
                        entry.write(piece)
                        yield sink.taken()
                listed.append((path, digest.hexdigest()))
            tags["manifest-sha512.txt"] = _manifest(listed)
            archive.writestr(self._entry("manifest-sha512.txt"), tags["manifest-sha512.txt"])
            for name, made in (("sha256", sha256), ("sha512", sha512)):
                of = cast(Callable[[bytes], Any], made)
                text = _manifest([(path, of(data).hexdigest()) for path, data in tags.items()])
                archive.writestr(self._entry(f"tagmanifest-{name}.txt"), text)
        yield sink.taken()

    def _entry(self, path: str) -> zipfile.ZipInfo:
        """One folder holds the bag: RFC 8493 section 4.2."""
        return zipfile.ZipInfo(f"{self.returned.reference}/{path}", WHEN)

    def _paths(self) -> Iterator[tuple[str, FileReturned]]:
        """Numbered, since two files may bear one name; without anything a path, or a line, could be made of."""
        for number, one in enumerate(self.returned.files, 1):
            kept = "".join("_" if letter in '\\/:*?"<>|' or not letter.isprintable() else letter for letter in one.name)
            yield f"data/files/{number:04d} {kept.strip('. ') or 'file'}", one

    def _info(self) -> bytes:
        label = self.label
        octets = len(self.words) + self.size
        lines = [
            ("Source-Organization", label.holder),
            ("External-Identifier", self.returned.reference),
            ("Bagging-Date", label.packaged_on.isoformat()),
            ("Payload-Oxum", f"{octets}.{self.files + 1}"),
            ("Transfer-To", ARCHIVE),
            ("Originating-Body", label.originator),
            ("Agreement", label.agreement),
            ("Retention-Class", label.retention_class),
            ("Transferred-Under", "Public Records Act 1958 s.3(4)"),
        ]
        return "".join(f"{name}: {value}\n" for name, value in lines).encode()

    def _metadata(self) -> bytes:
        """A row for the item's own words and one a file: the same as the archive's own list would have them."""
        told, label = self.returned.words, self.label
        out = io.StringIO()
        table = csv.writer(out, lineterminator="\n")
        table.writerow(COLUMNS)
        rows = [("data/item.json", str(told["title"]), len(self.words), sha256(self.words).hexdigest())]
        rows += [(path, one.name, one.reader.size, one.reader.sha256.hex()) for path, one in self._paths()]
        for path, title, size, digest in rows:
            table.writerow((
                self.returned.reference, path, title, told["kind"], told["sent_at"], label.closed_on.isoformat(),
                label.originator, told["establishment"] or "", self.returned.marking.partition("\n")[0], label.closure,
                "" if label.closure_years is None else label.closure_years, label.authority, size, digest,
            ))  # fmt: skip
        return out.getvalue().encode()


def _manifest(listed: list[tuple[str, str]]) -> bytes:
    return "".join(f"{digest}  {_encoded(path)}\n" for path, digest in listed).encode()


def _encoded(path: str) -> str:
    """RFC 8493 section 2.1.3: percent, line feed and carriage return, and nothing else."""
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")
