"""Many at once on real threads: what is refused for somebody else's sake is done again, and nobody hears of it.

On SQLite each waits for the one before; on PostgreSQL the database refuses one of two, and it is dispatched again. What
comes of it must be the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from uuid import UUID

import pyotp
import pytest
import sqlalchemy as sa

from app.bootstrap import contention, sweeps
from app.bootstrap.contention import Contended, again, committed
from app.bootstrap.engines import wrote
from app.bootstrap.schema import metadata
from app.bootstrap.work import Work
from bench.live import PASSWORD, Answer, Client
from foundation.errors import Unavailable
from sharing.model.item import ItemRef
from tests.faults.conftest import Scene, Things, state_of
from tests.faults.test_two_at_once import serving, together
from tests.ready import furnished
from tests.served import app_over

PEOPLE = ("officer", "staff", "staff2", "imb-owner", "hmip-records", "imb-records")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    state = tmp_path_factory.mktemp("many") / "state"
    house, people = furnished(state)
    yield Scene(house, people, app_over(house), Things(), Things())
    house.engine.dispose()


@pytest.fixture(scope="module")
def port(scene: Scene) -> Iterator[int]:
    with serving(scene) as found:
        yield found


@pytest.fixture
def clients(scene: Scene, port: int) -> dict[str, Client]:
    """Everybody who acts here, at the API; signed in anew, since a test may move the clock by weeks."""
    found = {}
    for key in PEOPLE:
        scene.clock.later(minutes=1)
        found[key] = Client(port).sign_in_to_api(scene.people[key], scene.house.now())
    return found


def test_the_references_of_many_who_send_at_once_are_all_different_and_leave_none_out(scene: Scene) -> None:
    threads, each = 8, 3
    drafts = [[scene.start_draft() for _ in range(each)] for _ in range(threads)]
    who, sent, failed = scene.actor("staff"), [], []
    line = threading.Barrier(threads)

    def send(mine: list[UUID]) -> None:
        line.wait()
        try:
            sent.extend(
                scene.house.do(lambda w, d=draft: w.sharing.send(d, actor=who, now=w.now), who) for draft in mine
            )
        except Exception as error:
            failed.append(error)

    run = [threading.Thread(target=send, args=(mine,)) for mine in drafts]
    [thread.start() for thread in run]
    [thread.join(120) for thread in run]
    assert failed == []
    numbers = sorted(number_of(ref) for ref in sent)
    assert numbers == list(range(numbers[0], numbers[0] + threads * each))


def number_of(ref: ItemRef) -> int:
    return int(ref.reference.rpartition("-")[2])


def test_of_two_who_approve_one_destruction_one_has_approved_it(scene: Scene, clients: dict[str, Client]) -> None:
    reference = reviewed(scene)
    owner = signed_in_again(scene, clients, "imb-owner")
    tag = {"If-Match": owner.api("GET", f"/disposals/{reference}").headers["ETag"]}
    before = scene.count("audit_index", "act = 'retention.disposal-approved' and outcome = 'allowed'")
    said = together(
        *((owner, lambda c: c.api("POST", f"/disposals/{reference}/approve", {"approve": True}, **tag)),) * 2
    )
    assert sorted(answer.status for answer in said)[0] == 200, [answer.text for answer in said]
    assert sorted(answer.status for answer in said)[1] in (409, 412), [answer.text for answer in said]
    assert scene.count("audit_index", "act = 'retention.disposal-approved' and outcome = 'allowed'") == before + 1


@pytest.mark.parametrize("time", range(3))
def test_a_hold_placed_while_it_is_approved_stops_the_destruction(
    scene: Scene, clients: dict[str, Client], time: int
) -> None:
    """Whichever comes first: with a hold in force nothing is on its way to being destroyed."""
    reference = reviewed(scene)
    owner, records = (signed_in_again(scene, clients, key) for key in ("imb-owner", "imb-records"))
    tag = {"If-Match": owner.api("GET", f"/disposals/{reference}").headers["ETag"]}
    said = together(
        (owner, lambda c: c.api("POST", f"/disposals/{reference}/approve", {"approve": True}, **tag)),
        (records, lambda c: c.api("POST", f"/disposals/{reference}/holds", {"reason": "An inquiry asks for it."})),
    )
    assert said[1].status == 201, said[1].text
    assert said[0].status in (200, 403, 409, 412), said[0].text
    scene.clock.later(days=90)
    sweeps.dispose(scene.house)
    with scene.house.work() as work:
        case = work.disposals.case(reference)
        assert [hold.lifted_at for hold in work.disposals.holds(item=case.item)] == [None]
        assert case.state != "destroyed"


def test_of_two_who_sign_in_with_one_code_one_is_in(scene: Scene, port: int) -> None:
    person = scene.people["officer2"]
    scene.clock.later(minutes=2)
    waiting = [Client(port), Client(port)]
    for client in waiting:
        client.bearer = client.api("POST", "/session", {"email": person.email, "password": PASSWORD}).json["token"]
    code = pyotp.TOTP(person.secret).at(scene.house.now())
    said = together(*((client, lambda c: c.api("POST", "/session/code", {"code": code})) for client in waiting))
    assert sorted(answer.status for answer in said) == [200, 401], [answer.text for answer in said]


def test_many_files_attached_to_one_draft_at_once_are_all_there(scene: Scene, clients: dict[str, Client]) -> None:
    """An upload cannot be sent again by the service: its last unit of work is repeated alone."""
    draft = scene.start_draft()
    kind = {"Content-Type": "application/octet-stream"}
    names = [f"{number}.bin" for number in range(4)]
    said = together(
        *(
            (
                clients["staff"],
                lambda c, name=name: c.ask("PUT", f"/api/v1/drafts/{draft}/files/{name}", b"x" * 70_000, headers=kind),
            )
            for name in names
        )
    )
    assert [answer.status for answer in said] == [201] * 4, [answer.text for answer in said]
    found = clients["staff"].api("GET", f"/drafts/{draft}").json["files"]
    assert sorted(file["name"] for file in found) == names
    assert len({file["part"] for file in found}) == 4


def reviewed(scene: Scene) -> str:
    """An item whose destruction is proposed."""
    reference = scene.until_reviewable()
    scene.retire(reference, "review", "imb-records", proposal="destroy", reason="No longer needed.")
    return reference


def signed_in_again(scene: Scene, clients: dict[str, Client], key: str) -> Client:
    scene.clock.later(minutes=1)
    return clients[key].sign_in_to_api(scene.people[key], scene.house.now())


# --- what never ends, and what must not be repeated -------------------------------------------------------------------


@pytest.fixture
def signed_in(scene: Scene) -> dict[str, Client]:
    scene.clients.clear()
    return {door: scene.client("staff", door) for door in ("api", "web")}


@pytest.fixture
def never_free(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever writes to the log finds that somebody else was first, every time."""
    monkeypatch.setattr(contention, "PATIENCE", 0.3)
    with scene.house.engine.begin() as conn:
        conn.exec_driver_sql(
            "create function first() returns trigger language plpgsql as "
            "$$ begin raise exception using errcode = '40001', message = 'could not serialize access'; end $$"
        )
        conn.exec_driver_sql("create trigger first before insert on audit_entry execute function first()")
    yield
    with scene.house.engine.begin() as conn:
        conn.exec_driver_sql("drop trigger first on audit_entry")
        conn.exec_driver_sql("drop function first()")


