"""Rows of incidents read: each with what it owes and what people did, in a few queries for all of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from incidents.errors import IncidentUnknown
from incidents.model.incident import Asked, Incident, Joined, Measure, Notice, Owed, Told
from incidents.model.rules import Duty, Kind, Rules
from incidents.ports import Words
from incidents.store.acted import actions, corrected, notes, notices
from incidents.tables import incident, incident_asked, incident_duty, incident_entry, incident_measure, incident_party

Row = sa.Row[Any]


def about(incident_id: str, entry: str = "") -> str:
    """What words are sealed under."""
    return f"incident/{incident_id}/{entry}"


def sealed(words: Words, incident_id: str, entry: str, written: Mapping[str, str]) -> str:
    """What was written, as it is kept; empty for nothing."""
    kept = {name: text.strip() for name, text in written.items() if text.strip()}
    return words.seal(about(incident_id, entry), json.dumps(kept, sort_keys=True)) if kept else ""


def opened(words: Words | None, incident_id: str, entry: str, kept: str) -> dict[str, str]:
    """The same again; nothing without ``words``, for a list."""
    if words is None or not kept:
        return {}
    found: dict[str, str] = json.loads(words.open(about(incident_id, entry), kept))
    return found


def find(conn: sa.Connection, number: str, rules: Rules, words: Words | None = None) -> Incident:
    """One incident by its number, whole. Raises IncidentUnknown."""
    row = conn.execute(sa.select(incident).where(incident.c.number == number)).one_or_none()
    if row is None:
        raise IncidentUnknown("There is no incident of that number.")
    return assemble(conn, [row], rules, words)[0]


def find_open(conn: sa.Connection, rule: str, key: str, rules: Rules) -> Incident | None:
    """The incident of this rule about this that is not closed."""
    where = (incident.c.rule == rule, incident.c.rule_key == key, incident.c.state != "closed")
    row = conn.execute(sa.select(incident).where(*where).order_by(incident.c.opened_at).limit(1)).one_or_none()
    return assemble(conn, [row], rules)[0] if row is not None else None


def last_reminders(conn: sa.Connection, id_: str) -> dict[str, int | None]:
    """How many minutes before it was due each duty was last reminded of; None for never."""
    column = incident_duty.c
    found = conn.execute(sa.select(column.duty, column.reminded).where(column.incident_id == id_))
    return {row.duty: row.reminded for row in found}


@dataclass(slots=True)
class _Parts:
    parties: list[str] = field(default_factory=list)
    duties: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    measures: list[Row] = field(default_factory=list)
    asked: list[Row] = field(default_factory=list)


def assemble(conn: sa.Connection, rows: Sequence[Row], rules: Rules, words: Words | None = None) -> list[Incident]:
    """Incidents of rows of `incident`. Without ``words`` nothing that was written is opened."""
    found: dict[str, _Parts] = defaultdict(_Parts)
    ids = [row.id for row in rows]
    if not ids:
        return []
    tables = (
        ("duties", incident_duty, (incident_duty.c.place,)),
        ("entries", incident_entry, (incident_entry.c.place,)),
        ("measures", incident_measure, (incident_measure.c.at, incident_measure.c.id)),
        ("asked", incident_asked, (incident_asked.c.reference, incident_asked.c.person)),
    )
    for row in conn.execute(_in(incident_party, ids).order_by(incident_party.c.party)):
        found[row.incident_id].parties.append(row.party)
    for name, table, order in tables:
        for row in conn.execute(_in(table, ids).order_by(*order)):
            getattr(found[row.incident_id], name).append(row)
    return [_incident(row, found[row.id], rules, words) for row in rows]


def _in(table: sa.Table, ids: Iterable[str]) -> sa.Select[Any]:
    return sa.select(table).where(table.c.incident_id.in_(list(ids)))


def _incident(row: Row, parts: _Parts, rules: Rules, words: Words | None) -> Incident:
    kind = rules.kinds.get(row.kind) or Kind(row.kind, row.kind, (), (), "")
    coded = json.loads(row.coded)
    due = {each.duty: each.due_at for each in parts.duties}
    weighed = {**coded["known"], "grade": row.grade}
    return Incident(
        id=row.id,
        number=row.number,
        kind=kind,
        rule=row.rule,
        key=row.rule_key,
        opened_at=row.opened_at,
        awareness_at=row.awareness_at,
        reported_by=row.reported_by,
        party=row.party,
        parties=tuple(parts.parties),
        certainty=coded["certainty"],
        impacts=tuple(coded["impacts"]),
        subject=row.subject,
        items=tuple(coded["items"]),
        references=tuple(coded["references"]),
        people=tuple(coded["people"]),
        media=tuple(coded["media"]),
        known=coded["known"],
        grade=row.grade,
        grade_reasons=tuple(coded["reasons"]),
        state=row.state,
        marking_claimed=row.marking_claimed,
        outcome=row.outcome,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        proposed_by=row.proposed_by,
        owed=tuple(_owed(each, kind, weighed) for each in parts.duties),
        words=opened(words, row.id, str(coded.get("entry", "")), row.words),
        told=_told(row.id, parts, words, lambda notice: _late(notice, kind, due, rules)),
    )


def _owed(row: Row, kind: Kind, weighed: Mapping[str, str]) -> Owed:
    gone = Duty(row.duty, row.duty, "", None, "", False, "")  # the rules dropped it: what was owed is owed still
    duty = next((each for each in kind.duties if each.code == row.duty), gone)
    stages = frozenset(filter(None, row.stages.split(",")))
    stage = duty.next_stage(stages, ended=row.ended)
    return Owed(duty, row.due_at, row.done_at, row.done_by, duty.needed(weighed), stage)


def _late(notice: Notice, kind: Kind, due: Mapping[str, datetime | None], rules: Rules) -> bool:
    """Late when it was noted, or by the clock as it has been corrected since: neither hides the other."""
    duty = next((each for each in kind.duties if each.code == notice.duty), None)
    first = duty is not None and notice.stage in ("", *duty.stages[:1])
    moved = duty is not None and first and rules.late.missed(duty, due.get(notice.duty), notice.sent_at)
    return notice.late or moved


def _told(id_: str, parts: _Parts, words: Words | None, late: Callable[[Notice], bool]) -> Told:
    entries = [(row, json.loads(row.coded), opened(words, id_, row.id, row.words)) for row in parts.entries]
    return Told(
        notices=tuple(replace(each, late=late(each)) for each in notices(entries)),
        actions=actions(entries),
        notes=notes(entries),
        joined=tuple(
            Joined(str(coded["source"]), str(coded["source_kind"]), row.at)
            for row, coded, _ in entries
            if row.sort == "joined"
        ),
        measures=tuple(_measure(row) for row in parts.measures),
        asked=tuple(asked_of(row, words) for row in parts.asked),
        corrected=corrected(entries),
    )


def _measure(row: Row) -> Measure:
    return Measure(
        row.id,
        row.act,
        row.target,
        row.called,
        row.state,
        row.at,
        row.by,
        row.asked_by,
        row.released_at,
        row.released_by,
    )


def asked_of(row: Row, words: Words | None) -> Asked:
    """One person who was asked."""
    said = opened(words, row.incident_id, row.entry, row.words)
    return Asked(
        row.incident_id,
        row.person,
        row.item,
        row.reference,
        row.at,
        row.answer,
        row.answered_at,
        said.get("note", ""),
    )


def last_fact_at(conn: sa.Connection, rule: str, key: str) -> datetime | None:
    """When a fact last belonged to an incident of this rule about this, whatever became of it."""
    where = (incident.c.rule == rule, incident.c.rule_key == key)
    last = incident.c.joined_at
    found: datetime | None = conn.scalar(sa.select(last).where(*where).order_by(last.desc()).limit(1))
    return found
