"""Rows of schedules approved here, of the facts clocks count from, and of dates found anew. Written here alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from retention.errors import ScheduleDamaged
from retention.model.case import DECIDED, MOVABLE, Case, Recomputation, Trigger
from retention.model.schedule import Proposed, ScheduleVersion, Version
from retention.policy import text as schedule_text
from retention.ports import Words
from retention.store.cases import HELD, case_of
from retention.tables.cases import disposal_case, disposal_recomputed, disposal_trigger
from retention.tables.schedules import schedule_text as kept_text
from retention.tables.schedules import schedule_version

_WORDS = ("reason", "decision")
_VERSION = tuple(each.name for each in fields(ScheduleVersion))
# Kept by its class alone, not by two people: a later version may still move it.
_KEPT_BY_CLASS = sa.and_(disposal_case.c.state == "kept", disposal_case.c.approver == "")


class ScheduleRows:
    """On one connection."""

    def __init__(self, conn: sa.Connection, words: Words) -> None:
        self._conn = conn
        self._words = words

    # --- versions -------------------------------------------------------------------------------------------------

    def keep(self, text: str) -> str:
        """Keep a text under its digest, which is given back; the same one again changes nothing."""
        sha256 = schedule_text.digest(text)
        known = sa.select(sa.exists().where(kept_text.c.sha256 == sha256))
        if not self._conn.execute(known).scalar_one():
            self._conn.execute(kept_text.insert().values(sha256=sha256, text=text))
        return sha256

    def text(self, sha256: str) -> str:
        """The text of that digest. Raises ScheduleDamaged where it is missing or another."""
        found = self._conn.execute(sa.select(kept_text.c.text).where(kept_text.c.sha256 == sha256)).scalar()
        if found is None or schedule_text.digest(found) != sha256:
            raise ScheduleDamaged("The text of an approved version is not the one approved. Verify the log.")
        return str(found)

    def parsed(self, sha256: str) -> tuple[str, Version]:
        """(party, version) of a text kept. Raises ScheduleDamaged."""
        try:
            return schedule_text.read(self.text(sha256))
        except ValueError:
            raise ScheduleDamaged("The text of an approved version cannot be read. Verify the log.") from None

    def texts(self) -> dict[str, str]:
        """Every text kept, by the digest it is kept under."""
        return {row.sha256: row.text for row in self._conn.execute(sa.select(kept_text))}

    def approved(self, by: datetime) -> list[tuple[str, Version]]:
        """(party, version) of all that were approved by that instant."""
        column = schedule_version.c
        query = sa.select(column.party, column.number, column.effective_from, column.applies, column.sha256).where(
            column.state == "approved", column.decided_at <= by
        )
        return [self._agreeing(row) for row in self._conn.execute(query.order_by(column.party, column.number))]

    def _agreeing(self, row: sa.Row[*tuple[Any, ...]]) -> tuple[str, Version]:
        party, found = self.parsed(row.sha256)
        said = (party, found.number, found.effective_from, found.applies)
        if said != (row.party, row.number, row.effective_from, row.applies):
            raise ScheduleDamaged("A row of a schedule and its text disagree. Verify the log.")
        return party, found

    def add(self, version: ScheduleVersion) -> None:
        """Insert it unless it stands already (a rebuild)."""
        if self.find(version.id) is None:
            values = {name: getattr(version, name) for name in _VERSION}
            sealed = {name: self._words.seal(_about(version.id, name), values[name]) for name in _WORDS}
            self._conn.execute(schedule_version.insert().values({**values, **sealed}))

    def decide(self, version: str, *, state: Proposed, by: str, at: datetime, decision: str) -> bool:
        """Approved or rejected; False where it was decided on before."""
        sealed = self._words.seal(_about(version, "decision"), decision)
        done = self._conn.execute(
            schedule_version.update()
            .where(schedule_version.c.id == version, schedule_version.c.state == "proposed")
            .values(state=state, decided_by=by, decided_at=at, decision=sealed)
        )
        return done.rowcount == 1

    def find(self, version: str) -> ScheduleVersion | None:
        """One version proposed here."""
        query = sa.select(schedule_version).where(schedule_version.c.id == version)
        row = self._conn.execute(query).mappings().one_or_none()
        return self._version(row) if row else None

    def versions(self, party: str = "") -> list[ScheduleVersion]:
        """Those proposed here, newest number first."""
        query = sa.select(schedule_version).order_by(schedule_version.c.party, schedule_version.c.number.desc())
        if party:
            query = query.where(schedule_version.c.party == party)
        return [self._version(row) for row in self._conn.execute(query).mappings()]

    def _version(self, row: sa.RowMapping) -> ScheduleVersion:
        values = cast(dict[str, Any], dict(row))
        opened = {name: self._words.open(_about(values["id"], name), values[name]) for name in _WORDS}
        return ScheduleVersion(**{**values, **opened})

    # --- what clocks count from -----------------------------------------------------------------------------------

    def hear(self, trigger: Trigger) -> list[Trigger]:
        """Add a fact, its ``number`` given here, unless it was heard before; those of the item up to it."""
        heard = self.triggers(trigger.item)
        for place, each in enumerate(heard):
            if each.entry == trigger.entry:
                return heard[: place + 1]
        added = Trigger(trigger.item, len(heard) + 1, trigger.kind, trigger.entry, trigger.on, trigger.outcome)
        self._conn.execute(disposal_trigger.insert().values({f.name: getattr(added, f.name) for f in fields(Trigger)}))
        return [*heard, added]

    def triggers(self, item: str) -> list[Trigger]:
        """What was heard of an item, oldest first."""
        return self.triggers_of([item]).get(item, [])

    def triggers_of(self, items: Collection[str]) -> dict[str, list[Trigger]]:
        """The same of several."""
        column = disposal_trigger.c
        query = sa.select(disposal_trigger).where(column.item.in_(list(items))).order_by(column.item, column.number)
        found: dict[str, list[Trigger]] = {}
        for row in self._conn.execute(query).mappings():
            found.setdefault(row["item"], []).append(Trigger(**cast(dict[str, Any], dict(row))))
        return found

    # --- dates found anew -----------------------------------------------------------------------------------------

    def add_recomputation(self, found: Recomputation) -> None:
        """Insert it unless it stands already (a rebuild)."""
        known = sa.select(sa.exists().where(disposal_recomputed.c.entry == found.entry))
        if not self._conn.execute(known).scalar_one():
            values = {each.name: getattr(found, each.name) for each in fields(Recomputation)}
            self._conn.execute(disposal_recomputed.insert().values(values))

    def recomputations(self, item: str) -> list[Recomputation]:
        """Of one item, oldest first."""
        query = sa.select(disposal_recomputed).where(disposal_recomputed.c.item == item)
        rows = self._conn.execute(query.order_by(disposal_recomputed.c.at, disposal_recomputed.c.entry)).mappings()
        return [Recomputation(**cast(dict[str, Any], dict(row))) for row in rows]

    def stale(self, limit: int, *, decided: bool) -> list[Case]:
        """Cases that heard a later fact; ``decided``: those two people have begun to decide on, else the others."""
        return self._cases(sa.and_(disposal_case.c.stale, _decided(decided)), limit)

    def outdated(self, party: str, version: Version, limit: int, *, decided: bool) -> list[Case]:
        """Cases the version binds and that were last looked at under an earlier one (``clock.governing``)."""
        column, codes = disposal_case.c, sorted(version.classes)
        mine = sa.and_(
            column.originator == party,
            column.retention_class.in_(codes),
            sa.or_(column.schedule_version.is_(None), column.schedule_version < version.number),
        )
        also = sa.and_(
            column.also.in_([f"{party}/{code}" for code in codes]),
            sa.or_(column.also_version.is_(None), column.also_version < version.number),
        )
        return self._cases(sa.and_(sa.or_(mine, also), _decided(decided)), limit)

    def concerned(self, party: str, after: str, limit: int) -> list[Case]:
        """Live cases that hold material of this body, by item, for a dry run."""
        column = disposal_case.c
        bound = sa.or_(column.originator == party, column.also.startswith(f"{party}/", autoescape=True))
        live = sa.or_(_decided(False), _decided(True), column.state == "stopped")
        return self._cases(sa.and_(bound, live, column.item > after), limit)

    def _cases(self, where: sa.ColumnElement[bool], limit: int) -> list[Case]:
        query = sa.select(disposal_case, HELD.label("held")).where(where).order_by(disposal_case.c.item).limit(limit)
        return [case_of(row, self._words) for row in self._conn.execute(query).mappings()]

    def pages(self, party: str, size: int = 500) -> Iterator[Sequence[Case]]:
        """``concerned``, page by page: memory stays flat."""
        after = ""
        while page := self.concerned(party, after, size):
            yield page
            after = page[-1].item


def _decided(decided: bool) -> sa.ColumnElement[bool]:
    if decided:
        return disposal_case.c.state.in_(sorted(DECIDED))
    return sa.or_(disposal_case.c.state.in_(sorted(MOVABLE)), _KEPT_BY_CLASS)


def _about(version: str, name: str) -> str:
    return f"schedule/{version}/{name}"
