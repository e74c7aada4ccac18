"""Objects in a bucket that keeps versions (docs/formats/envelope.md, section 5).

``<prefix>objects/<name>`` is the object, ``<prefix>fresh/<name>`` an empty object that stands from before the first
byte until the application has settled it: a crash anywhere leaves what a listing of ``fresh/`` and of the open
multipart uploads finds. Nothing is overwritten (``If-None-Match: *``), nothing is read but the version that was opened.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from vault.aws import Clients, Place, code_of, errors
from vault.backend import Reader, Writer, checked, is_name, storage_failed
from vault.backends.s3_reading import open_object
from vault.errors import StorageLocked

PART: Final = 8 << 20  # one buffer of it per upload; 10,000 parts hold 80 GB
PAGE: Final = 1000
_ABSENT = frozenset({"NoSuchKey", "NoSuchUpload", "NoSuchVersion", "404"})
_FORBIDDEN = frozenset({"AccessDenied", "403"})

Names = list[str]  # the class below has a method of that name


@dataclass(frozen=True, slots=True)
class _Version:
    id: str
    marker: bool


class S3Backend:
    """Safe for threads and forks; nothing is asked of the bucket before the first use."""

    def __init__(self, bucket: str, prefix: str = "", place: Place | None = None) -> None:
        """``prefix`` without or with its last slash; empty for the whole bucket."""
        self.bucket, root = bucket, prefix.strip("/") + "/" if prefix.strip("/") else ""
        self._objects, self._fresh = f"{root}objects/", f"{root}fresh/"
        self._clients = Clients("s3", place or Place())

    def create(self, name: str) -> Writer:
        key, fresh = self._objects + checked(name), self._fresh + name
        with refusing():
            self.call("put_object", Key=fresh, Body=b"", IfNoneMatch="*", ChecksumAlgorithm="CRC32")
        return _Writer(self, key, fresh)

    def open(self, name: str) -> Reader:
        key = self._objects + checked(name)
        with refusing():
            return open_object(lambda **asked: self.call("get_object", Key=key, **asked), name)

    def settle(self, name: str) -> None:
        fresh = self._fresh + checked(name)
        with refusing():
            self.forget(fresh)

    def unsettled(self) -> Names:
        with refusing():
            return sorted(self._begun("") | {key.removeprefix(self._objects) for key, _ in self._uploads("")})

    def delete(self, name: str) -> None:
        key = self._objects + checked(name)
        with refusing():
            # The marker last: while it stands, a sweep still knows of the object.
            for upload in [upload for found, upload in self._uploads(name) if found == key]:
                self.abort(key, upload)
            if not self.expunge(key):
                raise StorageLocked(
                    "The bucket keeps the object until its retention ends. Without its key nobody can read it; it is "
                    "deleted by a repeat after that.",
                    subject=name,
                )
            if self._versions(key) or any(found == key for found, _ in self._uploads(name)):
                raise storage_failed()
            self.forget(self._fresh + name)

    def empty(self) -> bool:
        with refusing():
            found = [self.call("list_object_versions", Prefix=top, MaxKeys=1) for top in (self._objects, self._fresh)]
            kept = any(each.get(kind) for each in found for kind in ("Versions", "DeleteMarkers"))
            return not kept and not self._uploads("")

    def list(self, folder: str) -> Names:
        under = checked(folder) + "/"
        with refusing():
            pages = self._pages("list_object_versions", Prefix=self._objects + under)
            kept = {
                one["Key"] for page in pages for kind in ("Versions", "DeleteMarkers") for one in page.get(kind, ())
            }
            kept |= {key for key, _ in self._uploads(under)}
            return sorted({key.removeprefix(self._objects) for key in kept} | self._begun(under))

    def call(self, act: str, **given: Any) -> Any:
        """One request about this bucket."""
        return getattr(self._clients.get(), act)(Bucket=self.bucket, **given)

    def abort(self, key: str, upload: str) -> None:
        """Give up a multipart upload; one that is over is no error."""
        with _unless(_ABSENT):
            self.call("abort_multipart_upload", Key=key, UploadId=upload)

    def exists(self, key: str) -> bool:
        """Is there such an object now?"""
        try:
            self.call("head_object", Key=key)
        except errors() as error:
            if code_of(error) in _ABSENT:
                return False
            raise
        return True

    def expunge(self, key: str) -> bool:
        """Delete every version, then the delete markers; False where the bucket's lock keeps a version."""
        found, kept = self._versions(key), False
        for version in [one for one in found if not one.marker]:
            kept |= not self._delete_version(key, version.id)
        # A delete marker gone while a version stays would bring that version back.
        for version in [one for one in found if one.marker and not kept]:
            self._delete_version(key, version.id)
        return not kept

    def forget(self, key: str) -> None:
        """The same for an entry in ``fresh/``: what a lock keeps of it is at least listed no longer."""
        if not self.expunge(key) and self.exists(key):
            self.call("delete_object", Key=key)

    def _delete_version(self, key: str, version: str) -> bool:
        try:
            self.call("delete_object", Key=key, VersionId=version)
        except errors() as error:
            if code_of(error) in _FORBIDDEN and self._locks():
                return False
            raise
        return True

    def _locks(self) -> bool:
        try:
            found = self.call("get_object_lock_configuration")
        except errors():
            return False
        return bool(found["ObjectLockConfiguration"].get("ObjectLockEnabled") == "Enabled")

    def _versions(self, key: str) -> Sequence[_Version]:
        return [
            _Version(one["VersionId"], kind == "DeleteMarkers")
            for page in self._pages("list_object_versions", Prefix=key)
            for kind in ("Versions", "DeleteMarkers")
            for one in page.get(kind, ())
            if one["Key"] == key
        ]

    def _uploads(self, under: str) -> Sequence[tuple[str, str]]:
        """(key, upload id) of every multipart upload open below."""
        pages = self._pages("list_multipart_uploads", Prefix=self._objects + under)
        return [(one["Key"], one["UploadId"]) for page in pages for one in page.get("Uploads", ())]

    def _begun(self, under: str) -> set[str]:
        pages = self._pages("list_objects_v2", Prefix=self._fresh + under)
        names = {one["Key"].removeprefix(self._fresh) for page in pages for one in page.get("Contents", ())}
        return {name for name in names if is_name(name)}

    def _pages(self, act: str, **given: Any) -> Iterator[Any]:
        pages = (
            self._clients.get()
            .get_paginator(act)
            .paginate(Bucket=self.bucket, PaginationConfig={"PageSize": PAGE}, **given)
        )
        yield from pages


