"""Everybody with what they are appointed to and how their training and vetting stand: what compliance officers read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from identity.model import Appointment, Person, Result, Role
from identity.policy.gates import Gates
from identity.rules.standing import duties_of
from identity.rules.training import LAPSED, MISSING, State, states
from identity.store import offices, people, training
from identity.tables import appointment, person


@dataclass(frozen=True, slots=True)
class Accepted:
    """One text of the handling requirements that somebody accepted, and when. ``asked``: the one asked for now."""

    version: int
    digest: str
    at: datetime
    asked: bool


@dataclass(frozen=True, slots=True)
class Check:
    """One person. ``held`` are the appointments in force, ``training`` every module as it stands for them.

    ``accepted``: what they accepted of the handling requirements, in the order of the texts.
    """

    person: Person
    held: tuple[Appointment, ...]
    duties: frozenset[str]
    training: tuple[State, ...]
    accepted: tuple[Accepted, ...] = ()

    @property
    def lacks(self) -> tuple[State, ...]:
        """Modules they need and do not have today."""
        return tuple(each for each in self.training if each.needed and each.state in (MISSING, LAPSED))


class Checks:
    """Reads only; whether the asker may know is decided before it is asked."""

    def __init__(self, conn: Connection, *, roles: Mapping[str, Role], gates: Gates) -> None:
        self._conn = conn
        self._roles = roles
        self._gates = gates

    def of(self, found: Person, *, now: datetime) -> Check:
        """One person."""
        held = offices.find_appointments(self._conn, appointment.c.person_id == found.id, *_in_force(now))
        texts = training.acceptances(self._conn, found.id).get(found.id, {})
        return self._check(found, held, training.of(self._conn, found.id), texts, now)

    def active(self, *, now: datetime, party: str = "") -> list[Check]:
        """Every active account by name: of one party, or all."""
        wanted = [person.c.standing == "active", *([person.c.party == party] if party else [])]
        held: dict[str, list[Appointment]] = {}
        for each in offices.find_appointments(self._conn, *_in_force(now)):
            held.setdefault(each.person_id, []).append(each)
        results, texts = training.of_many(self._conn), training.acceptances(self._conn)
        return [
            self._check(each, held.get(each.id, []), results.get(each.id, []), texts.get(each.id, {}), now)
            for each in people.find_where(self._conn, *wanted)
        ]

    def _check(
        self,
        found: Person,
        held: list[Appointment],
        results: list[Result],
        texts: Mapping[tuple[int, str], datetime],
        now: datetime,
    ) -> Check:
        duties = duties_of(held, self._roles)
        asked = self._gates.requirements.in_force(now)
        wanted = (asked.number, asked.digest) if asked else None
        accepted = tuple(Accepted(*text, at, text == wanted) for text, at in sorted(texts.items()))
        return Check(found, tuple(held), duties, tuple(states(self._gates, results, duties, now)), accepted)


def _in_force(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return appointment.c.valid_from <= now, appointment.c.valid_until > now
