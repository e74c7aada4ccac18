"""One decider and one crossed world for all laws: building them costs more than asking them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from foundation.actor import Actor
from identity.model import ItemFacts, Verdict
from identity.rules.decide import Decider
from tests.laws import crossing, worlds

Crossed = tuple[sa.Connection, dict[Actor, list[ItemFacts]]]


@pytest.fixture(scope="session")
def decider() -> Decider:
    return worlds.decider()


@pytest.fixture(scope="session")
def decided(decider: Decider) -> dict[Actor, list[Verdict]]:
    """Cedar's verdict on seeing each crossed item, by person: every basis with every pair of bars."""
    items = crossing.crossed_items(full=False)
    return {
        actor: decider.decide_many(actor, "see", items, now=worlds.NOW) for actor in crossing.crossed_people(full=False)
    }


@pytest.fixture(scope="session")
def crossed_once(decided: dict[Actor, list[Verdict]]) -> Iterator[Crossed]:
    """The crossed items as rows, stray ones among them, and which of them Cedar lets each person see, newest first."""
    with worlds.engine().connect() as conn:
        items = crossing.crossed_items(full=False)
        worlds.fill(conn, items, strays=True)
        conn.commit()  # a transaction that has written, left open, would hold every other test's log back
        yield (
            conn,
            {
                actor: [facts for facts, verdict in zip(items, verdicts, strict=True) if verdict.allowed][::-1]
                for actor, verdicts in decided.items()
            },
        )


@pytest.fixture
def crossed(crossed_once: Crossed) -> Iterator[Crossed]:
    """The same. No look of a test stays open: a server ends what idles in a transaction, and nobody could go on."""
    yield crossed_once
    crossed_once[0].rollback()
