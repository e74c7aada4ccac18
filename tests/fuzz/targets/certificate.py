"""Receipts and certificates of destruction: alike by both, also where the log's own keeper lies.

An input is a byte of flags and the file. With the flags the layers above a changed part are made right again: the
commitments, the entry of issue, tree and checkpoint, the digest.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from retention.rules import certificate
from tests.fuzz import keys
from tests.fuzz.both import agree
from tests.verifier.writing import b64, canon, sha, tree_head

VECTORS = Path(__file__).parents[2] / "vectors"
INSTRUMENT = ("audit", "verifier", "retention.queries.verify", "retention.rules", "app.cli.verifying")
TRUSTED = (VECTORS / "certificate/trusted.vkey").read_bytes()
COMMIT, SIGN, ISSUE, DIGEST, ONE = 1, 2, 4, 8, 16
MOST, MOST_SIZE = 40_000, 64
LENIENT = (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, OverflowError)


def one(data: bytes) -> None:
    if not data or len(data) > MOST:
        return
    flags, rest = data[0], data[1:]
    if not flags & (COMMIT | SIGN | ISSUE | DIGEST):
        if agree(rest, TRUSTED) and rest[:1] == b"{":
            _every_change(rest)
        return
    try:
        value = json.loads(rest)
        made = mended(value, flags)
        body = canon(made).encode()
    except LENIENT:
        return
    agree(body, keys.ROTATED)


def _every_change(data: bytes) -> None:
    at = len(data) // 3
    agree(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], TRUSTED)


def mended(value: Any, flags: int) -> Any:
    """The same, as somebody with the log's key would make it right."""
    if "proof" not in value or not isinstance(value["proof"], dict):
        return receipt(value, flags)
    proof = value["proof"]
    if flags & ISSUE:
        _issued(value["body"], proof["certificate-issued"])
    value["proof"] = {name: receipt(each, flags & ~SIGN) for name, each in proof.items()}
    if flags & SIGN:
        hashes = [sha(b"%d" % at) for at in range(MOST_SIZE)]
        for each in proof.values():
            hashes[each["seq"]] = sha(b"\0" + each["leaf"].encode())
        for each in proof.values():
            _signed(each, hashes, proof["certificate-issued"]["checkpoint"] if flags & ONE else each["checkpoint"])
    if flags & DIGEST:
        value["digest"] = sha(canon({key: part for key, part in value.items() if key != "digest"}).encode()).hex()
    return value


def _issued(body: Any, issue: dict[str, Any]) -> None:
    """The entry of issue says the digest of this body, and beside it whatever it said."""
    for fields in issue["disclosed"]:
        if fields[1] == "what":
            what = json.loads(fields[2])
            what["sha256"] = sha(canon(body).encode()).hex()
            fields[2] = canon(what)


def receipt(value: Any, flags: int) -> Any:
    """Leaf, tree and checkpoint follow what is disclosed; numbers stay as they were given."""
    try:
        leaf = json.loads(value["leaf"])
        if flags & COMMIT:
            for salt, name, said in value["disclosed"]:
                place = ["who", "subject", "what", "why"].index(name)
                leaf["sd"][place] = b64(sha(b64decode(salt) + name.encode() + b"\0" + said.encode()))
            value["leaf"] = canon(leaf)
        if flags & SIGN:
            hashes = [sha(b"%d" % at) for at in range(MOST_SIZE)]
            hashes[value["seq"]] = sha(b"\0" + value["leaf"].encode())
            _signed(value, hashes, value["checkpoint"])
    except LENIENT:
        pass
    return value


def _signed(value: dict[str, Any], hashes: list[bytes], note: str) -> None:
    text, seq = note.rpartition("\n\n")[0] + "\n", value["seq"]
    origin, size, _, last = text.split("\n")[:4]
    hashes = hashes[: int(size)]
    value["proof"] = [b64(step) for step in path(seq, hashes)] + value["proof"][64:]
    made = f"{keys.ORIGIN if '.' in origin else origin}\n{len(hashes)}\n{b64(tree_head(hashes))}\n{last}\n"
    value["checkpoint"] = keys.signed(made, 3 if "+" in value["checkpoint"][-6:] else 1)


def path(index: int, hashes: list[bytes]) -> list[bytes]:
    """RFC 9162 section 2.1.3.1, as it stands there."""
    if len(hashes) < 2:
        return []
    split = 1 << (len(hashes) - 1).bit_length() - 1
    if index < split:
        return [*path(index, hashes[:split]), tree_head(hashes[split:])]
    return [*path(index - split, hashes[split:]), tree_head(hashes[:split])]


def seeds() -> Iterator[bytes]:
    yield b""
    for name in ("audit/receipts/good", "audit/receipts/bad"):
        for file in sorted((VECTORS / name).iterdir())[:4]:
            if file.stat().st_size < 4000:
                yield b"\0" + file.read_bytes()
                yield bytes([COMMIT | SIGN]) + file.read_bytes()
    good = (VECTORS / "certificate/good/verified-class.json").read_bytes()
    yield b"\0" + good
    for flags in (DIGEST, SIGN | DIGEST, SIGN | ONE | DIGEST, COMMIT | SIGN | ISSUE | DIGEST | ONE):
        yield bytes([flags]) + good
    for file in sorted((VECTORS / "batch-certificate/good").iterdir()):
        for flags in (0, DIGEST, SIGN | DIGEST, COMMIT | SIGN | ISSUE | DIGEST | ONE):
            yield bytes([flags]) + file.read_bytes()
    value = json.loads(good)
    value["proof"]["key-destroyed"] = canon(value["proof"]["key-destroyed"])
    yield bytes([DIGEST]) + canon(value).encode()
    assert certificate.ACTS.keys() == value["proof"].keys()
