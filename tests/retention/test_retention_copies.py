"""Copies on paper and media: an open one holds the certificate open; and a destruction that fails is loud."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from retention_world import APPROVER, NOBODY_MUCH, OTHER, REVIEWER, WORDS, World, empty, opened

from audit.follow import replay
from foundation.actor import SERVICE
from foundation.calendar import london_date
from retention.errors import CopyNotFound, DetailsInvalid, DisposalRefused
from retention.model.copy import KINDS, METHODS, methods_for
from retention.queries.disposals import Disposals
from retention.queries.outstanding import Outstanding
from retention.queries.verify import verify_certificate
from tests.taken_in import take_in

PAPER = {"kind": "printed", "holder": "The Board's clerk", "place": "Cabinet 4"}
SHREDDED = {"fate": "destroyed", "method": "shred-paper", "witness": "Flo Member", "evidence": "Certificate 12"}


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def register(world: World, item: str, actor: Any = REVIEWER, **given: Any) -> str:
    with world.work() as retention:
        made_on = given.pop("made_on", london_date(world.now))
        return retention.register_copy(item, **{**PAPER, **given}, made_on=made_on, actor=actor, now=world.now).id


def account(world: World, copy: str, actor: Any = REVIEWER, **given: Any) -> None:
    on = given.pop("on", london_date(world.now))
    with world.work() as retention:
        retention.account_copy(copy, **{**SHREDDED, **given}, on=on, actor=actor, now=world.now)


def erased(world: World, item: str) -> str:
    world.pass_time(14)
    for step in ("begin_destruction", "carry_out"):
        world.do(step, item)
    return item


def test_an_open_copy_holds_the_certificate_open_until_it_is_accounted_for(world: World) -> None:
    item = world.until_approved()
    copy = register(world, item)
    erased(world, item)
    found = world.sweep()
    assert item not in found.certify, "no sweep tries what a copy holds back"
    with pytest.raises(DisposalRefused, match="not accounted for"):
        world.do("certify", item)
    with world.work() as retention:
        assert retention.certifiable([item], actor=SERVICE, now=world.now) == []
    with world.engine.begin() as conn:
        assert Outstanding(conn, WORDS).held_open() == 1
    assert world.look(item).state == "erased"
    world.pass_time(3)
    account(world, copy)
    assert item in world.sweep().certify
    for _ in range(2):
        take_in(world.engine)
        world.do("certify", item)
    number = world.look(item).certificate
    with world.engine.begin() as conn:
        text = Disposals(conn, WORDS).certificate(number).text
        assert Outstanding(conn, WORDS).held_open() == 0
    report = verify_certificate(text.encode(), [world.keys.vkey])
    assert report.ok, report.faults
    (said,) = report.body["copies"]["accounted"]
    assert (said["kind"], said["fate"], said["witnessed"]) == ("printed", "destroyed", True)
    assert (said["method"], said["standard"]) == (METHODS["shred-paper"].words, METHODS["shred-paper"].standard)
    for words in (PAPER["holder"], PAPER["place"], SHREDDED["witness"], SHREDDED["evidence"]):
        assert words not in text, "a certificate holds no name and nobody's words"


def test_what_was_written_of_a_copy_is_sealed_at_rest_and_read_back(world: World) -> None:
    item = world.until_due()
    account(world, register(world, item))
    with world.engine.begin() as conn:
        (copy,) = Outstanding(conn, WORDS).copies(item)
        kept = json.dumps([list(map(str, row)) for row in conn.exec_driver_sql("select * from disposal_copy")])
    assert (copy.holder, copy.place, copy.witness) == (PAPER["holder"], PAPER["place"], SHREDDED["witness"])
    assert not any(words in kept for words in (*PAPER.values(), SHREDDED["witness"]) if words not in KINDS)


def test_a_rebuild_from_the_log_gives_the_same_copies(world: World) -> None:
    item = world.until_due()
    account(world, register(world, item))
    register(world, item, kind="media")
    with world.engine.begin() as conn:
        before = list(Outstanding(conn, WORDS).copies(item))
        conn.exec_driver_sql("delete from disposal_copy")
        said = opened(conn)
        empty(conn)
    take_in(world.engine)
    with world.engine.begin() as conn:
        replay(conn, world.keys, world.clocks)
        assert list(Outstanding(conn, WORDS).copies(item)) == before
        assert opened(conn) == said


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_is_destroyed_only_in_a_way_that_fits_it(world: World, kind: str) -> None:
    item = world.until_due()
    fitting = {each.code for each in methods_for(kind)}  # type: ignore[arg-type]
    assert fitting
    assert fitting < set(METHODS)
    for method in ("", *METHODS):
        copy = register(world, item, kind=kind)
        if method in fitting:
            account(world, copy, method=method)
        else:
            with pytest.raises(DetailsInvalid, match="fits this kind"):
                account(world, copy, method=method)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "rumour"}, "kind"),
        ({"holder": " "}, "holder"),
        ({"place": "x" * 401}, "place"),
        ({"made_on": "tomorrow"}, "made_on"),
    ],
)
def test_a_copy_that_cannot_be_is_refused(world: World, given: dict[str, Any], field: str) -> None:
    item = world.until_due()
    if given.get("made_on"):
        given = {"made_on": london_date(world.now) + timedelta(days=1)}
    with pytest.raises(DetailsInvalid) as refused:
        register(world, item, **given)
    assert field in (refused.value.fields or {})


@pytest.mark.parametrize("days", [-1, 1])
def test_a_copy_goes_between_its_own_day_and_today(world: World, days: int) -> None:
    item = world.until_due()
    copy = register(world, item)
    with pytest.raises(DetailsInvalid, match="the day of the copy and today"):
        account(world, copy, on=london_date(world.now) + timedelta(days=days))


def test_only_records_reviewers_keep_the_register_and_only_of_the_body_that_said_so(world: World) -> None:
    item = world.until_due()
    for somebody in (NOBODY_MUCH, APPROVER):
        with pytest.raises(DisposalRefused, match="records reviewer"):
            register(world, item, somebody)
    copy = register(world, item, OTHER)
    with pytest.raises(DisposalRefused, match="Only the body"):
        account(world, copy, REVIEWER)
    account(world, copy, OTHER)
    with pytest.raises(DisposalRefused, match="already"):
        account(world, copy, OTHER)
    with pytest.raises(CopyNotFound):
        account(world, "0190", OTHER)


def test_once_certified_a_copy_that_turns_up_is_an_incident(world: World) -> None:
    item = world.until_destroyed()
    with pytest.raises(DisposalRefused, match="incident"):
        register(world, item)


def failing(world: World, item: str) -> Any:
    with world.work() as retention:
        return retention.record_failure(item, cause="vault.storage-failed", actor=SERVICE, now=world.now)


def test_a_failed_destruction_is_shown_until_it_has_gone_well_and_tried_ever_less_often(world: World) -> None:
    item = world.until_approved()
    world.pass_time(14)
    world.do("begin_destruction", item)
    for _ in range(3):
        failing(world, item)
        assert item in world.sweep().carry_out, "at first at every run"
    failing(world, item)
    assert item not in world.sweep().carry_out
    with world.engine.begin() as conn:
        (shown,) = Outstanding(conn, WORDS).failures()
        assert Outstanding(conn, WORDS).failing() == 1
    assert (shown.item, shown.failures, shown.cause) == (item, 4, "vault.storage-failed")
    world.pass_time(minutes=61)
    assert item in world.sweep().carry_out, "then every hour"
    for _ in range(7):
        failing(world, item)
    world.pass_time(hours=2)
    assert item not in world.sweep().carry_out
    world.pass_time(days=1)
    assert item in world.sweep().carry_out, "then every day, for ever, and shown all the time"
    world.do("carry_out", item)
    with world.engine.begin() as conn:
        assert Outstanding(conn, WORDS).failing() == 0
    assert world.look(item).failures == 11, "what happened stays counted"