class _Writer:
    """Up to one part in memory; a longer object goes part by part, and appears when they are put together."""

    def __init__(self, store: S3Backend, key: str, fresh: str) -> None:
        self._store, self._key, self._fresh = store, key, fresh
        self._buffer, self._filled = bytearray(), 0
        self._upload, self._parts, self._size = "", list[dict[str, Any]](), 0
        self._published = False

    def write(self, data: memoryview) -> None:
        with refusing():
            while data:
                if self._filled == PART:
                    self._send()
                taken = min(len(data), PART - self._filled)
                # Grows up to one part, then is written over: a small object never takes eight megabytes.
                self._buffer[self._filled : self._filled + taken] = data[:taken]
                self._filled += taken
                data = data[taken:]

    def publish(self) -> None:
        with refusing():
            del self._buffer[self._filled :]
            if self._upload:
                self._send()
                # From here it may stand even if this raises: then the sweep decides, not `abort`.
                self._published = True
                self._complete()
            else:
                self._published = True
                self._put()
        self._buffer = bytearray()

    def abort(self) -> None:
        with refusing():
            self._buffer = bytearray()
            if not self._published:
                if self._upload:
                    self._store.abort(self._key, self._upload)
                self._store.forget(self._fresh)

    def _put(self) -> None:
        kept = self._store.call(
            "put_object", Key=self._key, Body=self._buffer, IfNoneMatch="*", ChecksumAlgorithm="CRC32"
        )
        # Deleted while it was being written: an upload in parts is refused by the store, this one is taken back.
        if not self._store.exists(self._fresh):
            self._store.call("delete_object", Key=self._key, VersionId=kept.get("VersionId", "null"))
            raise storage_failed()

    def _send(self) -> None:
        if not self._upload:
            begun = self._store.call("create_multipart_upload", Key=self._key, ChecksumAlgorithm="CRC32")
            self._upload = begun["UploadId"]
        number = len(self._parts) + 1
        kept = self._store.call(
            "upload_part",
            Key=self._key,
            UploadId=self._upload,
            PartNumber=number,
            Body=self._buffer,
            ChecksumAlgorithm="CRC32",
        )
        said = {name: kept[name] for name in ("ETag", "ChecksumCRC32") if name in kept}
        self._parts.append({"PartNumber": number, **said})
        self._size, self._filled = self._size + self._filled, 0

    def _complete(self) -> None:
        self._store.call(
            "complete_multipart_upload",
            Key=self._key,
            UploadId=self._upload,
            MultipartUpload={"Parts": self._parts},
            MpuObjectSize=self._size,
            IfNoneMatch="*",
        )


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """Faults of the store as refusals."""
    try:
        yield
    except errors() as error:
        raise storage_failed() from error


@contextlib.contextmanager
def _unless(codes: frozenset[str]) -> Iterator[None]:
    try:
        yield
    except errors() as error:
        if code_of(error) not in codes:
            raise
