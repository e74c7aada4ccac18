"""How many accounts are in order, counted by the database in one query: numbers for people who see no account.

The same rules as ``Checks``, which makes every account first and takes as long as there are people; a test holds the
two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from identity.model import Role
from identity.policy.gates import Gates, Module
from identity.rules.gate import BARRED
from identity.tables import appointment, person, training_result


@dataclass(frozen=True, slots=True)
class Tally:
    """Active accounts: how many, with all the training they need in date, with vetting in date."""

    active: int
    trained: int
    vetted: int


def tally(conn: Connection, *, roles: Mapping[str, Role], gates: Gates, now: datetime) -> Tally:
    """As it stands at ``now``; whether the asker may know is decided before it is asked."""
    modules = list(gates.modules.values())
    held, good = _held(modules, roles, now).subquery(), _good(modules, now).subquery()
    lacks = [
        sa.and_(_needed(module, held, number), _no(good.c[f"good_{number}"])) for number, module in enumerate(modules)
    ]
    counted = (
        sa.func.count().label("active"),
        _sum(sa.not_(sa.or_(sa.false(), *lacks))).label("trained"),
        _sum(person.c.vetted_until > now).label("vetted"),
    )
    query = (
        sa.select(*counted)
        .select_from(person)
        .outerjoin(held, held.c.person_id == person.c.id)
        .outerjoin(good, good.c.person_id == person.c.id)
        .where(person.c.standing == "active")
    )
    return Tally(**conn.execute(query).mappings().one())


def _held(modules: list[Module], roles: Mapping[str, Role], now: datetime) -> sa.Select[tuple[object, ...]]:
    """Of whoever is appointed: whether that keeps them from items, and whether a duty of theirs needs each module."""

    def some(duties: frozenset[str]) -> sa.ColumnElement[int]:
        return _any(appointment.c.role.in_([role.id for role in roles.values() if role.duties & duties]))

    needs = (some(module.duties).label(f"needs_{number}") for number, module in enumerate(modules))
    return (
        sa.select(appointment.c.person_id, some(frozenset(BARRED)).label("barred"), *needs)
        .where(appointment.c.valid_from <= now, appointment.c.valid_until > now)
        .group_by(appointment.c.person_id)
    )


def _good(modules: list[Module], now: datetime) -> sa.Select[tuple[object, ...]]:
    """Of whoever passed anything: whether each module, as passed last, is in date or in its days of grace."""
    column = training_result.c
    place = sa.func.row_number().over(partition_by=(column.person_id, column.module), order_by=column.number.desc())
    passed = sa.select(column.person_id, column.module, column.valid_until, place.label("place")).where(column.passed)
    last = passed.subquery()
    good = (
        _any(sa.and_(last.c.module == module.id, last.c.valid_until > now - timedelta(days=module.grace)))
        for module in modules
    )
    named = (column.label(f"good_{number}") for number, column in enumerate(good))
    return sa.select(last.c.person_id, *named).where(last.c.place == 1).group_by(last.c.person_id)


def _needed(module: Module, held: sa.Subquery, number: int) -> sa.ColumnElement[bool]:
    reaches = _no(held.c.barred) if module.items else sa.false()
    return sa.or_(reaches, sa.not_(_no(held.c[f"needs_{number}"])))


def _any(found: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.max(sa.case((found, 1), else_=0))


def _no(flag: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """It is not so, or there is no row that could say it."""
    return sa.func.coalesce(flag, 0) == 0


def _sum(found: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((found, 1), else_=0)), 0)
