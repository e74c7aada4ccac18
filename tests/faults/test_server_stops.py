"""The database's server loses its power and comes back: what was acknowledged is there, and nothing need be restarted.

Marked for PostgreSQL; its twin on a file is test_killed_between, where the process dies that is the database's server.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap import sequencing
from app.bootstrap.engines import reading
from app.factory import create_app
from audit.examine import verify_database
from bench.live import make
from bench.postgresql import Server
from tests.faults.conftest import Scene, Things

pytestmark = pytest.mark.database("postgresql")


@pytest.fixture
def server() -> Iterator[Server]:
    """One that flushes what it acknowledges."""
    made = Server(durable=True).start()
    yield made
    made.remove()


@pytest.fixture
def scene(server: Server, tmp_path: Path) -> Iterator[Scene]:
    house, people = make(tmp_path / "state", CUSTODES_DATABASE_URL=server.url(server.create()))
    yield Scene(house, people, create_app(house), Things(), Things())
    house.engine.dispose()


def test_what_was_acknowledged_survives_and_the_service_goes_on_by_itself(scene: Scene, server: Server) -> None:
    client = scene.client("staff", "api")
    sent = [client.api("POST", f"/drafts/{scene.start_draft()}/send").json["reference"] for _ in range(5)]
    server.halt(signal.SIGQUIT)  # nothing is written in order, as when the power goes

    answer = client.api("GET", f"/items/{sent[0]}")
    assert (answer.status, answer.json["code"]) == (503, "app.database-unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    ready = client.get("/health/ready")
    assert (ready.status, ready.json["code"]) == (503, "app.database-unavailable")
    assert client.get("/health/live").status == 200

    server.serve()
    assert client.get("/health/ready").status == 200
    for reference in sent:
        assert client.api("GET", f"/items/{reference}").status == 200
    sequencing.settle(scene.house)
    with reading(scene.house.engine) as conn:
        assert verify_database(conn, scene.house.keys.log).ok


def test_a_connection_cut_in_the_middle_of_an_act_undoes_it(scene: Scene, server: Server) -> None:
    draft, who = scene.start_draft(), scene.actor("staff")
    before = scene.count("item")

    def act() -> None:
        with scene.house.work(who) as work:
            work.sharing.send(draft, actor=who, now=work.now)
            server.let_go(str(scene.house.engine.url.database))

    with pytest.raises(Exception, match="Nothing was changed"):
        act()
    assert scene.count("item") == before
    assert scene.send(draft)