@pytest.mark.database("postgresql")
@pytest.mark.parametrize("door", ["api", "web"])
def test_what_is_never_free_is_refused_with_when_to_ask_again_and_changes_nothing(
    scene: Scene, signed_in: dict[str, Client], never_free: None, door: str
) -> None:
    asks: dict[str, Callable[[Client], Answer]] = {
        "api": lambda client: client.api("POST", "/items/IMB-2026-00001/withdraw", {"reason": "Wrong."}),
        "web": lambda client: client.get("/items"),
    }
    before = state_of(scene)
    answer = asks[door](signed_in[door])
    assert answer.status == 503, answer.text[-1500:]
    assert answer.headers["Retry-After"] == "1"
    if door == "api":
        assert answer.json["code"] == "app.contended"
    assert state_of(scene) == before


@pytest.mark.database("postgresql")
def test_a_unit_that_was_refused_leaves_no_refusal_in_the_log(scene: Scene, never_free: None) -> None:
    who = scene.actor("staff")
    with pytest.raises(Contended), scene.house.work(who) as work:
        work.sharing.see("IMB-2026-00001", actor=who, now=work.now)


@pytest.mark.database("postgresql")
def test_what_lost_once_is_done_the_second_time(scene: Scene) -> None:
    """Two units read and write the same row; the one that commits second is refused and begins again."""
    counter = metadata.tables["reference_counter"]
    with scene.house.work() as work:
        work.conn.execute(sa.insert(counter).values(originator="x", year=1, last=0))
    tried = []

    def add(work: Work) -> None:
        last = work.conn.execute(sa.select(counter.c.last).where(counter.c.originator == "x")).scalar_one()
        tried.append(last)
        if len(tried) == 1:
            in_between = threading.Thread(target=scene.house.do, args=(add,))
            in_between.start()
            in_between.join(20)
        work.conn.execute(sa.update(counter).where(counter.c.originator == "x").values(last=last + 1))

    scene.house.do(add)
    assert tried == [0, 0, 1]
    with scene.house.work() as work:
        assert work.conn.execute(sa.select(counter.c.last).where(counter.c.originator == "x")).scalar_one() == 2


