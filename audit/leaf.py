"""The bytes of an entry: canonical JSON, commitments, the leaf and its strict reading. Format: docs/formats/log.md.

Pure and without a database: the verifier reads with the same eyes, but checks each rule again.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from audit import shape

VERSION = 1
FIELDS = ("who", "subject", "what", "why")
WHO = frozenset({"id", "name", "party", "principal", "request"})
START = bytes(32)
SALT = 32
SLACK = 60_000_000  # microseconds an entry may stand behind the newest before it: writers overtake each other
CLOCK_SET = "audit.clock-set"
MOST_LEAF = 65_536
MOST_VALUE = 65_536

SAFE = 2**53 - 1
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode
_KEYS = frozenset({"v", "id", "t", "w", "n", "prev", "act", "out", "cls", "pol", "rules", "sd"})

# \Z, not $: a `$` would let a line end through.
ACT = re.compile(r"(?=.{1,80}\Z)[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+\Z")
WRITER = re.compile(r"[a-z0-9][a-z0-9._/-]{0,63}\Z")
MARKING = re.compile(r"[!-~]{0,40}\Z")
POLICIES = re.compile(r"[!-~]{0,128}\Z")
RULE = re.compile(r"[!-~]{1,120}\Z")
SUBJECT = re.compile(r"[!-~]{0,80}\Z")
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")

Disclosure = tuple[bytes, str, str]  # salt, name, value


class Malformed(ValueError):
    """Bytes that are not of the format. The message says where, never what stood there."""


def canonical(value: object) -> bytes:
    """Canonical JSON. Raises UnicodeEncodeError for a lone surrogate."""
    return _encode(value).encode()


def parse(data: bytes) -> Any:
    """Read canonical JSON. Raises Malformed for anything that would not be encoded to the same bytes."""
    try:
        value, _ = _decode(data.decode())  # what stands behind the value is not encoded again, so it is seen
        same = canonical(value) == data
    except (ValueError, RecursionError):
        same = False
    if not same:
        msg = "not canonical JSON"
        raise Malformed(msg)
    return value


def _refuse(text: str) -> None:
    msg = f"a number must be whole and within ±(2^53 − 1), not {len(text)} characters of something else"
    raise Malformed(msg)


def _number(digits: str) -> int:
    number = int(digits) if len(digits) <= 17 else SAFE + 1
    if abs(number) > SAFE:
        _refuse(digits)
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs) or not all(map(str.isascii, found)):
        msg = "a key twice, or beyond ASCII"
        raise Malformed(msg)
    return found


_decode = json.JSONDecoder(
    parse_int=_number, parse_float=_refuse, parse_constant=_refuse, object_pairs_hook=_object
).raw_decode


def b64(data: bytes) -> str:
    """Base64 with padding."""
    return binascii.b2a_base64(data, newline=False).decode()


def unb64(text: object, size: int) -> bytes:
    """Exactly ``size`` bytes from their one base64 form. Raises Malformed."""
    try:
        data = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except ValueError:
        data = b""
    if len(data) != size or b64(data) != text:
        msg = "not base64 of the right length"
        raise Malformed(msg)
    return data


def whole(value: object) -> bool:
    """A number from 0 that JSON carries exactly; True is no number."""
    return type(value) is int and 0 <= value <= SAFE


def commit(salt: bytes, name: str, value: str) -> bytes:
    """Salted commitment to one field. Without the salt nobody can confirm a guess."""
    return sha256(salt + name.encode() + b"\x00" + value.encode()).digest()


class Leaf(NamedTuple):
    """One entry as the tree holds it. ``t`` in microseconds since 1970; ``prev`` and ``sd`` are hashes."""

    id: str
    t: int
    w: str
    n: int
    prev: bytes
    act: str
    out: str
    cls: str
    pol: str
    rules: tuple[str, ...]
    sd: tuple[bytes, ...]

    def encode(self) -> bytes:
        """The leaf's bytes."""
        return canonical(
            {
                "v": VERSION,
                "id": self.id,
                "t": self.t,
                "w": self.w,
                "n": self.n,
                "prev": b64(self.prev),
                "act": self.act,
                "out": self.out,
                "cls": self.cls,
                "pol": self.pol,
                "rules": list(self.rules),
                "sd": [b64(each) for each in self.sd],
            }
        )


def read(data: bytes) -> Leaf:
    """The strict reading of a leaf: form and types. Raises Malformed."""
    if len(data) > MOST_LEAF:
        msg = "leaf too long"
        raise Malformed(msg)
    usual = shape.leaf(data)
    return Leaf(*usual) if usual else strictly(data)


