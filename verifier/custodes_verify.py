#!/usr/bin/env python3
"""Verify what was carried away from a Custodes service, without Custodes.

    python custodes_verify.py --trust TRUST [--kept CHECKPOINT]… [--json] PATH…

PATH is a bundle of the log (a zip or a directory, whole or a range), a receipt, a certificate of destruction, a
checkpoint, or the folder of an unpacked compliance pack. TRUST is a file with the log's verifier key, and what else you
trust; ``--key VKEY`` gives one key directly. Bring both, and this program, by another way than the log itself: nothing
that lies in the bundle is trusted.

It needs Python 3.11 or newer and the package ``cryptography``; it reads the files named and nothing else, writes
nothing, and opens no connection. It was written from docs/formats/ alone (log, checkpoint, trust, certificate,
batch-certificate, pack); the headings below name the parts of those pages, and of the public standards, that each part
checks:

    what is found · canonical JSON · the tree · what is trusted · notes and checkpoints · entries
    files · a bundle · time-stamps · a receipt, a certificate · a compliance pack · the command line

What matters most is in “the tree” to “entries” and in class ``Bundle``; the rest reads files and tells the result.

Exit code 0: all that was asked for holds. 1: a fault. 2: wrong usage, or a file that cannot be read.
"""

from __future__ import annotations

import argparse
import binascii
import csv
import hashlib
import json
import os
import re
import stat
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from io import TextIOWrapper
from itertools import combinations, zip_longest
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MOST_FAULTS = 100  # told one by one for each PATH; further ones are counted
LEAF_LIMIT, LINE_LIMIT, VALUE_LIMIT = 65_536, 2_097_152, 65_536  # bytes, log.md
NOTE_LIMIT = 1_000_000  # bytes, checkpoint.md
TRUST_LIMIT = CERTIFICATE_LIMIT = 1_048_576  # bytes, trust.md, certificate.md
RECEIPT_LIMIT = 4 * LINE_LIMIT  # bytes; no receipt of the known form comes near it
MOST_CERTIFICATES = 20  # in one time-stamp
BLOCK = 1 << 18  # bytes read at once
LARGEST = 2**53 - 1  # JSON numbers are exact to here
LATE = 60_000_000  # microseconds an entry may lie behind its predecessors, log.md “Time”
LATE_CHECKPOINT = 60_000  # milliseconds, checkpoint.md
ZERO = bytes(32)
T = TypeVar("T")


# What is found
# ---------------------------------------------------------------------------------------------------------------------


class Fault(Exception):
    """Something does not hold: a code that stays the same from version to version, and plain words."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


@dataclass
class Report:
    """The result for one PATH."""

    path: str
    kind: str = "unknown"
    origin: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    faults: list[dict[str, str]] = field(default_factory=list)
    further_faults: int = 0
    proven: list[str] = field(default_factory=list)
    not_proven: list[str] = field(default_factory=list)
    witnesses: list[dict[str, str]] = field(default_factory=list)
    key_changes: list[dict[str, Any]] = field(default_factory=list)
    timestamps: list[dict[str, Any]] = field(default_factory=list)  # the last ten that were verified
    says: dict[str, Any] = field(default_factory=dict)  # what a certificate's body says
    sha256: str = ""  # of a certificate's file
    names: dict[str, str] = field(default_factory=dict)  # of a batch: its items' certificates, and their SHA-256
    head: Checkpoint | None = None  # the checkpoint it stands on, to compare with those of other paths
    issued: dict[str, tuple[int, str]] = field(default_factory=dict)  # certificates, by number: ms, SHA-256 of the body
    times: tuple[int, int] = (LARGEST, -1)  # ms of a bundle's first entry, and its latest

    @property
    def ok(self) -> bool:
        return not self.faults

    def fault(self, where: str, error: Fault) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append({"code": error.code, "where": where, "detail": error.detail})
        else:
            self.further_faults += 1

    def attempt(self, where: str, check: Callable[..., T], *given: Any) -> T | None:
        """What ``check`` gives back, or None with its fault noted."""
        try:
            return check(*given)
        except Fault as error:
            self.fault(where, error)
            return None


def shown(text: str, most: int = 100) -> str:
    """Text out of a file that may be hostile, safe for a terminal: no control, bidirectional or endless characters."""
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:most])
    return plain + ("…" if len(text) > most else "")


def instant(milliseconds: int) -> str:
    """RFC 3339, UTC; the bare number where it lies beyond the calendar."""
    try:
        time = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return f"{milliseconds} ms"
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# Canonical JSON (log.md; RFC 8785 restricted) and base64 (RFC 4648 section 4)
# ---------------------------------------------------------------------------------------------------------------------


def _whole(digits: str) -> int:
    number = int(digits) if len(digits) <= 17 else LARGEST + 1
    if abs(number) > LARGEST:
        raise ValueError("a number beyond ±(2^53 − 1)")
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs) or not all(key.isascii() for key in value):
        raise ValueError("a key twice, or beyond ASCII")
    return value


def _not_whole(word: str) -> NoReturn:
    raise ValueError(f"the number {word[:20]} is not whole")


_decode = json.JSONDecoder(
    parse_int=_whole, parse_float=_not_whole, parse_constant=_not_whole, object_pairs_hook=_object
).decode
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical(data: bytes | str, code: str = "form") -> Any:
    """The value, if these are the very bytes of its one encoding: parsed, checked, encoded again, compared."""
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        value = _decode(text)
        same = _encode(value) == text
    except (ValueError, RecursionError) as error:
        raise Fault(code, f"not JSON of the known form: {shown(str(error))}") from None
    if not same:
        raise Fault(code, "not in canonical form: something was added, moved or rewritten")
    return value


def unbase64(text: str, code: str, size: int | None = None) -> bytes:
    """Bytes of the one text that encodes them; of ``size`` where given."""
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        raise Fault(code, "not base64") from None
    if binascii.b2a_base64(data, newline=False) != text.encode():
        raise Fault(code, "base64 with loose ends")
    if size is not None and len(data) != size:
        raise Fault(code, f"base64 of {len(data)} bytes where {size} belong")
    return data


def keys_are(value: Any, *keys: str) -> bool:
    return isinstance(value, dict) and value.keys() == set(keys)


# The tree (RFC 9162 section 2.1)
# ---------------------------------------------------------------------------------------------------------------------


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


class Tree:
    """The hashes of the perfect subtrees that cover the entries so far, largest first: all that a root needs."""

    def __init__(self) -> None:
        self.size = 0
        self.parts: list[tuple[int, bytes]] = []  # (level, hash)

    def add(self, level: int, digest: bytes) -> None:
        """A perfect subtree of 2^level entries on the right; level 0 is one leaf hash. ``size`` is a multiple of it."""
        self.size += 1 << level
        parts = self.parts
        while parts and parts[-1][0] == level:
            digest = sha256(b"\x01" + parts.pop()[1] + digest)
            level += 1
        parts.append((level, digest))

    def root(self) -> bytes:
        if not self.parts:
            return sha256(b"")
        root = self.parts[-1][1]
        for _, digest in reversed(self.parts[:-1]):
            root = sha256(b"\x01" + digest + root)
        return root


def subtrees(start: int, end: int) -> Iterator[int]:
    """Levels of the largest perfect aligned subtrees that cover entries start … end − 1, left to right."""
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        yield level
        start += 1 << level


def root_of_proof(leaf_hash: bytes, seq: int, size: int, proof: list[bytes]) -> bytes:
    """The root an inclusion proof leads to, RFC 9162 section 2.1.3.2."""
    fn, sn, root = seq, size - 1, leaf_hash
    for sibling in proof:
        if sn == 0:
            raise Fault("proof", "the proof is longer than the tree is high")
        if fn & 1 or fn == sn:
            root = sha256(b"\x01" + sibling + root)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            root = sha256(b"\x01" + root + sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Fault("proof", "the proof is shorter than the tree is high")
    return root


# What the auditor trusts (trust.md), verifier keys (checkpoint.md; c2sp.org/signed-note)
# ---------------------------------------------------------------------------------------------------------------------

ORIGIN = r"(?!custodes-bundle)[a-z0-9][a-z0-9.-]*(?:/[a-z0-9][a-z0-9.-]*)*"
VKEY = re.compile(r"([^\s+]{1,120})\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")
LOG, WITNESS = 0x01, 0x04  # key types: Ed25519 signature of a note, Ed25519 cosignature (c2sp.org/tlog-cosignature)


@dataclass(frozen=True)
class Key:
    """A verifier key and the window [start, end), in milliseconds, in which it counts; ``role`` is its type byte."""

    role: int
    name: str
    id: bytes
    public: bytes
    start: int = 0
    end: int = LARGEST + 1

    def __str__(self) -> str:
        return f"{shown(self.name)}+{self.id.hex()}"

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Ed25519, RFC 8032."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def parse_key(vkey: str, role: int, start: int = 0, end: int = LARGEST + 1) -> Key:
    """``<name>+<id>+<base64(type ‖ public key)>``."""
    found = VKEY.fullmatch(vkey)
    if not found:
        raise Fault("trust", "not a verifier key")
    name, raw = found[1], unbase64(found[3], "trust", 33)
    key = Key(role, name, sha256(name.encode() + b"\n" + raw)[:4], raw[1:], start, end)
    if raw[0] != role:
        raise Fault("trust", f"{key} is not of the kind this line is for")
    if found[2] != key.id.hex():
        raise Fault("trust", f"the id of {key} does not fit its key")
    return key


@dataclass
class Trust:
    """All that is believed, brought by the auditor."""

    keys: dict[tuple[str, bytes], Key] = field(default_factory=dict)
    quorum: int | None = None
    authorities: list[x509.Certificate] = field(default_factory=list)

    def add(self, key: Key) -> None:
        if (key.name, key.id) in self.keys:
            raise Fault("trust", f"{key} stands there twice")
        self.keys[key.name, key.id] = key

    def read(self, data: bytes) -> None:
        """The lines of a trust file."""
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Fault("trust", "the trust file is not UTF-8") from None
        for number, line in enumerate(text.split("\n"), 1):
            words = re.split(r"[ \t]+", line.removesuffix("\r").strip(" \t"))
            try:
                if words[0] and not words[0].startswith("#"):
                    self._line(words)
            except (Fault, ValueError) as error:
                raise Fault("trust", f"line {number} of the trust file: {shown(str(error))}") from None

    def _line(self, words: list[str]) -> None:
        match words:
            case [vkey]:
                self.add(parse_key(vkey, LOG))
            case [("log" | "witness") as role, vkey, *windows] if len(windows) <= 2:
                self.add(parse_key(vkey, LOG if role == "log" else WITNESS, *_window(windows)))
            case ["quorum", number] if self.quorum is None and re.fullmatch(r"100|[1-9]?[0-9]", number, re.ASCII):
                self.quorum = int(number)
            case ["tsa", der]:
                self.authorities.append(x509_of(unbase64(der, "trust")))
            case _:
                raise Fault("trust", "none of log, witness, tsa, one quorum, or a verifier key")

    def check(self) -> None:
        """What holds only once everything is read."""
        roles = [key.role for key in self.keys.values()]
        if LOG not in roles:
            raise Fault("trust", "no log’s key is trusted")
        if (self.quorum or 0) > roles.count(WITNESS):
            raise Fault("trust", "the quorum is more than all witnesses named")


TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?Z", re.ASCII)


def _window(words: list[str]) -> tuple[int, int]:
    bounds = {"from": -LARGEST, "until": LARGEST + 1}
    names = [word.partition("=")[0] for word in words]
    if len(set(names)) != len(names) or not set(names) <= bounds.keys():
        raise Fault("trust", "a window is from=… and until=…, each at most once")
    for word in words:
        name, _, text = word.partition("=")
        found = TIME.fullmatch(text)
        if not found:
            raise Fault("trust", f"“{text}” is not a time like 2026-01-31T09:00:00Z")
        since = datetime.fromisoformat(found[1] + "+00:00") - datetime(1970, 1, 1, tzinfo=UTC)
        bounds[name] = since.days * 86_400_000 + since.seconds * 1000 + int((found[2] or "0").ljust(3, "0"))
    if bounds["from"] >= bounds["until"]:
        raise Fault("trust", "the window ends before it begins")
    return bounds["from"], bounds["until"]


# Signed notes and checkpoints (checkpoint.md; c2sp.org/signed-note, c2sp.org/tlog-checkpoint)
# ---------------------------------------------------------------------------------------------------------------------

NUMBER = r"(0|[1-9][0-9]{0,15})"
HASH = r"([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)"  # canonical base64 of 32 bytes: the last two bits are zero
SIGNATURE = re.compile(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
CHECKPOINT = re.compile(rf"({ORIGIN})\n{NUMBER}\n{HASH}\ncustodes-checkpoint/1 {NUMBER} {NUMBER} {HASH}\n")


@dataclass
class Note:
    """A signed note, and what is known of its signature lines: nothing else is known of its text."""

    text: str
    lines: list[tuple[str, bytes, bytes]]  # name, key id, signature
    signers: list[Key] = field(default_factory=list)  # trusted log keys of the name asked for, whose line verifies
    cosigners: list[tuple[Key, int]] = field(default_factory=list)  # trusted witnesses, seconds since 1970
    strangers: list[str] = field(default_factory=list)  # unknown keys of the log's name
    faults: list[Fault] = field(default_factory=list)


def read_note(data: bytes) -> Note:
    """Text, an empty line, 1 to 100 signature lines."""
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Fault("signature", "the note is not UTF-8") from None
    text, gap, rest = whole.rpartition("\n\n")
    lines = rest[:-1].split("\n")
    if len(data) > NOTE_LIMIT or re.search(r"[\x00-\x09\x0b-\x1f]", whole):
        raise Fault("signature", "the note is too long, or holds control characters")
    if not gap or not text or not rest.endswith("\n") or len(lines) > 100:
        raise Fault("signature", "not of the form of a signed note")
    note = Note(text + "\n", [])
    for line in lines:
        found = SIGNATURE.fullmatch(line)
        raw = unbase64(found[2], "signature") if found else b""
        if not found or len(raw) < 5:
            raise Fault("signature", "a signature line is not of its form")
        note.lines.append((found[1], raw[:4], raw[4:]))
    return note


def verify_note(note: Note, trust: Trust, name: str) -> Note:
    """Verify each line of a known key; lines of unknown keys count for nothing."""
    message = note.text.encode()
    for line, identity, signature in note.lines:
        key = trust.keys.get((line, identity))
        if key is None:
            note.strangers += [f"{shown(line)}+{identity.hex()}"] if line == name else []
        elif key.role == WITNESS:
            _verify_cosignature(note, key, signature, message)
        elif not key.signed(signature, message):
            note.faults.append(Fault("signature", f"the signature of {key} is wrong"))
        elif key.name == name and key not in note.signers:
            note.signers.append(key)
    return note


def _verify_cosignature(note: Note, key: Key, signature: bytes, text: bytes) -> None:
    """c2sp.org/tlog-cosignature: 8 bytes of time, in seconds; Ed25519 over a header line, that time, and the text."""
    seconds = int.from_bytes(signature[:8], "big")
    message = b"cosignature/v1\ntime %d\n" % seconds + text
    if len(signature) != 72 or seconds >= 1 << 63 or not key.signed(signature[8:], message):
        note.faults.append(Fault("cosignature", f"the cosignature of {key} is wrong"))
    elif (key, seconds) not in note.cosigners:
        note.cosigners.append((key, seconds))


def only_counting(note: Note, time: int) -> None:
    """Leave the signers whose window holds this time, and say so where none is left."""
    counting = [key for key in note.signers if key.start <= time < key.end]
    if note.signers and not counting:
        note.faults.append(Fault("window", f"{note.signers[0]} signed, but is not trusted for {instant(time)}"))
    elif not note.signers and "signature" not in [fault.code for fault in note.faults]:
        beside = f"; it is signed by {note.strangers[0]}, which you do not trust" if note.strangers else ""
        note.faults.append(Fault("signature", f"no key that you trust signed it{beside}"))
    note.signers = counting


@dataclass
class Checkpoint:
    """What the log's keeper signed: so many entries, with this root, at this time (milliseconds)."""

    data: bytes
    note: Note
    origin: str
    size: int
    root: bytes
    number: int
    time: int
    previous: bytes

    @cached_property
    def digest(self) -> bytes:
        return sha256(self.note.text.encode())

    def __str__(self) -> str:
        return f"checkpoint {self.number}"


