"""What the log disclosed and two people agreed to erase: killed on the way, held in the middle, looked for after."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from flask import Flask

from app.bootstrap import engines, logbook, redacting, sequencing
from app.bootstrap.events import REFUSED
from app.bootstrap.house import House
from audit import redaction
from audit.keeping import ActClass
from audit.keys import period_of
from audit.tables import audit_disclosure, audit_entry, audit_index, audit_leaf
from audit.verify import verify_bundle
from bench.live import enrol
from foundation.actor import SERVICE, Actor
from foundation.calendar import LONDON
from tests import databases
from tests.faults.conftest import Scene, Things
from tests.faults.test_killed_at_every_write import Hook, another
from tests.ready import furnished
from verifier import custodes_verify as apart


@pytest.fixture
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    state = tmp_path_factory.mktemp("erased") / "state"
    house, people = furnished(state)
    with house.work() as work:
        people["compliance"] = enrol(house, work, "compliance", "hmip", "hmip-compliance-officer", 0)
        people["auditor"] = enrol(house, work, "auditor", "imb", "imb-auditor", 0)
    yield Scene(house, people, Flask(__name__), Things(), Things())
    house.engine.dispose()
    house.keystore.dispose()


def closed(scene: Scene) -> tuple[str, str]:
    """An item with a case, and a refusal about it in the log: its reference and its item."""
    reference = scene.sent()
    scene.acknowledge(reference)
    scene.close(reference)
    with scene.house.work() as work:
        item = work.disposals.case(reference).item
        work.trail.record(
            REFUSED, actor=work.actor, now=work.now, subject=item, what={"code": "a.b"}, outcome="refused"
        )
    return reference, item


def agreed(scene: Scene) -> str:
    """Everything thirteen months old: proposed by one, approved by another."""
    proposer, approver = scene.actor("compliance"), scene.actor("auditor")
    sequencing.settle(scene.house)
    with scene.house.work(proposer) as work:
        wanted = redacting.propose(work, "security", "Past thirteen months.")
    sequencing.settle(scene.house)
    with scene.house.work(approver) as work:
        redacting.decide(work, wanted, approve=True)
    sequencing.settle(scene.house)
    return wanted


def told(scene: Scene, wanted: str) -> redaction.Proposal:
    sequencing.settle(scene.house)
    with scene.house.work() as work:
        return redaction.proposal(work.conn, scene.house.keys.log, wanted)


def due(scene: Scene) -> int:
    sequencing.settle(scene.house)
    with scene.house.work() as work:
        return sum(each.due for each in redacting.plans(work))


class Before(Hook):
    """Dies before the first write of that name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def __call__(self, what: str) -> None:
        self.at = len(self.seen) if what == self.name else -1
        super().__call__(what)


def killed_at(scene: Scene, hook: Hook) -> bool:
    """Whether a process that erases died before a write; a month's key that is destroyed is one."""
    scene.house.engine.dispose()
    scene.house.keystore.dispose()
    child = os.fork()
    if not child:
        try:
            house = another(scene)
            hook.on(house)
            destroy = house.keys.log.destroy

            def destroying(month: str) -> None:
                hook("keys: month")
                destroy(month)

            object.__setattr__(house.keys.log, "destroy", destroying)
            redacting.carry_out(house)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def named(house: House, act: str) -> list[Any]:
    with house.engine.connect() as conn:
        bodies = conn.execute(sa.select(audit_entry.c.body)).scalars()
        return [json.loads(bytes(body)) for body in bodies if json.loads(bytes(body))["act"] == act]


def erased(house: House) -> list[tuple[str, bytes | None]]:
    with house.engine.connect() as conn:
        query = (
            sa.select(audit_index.c.entry_id, audit_disclosure.c.sealed)
            .join(audit_leaf, audit_leaf.c.seq == audit_index.c.seq)
            .join(audit_disclosure, audit_disclosure.c.pos == audit_leaf.c.pos)
        )
        return [(row.entry_id, row.sealed) for row in conn.execute(query.where(audit_index.c.actor.is_(None)))]


def alone_in_a_month(scene: Scene) -> str:
    """An entry whose erasure ends its month, too; it is old enough then."""
    scene.clock.later(days=62)
    with scene.house.work() as work:
        work.trail.record(REFUSED, actor=work.actor, now=work.now, what={"code": "a.b"}, outcome="refused")
        month = period_of(work.now)
    scene.clock.later(days=490)
    return month


def test_killed_before_a_months_key_is_destroyed_it_is_not_done_and_the_next_run_destroys_it(scene: Scene) -> None:
    closed(scene)
    month = alone_in_a_month(scene)
    wanted = agreed(scene)
    assert killed_at(scene, Before("keys: month"))
    assert not scene.house.keys.log.destroyed(month)
    assert told(scene, wanted).state == "approved"
    redacting.carry_out(scene.house)
    assert scene.house.keys.log.destroyed(month)
    assert told(scene, wanted).state == "done"
    assert logbook.verify(scene.house, SERVICE).ok


