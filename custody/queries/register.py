"""The register of media and paper as one person may see it.

Their own, whole. Their body's, for whoever looks after its register or decides. Their office's, of items they may see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import sqlalchemy as sa

from custody.errors import MediumNotFound, PaperNotFound
from custody.model import OUT, WAITING, Export, Paper, Rules
from custody.ports import Decider, Items, Words
from custody.rules import due
from custody.store.rows import Exports, Papers
from custody.tables import custody_export as media
from custody.tables import custody_paper as papers
from foundation.actor import Actor
from foundation.calendar import london_date

T = TypeVar("T", Export, Paper)
MOST = 500  # rows of each kind on one page


@dataclass(frozen=True, slots=True)
class Line:
    """A medium or a paper, with what is worst of it today."""

    thing: Export | Paper
    stage: str
    since: date | None

    @property
    def late(self) -> bool:
        return self.stage in due.LATE


class RegisterList:
    """On one connection."""

    def __init__(self, conn: sa.Connection, *, rules: Rules, items: Items, decider: Decider, words: Words) -> None:
        self.rules = rules
        self._exports = Exports(conn, words)
        self._papers = Papers(conn, words)
        self._items = items
        self._decider = decider

    def media(self, *, actor: Actor, now: datetime, over: bool = False) -> list[Line]:
        """Media they may see, the worst first; those that are over where asked for."""
        column, states = media.c, sorted(WAITING | OUT)
        state = column.state.notin_(states) if over else column.state.in_(states)
        own = sa.or_(column.asked_by == actor.id, column.holder == actor.id)
        found = self._exports.where(state, sa.or_(own, *self._wider(column, actor, now)), most=MOST)
        shown = self._shown(found, actor, now)
        today = london_date(now)
        return _sorted([_line(each, list(due.of_export(each, self.rules, today))) for each in shown])

    def papers(self, *, actor: Actor, now: datetime, over: bool = False) -> list[Line]:
        """The same of paper."""
        column = papers.c
        state = column.state == "ended" if over else column.state != "ended"
        own = sa.or_(column.keeper == actor.id, column.to == actor.id, column.registered_by == actor.id)
        found = self._papers.where(state, sa.or_(own, *self._wider(column, actor, now)), most=MOST)
        shown = self._shown(found, actor, now)
        today = london_date(now)
        return _sorted([_line(each, list(due.of_paper(each, self.rules, today))) for each in shown])

    def medium(self, id_: str, *, actor: Actor, now: datetime) -> Line:
        """One. Raises MediumNotFound, also for what they may not know of."""
        found = self._exports.find(id_)
        if found is None or not self._shown([found], actor, now):
            raise MediumNotFound("Look at the register of media.", subject=id_ if found else "")
        return _line(found, list(due.of_export(found, self.rules, london_date(now))))

    def paper(self, id_: str, *, actor: Actor, now: datetime) -> Line:
        """One. Raises PaperNotFound, also for what they may not know of."""
        found = self._papers.find(id_)
        if found is None or not self._shown([found], actor, now):
            raise PaperNotFound("Look at the register of paper.", subject=id_ if found else "")
        return _line(found, list(due.of_paper(found, self.rules, london_date(now))))

    def of_person(self, person: str) -> tuple[list[Export], list[Paper]]:
        """Media and papers out that this account holds, or that are on their way to it; media it asked for as well.

        Whether the asker may know is decided before.
        """
        theirs = sa.or_(media.c.asked_by == person, media.c.holder == person)
        held = sa.or_(papers.c.keeper == person, papers.c.to == person)
        return (
            self._exports.where(media.c.state.in_(sorted(WAITING | OUT)), theirs, most=MOST),
            self._papers.where(papers.c.state != "ended", held, most=MOST),
        )

    def of_item(self, item: str) -> list[Paper]:
        """Every copy on paper of one item; whoever asks may see the item."""
        return self._papers.where(papers.c.item == item)

    def holders_of(self, item: str) -> set[str]:
        """The accounts that hold a medium or a paper with this item, or that it is on its way to, whoever made it.

        What is lost or missing is with nobody; whoever held it last is asked all the same.
        """
        sheets = [each for each in self.of_item(item) if each.state != "ended"]
        out = sa.and_(media.c.state.in_(sorted(OUT)), media.c.chosen.contains(item, autoescape=True))
        sticks = [each for each in self._exports.where(out) if item in _items(each)]
        return {each.keeper for each in sheets} | {each.to for each in sheets if each.to} | {e.holder for e in sticks}

    def keeps(self, actor: Actor, party: str, now: datetime) -> bool:
        """Whether they look after the register of that body, or decide on its media."""
        return any(
            self._decider.decide_duty(actor, duty, now=now, body=party).allowed
            for duty in ("keep-media-register", "approve-media")
        )

    def _wider(
        self, column: sa.ColumnCollection[str, sa.ColumnElement[object]], actor: Actor, now: datetime
    ) -> list[sa.ColumnElement[bool]]:
        found: list[sa.ColumnElement[bool]] = [column["office"].in_(sorted(actor.offices))] if actor.offices else []
        return [*found, column["party"] == actor.party] if self.keeps(actor, actor.party, now) else found

    def _shown(self, found: Sequence[T], actor: Actor, now: datetime) -> list[T]:
        """Those they may know of: a colleague's of the same office, where they may see everything it is of."""
        kept = self.keeps(actor, actor.party, now)
        mine = [each for each in found if _theirs(each, actor) or (kept and each.party == actor.party)]
        others = [each for each in found if each not in mine and each.office in actor.offices]
        if not others:
            return mine
        seen = self._items.seen_by({item for each in others for item in _items(each)}, actor=actor, now=now)
        return [each for each in found if each in mine or (each in others and seen.issuperset(_items(each)))]


def _theirs(thing: Export | Paper, actor: Actor) -> bool:
    return actor.id in thing.own or (isinstance(thing, Paper) and actor.id == thing.registered_by)


def _items(thing: Export | Paper) -> set[str]:
    return {thing.item} if isinstance(thing, Paper) else {each.item for each in thing.chosen}


def _line(thing: Export | Paper, stages: list[tuple[str, date]]) -> Line:
    return Line(thing, *due.worst(stages))


def _sorted(lines: list[Line]) -> list[Line]:
    order = [*due.STAGES, ""]
    return sorted(lines, key=lambda each: (order.index(each.stage), each.thing.id))
