"""What a request of tus 1.0 says in its headers, read strictly (tus.io/protocols/resumable-upload, version 1.0.0)."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass
from typing import Any

from flask import after_this_request, request
from flask.wrappers import Response

from app.http.house import house
from foundation.errors import Conflict, Invalid

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,checksum,expiration"
ALGORITHMS = ("sha256", "sha1")  # the protocol wants sha1 known; neither is a safeguard here, only against broken lines
PIECE = "application/offset+octet-stream"
MOST_SAID = 4096  # characters of metadata
_KEY = re.compile(r"[!-+\--~]+")  # ASCII without space and comma
_NUMBER = re.compile(r"[0-9]{1,18}")


class TusVersion(Conflict):
    """Another version of the protocol, or none."""

    code = "api.tus-version"
    title = "Uploads that go on speak tus 1.0.0"


class TusFaulty(Invalid):
    """A header missing or malformed."""

    code = "api.tus-faulty"
    title = "The upload’s headers cannot be used"


class NotAPiece(Invalid):
    """The body of PATCH is said to be something else."""

    code = "api.tus-media-type"
    title = "The body is no piece of an upload"


class ChecksumDiffers(Invalid):
    """What arrived is not what was sent. Nothing of it counts."""

    code = "api.tus-checksum"
    title = "The piece arrived damaged"


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the sender says of one piece: ``algorithm`` and its digest."""

    algorithm: str
    digest: bytes

    def begin(self) -> Any:
        """A running hash of that kind."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


def speaks() -> None:
    """Every answer says the version, refusals too. Raises TusVersion for another."""
    after_this_request(_said)
    if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
        raise TusVersion(f"Send the header Tus-Resumable: {VERSION}.")


def _said(answer: Response) -> Response:
    answer.headers["Tus-Resumable"] = VERSION
    answer.headers["Tus-Version"] = VERSION
    answer.headers["Tus-Extension"] = EXTENSIONS
    answer.headers["Tus-Checksum-Algorithm"] = ",".join(ALGORITHMS)
    answer.headers["Tus-Max-Size"] = str(house().settings.file_limit)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def number(name: str) -> int:
    """A header that is a whole number of bytes. Raises TusFaulty."""
    given = request.headers.get(name, "")
    if not _NUMBER.fullmatch(given):
        raise TusFaulty(f"Send {name} as a whole number of bytes.")
    return int(given)


def metadata() -> tuple[str, dict[str, str]]:
    """Upload-Metadata as it was given, and what it says. Raises TusFaulty."""
    given = request.headers.get("Upload-Metadata", "")
    if len(given) > MOST_SAID:
        raise TusFaulty(f"Upload-Metadata may have {MOST_SAID:,} characters at most.")
    found: dict[str, str] = {}
    for pair in given.split(",") if given else ():
        key, _, value = pair.strip(" ").partition(" ")
        if not _KEY.fullmatch(key) or key in found:
            raise TusFaulty("Upload-Metadata holds a key that is empty, malformed or given twice.")
        try:
            found[key] = b64decode(value, validate=True).decode("utf-8")
        except (NotBase64, ValueError):
            raise TusFaulty(f"The value of “{key}” in Upload-Metadata must be UTF-8 in base64.") from None
    return given, found


def checksum() -> Checksum | None:
    """Upload-Checksum; None where there is none. Raises TusFaulty for what is malformed or of an unknown algorithm."""
    given = request.headers.get("Upload-Checksum")
    if given is None:
        return None
    algorithm, _, value = given.partition(" ")
    if algorithm not in ALGORITHMS:
        raise TusFaulty(f"Upload-Checksum knows {' and '.join(ALGORITHMS)}.")
    try:
        digest = b64decode(value, validate=True)
    except (NotBase64, ValueError):
        digest = b""
    if len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise TusFaulty("Upload-Checksum must hold a digest in base64.")
    return Checksum(algorithm, digest)
