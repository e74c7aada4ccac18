"""Ids that sort by time, and instants that come back as they went."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from foundation.ident import new_id
from foundation.orm import Instant, from_ms, to_ms
from tests import databases

# 48 bits of milliseconds reach the year 10889; Python's own calendar ends in 9999.
MS = st.integers(0, to_ms(datetime(9999, 12, 31, tzinfo=UTC)))
NAIVE = datetime(2026, 7, 1, 12, 0)  # noqa: DTZ001


@given(MS)
def test_an_id_is_a_uuidv7_of_its_instant(ms: int) -> None:
    made = new_id(from_ms(ms))
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == ms
    assert uuid.UUID(str(made)) == made


@given(MS, MS)
def test_ids_sort_by_the_time_they_were_made(one: int, other: int) -> None:
    first, second = new_id(from_ms(one)), new_id(from_ms(other))
    if one != other:
        assert (one < other) == (first < second) == (str(first) < str(second)) == (first.bytes < second.bytes)


def test_ids_of_one_instant_differ() -> None:
    now = datetime(2026, 9, 17, tzinfo=UTC)
    assert len({new_id(now) for _ in range(2000)}) == 2000


def test_a_naive_time_makes_no_id() -> None:
    with pytest.raises(ValueError, match="zone"):
        new_id(NAIVE)


@given(st.integers(-62135596800000, to_ms(datetime(9999, 12, 31, tzinfo=UTC))))
def test_milliseconds_and_instants_are_one(ms: int) -> None:
    assert to_ms(from_ms(ms)) == ms
    assert from_ms(ms).tzinfo is UTC


@given(MS, st.integers(-14 * 60, 14 * 60))
def test_the_zone_an_instant_is_told_in_does_not_matter(ms: int, offset: int) -> None:
    zone = timezone(timedelta(minutes=offset))
    instant = from_ms(min(max(ms, 10**9), 10**14)).astimezone(zone)
    assert to_ms(instant) == to_ms(instant.astimezone(UTC))


def test_a_part_of_a_millisecond_is_dropped_downwards() -> None:
    assert to_ms(datetime(1970, 1, 1, 0, 0, 0, 1999, tzinfo=UTC)) == 1
    assert to_ms(datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)) == -1


def test_an_instant_comes_back_from_the_database_as_it_went(tmp_path: Path) -> None:
    engine = sa.create_engine(databases.empty(tmp_path).replace("postgresql:", "postgresql+psycopg:"))
    table = sa.Table("t", sa.MetaData(), sa.Column("n", sa.Integer, primary_key=True), sa.Column("at", Instant))
    table.metadata.create_all(engine)
    instants = [datetime(2026, 10, 25, 0, 30, 0, 123000, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC), None]
    with engine.begin() as conn:
        for n, instant in enumerate(instants):
            conn.execute(sa.insert(table).values(n=n, at=instant))
        assert list(conn.scalars(sa.select(table.c.at).order_by(table.c.n))) == instants
        # What SQL compares is a number, so an instant told in another zone finds the same row.
        tokyo = datetime(2026, 10, 25, 9, 30, 0, 123000, tzinfo=timezone(timedelta(hours=9)))
        assert conn.scalar(sa.select(table.c.n).where(table.c.at == tokyo)) == 0
        with pytest.raises(sa.exc.StatementError, match="zone"):
            conn.execute(sa.insert(table).values(n=9, at=NAIVE))
    engine.dispose()
