"""No entry, no act: when the log cannot be written nothing is served and nothing changes, whatever was asked."""

from __future__ import annotations

import contextlib
import gc
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa
from flask import request_started

from app.bootstrap.engines import _begin_immediate, make_engine
from app.bootstrap.house import House
from bench.live import Answer
from tests import databases
from tests.faults import postgresql_faults
from tests.faults.conftest import CONTENT, SECRETS, TEXT, Scene, state_of

WAIT = 150  # milliseconds a locked database is waited for here; the service waits longer


@dataclass(frozen=True)
class Act:
    """Something asked over HTTP. ``ask`` gets the scene; ``good`` says that the answer is what was asked for."""

    name: str
    ask: Callable[[Scene], Answer]
    good: Callable[[Answer], bool]


def api(
    name: str, key: str, method: str, path: str, good: Callable[[Answer], bool], body: Mapping[str, str] | None = None
) -> Act:
    def ask(scene: Scene) -> Answer:
        return scene.client(key, "api").api(method, path.format(it=scene.api), body)

    return Act(f"{name}, api", ask, good)


def page(
    name: str, key: str, path: str, good: Callable[[Answer], bool], fields: Mapping[str, str] | None = None
) -> Act:
    def ask(scene: Scene) -> Answer:
        client, where = scene.client(key, "web"), path.format(it=scene.web)
        if fields is None:
            return client.get(where)
        return client.post(where, {key: value.format(it=scene.web) for key, value in fields.items()})

    return Act(f"{name}, page", ask, good)


def went_on(answer: Answer) -> bool:
    """A form was taken."""
    return answer.status == 303


def holds(text: str) -> Callable[[Answer], bool]:
    return lambda answer: answer.status == 200 and text in answer.text


REVIEW = {"proposal": "destroy", "reason": "No longer needed."}
WHAT_FOR = {"purpose": "follow-up"}
LIST = api("list", "officer", "GET", "/items", lambda said: bool(said.json["items"]))
OPEN = api("open", "officer", "POST", "/items/{it.item}/open", lambda said: said.json["text"] == TEXT, WHAT_FOR)
READS = (
    OPEN,
    LIST,
    api(
        "download",
        "officer",
        "GET",
        "/items/{it.item}/files/1?purpose=follow-up",
        lambda said: said.body == CONTENT,
    ),
    api("one of the list", "officer", "GET", "/items/{it.item}", lambda said: "reference" in said.json),
    api("refusal", "vice", "POST", "/items/{it.item}/open", lambda said: said.status == 404, WHAT_FOR),
    api(
        "search",
        "officer",
        "POST",
        "/people/search",
        lambda said: bool(said.json["items"]),
        {"type": "prison-number", "value": "A9347XK", **WHAT_FOR},
    ),
    page("open", "officer", "/items/{it.item}/content", holds(TEXT)),
    page("list", "officer", "/items", holds("IMB-20")),
    page("download", "officer", "/items/{it.item}/files/1", lambda said: said.body == CONTENT),
    page("view", "officer", "/items/{it.item}/files/1/view", lambda said: said.status == 200),
    page("one of the list", "officer", "/items/{it.item}", holds("Acknowledge")),
    page("refusal", "vice", "/items/{it.item}", lambda said: said.status == 404),
    page(
        "search",
        "officer",
        "/search",
        holds("IMB-20"),
        {"identifier_type": "prison-number", "value": "A9347XK", **WHAT_FOR},
    ),
)
WRITES = (
    api("send", "staff", "POST", "/drafts/{it.draft}/send", lambda said: said.status == 201),
    api("acknowledge", "officer", "POST", "/items/{it.item}/acknowledge", lambda said: said.status == 200),
    api("review", "imb-records", "POST", "/disposals/{it.disposal}/review", lambda said: said.status == 200, REVIEW),
    page("send", "staff", "/drafts/{it.draft}", went_on, {"version": "1"}),
    page("acknowledge", "officer", "/items/{it.item}/acknowledge", went_on, {"version": "1"}),
    page("review", "imb-records", "/disposals/{it.disposal}/review", went_on, {**REVIEW, "version": "{it.seen}"}),
)
ACTS = (*READS, *WRITES)


@contextmanager
def full_disk(house: House) -> Iterator[House]:
    """The database may not grow by a page. What room its last pages still have is used up first."""
    with house.engine.connect() as conn:
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar()
    engine = make_engine(house.settings.database_url)
    sa.event.listen(engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count = {pages}"))
    yield replace(house, engine=engine)
    engine.dispose()


@contextmanager
def forbidden(house: House) -> Iterator[House]:
    """The connection may only ask: not even a transaction that would write can begin."""
    engine = make_engine(house.settings.database_url)
    sa.event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA query_only = ON"))
    yield replace(house, engine=engine)
    engine.dispose()


@contextmanager
def read_only_file(house: House) -> Iterator[House]:
    """The file is opened for reading alone: transactions begin, and their first write fails."""
    path = house.settings.state / "custodes.db"

    def opened() -> sqlite3.Connection:
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False, isolation_level=None)

    engine = sa.create_engine("sqlite://", creator=opened, poolclass=sa.QueuePool)
    sa.event.listen(engine, "begin", _begin_immediate)
    yield replace(house, engine=engine)
    engine.dispose()


