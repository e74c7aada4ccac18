"""What the certificate of a batch says, and what must hold of one (docs/formats/batch-certificate.md)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from retention.model.batch import ENDS, Batch, Member
from retention.model.case import Case
from retention.rules import selfproving
from retention.rules.selfproving import Checked, Form, Opened, canonical, filled, instant

FORMAT: Final = "custodes/batch-certificate/1"
ACTS: Final[Mapping[str, str]] = {
    "batch-approved": "retention.batch-approved",
    "certificate-issued": "retention.batch-certified",
}

_BODY_KEYS: Final = frozenset(
    {
        "number", "issued_at", "batch", "batch_number", "originator", "holder", "took", "opened", "submitted", "review",
        "approval", "counts", "certificates", "otherwise", "kept_out", "evidence",
    }
)  # fmt: skip
_FORM: Final = Form(FORMAT, _BODY_KEYS, ACTS)
# Why an item of an approved batch went no way two people agreed to; the first two were never approved.
How = Literal["left-out", "sent-back", "withdrawn", "uncertified"]
_HOW: Final = ("left-out", "sent-back", "withdrawn", "uncertified")
_ACTIONS: Final = ("extend", "keep", "return")
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
# A restored backup had lost what was agreed: the certificate from before the restore is the one there is.
_RESTORED: Final = ("RET-restored",)


@dataclass(frozen=True, slots=True)
class Told:
    """An item of the batch as it ended: its certificate's number and the SHA-256 of its file, or none."""

    member: Member
    case: Case
    number: str = ""
    sha256: str = ""


def number(party: str, batch: int) -> str:
    """The certificate's number: one batch, one certificate."""
    return f"BC-{party.upper()}-{batch}"


def body(batch: Batch, told: Sequence[Told], *, holder: str, now: datetime) -> dict[str, Any]:
    """The certificate's body, from an approved batch of which nothing waits for its end any more."""
    gone = sorted((each for each in told if certified(each)), key=lambda each: each.number)
    otherwise = [each for each in told if each.member.place == "approved" and each.member.proposal not in ENDS]
    out = [each for each in told if each not in gone and each not in otherwise]
    return {
        "number": number(batch.party, batch.number),
        "issued_at": instant(now),
        "batch": batch.id,
        "batch_number": batch.number,
        "originator": batch.party,
        "holder": holder,
        "took": {
            "class": batch.wanted.retention_class,
            "establishment": batch.wanted.establishment,
            "due_by": batch.wanted.due_by.isoformat() if batch.wanted.due_by else None,
        },
        "opened": {"by": batch.opened_by, "at": instant(batch.opened_at)},
        "submitted": {"by": batch.submitted_by, "at": instant(batch.submitted_at)},
        "review": {"by": sorted({each.case.reviewer for each in gone})},
        "approval": {"by": batch.decided_by, "at": instant(batch.decided_at)},
        "counts": {
            "items": len(told),
            "approved": len(gone) + len(otherwise) + sum(_how(each) in _HOW[2:] for each in out),
            "certificates": len(gone),
            "otherwise": len(otherwise),
            "kept_out": len(out),
        },
        "certificates": [{"number": each.number, "item": each.case.item, "sha256": each.sha256} for each in gone],
        "otherwise": [{**_named(each), "action": each.member.proposal} for each in otherwise],
        "kept_out": [{**_named(each), "how": _how(each), "rules": _rules(each)} for each in out],
        "evidence": {"batch-approved": batch.entry},
    }


def file(body: Mapping[str, Any], proof: Mapping[str, Any]) -> str:
    """The whole file. ``proof`` maps each name of ``ACTS`` to its receipt."""
    return selfproving.file(_FORM, body, proof)


def read(data: bytes) -> Checked:
    """Read a file and check its form. Never raises, whatever the bytes."""
    return selfproving.read(_FORM, data)


