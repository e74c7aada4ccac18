"""Registers that an agreement may ask for as evidence: how many, of how many, as they stand now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from identity.tables import person
from sharing.model.agreement import Agreement
from sharing.model.coverage import Standing


def _training(conn: sa.Connection, now: datetime) -> Standing:
    return _of_people(conn, person.c.trained_until > now, "active accounts with training in date")


def _vetting(conn: sa.Connection, now: datetime) -> Standing:
    return _of_people(conn, person.c.vetted_until > now, "active accounts with vetting in date")


def _of_people(conn: sa.Connection, held: sa.ColumnElement[Any], words: str) -> Standing:
    good = sa.func.coalesce(sa.func.sum(sa.case((held, 1), else_=0)), 0)
    row = conn.execute(sa.select(good, sa.func.count()).where(person.c.standing == "active")).one()
    return Standing(int(row[0]), int(row[1]), words)


REGISTERS: Mapping[str, Callable[[sa.Connection, datetime], Standing]] = {"training": _training, "vetting": _vetting}


def standings(conn: sa.Connection, agreement: Agreement, now: datetime) -> dict[str, Standing]:
    """What every register says that the agreement asks for."""
    named = {duty.evidence.register for duty in agreement.duties.values()} - {""}
    return {name: REGISTERS[name](conn, now) for name in sorted(named)}
