"""Offline verification, for a person who trusts nobody: needs Python and cryptography, no database and no service.

It trusts the verifier keys it is given and nothing else. It never raises for what it reads: every fault is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from audit import leaf as form
from audit import shape
from audit.check import Faults, LogCheck, Report
from audit.container import FILES, MOST_LINE, Member, reading
from audit.errors import NoteInvalid
from audit.merkle import includes, leaf_hash
from audit.note import MOST_NOTE, NUMBER, Checkpoint, VerifierKey, open_checkpoint, open_note

RECEIPT = "custodes-receipt/1"
BUNDLE = "custodes-bundle/1"
_RECEIPT_KEYS = frozenset({"v", "leaf", "seq", "disclosed", "proof", "checkpoint"})
_FILE = re.compile(r"file (0|[1-9][0-9]{0,15}) ([0-9a-f]{64}) ([a-z.]+)\Z")
_MOST_RECEIPT = 4_000_000


def verify_bundle(path: Path, trusted: Sequence[str], *, kept: Sequence[str] = ()) -> Report:
    """The whole of an exported log: directory or zip.

    ``trusted``: verifier keys the user got by another way. ``kept``: checkpoints the user has from before; without one,
    nobody can tell that the end of a log was cut off. Raises VerifierKeyInvalid for a key that is none.
    """
    keys, faults = _keys(trusted), Faults()
    known = list(_kept(kept, keys, faults))
    check, origin = LogCheck(faults, known), ""
    try:
        with reading(path) as members:
            manifest = _manifest(members["manifest"], keys)
            origin = manifest["origin"]
            if any(each.origin != origin for each in known):
                faults.add("a checkpoint you kept is of another log")
            _pass(members, check, keys, faults)
            _compare(manifest, members, check, keys)
    except (form.Malformed, NoteInvalid) as error:
        faults.add(str(error))
    except OSError as error:
        faults.add(f"the bundle cannot be read: {error.strerror or 'no such file'}")
    check.finish()
    return check.report(origin=origin)


def verify_receipt(receipt: bytes | str | Mapping[str, Any], trusted: Sequence[str]) -> Report:
    """One proven entry. As bytes or text it must be canonical JSON; a mapping is a receipt inside another document.

    ``Report.entry`` says what is proven: seq, the leaf's values by their names, and each disclosed field. Raises
    VerifierKeyInvalid for a key that is none.
    """
    keys = _keys(trusted)
    try:
        return _receipt(receipt, keys)
    except (form.Malformed, NoteInvalid) as error:
        return Report(faults=(str(error),))


def verify_checkpoint(note: bytes | str, trusted: Sequence[str]) -> Report:
    """One checkpoint: form and signature. Raises VerifierKeyInvalid for a key that is none."""
    keys = _keys(trusted)
    try:
        found = open_checkpoint(_decoded(note) if isinstance(note, bytes) else note, keys)
    except (form.Malformed, NoteInvalid) as error:
        return Report(faults=(str(error),))
    return Report(origin=found.origin, entries=found.size, checkpoints=1, root=found.root, time=found.time)


def _receipt(receipt: bytes | str | Mapping[str, Any], keys: Sequence[VerifierKey]) -> Report:
    raw = form.parse(_encoded(receipt))
    if not isinstance(raw, dict) or raw.keys() != _RECEIPT_KEYS or raw["v"] != RECEIPT:
        msg = "it is no receipt of the known form"
        raise form.Malformed(msg)
    if not (form.whole(raw["seq"]) and isinstance(raw["leaf"], str) and isinstance(raw["checkpoint"], str)):
        msg = "the receipt holds something of a wrong type"
        raise form.Malformed(msg)
    if not isinstance(raw["proof"], list) or len(raw["proof"]) > 64:
        msg = "the receipt holds no proof of a possible length"
        raise form.Malformed(msg)
    body, seq = raw["leaf"].encode(), raw["seq"]
    leaf = form.read(body)
    disclosures = form.unpack(raw["disclosed"])
    values = form.match(leaf, disclosures)
    checkpoint = open_checkpoint(raw["checkpoint"], keys)
    proof = [form.unb64(step, 32) for step in raw["proof"]]
    if not includes(leaf_hash(body), seq, checkpoint.size, proof, checkpoint.root):
        msg = "the proof does not lead from the entry to the checkpoint"
        raise form.Malformed(msg)
    return Report(
        origin=checkpoint.origin,
        entries=1,
        disclosed=1 if values else 0,
        redacted=0 if values else 1,
        checkpoints=1,
        root=checkpoint.root,
        time=checkpoint.time,
        entry={"seq": seq, **form.parse(body), **_opened_values(values)},
    )


def _opened_values(values: Mapping[str, str]) -> dict[str, Any]:
    return {name: form.parse(value.encode()) if name in ("who", "what") else value for name, value in values.items()}


def _encoded(receipt: bytes | str | Mapping[str, Any]) -> bytes:
    try:
        data = receipt if isinstance(receipt, bytes) else receipt.encode() if isinstance(receipt, str) else None
        data = form.canonical(dict(receipt)) if data is None and isinstance(receipt, Mapping) else data
    except (TypeError, ValueError, RecursionError):
        data = None
    if data is None or len(data) > _MOST_RECEIPT:
        msg = "it is no receipt of the known form"
        raise form.Malformed(msg)
    return data


def _keys(trusted: Sequence[str]) -> list[VerifierKey]:
    return [VerifierKey.parse(text) for text in trusted]


def _kept(notes: Sequence[str], keys: Sequence[VerifierKey], faults: Faults) -> Iterator[Checkpoint]:
    for at, note in enumerate(notes, 1):
        try:
            yield open_checkpoint(note, keys)
        except NoteInvalid as error:
            faults.add(f"the checkpoint you kept, number {at}: {error}")


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        msg = "it is no text"
        raise form.Malformed(msg) from None


def _manifest(member: Member, keys: Sequence[VerifierKey]) -> dict[str, str]:
    """The manifest's lines by their first word, files by name. Raises Malformed, NoteInvalid."""
    note = _decoded(member.whole(MOST_NOTE))
    text, names = open_note(note, keys)
    lines = text.split("\n")
    words = [line.split(" ", 1) for line in lines[1:7]]
    files = [_FILE.match(line) for line in lines[7:-1]]
    good = lines[0] == BUNDLE and [each[0] for each in words] == list(_WORDS) and lines[-1] == ""
    if not good or [each[3] if each else "" for each in files] != list(FILES[:-1]):
        msg = "manifest: is not of the known form"
        raise form.Malformed(msg)
    found = {each[0]: each[-1] for each in words}
    if found["origin"] not in names or not all(NUMBER.match(found[word]) for word in _WORDS[1:]):
        msg = "manifest: is not signed by the log’s own key, or its numbers are wrong"
        raise form.Malformed(msg)
    if note != f"{text}\n{note[len(text) + 1 :].splitlines()[0]}\n":
        msg = "manifest: must carry one signature"
        raise form.Malformed(msg)
    return found | {each[3]: f"{each[1]} {each[2]}" for each in files if each}


