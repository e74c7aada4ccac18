"""Offline verification, for a person who trusts nobody: needs Python and cryptography, no database and no service.

It trusts what it is given to trust and nothing else. It never raises for what it reads: every fault is reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from audit import leaf as form
from audit.check import Faults, LogCheck, Report
from audit.container import reading
from audit.errors import NoteInvalid
from audit.merkle import includes, leaf_hash
from audit.note import Checkpoint
from audit.trust import Opened, Trust, Untrusted
from audit.unpack import Bundle, decoded

RECEIPT = "custodes-receipt/1"
_RECEIPT_KEYS = frozenset({"v", "leaf", "seq", "disclosed", "proof", "checkpoint"})
_MOST_RECEIPT = 4_000_000


def verify_bundle(path: Path, trusted: Trust | Sequence[str], *, kept: Sequence[str] = ()) -> Report:
    """The whole of an exported log, or of a range of it: directory or zip.

    ``trusted``: a trust file as ``trust.parse`` reads it, or verifier keys the user got by another way. ``kept``:
    checkpoints the user has from before; without one, nobody but a witness can tell that the end of a log was cut off.
    Raises VerifierKeyInvalid for a key that is none.
    """
    trust, faults = Trust.of(trusted), Faults()
    known = list(_kept(kept, trust, faults))
    check, bundle = LogCheck(faults, known), None
    try:
        with reading(path) as members:
            bundle = Bundle(members, trust, check)
            if any(each.origin != bundle.origin for each in known):
                faults.add("a checkpoint you kept is of another log", "kept")
            bundle.verify()
    except Untrusted as error:
        faults.add(str(error), error.about)
    except (form.Malformed, NoteInvalid) as error:
        faults.add(str(error), "form")
    except OSError as error:
        faults.add(f"the bundle cannot be read: {error.strerror or 'no such file'}", "form")
    check.finish()
    if bundle is None:
        return check.report()
    newest = bundle.newest
    return check.report(
        origin=bundle.origin,
        cosigned=_names(newest) if newest else (),
        stamped=bundle.stamps.good,
        unstamped=bundle.stamps.unchecked,
    )


def verify_receipt(receipt: bytes | str | Mapping[str, Any], trusted: Trust | Sequence[str]) -> Report:
    """One proven entry. As bytes or text it must be canonical JSON; a mapping is a receipt inside another document.

    ``Report.entry`` says what is proven: seq, the leaf's values by their names, and each disclosed field. A quorum is
    not asked for: a checkpoint is cosigned after the receipt was given out. Raises VerifierKeyInvalid for a key that is
    none.
    """
    trust = Trust.of(trusted)
    try:
        return _receipt(receipt, trust)
    except Untrusted as error:
        return _refused(str(error), error.about)
    except (form.Malformed, NoteInvalid) as error:
        return _refused(str(error), "form")


def verify_checkpoint(note: bytes | str, trusted: Trust | Sequence[str]) -> Report:
    """One checkpoint: form, signature, quorum. Raises VerifierKeyInvalid for a key that is none."""
    trust = Trust.of(trusted)
    try:
        opened = trust.open(decoded(note) if isinstance(note, bytes) else note)
    except Untrusted as error:
        return _refused(str(error), error.about)
    except form.Malformed as error:
        return _refused(str(error), "signature")
    if opened.witnesses < trust.quorum:
        return _refused(f"{opened.witnesses} witnesses cosigned it; {trust.quorum} are asked for", "quorum")
    found = opened.checkpoint
    return Report(
        origin=found.origin,
        entries=found.size,
        checkpoints=1,
        root=found.root,
        time=found.time,
        end=found.size,
        size=found.size,
        cosigned=_names(opened),
    )


def _receipt(receipt: bytes | str | Mapping[str, Any], trust: Trust) -> Report:
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
    opened = trust.open(raw["checkpoint"])
    checkpoint = opened.checkpoint
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
        first=seq,
        end=seq + 1,
        size=checkpoint.size,
        cosigned=_names(opened),
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


def _kept(notes: Sequence[str], trust: Trust, faults: Faults) -> Iterator[Checkpoint]:
    for at, note in enumerate(notes, 1):
        try:
            yield trust.open(note).checkpoint
        except Untrusted as error:
            faults.add(f"the checkpoint you kept, number {at}: {error}", error.about)


def _names(opened: Opened) -> tuple[str, ...]:
    return tuple(sorted(each.name for each in opened.cosigners))


def _refused(fault: str, code: str) -> Report:
    return Report(faults=(fault,), codes=frozenset({code}))
