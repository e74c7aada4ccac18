"""What a certificate of destruction says, and what must hold of one (docs/formats/certificate.md).

No signature is checked here: ``retention.queries.verify`` asks the log's verifier and brings its answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from retention.model.case import Case

FORMAT: Final = "custodes/certificate/1"
LARGEST: Final = 1 << 20  # bytes of a certificate file; a real one has a few thousand

# Receipt name -> the act its entry must record. Their order is the order in the log.
ACTS: Final[Mapping[str, str]] = {
    "key-destroyed": "vault.key-destroyed",
    "content-removed": "vault.content-removed",
    "certificate-issued": "retention.certificate-issued",
}
# Who acted and why stay out: a certificate holds no name and nobody's words.
DISCLOSED: Final = ("subject", "what")

_FILE_KEYS: Final = frozenset({"format", "body", "proof", "digest"})
_BODY_KEYS: Final = frozenset(
    {
        "number", "issued_at", "item", "reference", "originator", "holder", "agreement", "agreement_version", "kind",
        "establishment", "marking", "class", "period", "trigger", "due_on", "quantity", "medium", "method",
        "verification", "copies", "hold_check", "return", "review", "approval", "destroyed_at", "operator", "evidence",
    }
)  # fmt: skip


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


def number(reference: str) -> str:
    """The certificate's number: one item, one destruction, one certificate."""
    return f"DC-{reference}"


def body(case: Case, *, holder: str, now: datetime) -> dict[str, Any]:
    """The certificate's body, from a case in state erased (policy-facts 3.5: MoJ declaration and GSCP fields)."""
    return {
        "number": number(case.reference),
        "issued_at": _instant(now),
        "item": case.item,
        "reference": case.reference,
        "originator": case.originator,
        "holder": holder,
        "agreement": case.agreement,
        "agreement_version": case.agreement_version,
        "kind": case.kind,
        "establishment": case.establishment,
        "marking": case.marking,
        **_rule(case),
        "quantity": {"files": case.parts, "bytes": case.size},
        "medium": "electronic: files encrypted under a key of their own",
        "method": {
            "key": "cryptographic erase: every wrapped copy of the item's keys in the key database was destroyed",
            "content": "the encrypted files were removed from the store",
            "standard": "Ministry of Justice data destruction instruction: destruction of the decryption keys (M61)",
        },
        "verification": "a listing of the store after removal found nothing of the item",
        "copies": (
            "Older backups of the store hold ciphertext only. An older backup of the key database is unreadable once "
            "the key that wraps its epoch is destroyed."
        ),
        "hold_check": {"held": case.held, "at": _instant(case.erased_at)},
        **_people(case),
        "destroyed_at": _instant(case.erased_at),
        "operator": "service",
        "evidence": {"key-destroyed": case.key_entry, "content-removed": case.content_entry},
    }


def _rule(case: Case) -> dict[str, Any]:
    return {
        "class": {
            "code": case.retention_class,
            "schedule_version": case.schedule_version,
            "schedule_sha256": case.schedule_digest,
            "verified": case.verified,
        },
        "period": {
            "months": case.period_months,
            "authority": case.period_authority,
            "confirmed_by": case.period_by,
        },
        "trigger": {"kind": case.trigger_kind, "on": case.trigger_on.isoformat(), "entry": case.trigger_entry},
        "due_on": case.due_on.isoformat() if case.due_on else None,
    }


def _people(case: Case) -> dict[str, Any]:
    return {
        "return": {
            "state": case.return_state,
            "offered_by": case.offered_by,
            "offered_at": _instant(case.offered_at),
            "answered_by": case.answered_by,
            "answered_at": _instant(case.answered_at),
        },
        "review": {"by": case.reviewer, "at": _instant(case.reviewed_at), "proposal": case.proposal},
        "approval": {
            "by": case.approver,
            "at": _instant(case.approved_at),
            "destroy_on": case.destroy_on.isoformat() if case.destroy_on else None,
        },
    }


