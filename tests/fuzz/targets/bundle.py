"""Exported logs: what one verifier accepts the other does, even where the log's own keeper lies in its files.

An input is the nine files, each after its length (four bytes), behind a byte of flags: which of the layers above a
changed file are made right again, by somebody who holds the key. Or, with flag 128, a zip as it comes.
"""

from __future__ import annotations

import json
import struct
import zlib
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audit.container import FILES, central_header, end_record, local_header
from tests.fuzz import keys
from tests.fuzz.both import agree
from tests.verifier.writing import NAMES, START, Log, b64, canon, sha, tree_head

VECTORS = Path(__file__).parents[2] / "vectors"
INSTRUMENT = ("audit", "verifier", "app.cli.verifying")
RAW, COMMIT, CHECKPOINTS, MANIFEST, COUNTS = 128, 1, 2, 4, 8
MOST = 60_000


def one(data: bytes) -> None:
    if not data or len(data) > MOST:
        return
    flags, rest = data[0], data[1:]
    if flags & RAW:
        agree(b"PK" + rest, keys.ROTATED)
        return
    files = split(rest)
    if flags & COMMIT:
        files = committed(files)
    if flags & CHECKPOINTS:
        files = checkpointed(files)
    if flags & MANIFEST:
        files = told(files, anew=bool(flags & COUNTS))
    agree(zipped(files), keys.WITNESSED if flags & 16 else keys.ROTATED)


def split(data: bytes) -> dict[str, bytes]:
    files, at = {}, 0
    for name in FILES:
        size = int.from_bytes(data[at : at + 4])
        files[name] = data[at + 4 : at + 4 + size]
        at += 4 + min(size, len(data))
    return files


def joined(files: dict[str, bytes]) -> bytes:
    return b"".join(len(files[name]).to_bytes(4) + files[name] for name in FILES)


def committed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The leaves commit to whatever the disclosures say, and name their predecessors."""
    leaves, shown = files["leaves.jsonl"].split(b"\n"), files["disclosures.jsonl"].split(b"\n")
    chains: dict[Any, tuple[int, bytes]] = {}
    for at, line in enumerate(leaves):
        try:
            leaf = json.loads(line)
            fields = json.loads(shown[at])["disclosed"] if at < len(shown) else None
            for place, (salt, name, value) in enumerate(fields or ()):
                leaf["sd"][place] = b64(sha(b64decode(salt) + name.encode() + b"\0" + value.encode()))
            n, before = chains.get(leaf["w"], (leaf["n"], b64decode(leaf["prev"])))
            leaf["n"], leaf["prev"] = n, b64(before)
            leaves[at] = canon(leaf).encode()
            chains[leaf["w"]] = (n + 1, sha(b"\0" + leaves[at]))
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
            continue
    return {**files, "leaves.jsonl": b"\n".join(leaves)}


def checkpointed(files: dict[str, bytes]) -> dict[str, bytes]:
    """Every checkpoint over the leaves as they are, signed by those who signed it before."""
    hashes = [sha(b"\0" + line) for line in files["leaves.jsonl"].split(b"\n")[:-1]]
    notes, previous = [], bytes(32)
    for line in files["checkpoints.jsonl"].split(b"\n")[:-1]:
        try:
            note = json.loads(line)
            text, _, lines = note.rpartition("\n\n")
            words = text.split("\n")
            last = words[3].split(" ")
            root = tree_head(hashes[: int(words[1])])
            made = f"{words[0]}\n{words[1]}\n{b64(root)}\n{last[0]} {last[1]} {last[2]} {b64(previous)}\n"
            known = enumerate((keys.LOG, keys.SECOND, keys.STRANGER))
            how = sum(1 << bit for bit, key in known if b64(key.id)[:5] in lines) | 8 * (keys.WITNESS in lines)
            note, previous = keys.signed(made, how), sha(made.encode())
            notes.append(canon(note).encode())
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
            notes.append(line)
    newest = json.loads(notes[-1]) if notes and notes[-1][:1] == b'"' and _is_json(notes[-1]) else ""
    return {
        **files,
        "checkpoints.jsonl": b"".join(line + b"\n" for line in notes),
        "checkpoint": newest.encode("utf-8", "replace") or files["checkpoint"],
    }


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def told(files: dict[str, bytes], *, anew: bool) -> dict[str, bytes]:
    """Sizes and digests as they are, the counts too or as they were stated; signed."""
    shown = files["disclosures.jsonl"].split(b"\n")[:-1]
    redacted = sum(line.startswith(b'{"disclosed":null') for line in shown)
    counts = {name: files[name].count(b"\n") for name in NAMES}
    head = (
        f"custodes-bundle/2\norigin {keys.ORIGIN}\nmade {START + 10**9}\nentries {counts['leaves.jsonl']}\n"
        f"disclosed {len(shown) - redacted}\nredacted {redacted}\ncheckpoints {counts['checkpoints.jsonl']}\n"
        f"timestamps {counts['timestamps.jsonl']}\n"
    )
    before = files["manifest"].decode("utf-8", "replace")
    if not anew:
        head = "".join(f"{line}\n" for line in before.split("\n")[:8])
    text = head + "".join(f"file {len(files[name])} {keys.digest(files[name])} {name}\n" for name in NAMES)
    by = keys.SECOND if b64(keys.SECOND.id)[:5] in before else keys.LOG
    return {**files, "manifest": by.note(text).encode("utf-8", "replace")}


def zipped(files: dict[str, bytes]) -> bytes:
    body, directory = b"", b""
    for name in FILES:
        crc, size = zlib.crc32(files[name]), len(files[name])
        directory += central_header(name, crc, size, len(body))
        body += local_header(name, crc, size) + files[name]
    return body + directory + end_record(len(directory), len(body))


def seeds() -> Iterator[bytes]:
    for flags in (MANIFEST, COUNTS | MANIFEST | CHECKPOINTS | COMMIT, 16 | MANIFEST | COUNTS):
        yield bytes([flags]) + joined(Log.of(3, every=2).files())
    yield bytes([MANIFEST | CHECKPOINTS | COUNTS]) + joined(_rotated())
    raw = zipped(Log.of(1).files())
    yield bytes([RAW]) + raw[2:]
    yield bytes([RAW]) + raw[2:-22] + struct.pack("<4s", b"PK\x05\x06")


def _rotated() -> dict[str, bytes]:
    """A first key, a rotation, a second key."""
    files = Log.of(3, every=1).files()
    notes = [json.loads(line) for line in files["checkpoints.jsonl"].split(b"\n")[:-1]]
    texts = [note.rpartition("\n\n")[0] + "\n" for note in notes]
    made = [keys.signed(text, how) for text, how in zip(texts, (1, 3, 2), strict=True)]
    files["checkpoints.jsonl"] = "".join(canon(note) + "\n" for note in made).encode()
    files["checkpoint"] = made[-1].encode()
    files["manifest"] = keys.SECOND.note("x\n").encode()
    return files
