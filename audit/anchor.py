"""Checkpoints where not even their keeper can change them: a bucket with object lock in compliance mode.

One object for each checkpoint, never overwritten, locked for as long as the operator set. What was put first counts, so
a log rolled back or written anew by somebody with all our rights contradicts it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from audit.errors import AnchorUnavailable
from audit.keys import LogKeys
from audit.leaf import Malformed
from audit.note import MOST_NOTE
from audit.tables import audit_checkpoint

if TYPE_CHECKING:
    from audit.checkpoint import Note

ADDRESS = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([A-Za-z0-9._/-]{1,200}))?\Z")
_NAME = re.compile(r"[0-9]{16}\Z")


@dataclass(frozen=True, slots=True)
class Compared:
    """``anchored`` objects looked at, up to checkpoint ``newest``; ``faults`` in order, the first difference first."""

    anchored: int
    newest: int
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.faults


class Anchor:
    """One log's place in a bucket. ``client``: boto3's S3 client; without it one is made from boto3's environment."""

    def __init__(self, url: str, origin: str, *, keep: timedelta, client: Any = None) -> None:
        """``url``: s3://bucket/prefix. ``keep``: how long each object is locked. Raises ValueError."""
        found = ADDRESS.match(url)
        if not found:
            msg = "must be s3://bucket/prefix"
            raise ValueError(msg)
        self._bucket, self._keep = found[1], keep
        prefix = (found[2] or "").strip("/")
        self._place = f"{prefix}/{origin}/" if prefix else f"{origin}/"
        self._client = client or _client()

    def put(self, note: Note, *, now: datetime) -> bool:
        """Anchor a checkpoint; False if it is anchored already. Raises AnchorUnavailable, also where another is.

        ``now`` must be the world's time, not a demonstration's: the lock is counted from it.
        """
        key, body = self._key(note.checkpoint.number), note.text.encode()
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=body,
                ContentType="text/plain; charset=utf-8",
                IfNoneMatch="*",
                ChecksumAlgorithm="SHA256",
                ObjectLockMode="COMPLIANCE",
                ObjectLockRetainUntilDate=now + self._keep,
            )
        except _failures() as error:
            if _code(error) not in ("PreconditionFailed", "412"):
                raise _unavailable(error) from error
            if self._first(key) != note.checkpoint.text:
                detail = "Another checkpoint of that number is anchored. Run “custodes audit anchors”, and report it."
                raise AnchorUnavailable(detail) from None
            return False
        return True

    def newest(self) -> int:
        """The number of the newest anchored checkpoint; 0 where there is none. Raises AnchorUnavailable."""
        return max((number for number, _, _ in self._versions()), default=0)

    def compare(self, conn: Connection, keys: LogKeys) -> Compared:
        """Every anchored checkpoint with the log. Raises AnchorUnavailable."""
        trust, faults, seen = keys.trust, [], {}
        for number, version, fault in self._versions():
            if fault:
                faults.append((number, fault))
            if number in seen or version is None:
                continue
            text = seen[number] = self._first(self._key(number), version)
            mine = conn.scalar(_NOTE, {"number": number})
            if mine is None:
                faults.append((number, f"checkpoint {number} is anchored, but the log has none: it was rolled back"))
                continue
            try:
                same = trust.open(mine).checkpoint.text == text
            except Malformed:
                same = False
            if not same:
                faults.append((number, f"checkpoint {number} of the log is another than the one anchored"))
        faults.sort(key=lambda each: each[0])
        return Compared(len(seen), max(seen, default=0), tuple(fault for _, fault in faults))

    def _versions(self) -> Iterator[tuple[int, str | None, str]]:
        """Number, version and fault of all there is, the oldest version of each name first."""
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=self._place)
        found: dict[int, list[str]] = {}  # of each name the newest first, as S3 lists them
        hidden: set[int] = set()
        try:
            for page in pages:
                for each in page.get("Versions", ()):
                    if number := self._number(each["Key"]):
                        found.setdefault(number, []).append(each["VersionId"])
                hidden |= {self._number(each["Key"]) for each in page.get("DeleteMarkers", ())} - {0}
        except _failures() as error:
            raise _unavailable(error) from error
        for number in sorted(found.keys() | hidden):
            versions = found.get(number, [])
            fault = f"the anchored checkpoint {number} was hidden behind a deletion" if number in hidden else ""
            if len(versions) > 1:
                fault = f"somebody put another object over the anchored checkpoint {number}"
            yield number, versions[-1] if versions else None, fault

    def _first(self, key: str, version: str | None = None) -> str:
        """The text of an anchored note, without its signatures."""
        if version is None:
            number = self._number(key)
            version = next((each for at, each, _ in self._versions() if at == number), None)
        try:
            got = self._client.get_object(Bucket=self._bucket, Key=key, **({"VersionId": version} if version else {}))
            data = got["Body"].read(MOST_NOTE)
        except _failures() as error:
            raise _unavailable(error) from error
        note = str(data.decode("utf-8", "replace"))
        return note.split("\n\n", maxsplit=1)[0] + "\n"

    def _key(self, number: int) -> str:
        return f"{self._place}{number:016}"

    def _number(self, key: str) -> int:
        name = key.removeprefix(self._place)
        return int(name) if _NAME.match(name) else 0


def _client() -> Any:
    import boto3  # heavy, and only whoever anchors needs it
    from botocore.config import Config

    tries = {"max_attempts": 3, "mode": "standard"}
    return boto3.client("s3", config=Config(connect_timeout=5, read_timeout=20, retries=tries))


def _failures() -> tuple[type[Exception], ...]:
    from botocore.exceptions import BotoCoreError, ClientError

    return (BotoCoreError, ClientError)


def _code(error: Exception) -> str:
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


def _unavailable(error: Exception) -> AnchorUnavailable:
    code = _code(error) or type(error).__name__
    detail = f"The bucket of the anchors did not do what was asked ({code}). It must be there, and have object lock."
    return AnchorUnavailable(detail)


_NOTE = sa.select(audit_checkpoint.c.note).where(audit_checkpoint.c.number == sa.bindparam("number"))
