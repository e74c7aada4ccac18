"""Batches in words: what one took, what it would do, and why an item is not in it any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import url_for

from app.bootstrap.work import Work
from app.web import filters, item_words, names
from app.web.disposal_acts import asked
from app.web.disposal_view import PROPOSALS, RETURN_WORDS
from app.web.names import Names
from foundation.errors import Reason
from retention.model.batch import WITHIN, Batch, Place
from retention.queries.batches import BatchItem, BatchRow, BatchSeen, Waiting
from retention.rules.steps import batching
from retention.service.holds import Decided

SAID: tuple[Place, ...] = ("proposed", "approved")  # of what is there it is shown what was proposed
OUT: tuple[Place, ...] = ("left-out", "sent-back", "withdrawn")
DONE = {
    "destroy": "are destroyed after the cooling-off",
    "extend": "are kept for longer",
    "keep": "are kept for good",
    "return": "are offered back to their source",
    "transfer": "wait for their transfer to The National Archives",
}


def against_opening(work: Work) -> Sequence[Reason]:
    """Why the asker may open none."""
    body = work.actor.party
    return asked(work, "review-disposal", batching.may_open(body, work.actor), body=body)


def against_working(work: Work, batch: Batch) -> Sequence[Reason]:
    """Why the asker may not work on this one."""
    return asked(work, "review-disposal", batching.may_work(batch, work.actor), body=batch.party)


def against_deciding(work: Work, seen: BatchSeen) -> Sequence[Reason]:
    """Why the asker may not decide on this one."""
    found = batching.may_approve_batch(seen.batch, work.actor, seen.proposers)
    other = work.actor.id if work.actor.id in seen.proposers else next(iter(sorted(seen.proposers)), "")
    return asked(work, "approve-disposal", found, body=seen.batch.party, other=other)


def title(batch: Batch) -> str:
    """What a batch is called."""
    return f"{names.party(batch.party)} batch {batch.number}"


def wanted(batch: Batch, places: Mapping[str, str]) -> list[str]:
    """What it took, a line for each."""
    found = [names.words(batch.wanted.retention_class)] if batch.wanted.retention_class else []
    if batch.wanted.establishment:
        found.append(places.get(batch.wanted.establishment, batch.wanted.establishment))
    if batch.wanted.due_by:
        found.append(f"Due on or before {filters.gds_date(batch.wanted.due_by)}")
    return found


def row(one: BatchRow, called: Names, places: Mapping[str, str]) -> list[Any]:
    """A batch in the list."""
    batch = one.batch
    out = sum(one.items.get(place, 0) for place in OUT)
    return [
        {"text": title(batch), "href": url_for("batches.show", batch=batch.id)},
        ", ".join(wanted(batch, places)),
        {"text": filters.plural(one.within + one.items.get("approved", 0), "item"),
         "minor": f"{out} left out, sent back or stopped" if out else ""},
        {"text": called.person(batch.opened_by), "minor": filters.gds_date(batch.opened_at)},
        {"status": batch.state, "minor": batch.certificate},
    ]  # fmt: skip


def summary(seen: BatchSeen, called: Names, places: Mapping[str, str]) -> list[Any]:
    """What it is and how far."""
    batch = seen.batch
    found: list[Any] = [
        {"key": "State", "status": batch.state},
        {"key": "What it took", "lines": wanted(batch, places)},
        ("Opened", f"{filters.gds_datetime(batch.opened_at)}, by {called.person(batch.opened_by)}"),
    ]
    if batch.submitted_at:
        found.append(
            ("Submitted", f"{filters.gds_datetime(batch.submitted_at)}, by {called.person(batch.submitted_by)}")
        )
    if batch.decided_at:
        word = "Approved" if batch.state == "approved" else "Closed"
        found.append((word, f"{filters.gds_datetime(batch.decided_at)}, by {called.person(batch.decided_by)}"))
    if batch.closing:
        found.append(("Reason", batch.closing))
    return found + _certificate(seen)


def _certificate(seen: BatchSeen) -> list[Any]:
    if number := seen.batch.certificate:
        href = url_for("certificates.batch", batch=seen.batch.id)
        return [
            {"key": "Certificate", "text": number, "href": href, "action": "Read", "about": f"certificate {number}"}
        ]
    if seen.ending:
        return [("Certificate", f"Waits for {filters.plural(seen.ending, 'item')} to be destroyed and certified")]
    return []


def item(one: BatchItem, called: Names, places: Mapping[str, str]) -> dict[str, Any]:
    """An item of a batch, as its page shows it."""
    case, place = one.case, one.member.place
    # Once approved, the case moves on: what it says of a review is of this batch only while that review stands.
    mine = place == "proposed" or (place == "approved" and case.approved_at == one.member.at)
    proposed = PROPOSALS.get(case.proposal if mine else one.member.proposal, "") if place in SAID else ""
    until = filters.gds_date(case.proposed_until) if case.proposed_until and mine else ""
    return {
        "reference": case.reference,
        "what": ", ".join(filter(None, (names.words(case.retention_class), places.get(case.establishment, "")))),
        "due": filters.gds_date(case.due_on),
        "place": place,
        "status": _status(one),
        "certificate": case.certificate,
        "within": place in WITHIN,
        "proposal": case.proposal,
        "until": until,
        "proposed": f"{proposed}, until {until}" if until else proposed,
        "bare": one.bare,
        "why": case.review_reason if mine else one.member.reason,
        "by": called.person(case.reviewer) if mine else "",
        "returns": RETURN_WORDS[case.return_state],
        "changed": one.changed,
        "held": case.held,
        "state": case.state,
    }


def _status(one: BatchItem) -> str:
    """Within the batch, where it stands in it; once approved, what has become of it since."""
    if one.member.place == "approved":
        return "offered" if one.case.return_state == "offered" and one.case.state == "due" else one.case.state
    return "held" if one.case.held else one.member.place


def will(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What approving does: each proposal with its references, and what would be left out."""
    rows = [each for each in items if each["place"] == "proposed"]
    found = []
    for proposal, said in DONE.items():
        mine = [each for each in rows if each["proposal"] == proposal and not each["changed"]]
        if mine:
            found.append({"said": f"{filters.plural(len(mine), 'item')} {_verb(len(mine), said)}", "items": mine})
    return found


def waiting(found: Sequence[Waiting], places: Mapping[str, str]) -> list[Any]:
    """What the next batches might take."""
    return [
        [names.words(each.retention_class), places.get(each.establishment, each.establishment) or "None",
         {"text": str(each.number), "numeric": True}, {"text": str(each.held), "numeric": True}]
        for each in found
    ]  # fmt: skip


def refused(done: Iterable[Decided], called: Mapping[str, str]) -> list[dict[str, Any]]:
    """What was refused, item by item."""
    return [{"reference": called.get(each.item, each.item), "reasons": each.reasons} for each in done if each.reasons]


def places(work: Work) -> Mapping[str, str]:
    """What establishments are called."""
    return item_words.places(work)


def _verb(number: int, said: str) -> str:
    if number != 1:
        return said
    verb, _, rest = said.partition(" ")
    return f"{ {'are': 'is', 'wait': 'waits'}.get(verb, verb) } {rest}".replace("their", "its")
