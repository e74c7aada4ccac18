"""The process dies before each write of a batch's certificate; and the key store goes away in the middle of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.bootstrap import logbook, sequencing, sweeps
from app.bootstrap.house import House, started
from foundation.actor import SERVICE
from retention.model.batch import Wanted
from retention.queries.verify import verify_certificate
from tests.faults.conftest import Scene, Things
from tests.faults.test_killed_at_every_write import Hook, another, declined, killed_at, said
from tests.ready import furnished


@pytest.fixture
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    state = tmp_path_factory.mktemp("batch") / "state"
    house, people = furnished(state)
    yield Scene(house, people, Flask(__name__), Things(), Things())
    house.engine.dispose()
    house.keystore.dispose()


def approved(scene: Scene, number: int) -> tuple[str, list[str]]:
    """A batch of items, approved and cooled off."""
    references = declined(scene, number)
    who = scene.actor("imb-records")
    with scene.house.work(who) as work:
        given: dict[str, Any] = {"actor": who, "now": work.now}
        items = [work.disposals.case(reference).item for reference in references]
        wanted = Wanted(retention_class=work.disposals.case(references[0]).retention_class)
        batch = str(work.retention.open_batch(wanted, **given).batch.id)
        work.retention.propose_in_batch(batch, items, proposal="destroy", reason="Nobody needs them.", **given)
        work.retention.submit_batch(batch, **given)
    who = scene.actor("imb-owner")
    with scene.house.work(who) as work:
        work.retention.approve_batch(batch, seen=work.batches.batch(batch).stamp, actor=who, now=work.now)
    scene.clock.later(days=60)
    return batch, items


def certify(house: House, batch: str) -> None:
    """As the sweep does it."""
    house.do(lambda w: w.certifying.issue_batch(batch, actor=SERVICE, now=w.now))
    sequencing.settle(house)
    house.do(lambda w: w.certifying.certify_batch(batch, actor=SERVICE, now=w.now))


def only_items(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ends every item of every batch and gets to no batch itself."""
    with monkeypatch.context() as patched:
        patched.setattr(sweeps, "_certify_batches", lambda *_given: None)
        assert sweeps.dispose(scene.house).failed == 0


def test_a_batch_killed_before_any_write_of_its_certificate_has_one_in_the_end(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = approved(scene, 1)
    only_items(scene, monkeypatch)
    hook, counting = Hook(), another(scene)
    hook.on(counting)
    certify(counting, first)
    counting.engine.dispose()
    counting.keystore.dispose()
    assert {"app: commit", "app: insert into disposal_batch_certificate", "app: update disposal_batch_certificate set",
            "app: update disposal_batch set"} <= set(hook.seen)  # fmt: skip
    with monkeypatch.context() as patched:
        patched.setattr(sweeps, "_certify_batches", lambda *_given: None)
        batches = [approved(scene, 1)[0] for _ in hook.seen]
    only_items(scene, monkeypatch)
    for at, batch in enumerate(batches):
        assert killed_at(scene, at, batch, act=certify), hook.seen[at]
    started(scene.house)
    assert sweeps.dispose(scene.house).failed == 0
    counted = said(scene)
    for at, batch in enumerate(batches):
        with scene.house.work() as work:
            found = work.batches.certificate(batch)
            assert work.batches.batch(batch).batch.certificate == found.number
        report = verify_certificate(found.text.encode(), [scene.house.keys.log.vkey])
        assert report.ok, (hook.seen[at], report.faults)
        assert counted["retention.batch-certified", batch] == 1, hook.seen[at]
    with scene.house.work() as work:
        assert work.certifying.owed(actor=SERVICE, now=work.now) == []
    report = logbook.verify(scene.house, SERVICE)
    assert report.ok, report.faults


def test_a_run_killed_on_its_way_through_a_batch_ends_it_with_one_certificate_each(scene: Scene) -> None:
    batch, items = approved(scene, 3)
    at = kills = 0
    while killed_at(scene, at, act=sweeps.dispose):
        kills += 1
        at += 4
        assert kills < 100, "it never ends"
    assert kills > 5
    assert sweeps.dispose(scene.house).failed == 0
    counted = said(scene)
    assert counted["retention.batch-certified", batch] == 1
    assert [counted["retention.certificate-issued", item] for item in items] == [1, 1, 1]
    with scene.house.work() as work:
        text = work.batches.certificate(batch).text
    body = verify_certificate(text.encode(), [scene.house.keys.log.vkey]).body
    assert sorted(each["item"] for each in body["certificates"]) == sorted(items)


def test_given_the_key_store_goes_away_in_the_middle_of_a_batch_then_it_is_loud_and_the_next_run_ends_it(
    scene: Scene,
) -> None:
    batch, items = approved(scene, 4)
    engine, left = scene.house.keystore._engine, [6]

    def away(*_given: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise sa.exc.OperationalError("…", {}, OSError("the key store went away"))

    sa.event.listen(engine, "before_cursor_execute", away)
    try:
        done = sweeps.dispose(scene.house)
    finally:
        sa.event.remove(engine, "before_cursor_execute", away)
    assert done.failed > 0
    with scene.house.work() as work:
        states = {work.disposals.case(item).state for item in items}
        assert states <= {"cooling-off", "destroying", "erased", "destroyed"}
        assert states != {"destroyed"}
        assert {each.cause for each in work.outstanding.failures()} <= {
            "vault.storage-failed",
            "vault.erasure-unfinished",
        }
        assert work.outstanding.failing() > 0
        assert work.batches.batch(batch).batch.certificate == ""
    again = sweeps.dispose(scene.house)
    assert again.failed == 0
    with scene.house.work() as work:
        assert {work.disposals.case(item).state for item in items} == {"destroyed"}
        assert work.outstanding.failing() == 0
        assert work.batches.certificate(batch).text
    assert scene.vault_files() == []
