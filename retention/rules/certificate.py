"""What a certificate of destruction says, and what must hold of one (docs/formats/certificate.md)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from retention.model.case import Case
from retention.model.copy import METHODS, Copy
from retention.model.transfer import Transfer
from retention.rules import selfproving
from retention.rules.archived import transferred, without_receipt
from retention.rules.selfproving import (
    DISCLOSED,
    LARGEST,
    Checked,
    Form,
    Opened,
    body_digest,
    canonical,
    filled,
    instant,
)

__all__ = ["ACTS", "DISCLOSED", "FORMAT", "LARGEST", "Checked", "Opened", "agree", "body", "body_digest", "canonical",
           "file", "number", "read"]  # fmt: skip

FORMAT: Final = "custodes/certificate/1"

# Receipt name -> the act its entry must record. Their order is the order in the log.
ACTS: Final[Mapping[str, str]] = {
    "key-destroyed": "vault.key-destroyed",
    "content-removed": "vault.content-removed",
    "certificate-issued": "retention.certificate-issued",
}
BACKUPS: Final = (
    "Older backups of the store hold ciphertext only. An older backup of the key database is unreadable once "
    "the key that wraps its epoch is destroyed."
)
_BODY_KEYS: Final = frozenset(
    {
        "number", "issued_at", "item", "reference", "originator", "holder", "agreement", "agreement_version", "kind",
        "establishment", "marking", "class", "period", "trigger", "due_on", "quantity", "medium", "method",
        "verification", "copies", "hold_check", "return", "review", "approval", "destroyed_at", "operator", "evidence",
    }
)  # fmt: skip


_FORM: Final = Form(FORMAT, _BODY_KEYS, ACTS)


def number(reference: str) -> str:
    """The certificate's number: one item, one destruction, one certificate."""
    return f"DC-{reference}"


def body(
    case: Case, *, holder: str, now: datetime, copies: Collection[Copy] = (), transfer: Transfer | None = None
) -> dict[str, Any]:
    """The certificate's body, from a case in state erased (policy-facts 3.5: MoJ declaration and GSCP fields).

    ``copies``: those on paper and media, each accounted for.
    """
    return {
        "number": number(case.reference),
        "issued_at": instant(now),
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
        "verification": (
            "a listing of the store after removal, by versions where it keeps them, found nothing of the item: all its "
            "data here is suitably, appropriately and irreversibly destroyed in its entirety and rendered permanently "
            "inaccessible and void, and none of it was kept in anonymised form"
        ),
        "copies": {"accounted": _copies(copies), "backups": BACKUPS},
        "hold_check": {"held": case.held, "at": instant(case.erased_at)},
        **_people(case, transfer),
        "destroyed_at": instant(case.erased_at),
        "operator": "service",
        "evidence": {"key-destroyed": case.key_entry, "content-removed": case.content_entry},
    }


def _copies(copies: Collection[Copy]) -> list[dict[str, Any]]:
    """No holder, no place and no witness's name: who they were stands sealed in the log's entry."""
    return [
        {
            "kind": each.kind,
            "made_on": each.made_on.isoformat(),
            "fate": each.fate,
            "on": each.on.isoformat() if each.on else None,
            "method": METHODS[each.method].words if each.method else "",
            "standard": METHODS[each.method].standard if each.method else "",
            "witnessed": bool(each.witness),
            "by": each.accounted_by,
            "entry": each.entry,
        }
        for each in copies
    ]


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


def _people(case: Case, transfer: Transfer | None) -> dict[str, Any]:
    return {
        "return": {
            "state": case.return_state,
            "offered_by": case.offered_by,
            "offered_at": instant(case.offered_at),
            "answered_by": case.answered_by,
            "answered_at": instant(case.answered_at),
        },
        "review": {"by": case.reviewer, "at": instant(case.reviewed_at), "proposal": case.proposal},
        "approval": {
            "by": case.approver,
            "at": instant(case.approved_at),
            "destroy_on": case.destroy_on.isoformat() if case.destroy_on else None,
            **({"transferred": transferred(transfer)} if transfer and transfer.receipt_entry else {}),
        },
    }


def file(body: Mapping[str, Any], proof: Mapping[str, Any]) -> str:
    """The whole file. ``proof`` maps each name of ``ACTS`` to its receipt."""
    return selfproving.file(_FORM, body, proof)


def read(data: bytes) -> Checked:
    """Read a file and check its form. Never raises, whatever the bytes."""
    return selfproving.read(_FORM, data)


_GONE: Final = ("destroyed", "returned")


def agree(body: Mapping[str, Any], opened: Mapping[str, Opened]) -> tuple[str, ...]:
    """Whether the log's entries say what the body says; every disagreement in words. ``opened`` is by receipt name."""
    return (*selfproving.entries(_FORM, body, opened, "item"), *_sense(body))


def _sense(body: Mapping[str, Any]) -> list[str]:
    """What no true certificate says, whoever signed the log."""
    try:
        reviewer, approver = body["review"]["by"], body["approval"]["by"]
        held, authority = body["hold_check"]["held"], body["period"]["authority"]
        open_ = [each for each in body["copies"]["accounted"] if each["fate"] not in _GONE]
    except (KeyError, TypeError):
        return ["the body is incomplete"]
    faults = []
    if not filled(reviewer) or not filled(approver) or reviewer == approver:
        faults.append("review and approval are not by two people")
    if held is not False:
        faults.append("the item was held")
    if open_:
        faults.append("a copy on paper or media is not accounted for")
    if not filled(authority):
        faults.append("no authority is cited for the period")
    if without_receipt(body):
        faults.append("it was to be transferred, and names no receipt of the archive")
    if body["number"] != number(str(body["reference"])):
        faults.append("its number is not that of its reference")
    return faults
