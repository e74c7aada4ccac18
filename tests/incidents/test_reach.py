"""Whom a thing reached: the index and what the walk has not seen yet answer as one, wherever the walk stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from registered import House, house_in, rules

from audit.tables import audit_index
from foundation.orm import from_ms, to_ms
from incidents.model.rules import Rules
from incidents.queries import reach as queries
from incidents.queries.reach import Reach
from incidents.store import reach

ACTS = {"sharing.item-opened": "read", "sharing.file-downloaded": "taken", "app.refused": ""}
Entry = tuple[str, str, str]


@pytest.fixture(scope="module")
def ruled() -> Rules:
    return rules()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, ruled: Rules) -> Iterator[House]:
    with house_in(tmp_path_factory.mktemp("reach"), ruled) as made:
        yield made


def fill(house: House, entries: Sequence[Entry], start: int = 0) -> None:
    """As the sequencer would have: the place in the tree is the time as well."""
    rows = [
        {"seq": seq, "entry_id": str(seq), "item": item, "actor": actor, "act": act, "outcome": "allowed", "at": seq}
        for seq, (item, actor, act) in enumerate(entries, start)
    ]
    if rows:
        house.conn.execute(sa.insert(audit_index), rows)


def walked_after(house: House, entries: Sequence[Entry], seen: int) -> Reach:
    """All of the log in place, the first ``seen`` of it counted by the walk."""
    house.conn.rollback()
    fill(house, entries[:seen])
    while reach.walk(house.conn, house.rules.reach, batch=3):
        pass
    fill(house, entries[seen:], seen)
    return Reach(house.conn, house.rules)


def test_what_was_done_late_is_told_with_what_was_done_long_ago(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST", 2)
    acts = [(item, "one", "sharing.item-opened") for item in ("old", "b", "c", "d", "old", "e")]
    found = walked_after(house, acts, 4).of_person("one")
    assert [(each.item, each.times, to_ms(each.first_at)) for each in found] == [("e", 1, 5), ("old", 2, 0)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entries=some.lists(
        some.tuples(some.sampled_from("abcd"), some.sampled_from(["one", "two"]), some.sampled_from(sorted(ACTS))),
        max_size=14,
    ),
    seen=some.integers(0, 14),
)
def test_it_is_what_the_log_says_wherever_the_walk_stands(house: House, entries: list[Entry], seen: int) -> None:
    found = walked_after(house, entries, seen)
    said = Counter(each for each in entries if ACTS[each[2]])
    for item in "abcd":
        told = {(each.item, each.person, each.how): each.times for each in found.of_item(item)}
        assert told == {(one[0], one[1], ACTS[one[2]]): times for one, times in said.items() if one[0] == item}
    for person in ("one", "two"):
        for each in found.of_person(person):
            places = [
                seq
                for seq, one in enumerate(entries)
                if (one[0], one[1], ACTS[one[2]]) == (each.item, person, each.how)
            ]
            assert (each.times, each.first_at, each.last_at) == (len(places), from_ms(places[0]), from_ms(places[-1]))
