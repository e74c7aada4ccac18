"""Every way an approved destruction, or its certificate, is refused, over the real vault: given, when, then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from app.bootstrap import sweeps
from bench.live import make
from foundation.actor import SERVICE
from foundation.errors import Unavailable
from retention.errors import DisposalRefused
from tests import databases
from tests.faults.conftest import CONTENT, Scene, Things
from tests.faults.test_restored import let_go, readable


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("refused")
    house, people = make(folder / "state", **databases.settings(folder / "state"))
    yield Scene(house, people, Flask(__name__), Things(), Things())
    let_go(house)


def reviewed(scene: Scene) -> tuple[str, str]:
    reference = scene.until_reviewable()
    scene.retire(reference, "review", "imb-records", proposal="destroy", reason="No longer needed.")
    return reference, case(scene, reference).item


def approved(scene: Scene) -> tuple[str, str]:
    reference, item = reviewed(scene)
    scene.retire(reference, "approve", "imb-owner")
    return reference, item


def case(scene: Scene, reference: str) -> Any:
    with scene.house.work() as work:
        return work.disposals.case(reference)


def does(scene: Scene, step: str, item: str, key: str = "", **given: Any) -> Any:
    who = scene.actor(key) if key else SERVICE
    with scene.house.work(who) as work:
        return getattr(work.retention, step)(item, actor=who, now=work.now, **given)


def rules(refused: pytest.ExceptionInfo[DisposalRefused]) -> set[str]:
    assert all(each.text and (each.clause or not each.rule.startswith("RET-")) for each in refused.value.reasons)
    return {each.rule for each in refused.value.reasons}


@contextmanager
def key_store_down(scene: Scene) -> Iterator[None]:
    engine = scene.house.keystore._engine

    def away(*_given: Any) -> None:
        raise sa.exc.OperationalError("…", {}, OSError("the key store went away"))

    sa.event.listen(engine, "before_cursor_execute", away)
    try:
        yield
    finally:
        sa.event.remove(engine, "before_cursor_execute", away)


def test_given_a_hold_in_the_cooling_off_when_its_day_comes_then_nothing_is_destroyed(scene: Scene) -> None:
    reference, item = approved(scene)
    does(scene, "place_hold", item, "imb-records", reason="An inquiry asks.", issuer="The inquiry")
    scene.clock.later(days=60)
    with pytest.raises(DisposalRefused) as refused:
        does(scene, "begin_destruction", item)
    assert {"RET-held", "RET-state"} & rules(refused)
    done = sweeps.dispose(scene.house)
    assert (done.begun, done.destroyed, done.failed) == (0, 0, 0)
    assert readable(scene.house, UUID(item)) == CONTENT
    assert case(scene, reference).state == "due"


def test_given_something_happened_since_the_review_when_it_is_approved_then_it_is_refused(scene: Scene) -> None:
    reference, item = reviewed(scene)
    does(scene, "place_hold", item, "imb-records", reason="An inquiry asks.", issuer="The inquiry")
    with scene.house.work() as work:
        (hold,) = work.disposals.holds(item=item)
    does(scene, "lift_hold", hold.id, "imb-records", reason="It is over.")
    with pytest.raises(DisposalRefused) as refused:
        does(scene, "approve", item, "imb-owner", version=case(scene, reference).version)
    assert "RET-changed" in rules(refused)
    assert readable(scene.house, UUID(item)) == CONTENT


def test_given_its_own_reviewer_when_it_is_approved_then_it_is_refused(scene: Scene) -> None:
    reference, item = reviewed(scene)
    with pytest.raises(DisposalRefused) as refused:
        does(scene, "approve", item, "imb-records", version=case(scene, reference).version)
    assert "RET-second-person" in rules(refused)
    assert case(scene, reference).state == "reviewed"


def test_given_a_copy_outstanding_when_it_is_to_be_certified_then_it_waits_and_is_shown(scene: Scene) -> None:
    _, item = approved(scene)
    copy = does(scene, "register_copy", item, "imb-records", kind="media", holder="The clerk", place="A safe",
                made_on=scene.house.now().date()).id  # fmt: skip
    scene.clock.later(days=60)
    done = sweeps.dispose(scene.house)
    assert (done.destroyed, done.certified, done.failed) == (1, 0, 0)
    for step in ("issue", "certify"):
        with pytest.raises(DisposalRefused) as refused:
            does(scene, step, item)
        assert rules(refused) == {"RET-copy-open"}
    late = does(scene, "register_copy", item, "imb-records", kind="printed", holder="The clerk", place="A desk",
                made_on=scene.house.now().date()).id  # fmt: skip
    with scene.house.work() as work:
        assert work.outstanding.held_open() == 1
    said = {"on": scene.house.now().date(), "witness": "A witness", "evidence": "Receipt 12"}
    does(scene, "account_copy", copy, "imb-records", fate="destroyed", method="overwrite", **said)
    assert sweeps.dispose(scene.house).certified == 0, "one that came between erasure and certificate holds it too"
    does(scene, "account_copy", late, "imb-records", fate="destroyed", method="pulp", **said)
    assert sweeps.dispose(scene.house).certified == 1
    with pytest.raises(DisposalRefused) as refused:
        does(scene, "register_copy", item, "imb-records", kind="paper", holder="x", place="x",
             made_on=scene.house.now().date())  # fmt: skip
    assert "RET-certified" in rules(refused)


def test_given_the_key_store_is_down_when_it_is_approved_then_nothing_is_approved(scene: Scene) -> None:
    reference, item = reviewed(scene)
    with key_store_down(scene), pytest.raises(Unavailable):
        scene.retire(reference, "approve", "imb-owner")
    assert case(scene, reference).state == "reviewed"
    assert readable(scene.house, UUID(item)) == CONTENT
    scene.retire(reference, "approve", "imb-owner")


def test_given_the_key_store_is_down_when_its_day_comes_then_it_is_loud_and_ended_later(scene: Scene) -> None:
    reference, _ = approved(scene)
    scene.clock.later(days=60)
    with key_store_down(scene):
        done = sweeps.dispose(scene.house)
    assert (done.destroyed, done.certified) == (0, 0)
    assert done.failed > 0
    found = case(scene, reference)
    assert (found.state, found.failures) == ("destroying", 1)
    with scene.house.work() as work:
        assert reference in {each.reference for each in work.outstanding.failures()}
    assert sweeps.dispose(scene.house).failed == 0
    assert case(scene, reference).state == "destroyed"