_WORDS = ("origin", "made", "entries", "disclosed", "redacted", "checkpoints")


def _pass(members: Mapping[str, Member], check: LogCheck, keys: Sequence[VerifierKey], faults: Faults) -> None:
    """Everything once, in tree order: each checkpoint when the tree has reached its size."""
    notes = _checkpoints(members["checkpoints.jsonl"], keys, faults)
    due = next(notes, None)
    leaves = members["leaves.jsonl"].lines(form.MOST_LEAF)
    disclosures = members["disclosures.jsonl"].lines(MOST_LINE)
    for body, line in zip_longest(leaves, disclosures):
        while due is not None and due.size <= check.tree.size:
            check.checkpoint(due)
            due = next(notes, None)
        if body is None or line is None:
            faults.add("leaves and disclosures are not as many")
            break
        _entry(check, body, line, faults)
    while due is not None:
        check.checkpoint(due)
        due = next(notes, None)


def _entry(check: LogCheck, body: bytes, line: bytes, faults: Faults) -> None:
    seq, disclosed, named = check.tree.size, None, None
    try:
        named, disclosed = shape.line(line) or _line(line)
    except form.Malformed as error:
        faults.add(f"entry {seq}: {error}")
    found = check.entry(body, disclosed)
    if found and found[0].id != named:
        faults.add(f"entry {seq}: the disclosure at its place is another’s")


def _line(line: bytes) -> tuple[object, Sequence[form.Disclosure] | None]:
    """The strict reading of a line of disclosures. Raises Malformed."""
    raw = form.parse(line)
    if not isinstance(raw, dict) or raw.keys() != {"id", "disclosed"}:
        msg = "disclosure line without exactly its keys"
        raise form.Malformed(msg)
    return raw["id"], None if raw["disclosed"] is None else form.unpack(raw["disclosed"])


def _checkpoints(member: Member, keys: Sequence[VerifierKey], faults: Faults) -> Iterator[Checkpoint]:
    for at, line in enumerate(member.lines(MOST_LINE), 1):
        try:
            note = form.parse(line)
            if not isinstance(note, str):
                msg = "is no note"
                raise form.Malformed(msg)
            yield open_checkpoint(note, keys)
        except (form.Malformed, NoteInvalid) as error:
            faults.add(f"checkpoints.jsonl, line {at}: {error}")


def _compare(
    manifest: Mapping[str, str],
    members: Mapping[str, Member],
    check: LogCheck,
    keys: Sequence[VerifierKey],
) -> None:
    """Latest checkpoint, counts and digests, once everything has passed by."""
    faults, last = check.faults, check.last
    latest = open_checkpoint(_decoded(members["checkpoint"].whole(MOST_NOTE)), keys)
    if last is None or latest != last or latest.origin != manifest["origin"]:
        faults.add("checkpoint: is not the last of the checkpoints, or of another log")
    if latest.size != check.tree.size:
        faults.add(f"the latest checkpoint says {latest.size} entries; here are {check.tree.size}")
    counts = {
        "entries": check.tree.size,
        "disclosed": check.disclosed,
        "redacted": check.redacted,
        "checkpoints": check.checkpoints,
    }
    for word, number in counts.items():
        if manifest[word] != str(number):
            faults.add(f"manifest: says {manifest[word]} {word}; here are {number}")
    for name, member in members.items():
        digest = f"{member.size} {member.digest()}"
        if name != "manifest" and manifest[name] != digest:
            faults.add(f"{name}: is not the file the manifest was signed over")
