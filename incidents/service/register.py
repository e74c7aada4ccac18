"""Turns the incidents' own facts into rows. The same code serves the act itself and a rebuild from entry zero.

Everything a row says stands in the fact: no rule is asked again, so that a later change of the policies changes no row.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from audit.fact import Fact, Value
from foundation.calendar import london_date
from incidents import events
from incidents.errors import AlreadyDone
from incidents.model.incident import ASKED, DECIDED_NOT, OFF, ON, OPEN
from incidents.store import rows

CODED = ("certainty", "impacts", "items", "references", "people", "media")
LOST = "Somebody did that a moment ago. Nothing was changed."


class Register:
    """The follower that keeps the register (``audit.follow.Follower``)."""

    name = "incidents"
    kinds = events.OWN_KINDS

    def follow(self, conn: sa.Connection, fact: Fact) -> None:
        """Set down what the fact says. Raises AlreadyDone if a race was lost, which undoes the act."""
        if fact.kind == events.INCIDENT_OPENED.name:
            self._open(conn, fact)
        elif rows.exists(conn, fact.subject):  # in a rebuild, the fact that opened it may have been redacted
            _DO[fact.kind](conn, fact)

    def _open(self, conn: sa.Connection, fact: Fact) -> None:
        what = fact.what
        coded: dict[str, Any] = {name: what[name] for name in CODED}
        coded |= {"known": pairs(what["known"]), "reasons": what["reasons"], "entry": ""}
        values = {
            "id": fact.subject,
            "number": what["number"],
            "kind": what["kind"],
            "rule": what["rule"],
            "rule_key": what["key"],
            "opened_at": fact.at,
            "awareness_at": datetime.fromisoformat(str(what["aware_at"])),
            "reported_by": what["by"],
            "party": what["party"],
            "subject": what["about"],
            "state": OPEN,
            "marking_claimed": what["marking"],
            "grade": what["grade"],
            "coded": _json(coded),
            "words": what["words"],
            "joined_at": fact.at,
            "outcome": "",
            "proposed_by": "",
            "closed_at": None,
            "closed_by": "",
        }
        due = {duty: datetime.fromisoformat(at) if at else None for duty, at in pairs(what["owed"]).items()}
        rows.add(conn, values, listed(what["parties"]), due)
        rows.took(conn, london_date(fact.at).year)


def _assessed(conn: sa.Connection, fact: Fact) -> None:
    what = fact.what
    coded = rows.coded_of(conn, fact.subject)
    coded |= {"known": pairs(what["known"]), "impacts": what["impacts"], "reasons": what["reasons"]}
    changed = {"grade": what["grade"], "coded": _json({**coded, "entry": what["entry"]}), "words": what["words"]}
    if not what["words"]:  # nothing was written this time: what was, stays
        changed = {"grade": what["grade"], "coded": _json(coded)}
    rows.change(conn, fact.subject, **changed)
    rows.concerns(conn, fact.subject, listed(what["parties"]))
    _enter(conn, fact, "assessed", {}, words="")


def _joined(conn: sa.Connection, fact: Fact) -> None:
    rows.change(conn, fact.subject, joined_at=fact.at)
    _enter(conn, fact, "joined", {name: fact.what[name] for name in ("source", "source_kind")}, by="")


def _corrected(conn: sa.Connection, fact: Fact) -> None:
    what = fact.what
    rows.change(conn, fact.subject, awareness_at=datetime.fromisoformat(str(what["after"])))
    due = {duty: datetime.fromisoformat(at) if at else None for duty, at in pairs(what["owed"]).items()}
    rows.moved(conn, fact.subject, due)
    _enter(conn, fact, "awareness", {"before": what["before"], "after": what["after"]})


def _done(conn: sa.Connection, fact: Fact) -> None:
    what = fact.what
    ended = what["decision"] == DECIDED_NOT
    stage, by = str(what["stage"]), str(what["by"])
    if not rows.duty_done(conn, fact.subject, str(what["duty"]), stage, fact.at, by, ended=ended):
        raise AlreadyDone(LOST, subject=fact.subject)
    names = ("duty", "stage", "decision", "sent_at", "channel", "late")
    _enter(conn, fact, "duty", {name: what[name] for name in names})


def _received(conn: sa.Connection, fact: Fact) -> None:
    _enter(conn, fact, "receipt", {"notice": fact.what["notice"]})


def _action(conn: sa.Connection, fact: Fact) -> None:
    what = fact.what
    _enter(conn, fact, "action", {"owner": what["owner"], "due_on": what["due_on"]}, entry=str(what["action"]))


def _action_done(conn: sa.Connection, fact: Fact) -> None:
    _enter(conn, fact, "action-done", {"action": fact.what["action"]})


def _noted(conn: sa.Connection, fact: Fact) -> None:
    _enter(conn, fact, str(fact.what["sort"]), {})


def _contained(conn: sa.Connection, fact: Fact) -> None:
    what = fact.what
    rows.measure(
        conn,
        {
            "id": what["measure"],
            "incident_id": fact.subject,
            "act": what["act"],
            "target": what["target"],
            "called": what["called"],
            "state": OFF if what["act"] in ("end-grants", "end-sessions") else ON,
            "at": fact.at,
            "by": what["by"],
            "asked_by": "",
            "released_at": None,
            "released_by": "",
        },
    )


def _release_asked(conn: sa.Connection, fact: Fact) -> None:
    _measure(conn, fact, ON, state=ASKED, asked_by=fact.what["by"])
    _enter(conn, fact, "release", {"measure": fact.what["measure"]})


def _released(conn: sa.Connection, fact: Fact) -> None:
    _measure(conn, fact, ASKED, state=OFF, released_at=fact.at, released_by=fact.what["by"])


def _kept(conn: sa.Connection, fact: Fact) -> None:
    _measure(conn, fact, ASKED, state=ON, asked_by="")
    _enter(conn, fact, "kept", {"measure": fact.what["measure"]})


def _measure(conn: sa.Connection, fact: Fact, before: str, **values: object) -> None:
    if not rows.measured(conn, str(fact.what["measure"]), before, **values):
        raise AlreadyDone(LOST, subject=fact.subject)


def _asked(conn: sa.Connection, fact: Fact) -> None:
    what = fact.what
    same = {"incident_id": fact.subject, "item": what["item"], "reference": what["reference"], "at": fact.at}
    blank = {"answer": "", "answered_at": None, "words": "", "entry": ""}
    rows.asked(conn, [{"person": person, **same, **blank} for person in listed(what["people"])])


def _answered(conn: sa.Connection, fact: Fact) -> None:
    what = fact.what
    values = {"answer": what["answer"], "answered_at": fact.at, "words": what["words"], "entry": what["entry"]}
    if not rows.answered(conn, str(what["by"]), fact.subject, str(what["item"]), **values):
        raise AlreadyDone(LOST, subject=fact.subject)


def _reminded(conn: sa.Connection, fact: Fact) -> None:
    rows.reminded(conn, fact.subject, str(fact.what["duty"]), int(str(fact.what["minutes"])))


def _proposed(conn: sa.Connection, fact: Fact) -> None:
    if not rows.propose(conn, fact.subject, str(fact.what["outcome"]), str(fact.what["by"])):
        raise AlreadyDone(LOST, subject=fact.subject)
    _enter(conn, fact, "closure", {})


def _sent_back(conn: sa.Connection, fact: Fact) -> None:
    if not rows.reopen(conn, fact.subject):
        raise AlreadyDone(LOST, subject=fact.subject)
    _enter(conn, fact, "sent-back", {})


def _closed(conn: sa.Connection, fact: Fact) -> None:
    if not rows.close(conn, fact.subject, fact.at, str(fact.what["by"])):
        raise AlreadyDone(LOST, subject=fact.subject)


def _enter(
    conn: sa.Connection,
    fact: Fact,
    sort: str,
    coded: dict[str, Value],
    *,
    entry: str = "",
    by: str | None = None,
    words: str | None = None,
) -> None:
    what = fact.what
    rows.entered(
        conn,
        {
            "id": entry or (str(what.get("entry") or "") if words is None else "") or fact.id,
            "incident_id": fact.subject,
            "sort": sort,
            "at": fact.at,
            "by": str(what.get("by", "")) if by is None else by,
            "coded": _json(coded),
            "words": str(what.get("words") or "") if words is None else words,
        },
    )


def pairs(value: Value) -> dict[str, str]:
    """``["a=b"]`` as a mapping, in order."""
    split = (each.partition("=") for each in listed(value))
    return {name: found for name, _, found in split}


def listed(value: Value) -> list[str]:
    """A list in a fact, or nothing."""
    return list(value) if isinstance(value, list) else []


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True)


_DO = {
    events.INCIDENT_JOINED.name: _joined,
    events.INCIDENT_ASSESSED.name: _assessed,
    events.AWARENESS_CORRECTED.name: _corrected,
    events.DUTY_DONE.name: _done,
    events.RECEIPT_NOTED.name: _received,
    events.ACTION_ADDED.name: _action,
    events.ACTION_DONE.name: _action_done,
    events.NOTE_ADDED.name: _noted,
    events.CONTAINED.name: _contained,
    events.RELEASE_ASKED.name: _release_asked,
    events.RELEASED.name: _released,
    events.RELEASE_REFUSED.name: _kept,
    events.DELETION_ASKED.name: _asked,
    events.DELETION_ANSWERED.name: _answered,
    events.REMINDED.name: _reminded,
    events.CLOSURE_PROPOSED.name: _proposed,
    events.CLOSURE_REFUSED.name: _sent_back,
    events.INCIDENT_CLOSED.name: _closed,
}
