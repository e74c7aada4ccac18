"""The database's server loses its power and comes back: what was acknowledged is there, and nothing need be restarted.

Marked for PostgreSQL; its twin on a file is test_killed_between, where the process dies that is the database's server.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.bootstrap import engines, sequencing
from app.bootstrap.engines import reading
from audit.examine import verify_database
from bench.live import make
from bench.postgresql import Server
from tests.faults.conftest import Scene, Things
from tests.served import app_over
from vault import keydatabase
from vault.errors import StorageFailed
from vault.keydatabase import KeyDatabase

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
    yield Scene(house, people, app_over(house), Things(), Things())
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


def test_a_server_that_hangs_is_given_up_on_and_asked_again_when_it_goes_on(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped where it stands: its machine takes what is sent, and nothing ever answers, not even with a refusal."""
    monkeypatch.setattr(engines, "_ANSWER", 1.0)
    url = f"{server.url(server.create())}&connect_timeout=2"
    house, people = make(tmp_path / "state", CUSTODES_DATABASE_URL=url)
    scene = Scene(house, people, app_over(house), Things(), Things())
    reference, client = scene.sent(), scene.client("staff", "api")
    assert client.api("GET", f"/items/{reference}").status == 200
    assert server.process is not None
    every = [psutil.Process(server.process.pid), *psutil.Process(server.process.pid).children()]
    for each in every:
        each.suspend()
    try:
        began = time.monotonic()
        answer = client.api("GET", f"/items/{reference}")
        assert time.monotonic() - began < 10
    finally:
        for each in every:
            each.resume()
    assert (answer.status, answer.json["code"]) == (503, "app.database-unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert client.api("GET", f"/items/{reference}").status == 200
    house.engine.dispose()


def test_a_key_store_that_hangs_is_given_up_on(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keydatabase, "_ANSWER", 1.0)
    engine = keydatabase.open_engine(server.url(server.create()))
    with pytest.raises(StorageFailed), KeyDatabase(engine).reading() as conn:
        conn.exec_driver_sql("select pg_sleep(20)")
    with KeyDatabase(engine).reading() as conn:
        assert conn.exec_driver_sql("select 1").scalar_one() == 1
    engine.dispose()
