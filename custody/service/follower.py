"""Turns facts into rows. The same code serves the act itself and a rebuild from entry zero."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import sqlalchemy as sa

from audit.fact import Fact
from custody import events
from custody.errors import StateOver
from custody.model import Export, Fate, Paper, PaperKind, Reminder, State, chosen_of
from custody.ports import Words
from custody.store.rows import Exports, Papers, Reminders
from foundation.calendar import london_date


class Register:
    """Follows custody's own facts (``audit.follow.Follower``). By ``step`` no fact moves a row twice."""

    name = "custody"
    kinds = events.OWN_KINDS

    def __init__(self, words: Words) -> None:
        self._words = words

    def follow(self, conn: sa.Connection, fact: Fact) -> None:
        """Refusals move nothing. Raises StateOver when somebody else moved it in the same moment."""
        if fact.outcome != "allowed":
            return
        if fact.kind == events.REMINDED.name:
            since = date.fromisoformat(str(fact.what["since"]))
            Reminders(conn).add(Reminder(fact.subject, str(fact.what["stage"]), since, fact.at))
        elif fact.kind in events.EXPORT_KINDS:
            self._export(Exports(conn, self._words), fact)
        else:
            self._paper(Papers(conn, self._words), fact)

    def _export(self, rows: Exports, fact: Fact) -> None:
        if fact.kind == events.EXPORT_ASKED.name:
            rows.add(_asked(fact, self._words))
            return
        _move(rows, fact.subject, fact, _of_export(fact, self._words))

    def _paper(self, rows: Papers, fact: Fact) -> None:
        copy = str(fact.what["copy"])
        if fact.kind == events.PAPER_REGISTERED.name:
            rows.add(_registered(fact, self._words))
            return
        _move(rows, copy, fact, _of_paper(fact, self._words))


def _move(rows: Exports | Papers, id_: str, fact: Fact, changed: dict[str, Any]) -> None:
    step = int(str(fact.what["step"]))
    if rows.change(id_, step, **changed):
        return
    found = rows.find(id_)
    if found is not None and found.version <= step:
        raise StateOver("Somebody did something with it a moment ago. Look at it again.", subject=id_)


def _asked(fact: Fact, words: Words) -> Export:
    what = fact.what

    def said(name: str) -> str:
        return words.open(events.about(fact.subject, name), str(what[name]))

    return Export(
        id=fact.subject,
        number=str(what["number"]),
        party=str(what["party"]),
        office=int(str(what["office"])),
        state="asked",
        medium=str(what["medium"]),
        serial=str(what["serial"]),
        holder=str(what["holder"]),
        purpose=str(what["purpose"]),
        why=fact.why,
        least=said("least"),
        to=said("to"),
        outside=bool(what["outside"]),
        back_on=date.fromisoformat(str(what["back_on"])),
        asked_by=str(what["by"]),
        asked_at=fact.at,
        chosen=tuple(chosen_of(line) for line in cast(list[str], what["items"])),
    )


def _of_export(fact: Fact, words: Words) -> dict[str, Any]:
    what, by = fact.what, str(fact.what["by"])
    if fact.kind == events.EXPORT_DECIDED.name:
        state = cast(State, str(what["decision"]))
        return {"state": state, "decided_by": by, "decided_at": fact.at, "decision": fact.why}
    if fact.kind == events.EXPORT_WITHDRAWN.name:
        return {"state": "withdrawn"}
    if fact.kind == events.EXPORT_BEGUN.name:
        return {"state": "writing", "attempt": int(str(what["attempt"])), "size": 0, "sha256": "", "written_at": None}
    if fact.kind == events.EXPORT_WRITTEN.name:
        size, digest = int(str(what["size"])), str(what["sha256"])
        return {"state": "written", "size": size, "sha256": digest, "written_at": fact.at}
    if fact.kind == events.EXPORT_VERIFIED.name:
        return {"state": "exported", "verified_by": by, "verified_at": fact.at, "verified_entry": fact.id}
    if fact.kind == events.EXPORT_LOST.name:
        return {"state": "lost", "loss": fact.why, "lost_at": fact.at}
    return _ended(fact, words, events.about(fact.subject, "witness"))


def _ended(fact: Fact, words: Words, about: str) -> dict[str, Any]:
    what = fact.what
    return {
        "state": "ended",
        "fate": cast(Fate, str(what["fate"])),
        "method": str(what["method"]),
        "witness": words.open(about, str(what["witness"])),
        "evidence": fact.why,
        "ended_on": date.fromisoformat(str(what["on"])),
        "ended_by": str(what["by"]),
    }


def _registered(fact: Fact, words: Words) -> Paper:
    what, copy = fact.what, str(fact.what["copy"])
    return Paper(
        id=copy,
        item=fact.subject,
        reference=str(what["reference"]),
        kind=cast(PaperKind, str(what["copy_kind"])),
        party=str(what["party"]),
        office=int(str(what["office"])),
        state="held",
        keeper=str(what["keeper"]),
        place=words.open(events.copy_about(copy, "place"), str(what["place"])),
        made_on=date.fromisoformat(str(what["made_on"])),
        locked_on=london_date(fact.at),
        purpose=str(what["purpose"]),
        registered_by=str(what["by"]),
        registered_at=fact.at,
    )


def _of_paper(fact: Fact, words: Words) -> dict[str, Any]:
    what, copy = fact.what, str(fact.what["copy"])
    if fact.kind == events.PAPER_SENT.name:
        due = date.fromisoformat(str(what["due_on"]))
        return {"state": "on-the-way", "to": str(what["to"]), "way": str(what["way"]), "due_on": due,
                "moved_at": fact.at}  # fmt: skip
    if fact.kind == events.PAPER_MISSING.name:
        return {"state": "missing", "loss": fact.why}
    if fact.kind == events.PAPER_ENDED.name:
        return _ended(fact, words, events.copy_about(copy, "witness"))
    locked = {"state": "held", "locked_on": date.fromisoformat(str(what["on"]))}
    if fact.kind == events.PAPER_CONFIRMED.name:
        return locked
    here = {"place": words.open(events.copy_about(copy, "place"), str(what["place"])), **locked}
    arrived = {"to": "", "way": "", "due_on": None, "moved_at": None, "keeper": str(what["by"])}
    return here | arrived
