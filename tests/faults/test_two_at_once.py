"""Two people do the same thing at the same moment, over HTTP, on real threads: one has done it, the other is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from werkzeug.serving import make_server

from bench.live import Answer, Client
from tests.faults.conftest import Scene, Things
from tests.ready import furnished
from tests.served import app_over

Ask = Callable[[Client], Answer]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    state = tmp_path_factory.mktemp("two") / "state"
    house, people = furnished(state)
    yield Scene(house, people, app_over(house), Things(), Things())
    house.engine.dispose()


@contextmanager
def serving(scene: Scene) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, scene.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture(scope="module")
def clients(scene: Scene) -> Iterator[dict[tuple[str, str], Client]]:
    """Everybody who acts here, at both doors."""
    with serving(scene) as port:
        found: dict[tuple[str, str], Client] = {}
        for key in ("officer", "officer2", "staff"):
            for door in ("api", "web"):
                scene.clock.later(minutes=1)
                client = Client(port)
                sign_in = client.sign_in_to_api if door == "api" else client.sign_in_to_pages
                found[key, door] = sign_in(scene.people[key], scene.house.now())
        yield found


def together(*asked: tuple[Client, Ask]) -> list[Answer]:
    """All of them at once."""
    line = threading.Barrier(len(asked))
    answers: dict[int, Answer] = {}

    def go(number: int, client: Client, ask: Ask) -> None:
        line.wait()
        answers[number] = ask(client)

    threads = [threading.Thread(target=go, args=(number, *each)) for number, each in enumerate(asked)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [answers[number] for number in range(len(asked))]


def acknowledged(reference: str) -> dict[str, Ask]:
    return {
        "api": lambda client: client.api("POST", f"/items/{reference}/acknowledge"),
        "web": lambda client: client.post(f"/items/{reference}/acknowledge", {"version": "1"}),
    }


@pytest.mark.parametrize("doors", [("api", "api"), ("web", "web"), ("api", "web")], ids="-".join)
@pytest.mark.parametrize("time", range(2))
def test_of_two_who_acknowledge_one_item_one_has_done_it(
    scene: Scene, clients: dict[tuple[str, str], Client], doors: tuple[str, str], time: int
) -> None:
    reference = scene.sent()
    ask, before = acknowledged(reference), done_so_far(scene)
    one, other = doors
    said = together((clients["officer", one], ask[one]), (clients["officer2", other], ask[other]))
    done = [answer for answer in said if answer.status in (200, 303)]
    told = [answer for answer in said if answer.status == 409]
    assert (len(done), len(told)) == (1, 1), [answer.text[-1500:] for answer in said]
    assert done_so_far(scene) == before + 1


def test_of_two_different_acts_on_one_version_one_is_done(scene: Scene, clients: dict[tuple[str, str], Client]) -> None:
    """One office withdraws what the other acknowledges: whichever comes second hears that things have changed."""
    reference, before = scene.sent(), done_so_far(scene)
    tag = {"If-Match": clients["officer", "api"].api("GET", f"/items/{reference}").headers["ETag"]}
    said = together(
        (clients["officer", "api"], lambda client: client.api("POST", f"/items/{reference}/acknowledge", **tag)),
        (
            clients["staff", "api"],
            lambda client: client.api("POST", f"/items/{reference}/withdraw", {"reason": "Wrong."}, **tag),
        ),
    )
    statuses = sorted(answer.status for answer in said)
    assert statuses[0] == 200, [answer.text for answer in said]
    # Told as stale, as overtaken, as no longer theirs to do, or (withdrawn) as no longer there.
    assert statuses[1] in (403, 404, 409, 412), [answer.text for answer in said]
    assert done_so_far(scene) == before + 1


def test_of_one_draft_sent_twice_at_once_one_item_comes(scene: Scene, clients: dict[tuple[str, str], Client]) -> None:
    draft = scene.start_draft()
    items = scene.count("item")
    send: Ask = lambda client: client.api("POST", f"/drafts/{draft}/send")  # noqa: E731
    said = together(*((clients["staff", "api"], send) for _ in range(3)))
    assert sorted(answer.status for answer in said) == [201, 404, 404], [answer.text for answer in said]
    assert scene.count("item") == items + 1


def test_of_one_key_used_twice_at_once_one_act_comes(scene: Scene, clients: dict[tuple[str, str], Client]) -> None:
    draft = scene.start_draft()
    items = scene.count("item")
    send: Ask = lambda client: client.api(  # noqa: E731
        "POST", f"/drafts/{draft}/send", **{"Idempotency-Key": "b9d1c9a6-once"}
    )
    said = together(*((clients["staff", "api"], send) for _ in range(3)))
    assert {answer.status for answer in said} == {201}, [answer.text for answer in said]
    assert len({answer.json["reference"] for answer in said}) == 1
    assert scene.count("item") == items + 1


def done_so_far(scene: Scene) -> int:
    """Acts the log has as done."""
    return scene.count(
        "audit_index", "outcome = 'allowed' and act in ('sharing.item-acknowledged', 'sharing.item-withdrawn')"
    )
