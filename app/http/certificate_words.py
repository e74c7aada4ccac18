"""The body of a certificate in words, for pages and for paper: everything that stands in it, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol

from app.http import phrases
from retention.model.copy import KINDS

RETURNS = {
    "returned": "Returned to its source",
    "declined": "Offered to its source, which declined",
    "cannot": "Agreed that it could not be returned",
}
PROPOSALS = {"destroy": "to destroy it", "transfer": "to transfer it to the archive"}
MARKINGS = {"O": "OFFICIAL", "OS": "OFFICIAL-SENSITIVE"}


class Called(Protocol):
    """What people are called, by account id, and establishments, by key."""

    def person(self, id_: str) -> str: ...

    def place(self, key: str) -> str: ...


Rows = list[tuple[str, str]]


def sections(body: Mapping[str, Any], called: Called) -> list[tuple[str, Rows]]:
    """[(heading, rows)] in the order a reader asks."""
    return [
        ("What was destroyed", _what(body, called)),
        ("By which rule", _rule(body, called)),
        ("Who agreed", _who(body, called)),
        ("How", _how(body)),
        *_copies(body["copies"]["accounted"], called),
        ("Backups", [("Older backups", body["copies"]["backups"])]),
        ("In the audit log", _entries(body["evidence"])),
    ]


def _what(body: Mapping[str, Any], called: Called) -> Rows:
    quantity = body["quantity"]
    files = f"{phrases.plural(quantity['files'] or 0, 'file')}, {phrases.plural(quantity['bytes'] or 0, 'byte')}"
    return [
        ("Item", f"{body['reference']} (id {body['item']})"),
        ("Kind", phrases.words(body["kind"])),
        ("Originating body", phrases.party(body["originator"])),
        ("Establishment", called.place(body["establishment"]) or "None"),
        ("Marking", MARKINGS.get(body["marking"], body["marking"])),
        ("Quantity", files),
        ("Medium", phrases.sentence(body["medium"])),
        ("Held by", body["holder"]),
        ("Agreement", f"{body['agreement']}, version {body['agreement_version']}"),
    ]


def _rule(body: Mapping[str, Any], called: Called) -> Rows:
    period, class_, trigger = body["period"], body["class"], body["trigger"]
    verified = "verified" if class_["verified"] else "not verified: its period was confirmed by a person"
    months = phrases.plural(period["months"], "month") if period["months"] is not None else "By a person’s date"
    return [
        (
            "Retention class",
            f"{phrases.words(class_['code'])}, version {class_['schedule_version']} of the schedule, {verified}",
        ),
        ("SHA-256 of the schedule", class_["schedule_sha256"]),
        ("Period", f"{months}, by authority of: {period['authority']}"),
        ("Period confirmed by", called.person(period["confirmed_by"]) or "The schedule itself"),
        ("Clock started", f"{_date(trigger['on'])}: {phrases.act(trigger['kind'])} (entry {trigger['entry']})"),
        ("Due", _date(body["due_on"])),
    ]


def _who(body: Mapping[str, Any], called: Called) -> Rows:
    returned, review, approval = body["return"], body["review"], body["approval"]
    proposed = PROPOSALS.get(review["proposal"], review["proposal"])
    hold = body["hold_check"]
    said = "None stood on it" if not hold["held"] else "It was held"
    return [
        ("Return", RETURNS.get(returned["state"], phrases.sentence(returned["state"]))),
        *_act("Return offered", returned["offered_by"], returned["offered_at"], called),
        *_act("Return answered", returned["answered_by"], returned["answered_at"], called),
        ("Reviewed", f"{_time(review['at'])}, by {called.person(review['by'])}, {proposed}"),
        ("Approved", f"{_time(approval['at'])}, by {called.person(approval['by'])}"),
        ("Not before", _date(approval["destroy_on"])),
        *_archived(approval.get("transferred")),
        ("Holds", f"{said} at {_time(hold['at'])}, in the transaction that destroyed it"),
    ]


def _act(name: str, by: str, at: str | None, called: Called) -> Rows:
    return [(name, f"{_time(at)}, by {called.person(by)}")] if by else []


def _archived(told: Mapping[str, Any] | None) -> Rows:
    if not told:
        return []
    years = f", closed for {phrases.plural(told['closure_years'], 'year')}" if told["closure_years"] else ", open"
    return [
        ("Transferred to", f"{told['to']}, {_date(told['received_on'])}{years}"),
        ("The archive’s reference", told["archive_reference"]),
        ("Digest of the package", told["package_sha256"]),
        ("Packaged, received", f"Entries {told['packaged']} and {told['received']}"),
    ]


def _how(body: Mapping[str, Any]) -> Rows:
    by = "The service; no person carried it out" if body["operator"] == "service" else body["operator"]
    return [
        ("Destroyed", _time(body["destroyed_at"])),
        ("Carried out by", by),
        ("Keys", phrases.sentence(body["method"]["key"])),
        ("Content", phrases.sentence(body["method"]["content"])),
        ("Standard", body["method"]["standard"]),
        ("Verification", phrases.sentence(body["verification"])),
        ("Certificate issued", _time(body["issued_at"])),
    ]


def _copies(copies: list[Mapping[str, Any]], called: Called) -> list[tuple[str, Rows]]:
    if not copies:
        return [("Copies on paper and media", [("Copies", "None was registered")])]
    found = []
    for number, each in enumerate(copies, 1):
        of = f" {number} of {len(copies)}" if len(copies) > 1 else ""
        found.append((f"Copy on paper or media{of}", _copy(each, called)))
    return found


def _copy(copy: Mapping[str, Any], called: Called) -> Rows:
    seen = "A witness saw it" if copy["witnessed"] else "No witness is recorded"
    gone = copy["fate"] == "destroyed"
    return [
        ("Copy", f"{KINDS.get(copy['kind'], copy['kind'])}, since {_date(copy['made_on'])}"),
        ("Destroyed" if gone else "Returned to its source", _date(copy["on"])),
        *([("Method", copy["method"]), ("Standard", copy["standard"])] if gone else []),
        ("Witness", seen),
        ("Accounted for by", f"{called.person(copy['by'])} (entry {copy['entry']})"),
    ]


def _entries(evidence: Mapping[str, str]) -> Rows:
    return [(f"{phrases.sentence(name.replace('-', ' '))}", f"Entry {entry}") for name, entry in evidence.items()]


def _date(text: str | None) -> str:
    return phrases.gds_date(date.fromisoformat(text)) if text else "No date"


def _time(text: str | None) -> str:
    return phrases.gds_datetime(datetime.fromisoformat(text)) if text else "Not recorded"


# --- of a batch --------------------------------------------------------------------------------------------------

OTHERWISE = {
    "extend": "Kept for longer",
    "keep": "Kept for good",
    "return": "Offered back to its source",
}
HOW = {
    "left-out": "Left out",
    "sent-back": "Sent back by the approver",
    "withdrawn": "Approval taken back",
    "uncertified": "Destroyed before a backup was restored: the certificate is from before",
}


def batch_sections(body: Mapping[str, Any], called: Called) -> list[tuple[str, Rows]]:
    """The same of the certificate of a batch."""
    counts = body["counts"]
    return [
        ("The batch", _took(body, called)),
        (
            "Who agreed",
            [
                ("Opened", _done(body["opened"], called)),
                ("Submitted", _done(body["submitted"], called)),
                ("Reviewed by", ", ".join(map(called.person, body["review"]["by"]))),
                ("Approved", _done(body["approval"], called)),
            ],
        ),
        (
            "What became of it",
            [
                ("Items in the batch", f"{counts['items']:,}"),
                ("Approved", f"{counts['approved']:,}"),
                ("Destroyed and certified", f"{counts['certificates']:,}"),
                ("Something else approved", f"{counts['otherwise']:,}"),
                ("Kept out", f"{counts['kept_out']:,}"),
                ("Certificate issued", _time(body["issued_at"])),
            ],
        ),
        ("In the audit log", _entries(body["evidence"])),
    ]


def batch_tables(body: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...], list[list[str]]]]:
    """[(caption, headings, rows)] of its items; what has none is left out."""
    certificates = [[each["number"], each["sha256"]] for each in body["certificates"]]
    otherwise = [[each["reference"], OTHERWISE.get(each["action"], each["action"])] for each in body["otherwise"]]
    out = [
        [each["reference"], HOW.get(each["how"], each["how"]), ", ".join(each["rules"]) or "No rule named"]
        for each in body["kept_out"]
    ]
    found: list[tuple[str, tuple[str, ...], list[list[str]]]] = [
        ("Certificates of its items", ("Certificate", "SHA-256 of its file"), certificates),
        ("Approved for something else", ("Item", "What"), otherwise),
        ("Kept out", ("Item", "How", "By which rule"), out),
    ]
    return [each for each in found if each[2]]


def _took(body: Mapping[str, Any], called: Called) -> Rows:
    took = body["took"]
    return [
        ("Batch", f"{phrases.party(body['originator'])} batch {body['batch_number']} (id {body['batch']})"),
        ("Originating body", phrases.party(body["originator"])),
        ("Class", phrases.words(took["class"]) if took["class"] else "Any"),
        ("Establishment", called.place(took["establishment"]) or "Any"),
        ("Due", f"On or before {_date(took['due_by'])}" if took["due_by"] else "At any time"),
        ("Held by", body["holder"]),
    ]


def _done(told: Mapping[str, Any], called: Called) -> str:
    return f"{_time(told['at'])}, by {called.person(told['by'])}"
