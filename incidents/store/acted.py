"""What people did about an incident, folded from its entries: notices, actions, notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from incidents.model.incident import Action, Corrected, Note, Notice

Entry = tuple[sa.Row[Any], Mapping[str, Any], Mapping[str, str]]
NOTES = ("lesson", "note", "assessed", "closure", "sent-back", "release", "kept")


def notices(entries: Sequence[Entry]) -> tuple[Notice, ...]:
    """What was sent or decided, oldest first, each with its receipt."""
    found: dict[str, Notice] = {}
    for row, coded, words in entries:
        if row.sort == "duty":
            found[row.id] = Notice(
                row.id,
                str(coded["duty"]),
                str(coded["stage"]),
                str(coded["decision"]),
                row.at,
                row.by,
                datetime.fromisoformat(coded["sent_at"]),
                str(coded["channel"]),
                bool(coded["late"]),
                words,
            )
        elif row.sort == "receipt" and coded["notice"] in found:
            notice = found[coded["notice"]]
            found[notice.id] = replace(notice, received_at=row.at, received_by=row.by, receipt=words.get("note", ""))
    return tuple(found.values())


def actions(entries: Sequence[Entry]) -> tuple[Action, ...]:
    """What somebody is to do, oldest first."""
    found: dict[str, Action] = {}
    for row, coded, words in entries:
        if row.sort == "action":
            due = date.fromisoformat(coded["due_on"])
            found[row.id] = Action(row.id, words.get("text", ""), str(coded["owner"]), due, row.by)
        elif row.sort == "action-done" and coded["action"] in found:
            action = found[coded["action"]]
            found[action.id] = replace(action, done_at=row.at, done_by=row.by, result=words.get("note", ""))
    return tuple(found.values())


def corrected(entries: Sequence[Entry]) -> tuple[Corrected, ...]:
    """Each time the moment of awareness was corrected, oldest first."""
    return tuple(
        Corrected(
            row.at,
            row.by,
            datetime.fromisoformat(coded["before"]),
            datetime.fromisoformat(coded["after"]),
            words.get("reason", ""),
        )
        for row, coded, words in entries
        if row.sort == "awareness"
    )


def notes(entries: Sequence[Entry]) -> tuple[Note, ...]:
    """What somebody wrote, oldest first."""
    return tuple(
        Note(row.id, row.sort, row.at, row.by, words.get("note", ""))
        for row, _, words in entries
        if row.sort in NOTES and (words.get("note") or row.sort in ("assessed",))
    )