def test_killed_a_little_further_each_time_it_goes_on_and_erases_each_entry_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redaction, "STEP", 1)
    closed(scene)
    month = alone_in_a_month(scene)
    wanted, expected = agreed(scene), due(scene)
    assert expected > 4
    at = kills = 0
    while killed_at(scene, Hook(at)):
        kills += 1
        at += 1
        assert kills < 150, "it never ends"
        found = told(scene, wanted)
        assert found.state in ("approved", "done")
        assert found.state == "approved" or scene.house.keys.log.destroyed(month), "said to be done before it was"
    assert kills > 10
    redacting.carry_out(scene.house)
    found = told(scene, wanted)
    assert (found.state, found.redacted, found.kept) == ("done", expected, 0)
    gone = erased(scene.house)
    assert len(gone) == expected
    assert all(sealed is None for _, sealed in gone)
    assert Counter(each["act"] for each in named(scene.house, "audit.redaction-done")) == {"audit.redaction-done": 1}
    assert scene.house.keys.log.destroyed(month)
    report = logbook.verify(scene.house, SERVICE)
    assert (report.faults, report.redacted) == ((), expected)


def test_what_is_held_between_two_steps_stays(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "STEP", 1)
    (_, first), (_, item) = closed(scene), closed(scene)
    scene.clock.later(days=430)
    wanted = agreed(scene)
    found = told(scene, wanted)
    after: int | None = -1
    while first not in _gone_about(scene, first, item):
        assert after is not None
        here = after
        with scene.house.work() as work:
            _, _, after = redacting.redactions(work).step(found, here, actor=SERVICE, now=work.now)
    _hold(scene, item)
    redacting.carry_out(scene.house)
    assert told(scene, wanted).kept == 1
    assert _gone_about(scene, first, item) == {first}
    assert logbook.verify(scene.house, SERVICE).ok


def _hold(scene: Scene, item: str) -> None:
    who = scene.actor("imb-records")
    with scene.house.work(who) as work:
        work.retention.place_hold(item, reason="A claim.", issuer="A court", actor=who, now=work.now)


def _gone_about(scene: Scene, *items: str) -> set[str]:
    """Those of the items of which no refusal is found any more."""
    with scene.house.engine.connect() as conn:
        query = sa.select(audit_index.c.item).where(audit_index.c.act == REFUSED.name, audit_index.c.item.in_(items))
        return set(items) - set(conn.execute(query).scalars())


def test_what_was_erased_is_in_no_file_and_no_export_and_what_was_exported_before_still_verifies(
    scene: Scene, tmp_path: Path
) -> None:
    who = Actor(id="a-person-who-was-refused", name="Mxyzptlk the Refused", party="imb", principal=0)
    with scene.house.work() as work:
        work.trail.record(REFUSED, actor=who, now=work.now, what={"code": "a.b"}, why="Zugzwang", outcome="refused")
    closed(scene)
    before, after = tmp_path / "before.zip", tmp_path / "after.zip"
    logbook.export(scene.house, before)
    scene.clock.later(days=430)
    with scene.house.engine.connect() as conn:
        sealed = [bytes(each) for each in conn.execute(_SEALED_OF, {"actor": who.id}).scalars()]
    assert sealed
    url = scene.house.settings.database_url
    assert all(each in databases.everything(url) for each in sealed), "that the test can fail"
    agreed(scene)
    redacting.carry_out(scene.house)
    left = databases.everything(url)
    assert not any(each in left for each in sealed)
    assert who.id.encode() not in left
    logbook.export(scene.house, after)
    opened = b"".join(_members(after))
    for secret in (who.id, who.name, "Zugzwang"):
        assert any(secret.encode() in each for each in _members(before)), "it stood there before"
        assert secret.encode() not in opened
    trust = tmp_path / "trust"
    trust.write_text(scene.house.keys.log.published, encoding="utf-8")
    for bundle in (before, after):
        assert verify_bundle(bundle, scene.house.keys.log.trust).faults == ()
        assert apart.main([str(bundle), "--trust", str(trust)]) == 0


_SEALED_OF = sa.select(audit_disclosure.c.sealed).where(audit_disclosure.c.actor == sa.bindparam("actor"))


def _members(bundle: Path) -> list[bytes]:
    with ZipFile(bundle) as archive:
        return [archive.read(name) for name in archive.namelist()]


def test_while_the_old_bytes_cannot_be_overwritten_nobody_says_that_it_is_done(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(scene)
    scene.clock.later(days=430)
    wanted = agreed(scene)
    with monkeypatch.context() as patched:
        patched.setattr(redacting, "forget_overwritten", lambda *_: False)
        redacting.carry_out(scene.house)
        assert told(scene, wanted).state == "approved"
    redacting.carry_out(scene.house)
    assert told(scene, wanted).state == "done"
    assert engines.forget_overwritten(scene.house.engine, "audit_index")


@pytest.mark.parametrize(
    ("now", "first"),
    [
        ("2027-10-31T23:59:59.999+00:00", "2026-09-01T00:00:00+01:00"),  # the last moment of October in London
        ("2027-11-01T00:00:00+00:00", "2026-10-01T00:00:00+01:00"),  # a day in winter, a month in summer
        ("2027-07-31T22:59:59.999+00:00", "2026-06-01T00:00:00+01:00"),
        ("2027-07-31T23:00:00+00:00", "2026-07-01T00:00:00+01:00"),  # August in London, July elsewhere
        ("2028-02-29T12:00:00+00:00", "2027-01-01T00:00:00+00:00"),
        ("2028-03-31T23:30:00+00:00", "2027-03-01T00:00:00+00:00"),  # April in London
    ],
)
def test_the_thirteen_months_end_with_a_day_in_london(now: str, first: str) -> None:
    one = ActClass("x", "x", frozenset({"a.b"}), 13, 24, False, "x")
    found = one.before(datetime.fromisoformat(now))
    assert found == datetime.fromisoformat(first)
    assert (found.astimezone(LONDON).day, found.astimezone(LONDON).hour, found.tzinfo) == (1, 0, UTC)