@contextmanager
def locked(house: House) -> Iterator[House]:
    """Somebody else holds the write lock for longer than anybody waits: from when it is known who asks."""
    engine = make_engine(house.settings.database_url)
    holder = sqlite3.connect(house.settings.state / "custodes.db", isolation_level=None, timeout=0)

    def take(*_given: object) -> None:
        # A connection may come back late, while another request has the lock.
        with contextlib.suppress(sqlite3.OperationalError):
            holder.execute("BEGIN IMMEDIATE")

    def let_go() -> None:
        if holder.in_transaction:
            holder.execute("ROLLBACK")

    sa.event.listen(engine, "connect", lambda raw, _: raw.execute(f"PRAGMA busy_timeout = {WAIT}"))
    sa.event.listen(engine, "checkin", take)
    try:
        with request_started.connected_to(lambda *_given: let_go()):
            yield replace(house, engine=engine)
    finally:
        sa.event.remove(engine, "checkin", take)
        holder.close()
        engine.dispose()


@contextmanager
def commit_fails(house: House) -> Iterator[House]:
    """Every statement is taken, and then the commit is not: the disk fills up under the write-ahead log."""
    engine = make_engine(house.settings.database_url)

    def changes(conn: sa.Connection) -> int:
        return conn.connection.driver_connection.total_changes  # type: ignore[union-attr]

    def notice(conn: sa.Connection) -> None:
        conn.info["changes"] = changes(conn)

    def refuse(conn: sa.Connection) -> None:
        if changes(conn) > conn.info["changes"]:
            raise sa.exc.OperationalError("COMMIT", {}, sqlite3.OperationalError("database or disk is full"))

    sa.event.listen(engine, "begin", notice)
    sa.event.listen(engine, "commit", refuse)
    yield replace(house, engine=engine)
    engine.dispose()


FAULTS = [
    pytest.param(fault, id=fault.__name__, marks=pytest.mark.database(kind))
    for kind, faults in (
        ("sqlite", (full_disk, forbidden, read_only_file, locked, commit_fails)),
        ("postgresql", postgresql_faults.FAULTS),
    )
    for fault in faults
]


def use_up(scene: Scene) -> None:
    """Ask until three in a row are refused: the room left in the last page of each table is gone."""
    refused = 0
    for _ in range(200):
        refused = refused + 1 if LIST.ask(scene).status == 503 else 0
        if refused == 3:
            return
    pytest.fail("the database went on growing")


def sign_everybody_in(scene: Scene) -> None:
    """At both doors; seen a moment ago, so that none is due for being marked as seen; the item's purpose said."""
    for key in ("staff", "officer", "imb-records", "vice"):
        for door, path in (("api", "/api/v1/me"), ("web", "/account")):
            assert scene.client(key, door).get(path).status == 200
    officer = scene.client("officer", "web")
    assert officer.post(f"/items/{scene.web.item}/open", WHAT_FOR).status == 303


@pytest.fixture(params=FAULTS, scope="module")
def faulty(request: pytest.FixtureRequest, scene: Scene) -> Iterator[Scene]:
    """The scene, served by a house whose log cannot be written."""
    sign_everybody_in(scene)
    with request.param(scene.house) as house:
        moved = scene.over(house)
        if request.param is full_disk:
            use_up(moved)
        yield moved


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_what_cannot_be_recorded_is_not_done(faulty: Scene, scene: Scene, act: Act) -> None:
    before = state_of(scene)
    answer = act.ask(faulty)
    assert answer.status == 503, answer.text[-2000:]
    assert not [secret for secret in SECRETS if secret in answer.body]
    assert answer.headers.get("Content-Disposition") is None
    if act.name.endswith("api"):
        assert answer.json["code"] in ("audit.unavailable", "app.database-unavailable"), answer.text
    assert state_of(scene) == before


def test_a_refused_request_leaves_no_connection_behind(scene: Scene) -> None:
    """Else a lock held for a while would use up the pool, and go on refusing long after it is let go."""
    scene.client("officer", "api")
    with (postgresql_faults.held if databases.on_postgresql() else locked)(scene.house) as house:
        moved = scene.over(house)
        gc.collect()
        gc.disable()
        try:
            assert [OPEN.ask(moved).status for _ in range(5)] == [503] * 5
            assert house.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        finally:
            gc.enable()
            gc.collect()


def test_a_database_that_is_free_again_in_time_is_waited_for(scene: Scene) -> None:
    scene.client("officer", "api")
    holder = scene.house.engine.connect()
    holder.begin()  # on SQLite the write lock
    if databases.on_postgresql():
        holder.exec_driver_sql("lock table audit_entry in exclusive mode")
    release = threading.Timer(0.4, holder.close)
    release.start()
    answer = OPEN.ask(scene)
    release.join()
    assert OPEN.good(answer), answer.text


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_once_the_log_can_be_written_everything_is_done(scene: Scene, act: Act) -> None:
    """Last, since it changes the scene: what was refused above was refused for the log alone."""
    answer = act.ask(scene)
    assert act.good(answer), answer.text[:2000]
