"""Whom one item reached, and what reached one person, over a log of many entries.

    python -m bench.affected [ENTRIES] [FOLDER]   1,000,000 unless told; about two minutes and 600 MiB for each million.
                                                  In FOLDER the filled log stays, and is asked again without filling

The log's index is filled directly, as the sequencer would have; the walk that counts it is the service's own and is
timed as well. What is compared with the target (200 ms) is the slower of both questions, once with the index up to the
end and once with 100,000 entries that the walk has not seen.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.bootstrap import policies as policy_files
from app.bootstrap.engines import make_engine
from app.bootstrap.schema import upgrade
from audit.tables import audit_index
from bench import results
from incidents.queries.reach import Reach
from incidents.store import reach

PEOPLE, BEHIND, BATCH, ASKED = 2_000, 100_000, 50_000, 40
ACTS = ("sharing.items-listed", "sharing.item-opened", "sharing.item-opened", "sharing.file-downloaded")
BUSY = "item-0"  # every thirtieth entry is about it, and by the busiest person


def main() -> None:
    """Fill, walk, ask."""
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rules = policy_files.load(Path(__file__).parents[1] / "policies").incidents
    with tempfile.TemporaryDirectory() as passing:
        folder = sys.argv[2] if len(sys.argv) > 2 else passing
        engine = make_engine(f"sqlite:///{folder}/affected.db")
        upgrade(engine)
        with engine.connect() as conn:
            walked = _filled(conn, entries, rules.reach)
            at_end = _ask(Reach(conn, rules))
            _fill(conn, BEHIND, entries - BEHIND, entries)
            behind = _ask(Reach(conn, rules))
            conn.execute(sa.delete(audit_index).where(audit_index.c.seq >= entries - BEHIND))
            conn.commit()
        engine.dispose()
    results.condition("filled", f"{entries:,} entries")
    if walked:
        _tell("the walk that counts them", walked, "s")
    for name, found in (("index up to the end", at_end), (f"{BEHIND:,} entries behind", behind)):
        for question, took in found.items():
            _tell(f"{question}, {name}, slowest", max(took) * 1000, "ms", "<= 200")
            _tell(f"{question}, {name}, median", statistics.median(took) * 1000, "ms")


def _filled(conn: sa.Connection, entries: int, acts: Any) -> float:
    """Seconds the walk took; 0 where all was filled and walked before."""
    if conn.scalar(sa.select(sa.func.max(audit_index.c.seq))) == entries - BEHIND - 1:
        return 0.0
    conn.execute(sa.delete(audit_index))
    _fill(conn, entries - BEHIND, 0, entries)
    return _walk(conn, acts)


def _tell(what: str, value: float, unit: str, target: str = "") -> None:
    results.keep(results.Figure(what, value, unit, target=target))
    print(f"{what:48s}{value:10.1f} {unit}{f'   target {target}' if target else ''}")


def _fill(conn: sa.Connection, count: int, start: int, entries: int) -> None:
    chance = random.Random(start)
    for first in range(start, start + count, BATCH):
        conn.execute(sa.insert(audit_index), list(_rows(first, min(first + BATCH, start + count), entries, chance)))
        conn.commit()


def _rows(first: int, stop: int, entries: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    for seq in range(first, stop):
        busy = seq % 30 == 0
        yield {
            "seq": seq,
            "entry_id": f"{seq:036d}",
            "item": BUSY if busy else f"item-{chance.randrange(1, max(2, entries // 20))}",
            "actor": f"person-{0 if seq % 31 == 0 else chance.randrange(PEOPLE)}",
            "act": chance.choice(ACTS),
            "outcome": "allowed",
            "at": 1_700_000_000_000 + seq * 1000,
        }


def _walk(conn: sa.Connection, acts: Any) -> float:
    began = time.perf_counter()
    while reach.walk(conn, acts):
        conn.commit()
    return time.perf_counter() - began


def _ask(found: Reach) -> dict[str, list[float]]:
    questions: dict[str, Callable[[int], object]] = {
        "one item": lambda number: found.of_item(f"item-{number}"),
        "one person": lambda number: (found.of_person(f"person-{number}"), found.totals(f"person-{number}")),
    }
    return {name: [_timed(ask, number) for number in range(ASKED)] for name, ask in questions.items()}


def _timed(ask: Callable[[int], object], number: int) -> float:
    began = time.perf_counter()
    ask(number)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
