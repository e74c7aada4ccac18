"""Replies of time-stamping authorities: refused with one error, or good for what was signed and nothing else.

What no signature covers (the list of digests, version numbers, framing) either may read more strictly than the other,
as docs/formats/log.md allows: but whatever one accepts holds what the authority signed, byte for byte.
"""

from __future__ import annotations

import json
import warnings
import zipfile
from base64 import b64decode
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from audit.leaf import Malformed
from audit.timestamp import verify
from tests.fuzz.both import apart_trust, house_trust
from verifier import custodes_verify as apart

VECTORS = Path(__file__).parents[2] / "vectors/log/good/stamped"
INSTRUMENT = ("audit.timestamp", "verifier")


@cache
def stamped() -> tuple[str, bytes]:
    """The text of a checkpoint and the reply over it."""
    with zipfile.ZipFile(VECTORS / "bundle.zip") as file:
        line = json.loads(file.read("timestamps.jsonl").splitlines()[0])
        notes = [json.loads(each) for each in file.read("checkpoints.jsonl").splitlines()]
    note = next(each for each in notes if each.split("\n")[3].split(" ")[1] == str(line["number"]))
    return note.rpartition("\n\n")[0] + "\n", b64decode(line["token"])


@cache
def signed() -> bytes:
    """TSTInfo as the authority signed it: from its first byte to the end of the time."""
    token = stamped()[1]
    begin = token.index(bytes.fromhex("060b2a864886f70d0109100104")) + 13
    return token[begin + 4 : token.index(b"Z", begin) + 1]


def one(data: bytes) -> None:
    with warnings.catch_warnings(action="ignore"):  # of serial numbers that a later library will refuse
        _one(data)


def _one(data: bytes) -> None:
    text, _ = stamped()
    mine, theirs = house_trust((VECTORS / "trust").read_bytes()), apart_trust((VECTORS / "trust").read_bytes())
    assert mine is not None
    assert theirs is not None
    try:
        at = verify(data, text, mine.authorities)
    except Malformed:
        at = None
    said = _apart(data, text, theirs)
    assert at is None or said is None or said.startswith(f"{at:%Y-%m-%dT%H:%M:%S}")
    assert (at is None and said is None) or signed() in data, "another thing than what was signed"


def _apart(data: bytes, text: str, trust: apart.Trust) -> str | None:
    try:
        return apart.verify_stamp(data, text.encode(), trust.authorities)
    except (apart.Fault, *apart.UNREADABLE):
        return None


def seeds() -> Iterator[bytes]:
    yield b""
    yield stamped()[1]
    yield stamped()[1][:-1]
