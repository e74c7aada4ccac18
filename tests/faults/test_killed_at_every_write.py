"""The process dies before each write of a destruction, one after another; what follows ends every one, once.

The writes are not listed by hand: a hook counts every statement that writes in either database, every commit, and every
object removed, first over a destruction that is not killed. Each further item is destroyed by a process that dies at
one of them.
"""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from app.bootstrap import sequencing, sweeps
from app.bootstrap.house import House, build, started
from audit.examine import verify_database
from audit.tables import audit_disclosure, audit_entry
from bench.live import Standing
from foundation.actor import SERVICE
from tests.faults.conftest import Scene, Things
from tests.ready import furnished
from vault.errors import KeyDisabled, KeyGone

WRITING = ("insert", "update", "delete", "pragma wal_checkpoint", "vacuum")
SMALL = b"Nothing of this may be left. " * 4


@pytest.fixture
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    state = tmp_path_factory.mktemp("every") / "state"
    house, people = furnished(state)
    yield Scene(house, people, Flask(__name__), Things(), Things())
    house.engine.dispose()
    house.keystore.dispose()


class Hook:
    """Told of every write before it is done; ``at`` the number it is killed at, none when it only counts."""

    def __init__(self, at: int = -1) -> None:
        self.at, self.seen = at, []

    def __call__(self, what: str) -> None:
        if len(self.seen) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.seen.append(what)

    def on(self, house: House) -> None:
        for name, engine in (("app", house.engine), ("keys", house.keystore._engine)):
            sa.event.listen(engine, "before_cursor_execute", self._statement(name))
            sa.event.listen(engine, "commit", lambda _conn, name=name: self(f"{name}: commit"))
        delete = house.backend.delete

        def deleting(name: str) -> None:
            self("store: delete")
            delete(name)

        house.backend.delete = deleting  # type: ignore[method-assign]
        add = house.ledger.add

        def adding(items: Any) -> None:
            if items:
                self("ledger: add")
            add(items)

        house.ledger.add = adding  # type: ignore[method-assign]

    def _statement(self, name: str) -> Callable[..., None]:
        def statement(_conn: Any, _cursor: Any, text: str, *_more: Any) -> None:
            words = text.strip().lower()
            if words.startswith(WRITING) or ("wal_checkpoint" in words):
                self(f"{name}: {' '.join(words.split()[:3])}")

        return statement


def another(scene: Scene) -> House:
    """The same house as another process would open it: nothing of this one's connections is in it."""
    house = replace(build(scene.house.settings), clock=Standing(scene.house.now()))
    house.keystore._engine.dispose()
    return house


def destroy(house: House, item: str) -> None:
    """As the sweep does it, of this item alone."""
    house.do(lambda w: w.retention.begin_destruction(item, actor=SERVICE, now=w.now))
    house.do(lambda w: w.retention.carry_out(item, actor=SERVICE, now=w.now))
    house.do(lambda w: w.retention.issue(item, actor=SERVICE, now=w.now))
    sequencing.settle(house)
    house.do(lambda w: w.retention.certify(item, actor=SERVICE, now=w.now))


def sweep(house: House, *_items: str) -> None:
    """All there are, in units of work of many."""
    sweeps.dispose(house)


def killed_at(scene: Scene, at: int, *items: str, act: Callable[..., None] = destroy) -> bool:
    """Whether a process that destroys the items died before its write of that number."""
    scene.house.engine.dispose()
    scene.house.keystore.dispose()
    child = os.fork()
    if not child:
        try:
            house = another(scene)
            Hook(at).on(house)
            act(house, *items)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def declined(scene: Scene, number: int) -> list[str]:
    """References of items that are due, and whose source does not want them back."""
    references = []
    for _ in range(number):
        draft = scene.start_draft()
        scene.attach(draft, SMALL)
        references.append(scene.send(draft))
    for reference in references:
        scene.acknowledge(reference)
        scene.close(reference)
        scene.retire(reference, "confirm_period", "imb-records", months=1, authority="Sample schedule, paragraph 9")
    scene.clock.later(days=40)
    sweeps.dispose(scene.house)
    for reference in references:
        scene.retire(reference, "offer_return", "hmip-records")
        scene.retire(reference, "answer_return", "imb-records", answer="declined", reason="We have our own copy.")
    return references


