"""Files that prove themselves offline: a body, the log's receipts for it, a digest, all in one canonical form.

No signature is checked here: ``retention.queries.verify`` asks the log's verifier and brings its answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

LARGEST: Final = 1 << 20  # bytes of a file; a real one has a few thousand
# Who acted and why stay out: such a file holds no name and nobody's words.
DISCLOSED: Final = ("subject", "what")
ISSUED: Final = "certificate-issued"

_FILE_KEYS: Final = frozenset({"format", "body", "proof", "digest"})
_SAFE: Final = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of file. ``acts``: receipt name -> the act its entry must record, in the order of the log."""

    format: str
    keys: frozenset[str]
    acts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Opened:
    """What a verified receipt says of its entry. ``seq`` is its place in the log, ``disclosed`` the fields it shows."""

    seq: int
    id: str
    act: str
    outcome: str
    subject: str
    what: Mapping[str, Any]
    disclosed: tuple[str, ...] = DISCLOSED


@dataclass(frozen=True, slots=True)
class Checked:
    """A file as read: ``body`` and ``proof`` are empty unless its form is right; ``faults`` says what is not."""

    body: Mapping[str, Any]
    proof: Mapping[str, Any]
    faults: tuple[str, ...]


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no spaces, UTF-8: one value has one form, so every byte counts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def body_digest(body: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical body, in hex: what the log's entry of issue holds."""
    return sha256(canonical(body)).hexdigest()


def file(form: Form, body: Mapping[str, Any], proof: Mapping[str, Any]) -> str:
    """The whole file. ``proof`` maps each name of ``acts`` to its receipt."""
    inner = {"format": form.format, "body": body, "proof": proof}
    return canonical({**inner, "digest": sha256(canonical(inner)).hexdigest()}).decode()


def read(form: Form, data: bytes) -> Checked:
    """Read a file and check its form. Never raises, whatever the bytes."""
    if len(data) > LARGEST:
        return Checked({}, {}, ("is too large to be a certificate",))
    try:
        value = _decode(data.decode())
        exact = canonical(value) == data
    except (ValueError, RecursionError):
        return Checked({}, {}, ("is not JSON",))
    faults = tuple(_form(form, value, exact=exact))
    return Checked({}, {}, faults) if faults else Checked(value["body"], value["proof"], ())


def entries(form: Form, body: Mapping[str, Any], opened: Mapping[str, Opened], subject: str) -> Iterator[str]:
    """Whether the log's entries are of the acts, the subject and the text the body says; each fault in words."""
    for name, act in form.acts.items():
        yield from _entry(name, act, body, opened[name], subject)
    issued = opened[ISSUED].what
    if issued.get("sha256") != body_digest(body) or issued.get("number") != body["number"]:
        yield "the log's entry of issue is for another text"
    places = [opened[name].seq for name in form.acts]
    if sorted(set(places)) != places:
        yield f"the entries do not stand in the order {', '.join(name.replace('-', ' ') for name in form.acts)}"


def filled(value: object) -> bool:
    """Text that says something."""
    return isinstance(value, str) and bool(value.strip())


def instant(value: datetime | None) -> str | None:
    """UTC with milliseconds."""
    if value is None:
        return None
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"


def _entry(name: str, act: str, body: Mapping[str, Any], entry: Opened, subject: str) -> Iterator[str]:
    if entry.act != act or entry.outcome != "allowed":
        yield f"the receipt “{name}” is of another act"
    if entry.disclosed != DISCLOSED:
        yield f"the receipt “{name}” discloses other fields than subject and what alone"
    if entry.subject != body[subject]:
        yield f"the receipt “{name}” is of another {subject}"
    evidence = body["evidence"]
    if name != ISSUED and (not isinstance(evidence, dict) or evidence.get(name) != entry.id):
        yield f"the receipt “{name}” is not of the entry the body names"


def _form(form: Form, value: Any, *, exact: bool) -> list[str]:
    if not isinstance(value, dict) or value.get("format") != form.format:
        return [f"is not of the format {form.format}"]
    if value.keys() != _FILE_KEYS or not isinstance(value["body"], dict) or not isinstance(value["proof"], dict):
        return ["does not have the parts of a certificate"]
    faults = [] if exact else ["is not in canonical form: something was added, moved or rewritten"]
    if value["body"].keys() != form.keys:
        faults.append("has a body with fields missing or added")
    if value["proof"].keys() != form.acts.keys() or not all(isinstance(each, dict) for each in value["proof"].values()):
        faults.append("does not carry exactly the receipts of a certificate")
    inner = {key: value[key] for key in ("format", "body", "proof")}
    if value["digest"] != sha256(canonical(inner)).hexdigest():
        faults.append("does not match its own digest")
    return faults


def _number(digits: str) -> int:
    number = int(digits) if len(digits) <= 17 else _SAFE + 1
    if abs(number) > _SAFE:
        raise ValueError
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if not all(map(str.isascii, found)):
        raise ValueError
    return found


def _refuse(_: str) -> None:
    raise ValueError


_decode = json.JSONDecoder(
    parse_int=_number, parse_float=_refuse, parse_constant=_refuse, object_pairs_hook=_object
).decode