def read_checkpoint(data: bytes, trust: Trust) -> Checkpoint:
    """Raises Fault where the form is wrong; what is wrong with signatures stands in ``note.faults``."""
    note = read_note(data)
    found = CHECKPOINT.fullmatch(note.text)
    if not found or len(found[1]) > 120:
        raise Fault("signature", "the note’s text is not that of a checkpoint")
    size, number, time = int(found[2]), int(found[4]), int(found[5])
    root, previous = unbase64(found[3], "signature", 32), unbase64(found[6], "signature", 32)
    if max(size, number, time) > LARGEST or number == 0:
        raise Fault("signature", "a number of the checkpoint is out of range")
    if (number == 1 and previous != ZERO) or (size == 0 and root != sha256(b"")):
        raise Fault("checkpoint", "the first checkpoint names a predecessor, or an empty tree has a root of its own")
    only_counting(verify_note(note, trust, found[1]), time)
    return Checkpoint(data, note, found[1], size, root, number, time, previous)


def trusted_checkpoint(data: bytes, trust: Trust) -> Checkpoint:
    """The same where nothing but a good one is of use."""
    checkpoint = read_checkpoint(data, trust)
    if checkpoint.note.faults:
        raise checkpoint.note.faults[0]
    return checkpoint


def fork(one: Checkpoint, other: Checkpoint) -> str:
    """Why two signed checkpoints of one log prove two histories by themselves; "" where they do not."""
    early, late = (one, other) if one.number <= other.number else (other, one)
    if early.number == late.number and early.note.text != late.note.text:
        return "two different checkpoints have one number"
    if early.size == late.size and early.root != late.root:
        return "two checkpoints of one size have different roots"
    if late.size < early.size:
        return "the later checkpoint has fewer entries"
    if late.number == early.number + 1 and late.previous != early.digest:
        return "the later checkpoint names another predecessor"
    return ""


def check_quorum(checkpoint: Checkpoint, trust: Trust, report: Report) -> None:
    """How many different trusted witnesses saw the newest checkpoint, and whether that is enough."""
    inside = [(key, at) for key, at in checkpoint.note.cosigners if key.start <= checkpoint.time < key.end]
    counting = {key.public: (key, at) for key, at in reversed(inside)}.values()  # each key once, whatever its names
    report.witnesses = [{"key": str(key), "time": instant(at * 1000)} for key, at in counting]
    if len(counting) < (trust.quorum or 0):
        detail = f"{len(counting)} of your witnesses cosigned the newest checkpoint, and you ask for {trust.quorum}"
        report.fault(str(checkpoint), Fault("quorum", detail))
    if not trust.quorum:
        report.not_proven.append("not witnessed: your trust file asks for no quorum of witnesses")


# Entries (log.md: Leaf, Commitments and disclosures)
# ---------------------------------------------------------------------------------------------------------------------

GRAPHIC = r'(?:[!#-\[\]-~]|\\["\\])'  # one graphic ASCII character as it stands in canonical JSON
# A leaf is ASCII throughout and its keys are fixed, so one pattern says all of its canonical form.
LEAF = re.compile(
    (
        r'\{"act":"(?P<act>[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)+)"'
        rf',"cls":"{GRAPHIC}{{0,40}}"'
        r',"id":"(?P<id>([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})"'
        rf',"n":(?P<n>{NUMBER})'
        r',"out":"(?P<out>allowed|refused)"'
        rf',"pol":"{GRAPHIC}{{0,128}}"'
        rf',"prev":"(?P<prev>{HASH})"'
        rf',"rules":\[(?:"{GRAPHIC}{{1,120}}"(?:,"{GRAPHIC}{{1,120}}")*)?\]'
        rf',"sd":\["(?P<who>{HASH})","(?P<subject>{HASH})","(?P<what>{HASH})","(?P<why>{HASH})"\]'
        rf',"t":(?P<t>{NUMBER}),"v":1'
        r',"w":"(?P<w>[a-z0-9][a-z0-9._/-]{0,63})"\}'
    ).encode()
)
FIELDS = ("who", "subject", "what", "why")
SUBJECT = re.compile(r"[!-~]{0,80}")


@dataclass(slots=True)
class Leaf:
    """One entry as the tree holds it."""

    act: bytes
    id: bytes
    n: int
    allowed: bool
    prev: bytes  # base64
    sd: dict[str, bytes]  # commitments, base64
    t: int
    w: bytes
    hash: bytes


def read_leaf(line: bytes) -> Leaf:
    """RFC 9162: leaf hash = SHA-256(0x00 ‖ leaf)."""
    found = LEAF.fullmatch(line)
    if not found or len(found["act"]) > 80 or len(line) > LEAF_LIMIT:
        raise Fault("leaf", "not of the form of an entry")
    n, t = int(found["n"]), int(found["t"])
    if n > LARGEST or t > LARGEST:
        raise Fault("leaf", "a number is too large")
    if int(found["id"][:8] + found["id"][9:13], 16) != t // 1000:
        raise Fault("leaf", "its id is of another time")
    sd = {name: found[name] for name in FIELDS}
    allowed = found["out"] == b"allowed"
    return Leaf(found["act"], found["id"], n, allowed, found["prev"], sd, t, found["w"], sha256(b"\x00" + line))


def base64_of(digest: bytes) -> bytes:
    return binascii.b2a_base64(digest, newline=False)