def ready(scene: Scene, number: int) -> list[str]:
    """Items approved and cooled off."""
    references = declined(scene, number)
    for reference in references:
        scene.retire(reference, "review", "imb-records", proposal="destroy", reason="No longer needed.")
        scene.retire(reference, "approve", "imb-owner")
    scene.clock.later(days=60)
    with scene.house.work() as work:
        return [work.disposals.case(reference).item for reference in references]


def said(scene: Scene) -> Counter[tuple[str, str]]:
    query = sa.select(audit_entry.c.body, audit_disclosure.c.item).join(
        audit_disclosure, audit_disclosure.c.pos == audit_entry.c.pos
    )
    with scene.house.engine.connect() as conn:
        rows = {(bytes(body), item) for body, item in conn.execute(query.where(audit_disclosure.c.item.is_not(None)))}
    return Counter((json.loads(body)["act"], item) for body, item in rows)


ENDS = ("retention.destruction-begun", "vault.key-destroyed", "vault.content-removed", "retention.item-destroyed",
        "sharing.item-emptied", "retention.certificate-issued")  # fmt: skip


def test_a_destruction_killed_before_any_of_its_writes_ends_in_one_certificate(scene: Scene) -> None:
    before, first = ready(scene, 2)
    destroy(scene.house, before)  # the first of a day writes a little more: that there was evidence of duties that day
    hook = Hook()
    counting = another(scene)
    hook.on(counting)
    destroy(counting, first)
    counting.engine.dispose()
    counting.keystore.dispose()
    assert {"store: delete", "ledger: add", "app: commit", "keys: commit", "keys: delete from object_key"} <= set(
        hook.seen
    )
    items = ready(scene, len(hook.seen))
    for at, item in enumerate(items):
        assert killed_at(scene, at, item), f"{at}: {hook.seen[at]}"
        with scene.house.work() as work:
            state = work.disposals.case(item).state
        assert state in ("cooling-off", "destroying", "erased", "destroyed"), hook.seen[at]
        gone = not scene.house.keystore.of_item(UUID(item))
        assert not gone or state != "cooling-off", "keys went before the decision was committed"
        assert gone or state not in ("erased", "destroyed"), "said to be gone, and is not"
        with pytest.raises((KeyGone, KeyDisabled)), scene.house.work() as work:
            work.vault.open_part(item=UUID(item), part=1, actor=SERVICE, now=work.now)
    started(scene.house)
    sweeps.dispose(scene.house)
    again = sweeps.dispose(scene.house)
    assert (again.begun, again.destroyed, again.certified, again.failed) == (0, 0, 0, 0), "all are ended"
    counted = said(scene)
    for at, item in enumerate(items):
        with scene.house.work() as work:
            case = work.disposals.case(item)
            assert (case.state, case.failures) == ("destroyed", 0), hook.seen[at]
            assert work.disposals.certificate(case.certificate).text
        assert [counted[act, item] for act in ENDS] == [1] * len(ENDS), hook.seen[at]
        assert scene.house.keystore.state(UUID(item)) == "destroyed"
    assert set(items) <= {str(each.item) for each in scene.house.ledger.read()}
    assert scene.vault_files() == []
    scene.clock.later(days=2)
    assert sweeps.tidy(scene.house) == 0, "nothing is left to be set right"
    with scene.house.engine.connect() as conn:
        assert verify_database(conn, scene.house.keys.log).ok


def test_many_destroyed_together_and_killed_on_the_way_end_in_one_certificate_each(scene: Scene) -> None:
    """Killed again and again, a little further each time: whatever was half done in one unit of work is done once."""
    items = ready(scene, 3)
    at = kills = 0
    while killed_at(scene, at, act=sweep):
        kills += 1
        at += 5
        assert kills < 100, "it never ends"
    assert kills > 5
    assert sweeps.dispose(scene.house).failed == 0
    counted = said(scene)
    for item in items:
        with scene.house.work() as work:
            assert work.disposals.case(item).state == "destroyed"
        assert [counted[act, item] for act in ENDS] == [1] * len(ENDS)
    assert scene.vault_files() == []
