"""What the follower makes of facts about batches and reminders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import cast

import sqlalchemy as sa

from audit.fact import Fact
from retention import events
from retention.model.batch import Batch, Member, Place, Wanted
from retention.model.case import Proposal
from retention.model.reminder import Reminder, Stage
from retention.ports import Words
from retention.store.batches import BatchRows, ReminderRows

# Where an item stands in its batch after a fact of its case that names the batch.
_PLACES: Mapping[str, Place] = {
    events.DISPOSAL_REVIEWED.name: "proposed",
    events.REVIEW_WITHDRAWN.name: "taken",
    events.DISPOSAL_APPROVED.name: "approved",
    events.REVIEW_REFUSED.name: "sent-back",
}
# By which rule an approval was taken back.
_CAUSES: Mapping[str, str] = {"held": "RET-held", "changed": "RET-overtaken"}


def moved(conn: sa.Connection, words: Words, fact: Fact) -> None:
    """A case moved: so did the item in the batch the fact names, if it names one."""
    batch = str(fact.what.get("batch") or "")
    if fact.kind == events.APPROVAL_WITHDRAWN.name:
        _withdrawn(BatchRows(conn, words), fact)
    elif batch and fact.kind in _PLACES:
        place = _PLACES[fact.kind]
        sent_back = place == "sent-back"
        said, rules = (fact.why, ("RET-sent-back",)) if sent_back else ("", ())
        proposal = cast(Proposal, str(fact.what.get("proposal") or ""))
        member = Member(batch, fact.subject, place, str(fact.what["by"]), fact.at, said, proposal, rules)
        BatchRows(conn, words).put(member)


def _withdrawn(rows: BatchRows, fact: Fact) -> None:
    """What a batch had approved is not destroyed after all. The batch in which it was is found, not named."""
    rules = (_CAUSES.get(str(fact.what["cause"]), "RET-withdrawn"),)
    for each in rows.approved(fact.subject):
        by = str(fact.what["by"])
        rows.put(replace(each, place="withdrawn", by=by, at=fact.at, reason=fact.why, rules=rules))


def follow(conn: sa.Connection, words: Words, fact: Fact) -> None:
    """A fact of ``events.TOGETHER_KINDS``."""
    if fact.kind in events.BATCH_KINDS:
        _batch(conn, words, fact)
    elif fact.kind in events.MEMBER_KINDS:
        _member(conn, words, fact)
    else:
        _reminded(conn, fact)


def _member(conn: sa.Connection, words: Words, fact: Fact) -> None:
    rows, batch, by = BatchRows(conn, words), str(fact.what["batch"]), str(fact.what["by"])
    if fact.kind == events.BATCH_TAKEN.name:
        rows.enter(Member(batch, fact.subject, "taken", by, fact.at))
    else:
        rules = tuple(map(str, cast("list[str]", fact.what["rules"])))
        rows.put(Member(batch, fact.subject, "left-out", by, fact.at, fact.why, rules=rules))


def _batch(conn: sa.Connection, words: Words, fact: Fact) -> None:
    rows, by = BatchRows(conn, words), str(fact.what.get("by", ""))
    if fact.kind == events.BATCH_OPENED.name:
        rows.add(_opened(fact))
    elif fact.kind == events.BATCH_SUBMITTED.name:
        rows.change(fact.subject, seen=("open",), state="submitted", submitted_by=by, submitted_at=fact.at)
    elif fact.kind == events.BATCH_APPROVED.name:
        rows.change(
            fact.subject, seen=("submitted",), state="approved", decided_by=by, decided_at=fact.at, entry=fact.id
        )
    elif fact.kind == events.BATCH_CERTIFIED.name:
        rows.change(fact.subject, seen=("approved",), certificate=str(fact.what["number"]))
    else:
        rows.change(
            fact.subject, seen=("open", "submitted"), closing=fact.why, state="closed", decided_by=by,
            decided_at=fact.at,
        )  # fmt: skip


def _reminded(conn: sa.Connection, fact: Fact) -> None:
    what = fact.what
    since = date.fromisoformat(str(what["since"]))
    ReminderRows(conn).add(Reminder(fact.subject, cast(Stage, what["stage"]), since, str(what["party"]), fact.at))


def _opened(fact: Fact) -> Batch:
    what = fact.what
    due_by = what["due_by"]
    return Batch(
        id=fact.subject,
        party=str(what["party"]),
        number=int(str(what["number"])),
        wanted=Wanted(
            str(what["retention_class"]),
            str(what["establishment"]),
            date.fromisoformat(str(due_by)) if due_by else None,
        ),
        state="open",
        opened_by=str(what["by"]),
        opened_at=fact.at,
    )