def agree(body: Mapping[str, Any], opened: Mapping[str, Opened]) -> tuple[str, ...]:
    """Whether the log's entries say what the body says; every disagreement in words. ``opened`` is by receipt name."""
    faults = [*selfproving.entries(_FORM, body, opened, "batch"), *_sense(body)]
    said = opened["batch-approved"].what
    try:
        approved = (body["counts"]["approved"], body["approval"]["by"])
    except (KeyError, TypeError):
        return tuple(faults)  # told already
    if (said.get("approved"), said.get("by")) != approved:
        faults.append("the log’s entry of approval is by another person, or of another number of items")
    return tuple(faults)


def _sense(body: Mapping[str, Any]) -> list[str]:
    """What no true certificate says, whoever signed the log."""
    try:
        lists = {name: list(map(is_told, body[name])) for name, is_told in _TOLD.items()}
        numbers = [each["number"] for each in body["certificates"]]
        items = [each["item"] for name in _TOLD for each in body[name]]
        withdrawn = sum(each["how"] in _HOW[2:] for each in body["kept_out"])
        twice = len(set(items)) < len(items) or sorted(set(numbers)) != numbers
        people, approver = [body["submitted"]["by"], *body["review"]["by"]], body["approval"]["by"]
        listed = all(isinstance(each, list) for each in (*(body[name] for name in _TOLD), body["review"]["by"]))
    except (KeyError, TypeError, AttributeError):
        return ["the body is incomplete"]
    counts = {name: len(each) for name, each in lists.items()}
    counts |= {"items": len(items), "approved": counts["certificates"] + counts["otherwise"] + withdrawn}
    faults = {
        "an item in it is not told as it must be": listed and all(map(all, lists.values())),
        "review and approval are not by two people": all(map(filled, [*people, approver])) and approver not in people,
        "it names no certificate": bool(numbers),
        "it names an item twice, or its certificates are out of order": not twice,
        "its counts are not those of its lists": canonical(body["counts"]) == canonical(counts),
        "its number is not that of its batch": _numbered(body),
    }
    return [fault for fault, holds in faults.items() if not holds]


def _numbered(body: Mapping[str, Any]) -> bool:
    party, batch = body["originator"], body["batch_number"]
    return isinstance(party, str) and type(batch) is int and body["number"] == number(party, batch)


def _is_certificate(each: Mapping[str, Any]) -> bool:
    named = isinstance(each["number"], str) and each["number"].startswith("DC-")
    return (
        each.keys() == {"number", "item", "sha256"}
        and named
        and filled(each["item"])
        and isinstance(each["sha256"], str)
        and bool(_SHA256.fullmatch(each["sha256"]))
    )


def _is_otherwise(each: Mapping[str, Any]) -> bool:
    return each.keys() == {"item", "reference", "action"} and _is_named(each) and each["action"] in _ACTIONS


def _is_out(each: Mapping[str, Any]) -> bool:
    rules = each["rules"]
    listed = isinstance(rules, list) and all(map(filled, rules))
    return each.keys() == {"item", "reference", "how", "rules"} and _is_named(each) and each["how"] in _HOW and listed


def _is_named(each: Mapping[str, Any]) -> bool:
    return filled(each["item"]) and filled(each["reference"])


def certified(told: Told) -> bool:
    """Whether it was destroyed as the batch had it approved, with a certificate of its own."""
    return told.member.place == "approved" and told.member.proposal in ENDS and bool(told.number)


def _how(told: Told) -> How:
    place = told.member.place
    return "uncertified" if place == "approved" else place  # type: ignore[return-value]


def _rules(told: Told) -> list[str]:
    return list(_RESTORED if _how(told) == "uncertified" else told.member.rules)


def _named(told: Told) -> dict[str, str]:
    return {"item": told.case.item, "reference": told.case.reference}


def waits(told: Collection[Told]) -> int:
    """How many of its items must end, and have their certificate proven, before it can be issued."""
    ending = [each for each in told if each.member.place == "approved" and each.member.proposal in ENDS]
    return sum(each.case.state != "destroyed" or bool(each.number and not each.sha256) for each in ending)


_TOLD: Final = {"certificates": _is_certificate, "otherwise": _is_otherwise, "kept_out": _is_out}