def strictly(data: bytes) -> Leaf:
    """``read`` without the short way: each rule by itself. Raises Malformed."""
    raw = parse(data)
    if not isinstance(raw, dict) or raw.keys() != _KEYS:
        msg = "leaf without exactly its keys"
        raise Malformed(msg)
    for key, good in _CHECKS.items():
        if not good(raw[key]):
            msg = f"leaf with a wrong “{key}”"
            raise Malformed(msg)
    if int(raw["id"].replace("-", "")[:12], 16) != raw["t"] // 1000:
        msg = "leaf whose id and time differ"
        raise Malformed(msg)
    return Leaf(
        raw["id"],
        raw["t"],
        raw["w"],
        raw["n"],
        unb64(raw["prev"], 32),
        raw["act"],
        raw["out"],
        raw["cls"],
        raw["pol"],
        tuple(raw["rules"]),
        tuple(unb64(each, 32) for each in raw["sd"]),
    )


def _text(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.match(value) is not None


_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "v": lambda v: type(v) is int and v == VERSION,
    "id": lambda v: _text(UUID7, v),
    "t": whole,
    "w": lambda v: _text(WRITER, v),
    "n": whole,
    "act": lambda v: _text(ACT, v),
    "out": lambda v: v in ("allowed", "refused"),
    "cls": lambda v: _text(MARKING, v),
    "pol": lambda v: _text(POLICIES, v),
    "rules": lambda v: isinstance(v, list) and all(_text(RULE, each) for each in v),
    "sd": lambda v: isinstance(v, list) and len(v) == len(FIELDS),
}


def pack(disclosures: Sequence[Disclosure]) -> list[list[str]]:
    """Disclosures as they stand in JSON."""
    return [[b64(salt), name, value] for salt, name, value in disclosures]


def unpack(raw: object) -> tuple[Disclosure, ...]:
    """The strict reading of an array of disclosures: known names, in order, none twice. Raises Malformed."""
    found: list[Disclosure] = []
    for each in raw if isinstance(raw, list) else [None]:
        if not isinstance(each, list) or len(each) != 3 or not all(isinstance(part, str) for part in each):
            msg = "disclosures of a wrong form"
            raise Malformed(msg)
        found.append((unb64(each[0], SALT), each[1], each[2]))
    names = [name for _, name, _ in found]
    if names != [name for name in FIELDS if name in names]:
        msg = "disclosures unknown or out of order"
        raise Malformed(msg)
    return tuple(found)


def disclosures(data: bytes) -> tuple[Disclosure, ...]:
    """Disclosures from canonical JSON. Raises Malformed."""
    return shape.disclosures(data) or unpack(parse(data))


def match(leaf: Leaf, disclosures: Sequence[Disclosure]) -> Mapping[str, str]:
    """The disclosed values by name, each checked against its commitment and its form. Raises Malformed."""
    for salt, name, value in disclosures:
        data = value.encode()
        if sha256(salt + _TAGS[name] + data).digest() != leaf.sd[_PLACES[name]]:
            msg = f"“{name}” does not match its commitment"
            raise Malformed(msg)
        if len(data) > MOST_VALUE or not _FORMS[name](value):
            msg = f"“{name}” has a wrong form"
            raise Malformed(msg)
    return {name: value for _, name, value in disclosures}


_TAGS = {name: name.encode() + b"\x00" for name in FIELDS}
_PLACES = {name: at for at, name in enumerate(FIELDS)}


def _who(value: str) -> bool:
    raw = parse(value.encode())
    if not isinstance(raw, dict) or raw.keys() != WHO:
        return False
    return all(type(part) is int if key == "principal" else isinstance(part, str) for key, part in raw.items())


def _what(value: str) -> bool:
    raw = parse(value.encode())
    return isinstance(raw, dict) and all(is_value(part) for part in raw.values())


_PLAIN = (str, bool)


def is_value(value: object) -> bool:
    """May this stand in ``what``? Text, whole number, truth value, null, array of texts."""
    if isinstance(value, list):
        return all(isinstance(part, str) for part in value)
    return value is None or isinstance(value, _PLAIN) or (type(value) is int and abs(value) <= SAFE)


_FORMS: Mapping[str, Callable[[str], object]] = {
    "who": lambda v: shape.who(v) or _who(v),
    "subject": SUBJECT.match,
    "what": lambda v: shape.what(v) or _what(v),
    "why": lambda v: isinstance(v, str),
}
