"""Entries into the tree, in transactions of their own: behind every act, and on demand before anything is proven."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.bootstrap.contention import DatabaseUnavailable
from app.bootstrap.engines import reading
from audit.errors import NotYetInTree
from audit.sequence import BATCH, Waiting, integrate, over, started, waiting
from audit.statements import SQLITE
from foundation.errors import Unavailable

if TYPE_CHECKING:
    from app.bootstrap.house import House

PATIENCE = 5.0  # seconds for which others' transactions are waited for
_STEP = 0.02


def run(house: House) -> int:
    """Take in what is committed, a batch to a transaction, so that no writer waits long; how many entries came in.

    Any process may, at any time. Raises LogDamaged, LogUnavailable, DatabaseUnavailable.
    """
    done = 0
    try:
        while True:
            with _alone(house.engine) as conn, conn.begin():
                came = integrate(conn, BATCH)
            done += came
            if came < BATCH:
                return done
    except DBAPIError as error:
        raise DatabaseUnavailable(_TRY_AGAIN) from error


def catch_up(house: House) -> None:
    """Before the log is looked at. What cannot be taken in is no reason not to look, rather one to."""
    with suppress(Unavailable):
        run(house)


def behind(house: House) -> Waiting:
    """What waits, read without keeping anybody from writing."""
    try:
        with reading(house.engine) as conn:
            return waiting(conn)
    except DBAPIError as error:
        raise DatabaseUnavailable(_TRY_AGAIN) from error


def settle(house: House, *, patience: float = PATIENCE) -> None:
    """See to it that everything committed before now stands in the tree.

    On PostgreSQL transactions under way may have to be waited for. Raises NotYetInTree, and what ``run`` raises.
    """
    if house.engine.dialect.name == SQLITE:
        run(house)
        return
    try:
        with _alone(house.engine) as conn, conn.begin():
            before = started(conn)
        until = time.monotonic() + patience
        while True:
            run(house)
            with _alone(house.engine) as conn, conn.begin():
                if over(conn, before):
                    return
            if time.monotonic() > until:
                raise NotYetInTree(_UNDER_WAY)
            time.sleep(_STEP)
    except DBAPIError as error:
        raise DatabaseUnavailable(_TRY_AGAIN) from error


def _alone(engine: sa.Engine) -> sa.Connection:
    conn = engine.connect()
    return conn if engine.dialect.name == SQLITE else conn.execution_options(isolation_level="READ COMMITTED")


_TRY_AGAIN = "Nothing was changed. Try again in a few minutes; if it goes on, tell whoever runs the service."
_UNDER_WAY = "Something else is under way that may still come before this in the log. Try again in a moment."
