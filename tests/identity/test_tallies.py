"""The numbers of accounts in order are those that making every account would give, in any world."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from accounts_world import NOON, real_gates, real_policies
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.actor import BEGINNING, FOREVER
from identity.policy.gates import Gates
from identity.queries.checks import Checks
from identity.queries.tallies import Tally, tally
from identity.tables import appointment, office, person, principal, training_result
from tests import databases

ROLES = real_policies()[1]
REAL = real_gates()
# The same modules with days of grace, as a policy may give them.
GRACE = Gates({name: replace(module, grace=10) for name, module in REAL.modules.items()})
MS, DAY = timedelta(milliseconds=1), timedelta(days=1)
EDGES = (BEGINNING, NOON - 11 * DAY, NOON - 10 * DAY, NOON - 10 * DAY + MS, NOON - MS, NOON, NOON + MS, FOREVER)
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "standing": st.sampled_from(("active", "active", "active", "invited", "suspended", "left")),
            "vetted": st.sampled_from(EDGES),
            "held": st.lists(
                st.tuples(st.sampled_from([*ROLES, "gone"]), st.sampled_from(EDGES), st.sampled_from(EDGES)), max_size=3
            ),
            "results": st.lists(
                st.tuples(st.sampled_from([*REAL.modules, "gone"]), st.booleans(), st.sampled_from(EDGES)), max_size=5
            ),
        }
    ),
    max_size=4,
)


@pytest.fixture(scope="module")
def rows() -> Iterator[sa.Connection]:
    with databases.memory().connect() as conn:
        yield conn


def slowly(conn: sa.Connection, gates: Gates) -> Tally:
    found = Checks(conn, roles=ROLES, gates=gates).active(now=NOON)
    return Tally(
        len(found), sum(not each.lacks for each in found), sum(each.person.vetted_until > NOON for each in found)
    )


def fill(conn: sa.Connection, people: list[dict[str, Any]]) -> None:
    for table in (training_result, appointment, office, person, principal):
        conn.execute(table.delete())
    numbers = range(1, len(people) + 2)
    conn.execute(principal.insert(), [{"id": n, "kind": "person", "ref": f"p{n}"} for n in numbers])
    conn.execute(
        office.insert().values(id="o", principal=len(people) + 1, party="imb", kind="board", name="o", active=True)
    )
    for number, each in enumerate(people, 1):
        one(conn, number, f"p{number}", each)


def one(conn: sa.Connection, number: int, id_: str, each: dict[str, Any]) -> None:
    conn.execute(
        person.insert().values(
            id=id_, principal=number, email=f"{id_}@imb.example", name=id_, party="imb", standing=each["standing"],
            vetted_until=each["vetted"], created=NOON, version=1,
        )
    )  # fmt: skip
    for place, (role, since, until) in enumerate(each["held"]):
        values = {"id": f"{id_}-{place}", "person_id": id_, "role": role, "office_id": "o"}
        conn.execute(appointment.insert().values(**values, valid_from=since, valid_until=until))
    for place, (module, passed, until) in enumerate(each["results"]):
        values = {"id": f"{id_}-{place}", "person_id": id_, "number": place, "module": module, "passed": passed}
        conn.execute(
            training_result.insert().values(**values, passed_on=NOON.date(), valid_until=until, recorded=NOON, words="")
        )


@given(people=PEOPLE)
@settings(max_examples=80, deadline=None)
def test_the_numbers_are_those_of_every_account_made(rows: sa.Connection, people: list[dict[str, Any]]) -> None:
    fill(rows, people)
    for gates in (REAL, GRACE, Gates()):
        assert tally(rows, roles=ROLES, gates=gates, now=NOON) == slowly(rows, gates)
    rows.rollback()


def test_what_was_passed_last_counts_and_a_result_not_passed_takes_nothing_away(rows: sa.Connection) -> None:
    def trained(*results: tuple[str, bool, Any]) -> int:
        fill(rows, [{"standing": "active", "vetted": FOREVER, "held": [], "results": list(results)}])
        return tally(rows, roles=ROLES, gates=REAL, now=NOON).trained

    good, ended = ("handling", True, NOON + MS), ("handling", True, NOON)
    assert [trained(), trained(good), trained(ended), trained(good, ended), trained(ended, good)] == [0, 1, 0, 0, 1]
    assert trained(good, ("handling", False, BEGINNING)) == 1
    rows.rollback()