def file(body: Mapping[str, Any], proof: Mapping[str, Any]) -> str:
    """The whole file. ``proof`` maps each name of ``ACTS`` to its receipt."""
    inner = {"format": FORMAT, "body": body, "proof": proof}
    return canonical({**inner, "digest": sha256(canonical(inner)).hexdigest()}).decode()


def read(data: bytes) -> Checked:
    """Read a file and check its form. Never raises, whatever the bytes."""
    if len(data) > LARGEST:
        return Checked({}, {}, ("is too large to be a certificate",))
    try:
        value = _decode(data.decode())
        exact = canonical(value) == data
    except (ValueError, RecursionError):
        return Checked({}, {}, ("is not JSON",))
    faults = tuple(_form(value, exact=exact))
    return Checked({}, {}, faults) if faults else Checked(value["body"], value["proof"], ())


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


_SAFE: Final = 2**53 - 1
_decode = json.JSONDecoder(
    parse_int=_number, parse_float=_refuse, parse_constant=_refuse, object_pairs_hook=_object
).decode


def _form(value: Any, *, exact: bool) -> list[str]:
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        return [f"is not of the format {FORMAT}"]
    if value.keys() != _FILE_KEYS or not isinstance(value["body"], dict) or not isinstance(value["proof"], dict):
        return ["does not have the parts of a certificate"]
    faults = [] if exact else ["is not in canonical form: something was added, moved or rewritten"]
    if value["body"].keys() != _BODY_KEYS:
        faults.append("has a body with fields missing or added")
    if value["proof"].keys() != ACTS.keys() or not all(isinstance(each, dict) for each in value["proof"].values()):
        faults.append("does not carry exactly the receipts of a certificate")
    inner = {key: value[key] for key in ("format", "body", "proof")}
    if value["digest"] != sha256(canonical(inner)).hexdigest():
        faults.append("does not match its own digest")
    return faults


def agree(body: Mapping[str, Any], opened: Mapping[str, Opened]) -> tuple[str, ...]:
    """Whether the log's entries say what the body says; every disagreement in words. ``opened`` is by receipt name."""
    faults = [fault for name, act in ACTS.items() for fault in _entry(name, act, body, opened[name])]
    issued = opened["certificate-issued"].what
    if issued.get("sha256") != body_digest(body) or issued.get("number") != body["number"]:
        faults.append("the log's entry of issue is for another text")
    places = [opened[name].seq for name in ACTS]
    if sorted(set(places)) != places:
        faults.append("the entries do not stand in the order key destroyed, content removed, certificate issued")
    return (*faults, *_sense(body))


def _entry(name: str, act: str, body: Mapping[str, Any], entry: Opened) -> list[str]:
    faults = []
    if entry.act != act or entry.outcome != "allowed":
        faults.append(f"the receipt “{name}” is of another act")
    if entry.disclosed != DISCLOSED:
        faults.append(f"the receipt “{name}” discloses other fields than subject and what alone")
    if entry.subject != body["item"]:
        faults.append(f"the receipt “{name}” is of another item")
    evidence = body["evidence"]
    if name != "certificate-issued" and (not isinstance(evidence, dict) or evidence.get(name) != entry.id):
        faults.append(f"the receipt “{name}” is not of the entry the body names")
    return faults


def _sense(body: Mapping[str, Any]) -> list[str]:
    """What no true certificate says, whoever signed the log."""
    try:
        reviewer, approver = body["review"]["by"], body["approval"]["by"]
        held, authority = body["hold_check"]["held"], body["period"]["authority"]
    except (KeyError, TypeError):
        return ["the body is incomplete"]
    faults = []
    if not _text(reviewer) or not _text(approver) or reviewer == approver:
        faults.append("review and approval are not by two people")
    if held is not False:
        faults.append("the item was held")
    if not _text(authority):
        faults.append("no authority is cited for the period")
    if body["number"] != number(str(body["reference"])):
        faults.append("its number is not that of its reference")
    return faults


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _instant(value: datetime | None) -> str | None:
    if value is None:
        return None
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
