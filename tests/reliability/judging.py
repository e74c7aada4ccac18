"""What must hold after a fault, whatever it was."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.bootstrap import logbook, sweeps
from app.bootstrap.engines import reading
from app.bootstrap.house import started
from foundation.actor import SERVICE
from tests import stores
from tests.reliability.acts import DIED, DONE, REFUSED, Act, Saw
from tests.reliability.world import SECRETS, World
from vault.backup.check import faults
from vault.backup.manifest import DATA


@dataclass(frozen=True)
class Found:
    """``done``: whether the act had been done when the fault was over; ``faults``: what should not be."""

    done: bool
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Before:
    """How often the log said each kind of fact, and what the act's question was answered."""

    acts: Counter[str]
    rows: int = 0

    @classmethod
    def of(cls, world: World, act: Act) -> Before:
        return cls(world.acts(), world.count(act.rows) if act.rows else 0)


def judged(world: World, act: Act, before: Before, saw: Saw, *, twice: bool = False) -> Found:
    """Look, ask for the act again, sweep, and look again."""
    _unleased(world)
    if saw.how == DIED:
        started(world.house)
    wrong: list[str] = []
    if saw.how not in (DONE, REFUSED, DIED) or saw.why:
        wrong.append(f"the caller saw {saw.how}: {saw.why}")
    done, half = _done(world, act, before)
    if half:
        wrong.append(f"half done: {half}")
    if saw.how == DONE and not done:
        wrong.append("said to be done, and is not")
    wrong += [f"right after it: {each}" for each in _verified(world)]
    again = act.ask(world)
    if again.how != DONE and not (done and again.code in act.again):
        wrong.append(f"asked for again: {again}")
    world.clock.later(days=2)
    sweeps.tidy(world.house)
    sweeps.checkpoint(world.house)
    wrong += [
        f"in the end: {each}" for each in (*_once(world, act, before, twice=twice), *_verified(world), *_left(world))
    ]
    return Found(done, tuple(wrong))


def _unleased(world: World) -> None:
    """The turn of one broken off is over in half a minute: not waited for.

    A database that could be opened for reading alone refuses the next who writes, once (tests/faults/
    test_opened_for_reading.py). That is this, where the act itself had written all it would.
    """
    try:
        _no_lease(world)
    except sa.exc.OperationalError as error:
        if "readonly" not in str(error):
            raise
        _no_lease(world)


def _no_lease(world: World) -> None:
    with world.house.engine.begin() as conn:
        conn.exec_driver_sql("delete from lease")


def _done(world: World, act: Act, before: Before) -> tuple[bool, str]:
    """Whether the log says all of it; and what it says where that is a part of what is one transaction."""
    now = world.acts()
    said = [now[kind] > before.acts[kind] for kind in act.says]
    if act.rows:
        said.append(world.count(act.rows) > before.rows)
    half = act.one and any(said) and not all(said)
    return all(said), str(said) if half else ""


def _once(world: World, act: Act, before: Before, *, twice: bool) -> list[str]:
    """Done, and not done twice where that cannot be meant."""
    now = world.acts()
    counted = {kind: now[kind] - before.acts[kind] for kind in act.says}
    most = 1 if act.again and not twice else 2
    return [f"{kind} stands {n} times in the log" for kind, n in counted.items() if not 1 <= n <= most]


def _verified(world: World) -> list[str]:
    """The log from its first entry to its last, and every table that can be rebuilt from it."""
    report = logbook.verify(world.house, SERVICE)
    return [str(each) for each in report.faults]


def _left(world: World) -> list[str]:
    return [*_stored(world), *_unfinished(world), *_clear(world.folder)]


def _stored(world: World) -> list[str]:
    """The store holds what the rows name and nothing else; every key is an item's."""
    house = world.house
    with reading(house.engine) as conn:
        rows = conn.exec_driver_sql("select object, state from vault_part").all()
    named = {f"objects/{row[0]}" for row in rows if row[1] == "live"}
    there = set(stores.files(house))
    found = [f"lies there and no row names it: {each}" for each in sorted(there - named)]
    found += [f"named and not there: {each}" for each in sorted(named - there)]
    return found + [f"{row[0]} is still {row[1]}" for row in rows if row[1] not in ("live", "removed")]


def _unfinished(world: World) -> list[str]:
    """Files begun and never ended; and every backup that counts as one is whole."""
    found = [f"begun and left: {each}" for each in world.folder.rglob("*") if each.name.startswith(".")]
    place, trust = world.place, world.house.keys.log.trust
    found += [f"unfinished: {each}" for each in place.store.unsettled()]
    for name in place.ids(DATA):
        found += [f"backup {name}: {each}" for each in faults(place, place.manifest(DATA, name, trust)[1])]
    return found


def _clear(folder: Path) -> list[str]:
    found: list[str] = []
    for path in sorted(folder.rglob("*")):
        data: Any = path.read_bytes() if path.is_file() else b""
        found += [f"in clear in {path.relative_to(folder)}: {each!r}" for each in SECRETS if each in data]
    return found