def disclose(leaf: Leaf, disclosures: Any) -> dict[str, str]:
    """Values by name of disclosures that match the leaf's commitments, in the order of ``sd``."""
    if not isinstance(disclosures, list) or len(disclosures) > len(FIELDS):
        raise Fault("disclosure", "not an array of at most four disclosures")
    values: dict[str, str] = {}
    places = [one[1] if isinstance(one, list) and len(one) == 3 else None for one in disclosures]
    if places != [name for name in FIELDS if name in places]:
        raise Fault("disclosure", "the disclosures are not of their form, or not in their order")
    for salt, name, value in disclosures:
        if type(salt) is not str or type(value) is not str:
            raise Fault("disclosure", f"“{name}” is not text")
        data = value.encode()
        commitment = sha256(unbase64(salt, "disclosure", 32) + name.encode() + b"\x00" + data)
        if base64_of(commitment) != leaf.sd[name]:
            raise Fault("disclosure", f"“{name}” does not match its commitment: its text or its salt was changed")
        if len(data) > VALUE_LIMIT or not VALUES[name](value):
            raise Fault("disclosure", f"“{name}” is not of its form")
        values[name] = value
    return values


def _who(value: str) -> bool:
    who = canonical(value, "disclosure")
    if not keys_are(who, "id", "name", "party", "principal", "request") or type(who.pop("principal")) is not int:
        return False
    return all(isinstance(text, str) for text in who.values())


def _what(value: str) -> bool:
    what = canonical(value, "disclosure")
    return isinstance(what, dict) and all(
        field is None or type(field) in (str, int, bool) or (type(field) is list and all(type(x) is str for x in field))
        for field in what.values()
    )


VALUES: dict[str, Callable[[str], bool]] = {
    "who": _who,
    "subject": lambda value: SUBJECT.fullmatch(value) is not None,
    "what": _what,
    "why": lambda value: len(value) <= VALUE_LIMIT,
}


# Files: a directory, or a zip of which every bit is determined (log.md: Bundle, Zip)
# ---------------------------------------------------------------------------------------------------------------------

FILES = (
    "checkpoint",
    "checkpoints.jsonl",
    "disclosures.jsonl",
    "keys",
    "leaves.jsonl",
    "range",
    "timestamps.jsonl",
    "verify.py",
    "manifest",
)
LIMITS = {"checkpoint": NOTE_LIMIT, "manifest": NOTE_LIMIT, "range": 65_536, "verify.py": 4_194_304, "keys": 4_194_304}


def open_plain(path: Path) -> BinaryIO:
    """A regular file for reading; never waits for a pipe."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError("neither a file nor a directory")
    return os.fdopen(handle, "rb", buffering=0)


class Stream:
    """One file of a bundle, read once from first byte to last, hashed as it is read; memory stays flat."""

    def __init__(self, handle: BinaryIO, name: str, start: int, size: int, crc: int | None = None) -> None:
        self.handle, self.name, self.start, self.size, self.crc = handle, name, start, size, crc
        self.hash, self.check, self.read, self.lines_read = hashlib.sha256(), 0, 0, 0

    def blocks(self) -> Iterator[bytes]:
        while self.read < self.size:
            self.handle.seek(self.start + self.read)  # one handle may serve several members
            block = self.handle.read(min(BLOCK, self.size - self.read))
            if not block:
                raise OSError(f"{self.name} became shorter while it was read")
            self.read += len(block)
            self.hash.update(block)
            if self.crc is not None:
                self.check = zlib.crc32(block, self.check)
            yield block

    def whole(self) -> bytes:
        if self.size > LIMITS[self.name]:
            raise Fault("form", f"larger than {LIMITS[self.name]} bytes")
        return b"".join(self.blocks())

    def lines(self, limit: int) -> Iterator[bytes]:
        """Lines without their U+000A."""
        rest = b""
        for block in self.blocks():
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                self._bounded(line, limit)
                self.lines_read += 1
                yield line
            self._bounded(rest, limit)
        if rest:
            raise Fault("form", f"the last line of {self.name} is without its end")

    def _bounded(self, line: bytes, limit: int) -> None:
        if len(line) > limit:
            raise Fault("form", f"line {self.lines_read + 1} of {self.name} is longer than {limit} bytes")

    def finish(self) -> str:
        """SHA-256 of the whole, whatever of it was looked at."""
        for _ in self.blocks():
            pass
        if self.crc is not None and self.crc != self.check:
            raise Fault("form", "its CRC-32 in the zip is wrong")
        return self.hash.hexdigest()


def open_directory(path: Path) -> dict[str, Stream]:
    """Exactly the nine plain files."""
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.name not in FILES or not entry.is_file(follow_symlinks=False):
                raise Fault("form", f"“{shown(entry.name)}” is none of a bundle’s plain files")
    missing = [name for name in FILES if not (path / name).exists()]
    if missing:
        raise Fault("form", f"missing: {', '.join(missing)}")
    streams = {}
    for name in FILES:
        handle = open_plain(path / name)
        streams[name] = Stream(handle, name, 0, os.fstat(handle.fileno()).st_size)
    return streams


def open_zip(handle: BinaryIO) -> dict[str, Stream]:
    """Read the local headers from the first byte on; then the rest of the file has only one possible content."""
    streams, directory, at = {}, b"", 0
    for name in FILES:
        handle.seek(at)
        head = handle.read(30 + len(name))
        crc, size = struct.unpack("<II", head[14:22]) if len(head) == 30 + len(name) else (0, 0)
        same = struct.pack("<HHHHHIIIH", 20, 0, 0, 0, 0x21, crc, size, size, len(name)) + b"\0\0"
        if head != b"PK\x03\x04" + same + name.encode():
            raise Fault("form", f"the zip’s member “{name}” is not where and as it must be")
        if at + len(head) + size > 2**32 - 2:
            raise Fault("form", "the zip is larger than one may be")
        directory += b"PK\x01\x02\x14\x03" + same + struct.pack("<HHHII", 0, 0, 0, 0x81800000, at) + name.encode()
        streams[name] = Stream(handle, name, at + len(head), size, crc)
        at += len(head) + size
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 9, 9, len(directory), at, 0)
    handle.seek(at)
    if handle.read(len(directory) + len(end) + 1) != directory + end:
        raise Fault("form", "the zip’s directory is not as it must be, or something follows it")
    return streams


# A bundle (log.md: Bundle, What a verifier must check)
# ---------------------------------------------------------------------------------------------------------------------

MANIFEST = re.compile(
    rf"custodes-bundle/2\norigin (?P<origin>{ORIGIN})\n"
    + "".join(
        rf"{name} (?P<{name}>{NUMBER})\n"
        for name in ("made", "entries", "disclosed", "redacted", "checkpoints", "timestamps")
    )
    + "".join(rf"file {NUMBER} ([0-9a-f]{{64}}) {re.escape(name)}\n" for name in FILES[:-1])
)
COUNTS = ("entries", "disclosed", "redacted", "checkpoints", "timestamps")


@dataclass
class Manifest:
    """What the log's keeper signed about the files."""

    origin: str
    made: int
    counts: dict[str, int]
    files: dict[str, tuple[int, str]]  # size, SHA-256
    signer: Key | None


def read_manifest(stream: Stream, trust: Trust, report: Report) -> Manifest:
    note = read_note(stream.whole())
    found = MANIFEST.fullmatch(note.text)
    if not found or len(found["origin"]) > 120:
        raise Fault("manifest", "not of the form of a manifest")
    if len(note.lines) != 1:
        raise Fault("manifest", "a manifest carries one signature line")
    verify_note(note, trust, found["origin"])
    only_counting(note, int(found["made"]))
    for fault in note.faults:
        report.fault("manifest", fault if fault.code == "window" else Fault("manifest", fault.detail))
    sizes = re.findall(r"file ([0-9]+) ([0-9a-f]{64}) ([a-z.]+)\n", note.text)
    return Manifest(
        found["origin"],
        int(found["made"]),
        {name: int(found[name]) for name in COUNTS},
        {name: (int(size), digest) for size, digest, name in sizes},
        note.signers[0] if note.signers else None,
    )


@dataclass
class Range:
    """Entries start … end − 1 of a log of ``size`` entries, and the hashes of what lies before and after."""

    start: int
    end: int
    size: int
    left: list[bytes]
    right: list[bytes]


def read_range(stream: Stream) -> Range:
    data = stream.whole()
    if not data.endswith(b"\n"):
        raise Fault("range", "“range” is without its line end")
    value = canonical(data[:-1], "range")
    if not keys_are(value, "from", "left", "right", "size", "to"):
        raise Fault("range", "“range” has not exactly its keys")
    numbers = [value["from"], value["to"], value["size"]]
    if any(type(number) is not int for number in numbers) or not 0 <= numbers[0] <= numbers[1] <= numbers[2]:
        raise Fault("range", "“range” names no part of a log")
    hashes_ = []
    for side, count in (("left", numbers[0].bit_count()), ("right", len(list(subtrees(numbers[1], numbers[2]))))):
        if not isinstance(value[side], list) or len(value[side]) != count:
            raise Fault("range", f"“{side}” has not the {count} hashes that belong there")
        hashes_.append([unbase64(text if isinstance(text, str) else "?", "range", 32) for text in value[side]])
    return Range(numbers[0], numbers[1], numbers[2], *hashes_)


@dataclass
class Kept:
    """A checkpoint the auditor kept, or found in another path; that one may well be newer than this bundle."""

    checkpoint: Checkpoint
    where: str
    from_before: bool = True
    compared: bool = False
    beside_log: bool = False  # a bundle is compared with it, and says what could not be


class Rotation:
    """Which log keys may sign the next checkpoint (checkpoint.md: Rotation)."""

    def __init__(self) -> None:
        self.in_force: set[Key] = set()
        self.ever: set[Key] = set()

    def after(self, signers: list[Key]) -> Key | None:
        """Follow one checkpoint; the new key where it changed."""
        if not signers:
            return None  # that is a fault already
        before, new = self.in_force, [key for key in signers if key not in self.ever]
        first = not self.ever
        self.ever |= set(signers)
        self.in_force = set(signers)
        if first and len(signers) <= 2:
            return None
        if len(before & set(signers)) != 1 or len(signers) != 1 + len(new) or len(new) > 1:
            expected = " or ".join(sorted(map(str, before))) or "one key, or two"
            raise Fault("rotation", f"{expected} was in force, and {', '.join(map(str, signers))} signed")
        self.in_force = set(new or signers)
        return new[0] if new else None


