"""The manifest: what a bundle says of its files, signed. Written and read. Format: docs/formats/log.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from audit.container import FILES
from audit.errors import NoteInvalid
from audit.note import VerifierKey, is_number, signatures
from audit.trust import Trust, Untrusted

BUNDLE = "custodes-bundle/2"
WORDS = ("origin", "made", "entries", "disclosed", "redacted", "checkpoints", "timestamps")
_FILE = re.compile(r"file (0|[1-9][0-9]{0,15}) ([0-9a-f]{64}) ([a-z.]+)\Z")
_HEAD = 1 + len(WORDS)


@dataclass(frozen=True, slots=True)
class Manifest:
    """``told``: the lines by their first word, numbers as text; ``files``: size and SHA-256 by name; ``key`` signed."""

    told: Mapping[str, str]
    files: Mapping[str, str]
    key: VerifierKey


def text(told: Mapping[str, object], summed: Mapping[str, tuple[int, str]]) -> str:
    """What is signed. ``summed``: size and SHA-256 in hex of each other file."""
    lines = [BUNDLE, *(f"{word} {told[word]}" for word in WORDS)]
    lines += [f"file {summed[name][0]} {summed[name][1]} {name}" for name in FILES[:-1]]
    return "".join(f"{line}\n" for line in lines)


def read(note: str, trust: Trust) -> Manifest:
    """The strict reading. Raises Untrusted."""
    try:
        found, signed = signatures(note, trust.keys)
    except NoteInvalid as error:
        raise Untrusted("manifest", f"manifest: {error}") from None
    lines = found.split("\n")
    words = [line.split(" ", 1) for line in lines[1:_HEAD]]
    files = [_FILE.match(line) for line in lines[_HEAD:-1]]
    good = lines[0] == BUNDLE and [each[0] for each in words if len(each) == 2] == list(WORDS) and lines[-1] == ""
    if not good or [each[3] if each else "" for each in files] != list(FILES[:-1]):
        raise Untrusted("manifest", "manifest: is not of the known form")
    told = {each[0]: each[-1] for each in words}
    if signed[0].key.name != told["origin"] or not all(is_number(told[word]) for word in WORDS[1:]):
        raise Untrusted("manifest", "manifest: is not signed by the log’s own key, or its numbers are wrong")
    if note != f"{found}\n{signed[0].line}\n":
        raise Untrusted("manifest", "manifest: must carry one signature")
    return Manifest(told, {each[3]: f"{each[1]} {each[2]}" for each in files if each}, signed[0].key)