@pytest.mark.database("postgresql")
def test_two_who_wait_for_each_other_are_both_served(scene: Scene) -> None:
    """A deadlock: the database gives one of them up, and that one is done again."""
    counter = metadata.tables["reference_counter"]
    with scene.house.work() as work:
        work.conn.execute(sa.insert(counter), [{"originator": name, "year": 2, "last": 0} for name in ("a", "b")])
    met = threading.Barrier(2)

    def add(names: str) -> None:
        first = True

        def act(work: Work) -> None:
            nonlocal first
            for name in names:
                mine = (counter.c.originator == name, counter.c.year == 2)
                work.conn.execute(sa.update(counter).where(*mine).values(last=counter.c.last + 1))
                if first:
                    first = False
                    met.wait(10)

        scene.house.do(act)

    threads = [threading.Thread(target=add, args=(names,)) for names in ("ab", "ba")]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    with scene.house.work() as work:
        assert work.conn.scalars(sa.select(counter.c.last).where(counter.c.year == 2)).all() == [2, 2]


def test_nothing_is_done_again_once_a_part_of_it_is_committed() -> None:
    tried = []

    def act() -> None:
        tried.append(1)
        committed()
        raise Contended("Somebody else was first.")

    with pytest.raises(Contended):
        again(act)
    assert len(tried) == 1


def test_what_is_refused_for_another_reason_is_not_done_again() -> None:
    tried = []

    def act() -> None:
        tried.append(1)
        raise Unavailable("No.")

    with pytest.raises(Unavailable):
        again(act)
    assert len(tried) == 1


def test_trying_ends_and_what_a_try_left_in_memory_is_undone_before_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contention, "_LONGEST", 0.001)
    tried, undone = [], []

    def act() -> None:
        tried.append(len(undone))
        raise Contended("Somebody else was first.")

    with pytest.raises(Contended):
        again(act, before=lambda: undone.append(1))
    assert tried == list(range(contention.TRIES))


@pytest.mark.database("postgresql")
@pytest.mark.parametrize(
    ("statement", "changes"),
    [
        ("SELECT 1", False),
        ("UPDATE audit_writer SET n = n", False),
        (
            "WITH e AS (INSERT INTO audit_entry (body) SELECT 'x'::bytea WHERE false RETURNING pos) SELECT * FROM e",
            False,
        ),
        ("UPDATE session SET data = data", True),
        ("WITH e AS (DELETE FROM session WHERE false RETURNING 1) SELECT * FROM e", True),
        (
            "INSERT INTO reference_counter VALUES ('y', 1, 1) ON CONFLICT (originator, year) DO UPDATE SET last = 1",
            True,
        ),
    ],
)
def test_a_unit_that_only_looked_may_be_done_again(scene: Scene, statement: str, changes: bool) -> None:
    """What it entered in the log is true of each time. Whatever else it wrote must not be written twice."""
    with scene.house.engine.connect() as conn:
        conn.exec_driver_sql(statement)
        assert wrote(conn) is changes
