"""Transfer to the archive by its rules: two people at each step, a receipt of this package, and only then an end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from retention_world import APPROVER, BOTH, OTHER_APPROVER, REVIEWER, World

import sharing.events.items as shared
from foundation.actor import SERVICE
from foundation.calendar import london_date
from retention.errors import DetailsInvalid, DisposalRefused

KEY = "age1sample"


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def agreed(world: World) -> str:
    item = world.until_returned()
    world.do("review", item, REVIEWER, proposal="transfer", reason="Of lasting interest.")
    world.do("approve", item, APPROVER)
    return item


def packaged(world: World, item: str, by: Any = REVIEWER) -> str:
    version = world.look(item).version
    case, parcel = world.do("package", item, by, recipient=KEY, closure="open", version=version)
    parcel.close()
    assert case.state == "transferring"
    return str(parcel.sha256)


def received(world: World, item: str, sha256: str, by: Any = APPROVER, days: int = 0) -> Any:
    on, version = london_date(world.now) + timedelta(days=days), world.look(item).version
    given = {"archive_reference": "J 1", "sha256": sha256, "received_on": on, "version": version}
    return world.do("record_receipt", item, by, **given)


def refused(world: World, item: str, sha256: str, by: Any) -> list[str]:
    with pytest.raises(DisposalRefused) as found:
        received(world, item, sha256, by)
    return [each.rule for each in found.value.reasons]


def test_nobody_records_the_receipt_of_a_package_they_made_whatever_their_duties(world: World) -> None:
    item = agreed(world)
    digest = packaged(world, item, BOTH)
    assert refused(world, item, digest, BOTH) == ["RET-second-person"]
    assert refused(world, item, digest, OTHER_APPROVER) == ["RET-originator"]
    assert received(world, item, digest).state == "cooling-off"


def test_a_receipt_from_before_the_package_or_of_another_day_to_come_is_none(world: World) -> None:
    item = agreed(world)
    digest = packaged(world, item)
    for days in (-1, 1):
        with pytest.raises(DetailsInvalid) as found:
            received(world, item, digest, days=days)
        assert list(found.value.fields) == ["received_on"]
    assert received(world, item, digest).destroy_on == london_date(world.now) + timedelta(days=14)


def test_nothing_goes_before_the_receipt_and_its_cooling_off_and_then_it_does(world: World) -> None:
    item = agreed(world)
    digest = packaged(world, item)
    world.pass_time(60)
    assert item not in world.sweep().begin
    with pytest.raises(DisposalRefused):
        world.do("begin_destruction", item)
    received(world, item, digest)
    world.pass_time(13)
    assert item not in world.sweep().begin
    world.pass_time(1)
    assert item in world.sweep().begin
    world.finish(item)
    assert world.look(item).state == "destroyed"


def test_a_schedule_that_changes_meanwhile_sends_the_agreement_back_before_the_archive_has_anything(
    world: World,
) -> None:
    item = agreed(world)
    digest = packaged(world, item)
    world.pass_time(200)  # the sample's second version is in force by then
    assert item in world.sweep().changed
    assert world.do("apply_schedule", item).state in ("due", "running")
    assert world.sweep().changed == ()
    assert "RET-state" in refused(world, item, digest, APPROVER)


def test_what_waits_for_its_transfer_is_not_reopened_and_the_refusal_says_what_to_do_first(world: World) -> None:
    item = agreed(world)
    case = world.look(item)
    what = {"reference": case.reference, "office": 1}
    with pytest.raises(DisposalRefused) as found, world.engine.begin() as conn:
        world.trail(conn).record(
            shared.ITEM_REOPENED, actor=SERVICE, now=world.now, subject=item, what={**what, "bound": ""}, marking="OS"
        )
    (reason,) = found.value.reasons
    assert reason.rule == "RET-approved"
    assert "withdrawn before it can be reopened" in reason.text


def test_a_transfer_taken_back_leaves_the_item_due_readable_and_free_for_another_end(world: World) -> None:
    item = agreed(world)
    digest = packaged(world, item)
    received(world, item, digest)
    world.do("withdraw_approval", item, REVIEWER, reason="The archive sent it back.")
    assert world.look(item).state == "due"
    assert not world.shelf.disabled
    world.do("review", item, REVIEWER, proposal="destroy", reason="No longer needed.")
    world.do("approve", item, APPROVER)
    world.pass_time(14)
    world.finish(item)
    assert world.look(item).state == "destroyed"
