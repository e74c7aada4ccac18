"""Whom an item reached, and what reached a person: from the index, and from the log where that has not come yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from audit import leaf as form
from audit.sequence import waiting_rows
from audit.tables import audit_index
from foundation.orm import from_ms
from incidents.model.rules import REACHED, Rules
from incidents.store import reach as store
from incidents.store.reach import Counted, Key

MOST = 200  # things shown of one person, of each kind of fact


@dataclass(frozen=True, slots=True)
class Reached:
    """``how``: shown, read, taken or copied; of the most telling first. ``times``, and the first and last of them."""

    item: str
    person: str
    how: str
    times: int
    first_at: datetime
    last_at: datetime


class Reach:
    """On one connection."""

    def __init__(self, conn: sa.Connection, rules: Rules) -> None:
        self._conn = conn
        self._acts = rules.reach

    def of_item(self, item: str) -> list[Reached]:
        """Everybody it reached, by person and how. Nothing is behind: the tail of the log is read."""
        found = store.of_item(self._conn, item)
        _join(found, self._tail(audit_index.c.item == item, lambda row: row.item == item))
        return self._told(found)

    def of_person(self, person: str) -> list[Reached]:
        """What reached one person last, at most ``MOST`` things of each kind."""
        tail = self._tail(audit_index.c.actor == person, lambda row: row.actor == person)
        late = store.newest(tail, MOST)
        found = dict(store.of_actor(self._conn, person, sorted(self._acts), MOST))
        # What was done late may have been done before, too long ago to be among the last in the index.
        found |= store.of_keys(self._conn, person, late.keys() - found.keys())
        _join(found, late)
        return self._told(store.newest(found, MOST))

    def totals(self, person: str) -> Mapping[str, tuple[int, int]]:
        """(things, times) by how they reached one person, as far as the index has come."""
        found: dict[str, tuple[int, int]] = {}
        for act, (things, times) in store.totals(self._conn, person).items():
            how = self._acts.get(act, "")
            before = found.get(how, (0, 0))
            found[how] = (before[0] + things, before[1] + times)
        return found

    def _tail(self, where: sa.ColumnElement[bool], mine: Callable[[Any], bool]) -> dict[Key, Counted]:
        """What the walk has not seen: entries of the tree after it, and those that wait for their place there."""
        waiting = (_waiting(row) for row in waiting_rows(self._conn) if mine(row))
        found = store.unseen(self._conn, where, self._acts)
        _join(found, store.counted(waiting, self._acts))
        return found

    def _told(self, found: Mapping[Key, Counted]) -> list[Reached]:
        told = [
            Reached(item, person, self._acts[act], each.times, from_ms(each.first_at), from_ms(each.last_at))
            for (item, person, act), each in found.items()
            if act in self._acts
        ]
        return sorted(told, key=lambda each: (-REACHED.index(each.how), each.person, each.item, each.first_at))


def _join(found: dict[Key, Counted], more: Mapping[Key, Counted]) -> None:
    for key, each in more.items():
        if key in found:
            found[key].plus(each.times, each.first_at, each.last_at)
        else:
            found[key] = each


def _waiting(row: Any) -> Any:
    leaf = form.read(row.body)
    return _Entry(row.item, row.actor, leaf.act, leaf.out, leaf.t // 1000)


@dataclass(frozen=True, slots=True)
class _Entry:
    item: str
    actor: str
    act: str
    outcome: str
    at: int