class Bundle:
    """Reads the files side by side, once; every check of the page has a method or a line here."""

    def __init__(self, files: dict[str, Stream], trust: Trust, kept: list[Kept], report: Report) -> None:
        self.files, self.trust, self.kept, self.report = files, trust, kept, report
        self.counts = dict.fromkeys((*COUNTS, "inside", "clock_set_back", "timestamps_verified"), 0)
        self.tree, self.rotation = Tree(), Rotation()
        self.writers: dict[bytes, tuple[int, bytes]] = {}  # next number, hash of the last leaf
        self.latest = -1  # the greatest time so far
        self.clock_set = -1  # index of the last entry audit.clock-set
        self.previous: Checkpoint | None = None
        self.stamps = self._stamps()
        self.stamp = next(self.stamps, None)
        self.roots_not_seen = 0

    def verify(self) -> None:
        manifest = self.report.attempt("manifest", read_manifest, self.files["manifest"], self.trust, self.report)
        if manifest is None:
            self.report.not_proven.append("nothing further was read: without its manifest no bundle can be judged")
            return
        self.manifest, self.report.origin = manifest, manifest.origin
        self.range = self.report.attempt("range", read_range, self.files["range"])
        if self.range is not None:
            self._walk(self.range)
            self._newest(self.range)
            self._kept(self.range)
            self._counts(self.range)
        self._digests()

    # The tree: leaves and disclosures in step, each checkpoint when the tree has its size.

    def _walk(self, part: Range) -> None:
        for digest, level in zip(part.left, subtrees(0, part.start), strict=True):
            self.tree.add(level, digest)
        self.part, self.series = part, self._checkpoints()
        self.pending = next(self.series, None)
        self.wanted = {kept.checkpoint.size for kept in self.kept}
        self._due()
        leaves, disclosures = self._lines("leaves.jsonl", LEAF_LIMIT), self._lines("disclosures.jsonl", LINE_LIMIT)
        for position, (leaf, disclosure) in enumerate(zip_longest(leaves, disclosures), part.start):
            if leaf is None:
                continue  # disclosures of nothing: counted below
            self._entry(position, leaf, disclosure)
            if self.tree.size in self.wanted or (self.pending and self.pending.size <= self.tree.size):
                self._due()
        self.counts["entries"] = self.files["leaves.jsonl"].lines_read
        self._after_the_leaves(part)

    def _after_the_leaves(self, part: Range) -> None:
        if self.counts["entries"] != part.end - part.start:
            detail = f"{part.end - part.start} entries belong here, and {self.counts['entries']} are here"
            self.report.fault("leaves.jsonl", Fault("range", detail))
        elif self.tree.size == part.end < part.size:
            for digest, level in zip(part.right, subtrees(part.end, part.size), strict=True):
                self.tree.add(level, digest)
        whole = self.tree.size == part.size
        while self.pending:
            self._settle(self.pending, known=whole and self.pending.size == part.size)
            self.pending = next(self.series, None)
        if whole:
            self._compare_roots()
        self._settle_stamps(LARGEST, None)

    def _lines(self, name: str, limit: int) -> Iterator[bytes]:
        try:
            yield from self.files[name].lines(limit)
        except Fault as error:
            self.report.fault(name, error)

    def _entry(self, seq: int, line: bytes, disclosure: bytes | None) -> None:
        where = f"entry {seq}"
        leaf = self.report.attempt(where, read_leaf, line)
        if leaf is None:
            self.tree.add(0, sha256(b"\x00" + line))
            return
        self.tree.add(0, leaf.hash)
        self.report.attempt(where, self._chain, leaf)
        self.report.attempt(where, self._time, seq, leaf)
        if disclosure is not None:
            self.report.attempt(where, self._disclosed, leaf, disclosure)

    def _chain(self, leaf: Leaf) -> None:
        number, before = self.writers.get(leaf.w, (None, ZERO))
        self.writers[leaf.w] = (leaf.n + 1, leaf.hash)
        if number is None and self.part.start and leaf.n:
            self.counts["inside"] += 1
        elif leaf.n != (number or 0) or leaf.prev != base64_of(before):
            writer = leaf.w.decode()
            raise Fault("chain", f"does not continue the chain of “{writer}” at {number or 0}: something is missing")

    def _time(self, seq: int, leaf: Leaf) -> None:
        back = leaf.t < self.latest - LATE
        if leaf.act == b"audit.clock-set":
            self.clock_set = seq
            self.counts["clock_set_back"] += leaf.t < self.latest
            self.latest = leaf.t
        elif back:
            raise Fault("time", "lies more than a minute before an entry that stands before it")
        self.latest = max(self.latest, leaf.t)
        self.report.times = (min(self.report.times[0], leaf.t // 1000), self.latest // 1000)

    def _disclosed(self, leaf: Leaf, line: bytes) -> None:
        value = canonical(line, "disclosure")
        if not keys_are(value, "disclosed", "id") or value["id"] != leaf.id.decode():
            raise Fault("disclosure", "not the disclosures of this entry")
        self.counts["redacted" if value["disclosed"] is None else "disclosed"] += 1
        if value["disclosed"] is None:
            return
        told = disclose(leaf, value["disclosed"])
        if len(told) != len(FIELDS):
            raise Fault("disclosure", "some of the four fields are missing")
        if leaf.act in (ACTS["certificate-issued"], BATCH_ACTS["certificate-issued"]) and leaf.allowed:
            what = canonical(told["what"])
            self.report.issued[str(what.get("number"))] = (leaf.t // 1000, str(what.get("sha256")))

    # The series of checkpoints.

    def _checkpoints(self) -> Iterator[Checkpoint]:
        for number, line in enumerate(self._lines("checkpoints.jsonl", LINE_LIMIT), 1):
            where = f"line {number} of checkpoints.jsonl"
            text = self.report.attempt(where, canonical, line, "checkpoint")
            data = text.encode() if isinstance(text, str) else b""
            checkpoint = self.report.attempt(where, read_checkpoint, data, self.trust)
            if checkpoint is None:
                self.report.not_proven.append(f"the checkpoints after {where} were not read")
                return
            yield checkpoint

    def _due(self) -> None:
        """Settle what the tree has now grown to."""
        self._compare_roots()
        while self.pending and self.pending.size <= self.tree.size:
            self._settle(self.pending, known=self.pending.size == self.tree.size)
            self.pending = next(self.series, None)

    def _settle(self, checkpoint: Checkpoint, known: bool) -> None:
        faults = [*checkpoint.note.faults, *(Fault("checkpoint", text) for text in self._follows(checkpoint))]
        if known and self.tree.root() != checkpoint.root:
            faults.append(Fault("checkpoint", "its root is not that of the entries here: some of them were changed"))
        self.roots_not_seen += not known
        for fault in faults:
            self.report.fault(str(checkpoint), fault)
        new = self.report.attempt(str(checkpoint), self.rotation.after, checkpoint.note.signers)
        self._key_changed(checkpoint, new)
        self._compare_texts(checkpoint)
        self._settle_stamps(checkpoint.number, checkpoint)
        self.previous = checkpoint

    def _key_changed(self, checkpoint: Checkpoint, new: Key | None) -> None:
        """The new key that the old one signed beside; or an unknown one of the log's name, told once."""
        strangers = checkpoint.note.strangers if checkpoint.note.signers else []
        for key, trusted in [(str(new), True)] if new else [(stranger, False) for stranger in strangers]:
            known = [change["key"] for change in self.report.key_changes if not change["trusted"]]
            if trusted or (key not in known and len(known) < MOST_FAULTS):
                change = {"checkpoint": checkpoint.number, "time": instant(checkpoint.time), "key": key}
                self.report.key_changes.append({**change, "trusted": trusted})

    def _follows(self, checkpoint: Checkpoint) -> Iterator[str]:
        """What is wrong with its place after the one before it."""
        before, inside = self.previous, self.part.start > 0
        if checkpoint.origin != self.manifest.origin:
            yield "it is of another log"
        if inside and checkpoint.size <= self.part.start:
            yield "it is of a size that does not belong in this range"
        if before is None:
            yield from [] if inside or checkpoint.number == 1 else ["the first checkpoint is missing"]
            return
        if checkpoint.number != before.number + 1:
            yield f"checkpoint {before.number + 1} is missing"
        elif checkpoint.previous != before.digest:
            yield "it names another predecessor than the one here"
        if checkpoint.size < before.size:
            yield "it has fewer entries than its predecessor"
        if checkpoint.time < before.time - LATE_CHECKPOINT and not self._clock_may_be_set(before, checkpoint):
            yield "its time lies more than a minute before its predecessor’s, and no clock was set between them"

    def _clock_may_be_set(self, before: Checkpoint, after: Checkpoint) -> bool:
        """An entry audit.clock-set stands between the two, or not all entries between them are here."""
        all_here = after.size == before.size or (self.part.start <= before.size and after.size <= self.part.end)
        return not all_here or self.clock_set >= before.size

    def _newest(self, part: Range) -> None:
        newest = self.previous
        if newest is None:
            self.report.fault("checkpoints.jsonl", Fault("checkpoint", "there is no checkpoint"))
            return
        self.report.head = newest
        data = self.report.attempt("checkpoint", self.files["checkpoint"].whole)
        if data != newest.data:
            self.report.fault("checkpoint", Fault("checkpoint", "“checkpoint” is not the last of checkpoints.jsonl"))
        if newest.size != part.size:
            detail = f"the newest checkpoint has {newest.size} entries, and “range” says {part.size}"
            self.report.fault("range", Fault("range", detail))
        elif self.tree.size == part.size and self.tree.root() != newest.root and part.end - part.start < part.size:
            self.report.fault("range", Fault("range", "its hashes and the entries do not lead to the newest root"))
        signer = self.manifest.signer
        if signer and self.rotation.in_force and signer not in self.rotation.in_force:
            self.report.fault("manifest", Fault("rotation", f"{signer} signed it, which is no longer in force"))
        check_quorum(newest, self.trust, self.report)

    # Time-stamps.

    def _stamps(self) -> Iterator[tuple[int, bytes]]:
        last = 0
        for number, line in enumerate(self._lines("timestamps.jsonl", LINE_LIMIT), 1):
            where = f"line {number} of timestamps.jsonl"
            stamp = self.report.attempt(where, read_stamp, line)
            if stamp and stamp[0] < last:
                self.report.fault(where, Fault("timestamp", "the time-stamps are not in order"))
            elif stamp:
                last = stamp[0]
                yield stamp

    def _settle_stamps(self, number: int, checkpoint: Checkpoint | None) -> None:
        while self.stamp and self.stamp[0] <= number:
            named, token = self.stamp
            if checkpoint is None or named != number:
                self.report.fault("timestamps.jsonl", Fault("timestamp", f"there is no checkpoint {named} here"))
            else:
                self.report.attempt(str(checkpoint), self._stamped, checkpoint, token)
            self.stamp = next(self.stamps, None)

    def _stamped(self, checkpoint: Checkpoint, token: bytes) -> None:
        if self.trust.authorities:
            try:
                time = verify_stamp(token, checkpoint.note.text.encode(), self.trust.authorities)
            except UNREADABLE:
                raise Fault("timestamp", "a certificate in it cannot be read") from None
            self.counts["timestamps_verified"] += 1
            self.report.timestamps = [*self.report.timestamps[-9:], {"checkpoint": checkpoint.number, "time": time}]

    # Checkpoints from elsewhere, counts, digests.

    def _compare_roots(self) -> None:
        for kept in self.kept:
            if kept.checkpoint.size == self.tree.size and kept.checkpoint.origin == self.manifest.origin:
                kept.compared = True
                if kept.checkpoint.root != self.tree.root():
                    self._contradicts(kept, f"its root is not the one these {self.tree.size} entries have")

    def _compare_texts(self, checkpoint: Checkpoint) -> None:
        for kept in self.kept:
            if kept.checkpoint.number == checkpoint.number and kept.checkpoint.origin == checkpoint.origin:
                kept.compared = True
                if kept.checkpoint.note.text != checkpoint.note.text:
                    self._contradicts(kept, f"checkpoint {checkpoint.number} of this bundle says something else")

    def _contradicts(self, kept: Kept, detail: str) -> None:
        self.report.fault(kept.where, Fault("kept", f"{detail}: the history was rewritten, or there are two"))

    def _kept(self, part: Range) -> None:
        for kept in self.kept:
            if kept.checkpoint.origin != self.manifest.origin:
                if kept.from_before:
                    self.report.fault(kept.where, Fault("kept", "it is of another log"))
                continue
            if kept.from_before and kept.checkpoint.size > part.size:
                detail = f"it has {kept.checkpoint.size} entries and this log {part.size}: the end was cut off"
                self.report.fault(kept.where, Fault("kept", detail))
            elif not kept.compared:
                self.report.not_proven.append(f"{kept.where} could not be compared: it falls outside this bundle")

    def _counts(self, part: Range) -> None:
        counts, files, report = self.counts, self.files, self.report
        counts["checkpoints"] = files["checkpoints.jsonl"].lines_read
        counts["timestamps"] = files["timestamps.jsonl"].lines_read
        if counts["entries"] != files["disclosures.jsonl"].lines_read:
            report.fault("disclosures.jsonl", Fault("count", "not as many lines as there are entries"))
        for name in COUNTS:
            if counts[name] != self.manifest.counts[name]:
                detail = f"the manifest counts {self.manifest.counts[name]} {name}, and {counts[name]} are here"
                report.fault("manifest", Fault("count", detail))
        report.counts = {"from": part.start, "to": part.end, "size": part.size, **counts}
        kept = [kept for kept in self.kept if kept.from_before]
        report.counts["kept"] = len(kept)
        report.counts["not_compared"] = sum(1 for one in kept if not one.compared)
        self._in_words(part)

    def _digests(self) -> None:
        for name, stream in self.files.items():
            digest = self.report.attempt(name, stream.finish)
            limit = LIMITS.get(name)
            if limit and stream.size > limit:
                self.report.fault(name, Fault("form", f"larger than {limit} bytes"))
            if name in self.manifest.files and (stream.size, digest) != self.manifest.files[name]:
                self.report.fault(name, Fault("digest", "not the file whose size and SHA-256 the manifest names"))

    def _in_words(self, part: Range) -> None:
        report, counts, newest = self.report, self.counts, self.previous
        if newest is None or not newest.note.signers:
            return
        whole = part.end - part.start == part.size
        which = f"all {part.size} entries" if whole else f"entries {part.start} to {part.end - 1} of {part.size}"
        report.proven.append(
            f"{which} are, unchanged and in this order, those under {newest}, which {newest.note.signers[0]}"
            f" signed for {instant(newest.time)}"
        )
        report.proven.append(
            f"{counts['disclosed']} entries are disclosed, and say what was committed to when they were written;"
            f" {counts['redacted']} are redacted: that they are there is proven, what they said is not shown"
        )
        report.proven.append(f"{counts['checkpoints']} checkpoints follow one another without a gap")
        if self.roots_not_seen:
            text = f"the roots of {self.roots_not_seen} checkpoints between entry {part.end} and the newest one"
            report.not_proven.append(f"{text}: their entries are not in this range")
        if counts["inside"]:
            report.not_proven.append(f"what {counts['inside']} writers wrote before this range")
        unchecked = counts["timestamps"] - counts["timestamps_verified"]
        if unchecked:
            report.not_proven.append(f"{unchecked} time-stamps are present, not checked: your trust file names no tsa")
        if not [kept for kept in self.kept if kept.compared]:
            report.not_proven.append(
                "that nothing is missing at the end: no earlier checkpoint was given (--kept) that could be compared,"
                " so the newest entries may have been cut off, or the log begun anew"
            )


# Time-stamps (RFC 3161, RFC 5652, RFC 5816; DER: X.690)
# ---------------------------------------------------------------------------------------------------------------------

SIGNED_DATA, TST_INFO = "06092a864886f70d010702", "060b2a864886f70d0109100104"  # object identifiers in DER
CONTENT_TYPE, MESSAGE_DIGEST = "06092a864886f70d010903", "06092a864886f70d010904"
DIGESTS = {
    "0609608648016503040201": hashes.SHA256(),
    "0609608648016503040202": hashes.SHA384(),
    "0609608648016503040203": hashes.SHA512(),
}
SIGNATURES: dict[str, hashes.HashAlgorithm | None] = {  # None: with the hash of the signed attributes
    "06092a864886f70d010101": None,  # RSA
    "06092a864886f70d01010b": hashes.SHA256(),
    "06092a864886f70d01010c": hashes.SHA384(),
    "06092a864886f70d01010d": hashes.SHA512(),
    "06082a8648ce3d040302": hashes.SHA256(),  # ECDSA
    "06082a8648ce3d040303": hashes.SHA384(),
    "06082a8648ce3d040304": hashes.SHA512(),
}


@dataclass
class Der:
    """One value: its tag, its content, and all its bytes."""

    tag: int
    content: bytes
    whole: bytes

    @classmethod
    def read(cls, data: bytes, tag: int) -> Der:
        """The one value that ``data`` is."""
        values = list(cls.several(data))
        if len(values) != 1 or values[0].tag != tag:
            raise Fault("timestamp", "not of the form of a time-stamp")
        return values[0]

    @classmethod
    def several(cls, data: bytes) -> Iterator[Der]:
        """Definite lengths in their shortest form, one-byte tags: all that DER allows here."""
        at = 0
        while at < len(data):
            head, length = at + 2, data[at + 1] if at + 1 < len(data) else 0x80
            if length & 0x80:
                head += length & 0x7F
                length = int.from_bytes(data[at + 2 : head], "big")
                if length < 0x80 or data[at + 2] == 0 or head - at > 6:
                    raise Fault("timestamp", "not DER")
            if data[at] & 0x1F == 0x1F or head + length > len(data):
                raise Fault("timestamp", "not DER")
            yield cls(data[at], data[head : head + length], data[at : head + length])
            at = head + length

    def parts(self, *tags: int, more: bool = False) -> list[Der]:
        """The values inside, of exactly these tags; ``more`` allows others after them."""
        parts = list(self.several(self.content))
        if [part.tag for part in parts[: len(tags)]] != list(tags) or (len(parts) > len(tags) and not more):
            raise Fault("timestamp", "not of the form of a time-stamp")
        return parts


# What reading a certificate can raise: its parts are read only when they are asked for, and not all is ValueError.
UNREADABLE = (
    *(ValueError, TypeError, UnsupportedAlgorithm),
    *(x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType),
)
SEQUENCE, SET, INTEGER, OCTETS, OID, CONTEXT0, TIME_TAG = 0x30, 0x31, 0x02, 0x04, 0x06, 0xA0, 0x18


def read_stamp(line: bytes) -> tuple[int, bytes]:
    value = canonical(line, "timestamp")
    if not keys_are(value, "number", "token") or type(value["number"]) is not int or type(value["token"]) is not str:
        raise Fault("timestamp", "not of the form of a line of timestamps.jsonl")
    return value["number"], unbase64(value["token"], "timestamp")


def digest_named(algorithm: Der) -> hashes.HashAlgorithm:
    name = algorithm.parts(OID, more=True)[0].whole.hex()
    if name not in DIGESTS:
        raise Fault("timestamp", "a digest other than SHA-256, SHA-384 or SHA-512")
    return DIGESTS[name]


def hashed(data: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    return hashlib.new(algorithm.name, data).digest()


def verify_stamp(token: bytes, text: bytes, authorities: list[x509.Certificate]) -> str:
    """The time that an authority the auditor trusts put on ``text``. Raises Fault."""
    response = Der.read(token, SEQUENCE).parts(SEQUENCE, more=True)
    if response[0].parts(INTEGER, more=True)[0].content != b"\x00":  # granted
        raise Fault("timestamp", "the authority refused it")
    if [part.tag for part in response] != [SEQUENCE, SEQUENCE]:
        raise Fault("timestamp", "there is no token in it")
    kind, wrapped = response[1].parts(OID, CONTEXT0)
    signed = Der.read(wrapped.content, SEQUENCE).parts(INTEGER, SET, SEQUENCE, more=True)
    content_type, inner = signed[2].parts(OID, CONTEXT0)
    if kind.whole.hex() != SIGNED_DATA or content_type.whole.hex() != TST_INFO:
        raise Fault("timestamp", "not signed data of a time-stamp")
    info = Der.read(inner.content, OCTETS).content
    _, _, imprint, _, when = Der.read(info, SEQUENCE).parts(INTEGER, OID, SEQUENCE, INTEGER, TIME_TAG, more=True)[:5]
    algorithm, digest = imprint.parts(SEQUENCE, OCTETS)
    if digest.content != hashed(text, digest_named(algorithm)):
        raise Fault("timestamp", "it is of another text than this checkpoint’s")
    found = re.fullmatch(rb"(\d{14})(?:\.\d*[1-9])?Z", when.content)
    try:
        time = datetime.strptime((found[1].decode() if found else "") + "+0000", "%Y%m%d%H%M%S%z")
    except ValueError:
        raise Fault("timestamp", "its time is not of its form") from None
    verify_signed_data(signed, info, time, authorities)
    return time.isoformat().replace("+00:00", "Z")


def verify_signed_data(signed: list[Der], info: bytes, time: datetime, authorities: list[x509.Certificate]) -> None:
    """RFC 5652 section 5.4: exactly one signer, over attributes that hold content type and digest of ``info``."""
    signers = list(Der.several(signed[-1].content)) if signed[-1].tag == SET else []
    if len(signers) != 1:
        raise Fault("timestamp", "not exactly one signer")
    signer = signers[0].parts(INTEGER, more=True)
    if [part.tag for part in signer[2:6]] != [SEQUENCE, CONTEXT0, SEQUENCE, OCTETS]:
        raise Fault("timestamp", "a signer without signed attributes")
    _, identity, digest, attributes, algorithm, signature = signer[:6]
    hash_ = digest_named(digest)
    values: dict[str, list[Der]] = {}
    for attribute in Der.several(attributes.content):
        name, value = attribute.parts(OID, SET)
        values.setdefault(name.whole.hex(), []).append(value)
    expected = {
        CONTENT_TYPE: bytes.fromhex(TST_INFO),
        MESSAGE_DIGEST: b"\x04%c" % hash_.digest_size + hashed(info, hash_),
    }
    for name_, content in expected.items():
        if [value.content for value in values.get(name_, [])] != [content]:
            raise Fault("timestamp", "its signed attributes are of something else")
    certificates = [x509_of(part.whole) for part in Der.several(signed[3].content)] if signed[3].tag == CONTEXT0 else []
    certificate = signing_certificate(identity, certificates, authorities, time)
    # The signature is over the attributes as a SET, whatever tag they carry in the message.
    verify_with(certificate, algorithm, hash_, signature.content, b"\x31" + attributes.whole[1:])


def x509_of(der: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(der)
    except UNREADABLE:
        raise Fault("timestamp", "a certificate in it cannot be read") from None


def signing_certificate(
    identity: Der, certificates: list[x509.Certificate], authorities: list[x509.Certificate], time: datetime
) -> x509.Certificate:
    """The signer’s certificate: for time-stamping alone, and leading to a trusted one."""
    if len(certificates) > MOST_CERTIFICATES:
        raise Fault("timestamp", f"more than {MOST_CERTIFICATES} certificates in it")
    for certificate in (*certificates, *authorities):
        if is_identified(certificate, identity) and leads(certificate, certificates, authorities, time):
            try:
                usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
            except (x509.ExtensionNotFound, ValueError):
                continue
            if usage.critical and list(usage.value) == [x509.oid.ExtendedKeyUsageOID.TIME_STAMPING]:
                return certificate
    raise Fault("timestamp", "signed with no certificate that you trust for time-stamps of that time")


def leads(
    first: x509.Certificate, between: list[x509.Certificate], authorities: list[x509.Certificate], time: datetime
) -> bool:
    """From ``first`` to an authority in at most four steps, each signed by the next, all valid at the time."""
    reached, seen = [first], [first]
    for _ in range(5):
        reached = [one for one in reached if one.not_valid_before_utc <= time <= one.not_valid_after_utc]
        if any(one in authorities for one in reached):
            return True
        others = [one for one in (*between, *authorities) if one not in seen]
        reached = [by for by in others if any(issued(one, by) for one in reached)]
        seen += reached
    return False


def is_identified(certificate: x509.Certificate, identity: Der) -> bool:
    if identity.tag == SEQUENCE:
        issuer, serial = identity.parts(SEQUENCE, INTEGER)
        same = int.from_bytes(serial.content, "big", signed=True) == certificate.serial_number
        return same and issuer.whole == certificate.issuer.public_bytes()
    try:
        key_id = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except (x509.ExtensionNotFound, ValueError):
        return False
    return identity.tag == 0x80 and identity.content == key_id


def issued(certificate: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(by)
        return by.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False


def verify_with(
    certificate: x509.Certificate, algorithm: Der, hash_: hashes.HashAlgorithm, signature: bytes, data: bytes
) -> None:
    """RSA (PKCS #1 v1.5) or ECDSA, as the algorithm’s name says."""
    name = algorithm.parts(OID, more=True)[0].whole.hex()
    if name not in SIGNATURES:
        raise Fault("timestamp", "signed in a way this program does not know; use openssl ts -verify")
    key, hash_ = certificate.public_key(), SIGNATURES[name] or hash_
    try:
        if isinstance(key, rsa.RSAPublicKey) and name.startswith("06092a"):
            key.verify(signature, data, padding.PKCS1v15(), hash_)
        elif isinstance(key, ec.EllipticCurvePublicKey) and name.startswith("06082a"):
            key.verify(signature, data, ec.ECDSA(hash_))
        else:
            raise Fault("timestamp", "signed with a key of another kind")
    except InvalidSignature:
        raise Fault("timestamp", "its signature is wrong") from None


# A receipt (log.md: Receipt), a certificate of destruction (certificate.md) and that of a batch (batch-certificate.md)
# ---------------------------------------------------------------------------------------------------------------------


@dataclass
class Receipt:
    """One entry, proven to stand at ``seq`` under ``checkpoint``, and what of it is disclosed."""

    leaf: Leaf
    seq: int
    values: dict[str, str]
    checkpoint: Checkpoint


def verify_receipt(value: Any, trust: Trust) -> Receipt:
    if (
        not keys_are(value, "v", "leaf", "seq", "disclosed", "proof", "checkpoint")
        or value["v"] != "custodes-receipt/1"
    ):
        raise Fault("form", "not a receipt of the known form")
    if type(value["leaf"]) is not str or type(value["checkpoint"]) is not str or type(value["seq"]) is not int:
        raise Fault("form", "leaf and checkpoint must be text, and seq a number")
    if not isinstance(value["proof"], list) or not all(type(text) is str for text in value["proof"]):
        raise Fault("form", "the proof must be an array of text")
    leaf = read_leaf(value["leaf"].encode())
    checkpoint = trusted_checkpoint(value["checkpoint"].encode(), trust)
    proof = [unbase64(text, "proof", 32) for text in value["proof"]]
    if not 0 <= value["seq"] < checkpoint.size:
        raise Fault("proof", "the checkpoint’s tree does not reach to this entry")
    if root_of_proof(leaf.hash, value["seq"], checkpoint.size, proof) != checkpoint.root:
        raise Fault("proof", "the proof does not lead from the entry to the signed root")
    return Receipt(leaf, value["seq"], disclose(leaf, value["disclosed"]), checkpoint)


def receipt(value: Any, trust: Trust, report: Report) -> None:
    report.kind = "receipt"
    found = report.attempt("receipt", verify_receipt, value, trust)
    if found is None:
        return
    report.origin, report.head = found.checkpoint.origin, found.checkpoint
    report.counts = {"entry": found.seq, "disclosed": len(found.values), "size": found.checkpoint.size}
    report.says = {name: shown(text) for name, text in found.values.items()}
    report.proven.append(
        f"entry {found.seq} ({found.leaf.act.decode()}, {'allowed' if found.leaf.allowed else 'refused'},"
        f" {instant(found.leaf.t // 1000)}) stands in the log under {found.checkpoint}, which"
        f" {found.checkpoint.note.signers[0]} signed; the fields disclosed are those committed to"
    )
    report.not_proven.append("anything about the log’s other entries: for that, verify a bundle")
    report.not_proven.append("not witnessed: a receipt’s checkpoint may have been cosigned only after it was given out")


BODY = (
    *("number", "issued_at", "item", "reference", "originator", "holder", "agreement", "agreement_version", "kind"),
    *("establishment", "marking", "class", "period", "trigger", "due_on", "quantity", "medium", "method"),
    *("verification", "copies", "hold_check", "return", "review", "approval", "destroyed_at", "operator", "evidence"),
)
ACTS = {
    "key-destroyed": b"vault.key-destroyed",
    "content-removed": b"vault.content-removed",
    "certificate-issued": b"retention.certificate-issued",
}
BATCH_BODY = (
    *("number", "issued_at", "batch", "batch_number", "originator", "holder", "took", "opened", "submitted", "review"),
    *("approval", "counts", "certificates", "otherwise", "kept_out", "evidence"),
)
BATCH_ACTS = {"batch-approved": b"retention.batch-approved", "certificate-issued": b"retention.batch-certified"}
# Format -> what kind of file it is, the keys of its body, its receipts, and what they are about.
CERTIFICATES: dict[str, tuple[str, tuple[str, ...], dict[str, bytes], str]] = {
    "custodes/certificate/1": ("certificate", BODY, ACTS, "item"),
    "custodes/batch-certificate/1": ("certificate of a batch", BATCH_BODY, BATCH_ACTS, "batch"),
}


def certificate(value: Any, trust: Trust, report: Report) -> None:
    form = value["format"] if keys_are(value, "body", "digest", "format", "proof") else None
    if not isinstance(form, str) or form not in CERTIFICATES:
        report.kind = "certificate"
        report.fault("certificate", Fault("form", "not a certificate of a known form"))
        return
    report.kind, keys, acts, subject = CERTIFICATES[form]
    body, proof = value["body"], value["proof"]
    if not keys_are(body, *keys) or not keys_are(proof, *acts):
        report.fault("certificate", Fault("form", "fields of its body or its receipts are missing or added"))
        return
    without = {key: part for key, part in value.items() if key != "digest"}
    if value["digest"] != sha256(_encode(without).encode()).hex():
        report.fault("certificate", Fault("digest", "it does not match its own digest"))
    report.sha256 = sha256(_encode(value).encode()).hex()
    receipts = {name: report.attempt(name, verify_receipt, proof[name], trust) for name in acts}
    found = {name: one for name, one in receipts.items() if one is not None}
    senseless = body_faults(body) if subject == "item" else batch_faults(body, found.get("batch-approved"))
    for where, detail in (*senseless, *receipt_faults(found, body, acts, subject), *log_faults(found, acts)):
        report.fault(where, Fault("certificate", detail))
    if len(found) == len(acts):
        (_certified if subject == "item" else _batch_certified)(found, body, report)


def inner(body: dict[str, Any], group: str, name: str) -> Any:
    part = body[group]
    return part.get(name) if isinstance(part, dict) else None


def body_faults(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The body must make sense (certificate.md, Verification 6)."""
    people = [inner(body, "review", "by"), inner(body, "approval", "by")]
    if not all(map(says_something, people)) or people[0] == people[1]:
        yield "certificate", "review and approval are not by two different people"
    if inner(body, "hold_check", "held") is not False:
        yield "certificate", "it does not say that the item was not held"
    copies = inner(body, "copies", "accounted")
    fates = [isinstance(each, dict) and each.get("fate") for each in copies] if isinstance(copies, list) else [None]
    if not all(fate in ("destroyed", "returned") for fate in fates):
        yield "certificate", "a copy on paper or media is not accounted for"
    if not says_something(inner(body, "period", "authority")):
        yield "certificate", "no authority is cited for the period"
    if inner(body, "review", "proposal") == "transfer" and not archived(inner(body, "approval", "transferred")):
        yield "certificate", "it was to be transferred, and names no receipt of the archive"
    if body["number"] != f"DC-{body['reference']}":
        yield "certificate", "its number is not that of its reference"


def says_something(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def archived(told: Any) -> bool:
    """What is said of a transfer: the archive's reference, and the entry of its receipt."""
    if not isinstance(told, dict) or told.get("action") != "transferred":
        return False
    return all(isinstance(told.get(name), str) and told[name] for name in ("archive_reference", "received"))


# The shapes of what a batch's lists hold (batch-certificate.md, Body).
LISTS = {
    "certificates": ("item", "number", "sha256"),
    "otherwise": ("action", "item", "reference"),
    "kept_out": ("how", "item", "reference", "rules"),
}
OTHERWISE = ("extend", "keep", "return")
KEPT_OUT = ("left-out", "sent-back", "withdrawn", "uncertified")


def batch_faults(body: dict[str, Any], approval: Receipt | None) -> Iterator[tuple[str, str]]:
    """The body must make sense, and be what the entry of approval says (batch-certificate.md, Verification 5, 6)."""
    told = {name: body[name] for name in LISTS}
    if not all(isinstance(part, list) and all(is_told(name, each) for each in part) for name, part in told.items()):
        yield "certificate", "an item in it is not told as it must be"
        return
    yield from batch_people(body)
    numbers = [each["number"] for each in told["certificates"]]
    items = [each["item"] for part in told.values() for each in part]
    if not numbers:
        yield "certificate", "it names no certificate"
    if len(set(items)) < len(items) or sorted(set(numbers)) != numbers:
        yield "certificate", "it names an item twice, or its certificates are out of order"
    withdrawn = sum(each["how"] in ("withdrawn", "uncertified") for each in told["kept_out"])
    counts = {name: len(part) for name, part in told.items()}
    approved = counts["certificates"] + counts["otherwise"] + withdrawn
    if _encode(body["counts"]) != _encode({**counts, "items": len(items), "approved": approved}):
        yield "certificate", "its counts are not those of its lists"
    what = canonical(approval.values.get("what", "{}")) if approval else {}
    if approval and (what.get("approved") != approved or what.get("by") != inner(body, "approval", "by")):
        yield "batch-approved", "the log’s entry of approval is by another person, or of another number of items"


def batch_people(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    reviewers, submitter = inner(body, "review", "by"), inner(body, "submitted", "by")
    people = [*(reviewers if isinstance(reviewers, list) else [None]), submitter]
    approver = inner(body, "approval", "by")
    if not all(map(says_something, [*people, approver])) or approver in people:
        yield "certificate", "review and approval are not by two different people"
    party, number = body["originator"], body["batch_number"]
    told = isinstance(party, str) and type(number) is int
    if not told or body["number"] != f"BC-{party.upper()}-{number}":
        yield "certificate", "its number is not that of its batch"


def is_told(name: str, each: Any) -> bool:
    if not keys_are(each, *LISTS[name]):
        return False
    if not all(map(says_something, (each["item"], each.get("reference", each["item"])))):
        return False
    if name == "certificates":
        number, digest = each["number"], each["sha256"]
        return isinstance(number, str) and number.startswith("DC-") and is_sha256(digest)
    if name == "otherwise":
        return each["action"] in OTHERWISE
    rules = each["rules"]
    return each["how"] in KEPT_OUT and isinstance(rules, list) and all(map(says_something, rules))


def is_sha256(text: Any) -> bool:
    return isinstance(text, str) and len(text) == 64 and not set(text) - set("0123456789abcdef")


def receipt_faults(
    found: dict[str, Receipt], body: dict[str, Any], acts: dict[str, bytes], subject: str
) -> Iterator[tuple[str, str]]:
    """The receipts must be of this item or batch, these acts and this body (Verification 3 and 4)."""
    for name, one in found.items():
        if one.leaf.act != acts[name] or not one.leaf.allowed:
            yield name, "the receipt is of another act, or of one refused"
        if one.values.keys() != {"subject", "what"} or one.values["subject"] != body[subject]:
            yield name, f"the receipt is of another {subject}, or discloses other fields than subject and what"
        if name != "certificate-issued":
            if one.leaf.id.decode() != inner(body, "evidence", name):
                yield name, "the receipt is not of the entry that the body names"
            continue
        what = canonical(one.values.get("what", "{}"))
        if what.get("number") != body["number"] or what.get("sha256") != sha256(_encode(body).encode()).hex():
            yield name, "the log’s entry of issue is for another text"


def log_faults(found: dict[str, Receipt], acts: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """The receipts must be of one log, in this order (Verification 2 and 5)."""
    places = [found[name].seq for name in acts if name in found]
    if places != sorted(set(places)):
        yield "certificate", f"the entries do not stand in the order {', '.join(acts).replace('-', ' ')}"
    heads = [one.checkpoint for one in found.values()]
    for head, other in combinations(heads, 2):
        if head.origin != other.origin or fork(head, other):
            yield "certificate", "the receipts are of different logs, or of two histories of one"


def _certified(found: dict[str, Receipt], body: dict[str, Any], report: Report) -> None:
    issue = found["certificate-issued"]
    report.origin, report.head = issue.checkpoint.origin, issue.checkpoint
    report.says = {key: shown(text) for key, text in body.items() if isinstance(text, str) and text}
    report.counts = {"entry": issue.seq, "size": issue.checkpoint.size}
    report.proven.append(
        f"the log records, in this order, that the keys of item {shown(str(body['item']))} were destroyed (entry"
        f" {found['key-destroyed'].seq}), that its content was removed (entry {found['content-removed'].seq}), and that"
        f" this certificate, word for word, was issued (entry {issue.seq})"
    )
    report.not_proven.append("that no copy was made by other means: the certificate says what the log’s keeper said")
    report.not_proven.append("not witnessed: a certificate’s checkpoints may have been cosigned after it was given out")


def _batch_certified(found: dict[str, Receipt], body: dict[str, Any], report: Report) -> None:
    issue, counts = found["certificate-issued"], body["counts"]
    report.origin, report.head = issue.checkpoint.origin, issue.checkpoint
    report.says = {key: shown(text) for key, text in body.items() if isinstance(text, str) and text}
    report.counts = {"entry": issue.seq, "size": issue.checkpoint.size}
    if not report.ok:
        return
    report.counts |= {name: counts[name] for name in ("items", "approved", "certificates", "kept_out")}
    report.names = {each["number"]: each["sha256"] for each in body["certificates"]}
    report.proven.append(
        f"the log records that this batch was approved (entry {found['batch-approved'].seq}) and, after it, that this"
        f" certificate, word for word, was issued (entry {issue.seq})"
    )


def compare_certificates(reports: list[Report]) -> None:
    """A certificate of a batch names those of its items: each that was given must be the one that is named."""
    given = {report.says.get("number", ""): report for report in reports if report.kind == "certificate" and report.ok}
    for batch in reports:
        missing = [name for name in batch.names if name not in given]
        for name, digest in batch.names.items():
            if name in given and given[name].sha256 != digest:
                batch.fault(shown(name), Fault("certificate", "the certificate given is not the one this batch names"))
        if batch.faults:
            batch.proven.clear()
        elif missing:
            batch.not_proven.append(f"{len(missing)} of the {len(batch.names)} certificates it names, not given here")
        elif batch.names:
            batch.proven.append(f"the {len(batch.names)} certificates it names are those given here")


# A compliance pack, unpacked: certificates, the log of their time, and the log's word for the sums of both (pack.md)
# ---------------------------------------------------------------------------------------------------------------------

PACK_FILES = ("README.txt", "disposals.csv", "log.zip", "verify.py")
SUM = re.compile(
    r"([0-9a-f]{64})  (README\.txt|disposals\.csv|log\.zip|verify\.py|certificates/[A-Z0-9-]{1,120}\.json)"
)
SUMS_LIMIT = 67_108_864  # bytes


def is_pack(path: Path) -> bool:
    return path.is_dir() and (path / "SHA256SUMS").exists()


def pack_paths(path: Path) -> list[Path]:
    """What of a pack is verified by itself."""
    folder = path / "certificates"
    return [*(sorted(folder.iterdir()) if folder.is_dir() else []), path / "log.zip", path / "receipt.json"]


def plain_bytes(path: Path, limit: int) -> bytes:
    with open_plain(path) as handle:
        data = handle.read(limit + 1)
    if len(data) > limit:
        raise Fault("form", f"larger than {limit} bytes")
    return data


def read_sums(data: bytes) -> dict[str, str]:
    """The sums by member: one line each, in order, no member twice, those that must be there among them."""
    lines = data.decode("utf-8", "replace").split("\n")
    found = [SUM.fullmatch(line) for line in lines[:-1]]
    sums = {match[2]: match[1] for match in found if match}
    if lines[-1] or len(sums) != len(found) or list(sums) != sorted(sums) or not sums.keys() >= set(PACK_FILES):
        raise Fault("pack", "not the sums of a pack")
    return sums


def files_of(path: Path) -> Iterator[str]:
    """Every file of the folder, by its name in the pack; Fault where there is more than files and ``certificates``."""
    for here, inner_folder in ((path, True), (path / "certificates", False)):
        if here.is_dir():
            for entry in sorted(here.iterdir()):
                if not (inner_folder and entry.name == "certificates"):
                    yield entry.relative_to(path).as_posix()


def pack_word(path: Path, trust: Trust) -> dict[str, Any]:
    """What the log recorded when the pack was made."""
    found = verify_receipt(canonical(plain_bytes(path / "receipt.json", RECEIPT_LIMIT)), trust)
    if found.leaf.act != b"app.pack-made" or not found.leaf.allowed or found.values.keys() != {"what"}:
        raise Fault("pack", "the receipt is not that of a pack’s making")
    what: dict[str, Any] = canonical(found.values["what"])
    if not all(isinstance(what.get(name), str) for name in ("first", "end", "body", "sha256")):
        raise Fault("pack", "the log’s entry of its making names no period, body and sum")
    return what


def london(day: str, later: int = 0) -> int:
    """Milliseconds since 1970 of the first instant of a day, or so many days later, in London (the rule since 1996)."""
    try:
        given = date.fromisoformat(day) + timedelta(days=later)
        spring, autumn = (date(given.year, month, 31) for month in (3, 10))
        spring, autumn = (each - timedelta(days=(each.weekday() + 1) % 7) for each in (spring, autumn))
        begins = datetime(given.year, given.month, given.day, tzinfo=UTC) - timedelta(hours=spring < given <= autumn)
    except (ValueError, OverflowError):
        raise Fault("pack", f"{shown(day)} is no day") from None
    return int(begins.timestamp()) * 1000


def verify_pack(path: Path, trust: Trust, reports: dict[Path, Report]) -> Report:
    """The pack as a whole; its members were verified by themselves and are in ``reports``."""
    report = Report(str(path), kind="compliance pack")
    try:
        data = plain_bytes(path / "SHA256SUMS", SUMS_LIMIT)
        _summed(path, read_sums(data), report)
        what = pack_word(path, trust)
        if what["sha256"] != sha256(data).hex():
            report.fault("receipt.json", Fault("pack", "the log’s word is for other sums than those here"))
        _complete(what, reports, pack_paths(path), report)
    except Fault as error:
        report.fault("pack", error)
    for member in pack_paths(path):
        if member not in reports or not reports[member].ok:
            report.fault(shown(member.name), Fault("pack", "it does not hold: see above"))
    if report.faults:
        report.proven.clear()
    return report


def _summed(path: Path, sums: dict[str, str], report: Report) -> None:
    there = set(files_of(path)) - {"SHA256SUMS", "receipt.json"}
    for name in sorted(there ^ sums.keys()):
        report.fault(shown(name), Fault("pack", "not summed" if name in there else "summed, and not here"))
    for name in sorted(there & sums.keys()):
        with open_plain(path / name) as handle:
            stream = Stream(handle, name, 0, os.fstat(handle.fileno()).st_size)
            if stream.finish() != sums[name]:
                report.fault(shown(name), Fault("digest", "not the file that was summed"))


def _complete(what: dict[str, Any], reports: dict[Path, Report], paths: list[Path], report: Report) -> None:
    """Nothing that does not belong, and nothing missing that the log knows of."""
    begins, over = london(what["first"]), london(what["end"], 1)
    log, found = reports[paths[-2]], {path.stem: reports[path] for path in paths[:-2]}
    report.origin = log.origin
    items = sorted(name for name in found if name.startswith("DC-"))
    report.counts = {"certificates": len(items), "batches": len(found) - len(items)}
    if any(what.get(name) != number for name, number in report.counts.items()):
        report.fault("receipt.json", Fault("pack", "the log’s word is for another number of certificates"))
    for name, one in found.items():
        issued = log.issued.get(name, (0, ""))[0]
        if one.says.get("number") != name or (what["body"] and one.says.get("originator") != what["body"]):
            report.fault(shown(name), Fault("pack", "it is not the certificate its name says, or of another body"))
        elif not begins <= issued < over:
            report.fault(shown(name), Fault("pack", "the log in the pack does not have it issued in that time"))
    _tabled(paths[-1].parent / "disposals.csv", items, report)
    if log.counts.get("from", 1) and log.times[0] >= begins:
        report.fault("log.zip", Fault("pack", "the log in the pack begins too late for that time"))
    if log.counts.get("to", 0) < log.counts.get("size", 1) and log.times[1] < over:
        report.fault("log.zip", Fault("pack", "the log in the pack ends too early for that time"))
    _nothing_missing(what, begins, over, set(found), log, report)


def _nothing_missing(
    what: dict[str, Any], begins: int, over: int, numbers: set[str], log: Report, report: Report
) -> None:
    period = f"from {shown(what['first'])} to {shown(what['end'])}"
    report.says = {
        "first": shown(what["first"]),
        "end": shown(what["end"]),
        "body": shown(what["body"]) or "every body",
    }
    if what["body"]:
        report.not_proven.append("that none is missing: the log’s entries of issue do not name the body")
    else:
        missing = sorted(name for name, (at, _) in log.issued.items() if begins <= at < over and name not in numbers)
        for name in missing:
            report.fault(shown(name), Fault("pack", "the log has it issued in that time, and it is not in the pack"))
        report.proven.append(f"these are all the certificates that the log has issued {period}")
    report.proven.append("the log recorded the making of this very pack, and every file in it is as it was then")
    if log.counts.get("redacted"):
        report.not_proven.append("what the redacted entries of that time say")


def _tabled(path: Path, numbers: list[str], report: Report) -> None:
    try:
        rows = list(csv.reader(plain_bytes(path, SUMS_LIMIT).decode("utf-8").splitlines(), strict=True))
    except (ValueError, csv.Error):
        raise Fault("pack", "disposals.csv cannot be read") from None
    if [row[:1] for row in rows[1:]] != [[number] for number in numbers]:
        report.fault("disposals.csv", Fault("pack", "the table does not name the certificates here, in order"))


# What a path is, and the command line
# ---------------------------------------------------------------------------------------------------------------------


def checkpoint_alone(data: bytes, trust: Trust, report: Report) -> None:
    report.kind = "checkpoint"
    found = report.attempt("checkpoint", read_checkpoint, data, trust)
    if found is None:
        return
    report.origin, report.head = found.origin, found
    report.counts = {"number": found.number, "size": found.size}
    for fault in found.note.faults:
        report.fault(str(found), fault)
    check_quorum(found, trust, report)
    if found.note.signers:
        report.proven.append(f"{found.note.signers[0]} signed {found}: {found.size} entries, {instant(found.time)}")
    report.not_proven.append("anything about the entries: for that, verify a bundle")


def verify_file(handle: BinaryIO, trust: Trust, report: Report) -> None:
    """A receipt, a certificate, a checkpoint: whatever it says it is."""
    data = handle.read(RECEIPT_LIMIT + 1)
    if len(data) > RECEIPT_LIMIT:
        raise Fault("form", "too large for a receipt, a certificate or a checkpoint, and not a zip")
    if not data.startswith(b"{"):
        checkpoint_alone(data, trust, report)
        return
    value = canonical(data)
    if "format" in value:
        if len(data) > CERTIFICATE_LIMIT:
            raise Fault("form", f"a certificate is at most {CERTIFICATE_LIMIT} bytes")
        certificate(value, trust, report)
    else:
        receipt(value, trust, report)


@contextmanager
def opened(path: Path) -> Iterator[dict[str, Stream] | BinaryIO]:
    """The files of a bundle, or one plain file. Raises OSError where it cannot be read."""
    with ExitStack() as stack:
        if path.is_dir():
            streams = open_directory(path)
            for stream in streams.values():
                stack.enter_context(stream.handle)
            yield streams
            return
        handle = stack.enter_context(open_plain(path))
        if handle.read(4) == b"PK\x03\x04":
            yield open_zip(handle)
        else:
            handle.seek(0)
            yield handle


def verify_path(path: Path, trust: Trust, kept: list[Kept]) -> Report:
    """Raises OSError where it cannot be read; everything else is a fault."""
    report = Report(str(path))
    try:
        with opened(path) as what:
            if isinstance(what, dict):
                report.kind = "bundle"
                Bundle(what, trust, kept, report).verify()
            else:
                verify_file(what, trust, report)
                compare_head(report, kept)
    except Fault as error:
        report.fault(report.kind, error)
    if report.faults:
        report.proven.clear()  # what holds beside a fault is for people to judge
    return report


def compare_head(report: Report, kept: list[Kept]) -> None:
    """One checkpoint against others: what can be told without the entries."""
    for one in kept:
        head, other = report.head, one.checkpoint
        if head is None or head.origin != other.origin:
            if one.from_before and head is not None:
                report.fault(one.where, Fault("kept", "it is of another log"))
        elif reason := fork(head, other):
            report.fault(one.where, Fault("kept", f"{reason}: two histories were signed"))
        elif head.note.text != other.note.text and not one.beside_log:
            report.not_proven.append(f"that {one.where} is of the same history: verify a bundle that reaches both")


def head_of(path: Path, trust: Trust) -> Kept | None:
    """The checkpoint that a path stands on, if it is a good one."""
    try:
        with opened(path) as what:
            if isinstance(what, dict):
                head = trusted_checkpoint(what["checkpoint"].whole(), trust)
            else:
                report = Report(str(path))
                verify_file(what, trust, report)
                if report.head is None or not report.ok:
                    return None
                head = report.head
        return Kept(head, shown(str(path)), from_before=False)
    except Fault:
        return None  # told where that path itself is verified


def read_trust(arguments: argparse.Namespace) -> Trust:
    trust = Trust()
    for path in arguments.trust:
        with open_plain(path) as handle:
            data = handle.read(TRUST_LIMIT + 1)
        if len(data) > TRUST_LIMIT:
            raise Fault("trust", f"a trust file is at most {TRUST_LIMIT} bytes")
        trust.read(data)
    for vkey in arguments.key:
        trust.add(parse_key(vkey, LOG))
    trust.check()
    return trust


def read_kept(path: Path, trust: Trust, report: Report) -> Kept | None:
    with open_plain(path) as handle:
        data = handle.read(NOTE_LIMIT + 1)
    where = f"the checkpoint you kept, {shown(path.name)}"
    found = report.attempt(where, trusted_checkpoint, data, trust)
    return Kept(found, where) if found else None


def told(report: Report) -> Iterator[str]:
    """The result in plain words."""
    origin = f" of {report.origin}" if report.origin else ""
    yield f"{shown(report.path, 500)}: {report.kind}{origin} {'HOLDS' if report.ok else 'DOES NOT HOLD'}"
    for fault in report.faults:
        yield f"  FAULT [{fault['code']}] {fault['where']}: {fault['detail']}"
    if report.further_faults:
        yield f"  FAULT … and {report.further_faults} more"
    if report.counts:
        yield "  counted: " + ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in report.counts.items())
    yield from _findings(report)


def _findings(report: Report) -> Iterator[str]:
    for name, text in report.says.items():
        yield f"  says: {name.replace('_', ' ')}: {text}"
    for change in report.key_changes:
        beside = "" if change["trusted"] else ", which you do not trust, signed beside the key you do"
        yield f"  key: changed at checkpoint {change['checkpoint']} ({change['time']}) to {change['key']}{beside}"
    for witness in report.witnesses:
        yield f"  witness: {witness['key']} cosigned the newest checkpoint at {witness['time']}"
    for stamp in report.timestamps:
        yield f"  time-stamp: checkpoint {stamp['checkpoint']} existed at {stamp['time']}"
    for text in report.proven:
        yield f"  proven: {text}"
    for text in report.not_proven:
        yield f"  not proven: {text}"


def as_json(report: Report) -> dict[str, Any]:
    inner_ = {"head", "issued", "times"}
    value = {name: getattr(report, name) for name in report.__dataclass_fields__ if name not in inner_}
    return {"ok": report.ok, **value}


def arguments_of(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Verify a log of Custodes, a receipt, a certificate or a checkpoint, trusting only what you bring.",
        epilog="Exit code 0: all holds. 1: a fault. 2: wrong usage, or a file that cannot be read.",
    )
    add = parser.add_argument
    add(
        "--trust",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="trust file: keys, witnesses, quorum, tsa",
    )
    add("--key", action="append", default=[], metavar="VKEY", help="one trusted verifier key of a log")
    add("--kept", type=Path, action="append", default=[], metavar="FILE", help="a checkpoint you kept from before")
    add("--json", action="store_true", help="one JSON object instead of words")
    add(
        "paths",
        type=Path,
        nargs="+",
        metavar="PATH",
        help="bundle (zip or directory), receipt, certificate, checkpoint, folder of a compliance pack",
    )
    arguments = parser.parse_args(argv)
    if not arguments.trust and not arguments.key:
        parser.error("bring what you trust: --trust FILE or --key VKEY, had by another way than the log")
    return arguments


def verify_all(arguments: argparse.Namespace) -> list[Report]:
    """Each path by itself, against what was kept, and against the others."""
    trust, brought = read_trust(arguments), Report("what you brought", kind="kept")
    kept = [one for path in arguments.kept if (one := read_kept(path, trust, brought))]
    packs = [path for path in arguments.paths if is_pack(path)]
    paths = [each for path in arguments.paths for each in (pack_paths(path) if path in packs else [path])]
    heads: dict[str, tuple[Path, Kept]] = {}  # each checkpoint once: thousands of certificates may stand on one
    for path in paths if len(paths) > 1 else []:
        if head := head_of(path, trust):
            heads.setdefault(head.checkpoint.note.text, (path, head))
    reports = [] if brought.ok else [brought]
    for path in paths:
        others = [replace(head, beside_log=bool(packs)) for other, head in heads.values() if other != path]
        reports.append(verify_path(path, trust, [replace(one) for one in (*kept, *others)]))
    compare_certificates(reports)
    by_path = dict(zip(paths, reports[-len(paths) :], strict=True))
    return [*reports, *(verify_pack(path, trust, by_path) for path in packs)]


def main(argv: list[str] | None = None) -> int:
    arguments = arguments_of(argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        reports = verify_all(arguments)
    except (Fault, OSError, ValueError) as error:
        print(f"cannot be verified: {shown(str(error), 500)}", file=sys.stderr)
        return 2
    ok = all(report.ok for report in reports)
    if arguments.json:
        print(json.dumps({"ok": ok, "results": [as_json(report) for report in reports]}, indent=1))
    else:
        print("\n".join(line for report in reports for line in told(report)))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
