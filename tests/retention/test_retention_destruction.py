"""Disable, cool off, destroy, certify: each step repeatable, each failure loud, nothing half-destroyed for ever."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
import sqlalchemy as sa
from retention_world import APPROVER, OTHER, REVIEWER, START, WORDS, World, empty, opened

from audit.fact import Fact
from audit.follow import replay
from audit.tables import audit_index
from foundation.actor import SERVICE
from foundation.errors import Unavailable
from retention import events
from retention.errors import DestructionFailed, DisposalRefused
from retention.policy.files import REOPENED
from retention.queries.disposals import Disposals, Filter
from retention.rules import evidence
from retention.tables.cases import disposal_case
from retention.tables.holds import disposal_hold
from tests.taken_in import take_in

STEPS = ("begin_destruction", "carry_out", "certify")


def run(world: World) -> None:
    """One run as the job does it: a sweep, then each owed step in a unit of work of its own; failures go to the log."""
    sweep = world.sweep()
    for step, items in (("begin_destruction", sweep.begin), ("carry_out", sweep.carry_out), ("certify", sweep.certify)):
        for item in items:
            try:
                world.do(step, item)
            except Unavailable as failure:
                world.do("record_failure", item, cause=failure.code)


def acts(world: World, item: str) -> list[str]:
    take_in(world.engine)
    with world.engine.begin() as conn:
        query = sa.select(audit_index.c.act).where(audit_index.c.item == item).order_by(audit_index.c.seq)
        return list(conn.execute(query).scalars())


def rows(world: World) -> list[object]:
    with world.engine.begin() as conn:
        return opened(conn)


def test_the_whole_way_leaves_a_tombstone_and_a_certificate_and_nothing_else(world: World) -> None:
    item = world.until_approved()
    assert UUID(item) in world.shelf.disabled, "the key is disabled at once"
    assert UUID(item) in world.shelf.content, "and nothing is gone yet"
    world.pass_time(14)
    for _ in range(3):
        run(world)
    case = world.look(item)
    assert (case.state, case.certificate, case.parts) == ("destroyed", f"DC-{case.reference}", 1)
    assert UUID(item) not in world.shelf.content
    assert UUID(item) not in world.shelf.live
    assert UUID(item) in world.shelf.tombs
    assert acts(world, item) == [
        "sharing.item-closed", "retention.clock-started", "retention.item-due", "retention.return-offered",
        "retention.return-answered", "retention.disposal-reviewed", "retention.disposal-approved",
        "retention.destruction-begun", "vault.key-destroyed", "vault.content-removed", "retention.item-destroyed",
        "retention.certificate-issued",
    ]  # fmt: skip


def test_every_step_may_be_repeated_and_changes_nothing(world: World) -> None:
    item = world.until_destroyed()
    before, said = world.look(item), acts(world, item)
    for step in STEPS:
        world.do(step, item)
    run(world)
    assert world.look(item) == before
    assert acts(world, item) == said


@pytest.mark.parametrize("point", ["key", "content", "tombstone"])
def test_what_broke_off_half_way_is_loud_and_is_finished_by_the_next_run(world: World, point: str) -> None:
    item = world.until_approved()
    world.pass_time(14)
    run(world)
    world.shelf.break_after = point
    run(world)
    case = world.look(item)
    assert (case.state, case.failures) == ("destroying", 1)
    assert acts(world, item)[-1] == "retention.destruction-failed"
    run(world)
    run(world)
    case = world.look(item)
    assert case.state == "destroyed"
    take_in(world.engine)
    with world.engine.begin() as conn:
        known = conn.execute(sa.select(audit_index.c.entry_id).where(audit_index.c.item == item)).scalars().all()
    assert {case.key_entry, case.content_entry} <= set(known), "the certificate names entries that were committed"


def test_content_that_is_still_there_is_never_called_gone(world: World) -> None:
    item = world.until_approved()
    world.pass_time(14)
    world.do("begin_destruction", item)
    world.shelf.stuck = True
    with pytest.raises(DestructionFailed):
        world.do("carry_out", item)
    run(world)
    assert (world.look(item).state, world.look(item).certificate) == ("destroying", "")
    assert UUID(item) not in world.shelf.tombs
    world.shelf.stuck = False
    for _ in range(2):
        run(world)
    assert world.look(item).state == "destroyed"


def test_a_hold_placed_between_the_sweep_and_the_destruction_wins(world: World) -> None:
    item = world.until_approved()
    world.pass_time(14)
    named = world.sweep().begin
    assert named == (item,)
    world.do("place_hold", item, REVIEWER, reason="An inquest.", issuer="coroner")
    with pytest.raises(Exception, match="due"):
        world.do("begin_destruction", item)
    run(world)
    assert UUID(item) in world.shelf.content
    assert UUID(item) in world.shelf.live


def test_everything_due_is_told_and_every_case_is_in_one_state(world: World) -> None:
    for of in ("letters", "notes", "unheard-of"):
        world.item(of=of)
    world.pass_time(28)
    sweep = world.sweep()
    assert (sweep.started, sweep.due, sweep.more) == (3, 1, False)
    with world.engine.begin() as conn:
        counts = Disposals(conn, WORDS).counts()
    assert {name: number for name, number in counts.items() if number} == {"due": 1, "no-period": 2}


def test_no_more_of_a_state_are_counted_than_are_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        world.item(of="unheard-of")
    world.sweep()
    for cap, said in ((2, 3), (3, 4), (4, 4)):
        monkeypatch.setattr("retention.queries.disposals.CAP", cap)
        with world.engine.begin() as conn:
            counts = Disposals(conn, WORDS).counts()
        assert {name: number for name, number in counts.items() if number} == {"no-period": said}


def test_a_sweep_of_more_than_its_batch_says_that_there_is_more(world: World) -> None:
    for _ in range(3):
        world.item()
    world.pass_time(28)
    with world.work() as retention:
        assert retention.sweep(actor=SERVICE, now=world.now, batch=2).more
    with world.work() as retention:
        assert not retention.sweep(actor=SERVICE, now=world.now, batch=4).more
    assert world.sweep().due == 0


def test_a_rebuild_from_entry_zero_gives_the_same_rows(world: World) -> None:
    world.until_destroyed()
    world.until_approved(of="letters")
    noted = world.item(of="notes")
    world.do("confirm_period", noted, REVIEWER, months=600, authority="Sample")
    held = world.until_returned()
    number = world.do("place_hold", held, REVIEWER, reason="An inquest.", issuer="coroner").id
    with world.work() as retention:
        retention.lift_hold(number, reason="Over.", actor=REVIEWER, now=world.now)
    world.do("place_hold", held, REVIEWER, reason="A claim.", issuer="court")
    failing = world.item(ending="sharing.item-withdrawn")
    for _ in range(2):
        world.do("record_failure", failing, cause="test")
    before = rows(world)
    take_in(world.engine)
    with world.engine.begin() as conn:
        assert replay(conn, world.keys, world.clocks) > 0
    assert rows(world) == before, "over what is there a rebuild changes nothing"
    with world.engine.begin() as conn:
        empty(conn)
        replay(conn, world.keys, world.clocks)
    assert rows(world) == before, "and into empty tables it gives the same"


def test_a_second_ending_does_not_reset_the_clock(world: World) -> None:
    item = world.item()
    first = world.look(item)
    world.pass_time(10)
    with world.engine.begin() as conn:
        import sharing.events.items as shared

        what = {"reference": first.reference, "item_id": first.item_id, "originator": "alpha",
                "retention_class": "letters", "agreement": "sample", "agreement_version": 1,
                "closed_on": "2026-02-10", "kind": "letter", "establishment": "XXI"}  # fmt: skip
        world.trail(conn).record(
            shared.ITEM_WITHDRAWN, actor=REVIEWER, now=world.now, subject=item, what=what, marking="OS"
        )
    assert replace(world.look(item), heard=first.heard) == first


def test_a_refused_closing_starts_no_clock(world: World) -> None:
    import sharing.events.items as shared

    with world.engine.begin() as conn:
        world.trail(conn).record(
            shared.ITEM_CLOSED, actor=REVIEWER, now=world.now, subject="x", what={}, outcome="refused"
        )
    with world.engine.begin() as conn:
        assert sum(Disposals(conn, WORDS).counts().values()) == 0


def test_a_service_whose_trail_nobody_follows_fails_at_once(world: World) -> None:
    item = world.item()
    world.clocks.kinds = frozenset()
    with pytest.raises(RuntimeError, match="Clocks"):
        world.do("place_hold", item, REVIEWER, reason="x", issuer="x")


def test_the_list_filters_and_walks_page_by_page_without_losing_or_repeating(world: World) -> None:
    mine = [world.until_due() for _ in range(3)]
    world.item(of="notes")
    other = world.item(body="beta")
    world.do("place_hold", mine[0], REVIEWER, reason="x", issuer="x")
    with world.engine.begin() as conn:
        disposals = Disposals(conn, WORDS)
        walked, cursor = [], ""
        while True:
            page = disposals.page(Filter(), cursor=cursor, size=2)
            walked += [case.item for case in page.rows]
            cursor = page.next
            if not cursor:
                break
        assert len(walked) == len(set(walked)) == 5
        assert disposals.page(Filter(), cursor="nonsense", size=100).rows[0].item == walked[0]

        def found(**given: object) -> list[str]:
            return [case.item for case in disposals.page(Filter(**given)).rows]  # type: ignore[arg-type]

        assert found(held=True) == [mine[0]]
        assert set(found(states=frozenset({"due"}), held=False)) == set(mine[1:])
        assert found(body="beta") == found(text="beta-") == [other]
        assert found(retention_class="notes") != []
        assert found(text="%") == []
        assert disposals.counts(body="alpha")["held"] == 1
        assert len(disposals.holds(item=mine[0], in_force=True)) == 1
        assert disposals.holds(in_force=False) == []
        assert disposals.holds(review_by=world.now.date()) == []


def test_approval_that_cannot_disable_the_key_is_no_approval(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    item = world.until_reviewed()

    def gone(*_: object, **__: object) -> None:
        raise Unavailable("The keys cannot be reached.")

    monkeypatch.setattr("retention_world.ShelfEraser.disable", gone)
    with pytest.raises(Unavailable):
        world.do("approve", item, APPROVER)
    assert world.look(item).state == "reviewed"


def test_the_two_bodies_act_for_their_own_items_only(world: World) -> None:
    item = world.until_due(body="beta")
    world.do("offer_return", item, REVIEWER)
    assert world.do("answer_return", item, OTHER, answer="cannot", reason="Agreed.").return_state == "cannot"


def test_nothing_people_wrote_about_a_disposal_lies_in_clear(world: World) -> None:
    item = world.until_returned()
    hold = world.do("place_hold", item, REVIEWER, reason="Inquest into Joan Smith", issuer="Joan’s solicitor").id
    with world.work() as retention:
        retention.lift_hold(hold, reason="Joan Smith withdrew it", actor=REVIEWER, now=world.now)
    world.do("review", item, REVIEWER, proposal="destroy", reason="Joan Smith asked for it")
    with world.engine.begin() as conn:
        kept = str([conn.execute(sa.select(table)).all() for table in (disposal_case, disposal_hold)])
        (found,) = Disposals(conn, WORDS).holds(item=item)
    assert "Joan" not in kept
    assert (found.reason, found.issuer) == ("Inquest into Joan Smith", "Joan’s solicitor")
    assert found.lift_reason == "Joan Smith withdrew it"
    assert world.look(item).review_reason == "Joan Smith asked for it"


def test_words_moved_to_another_row_do_not_open(world: World) -> None:
    one, other = world.until_returned(), world.until_returned()
    hold = world.do("place_hold", one, REVIEWER, reason="An inquest.", issuer="coroner").id
    second = world.do("place_hold", other, REVIEWER, reason="A claim.", issuer="court").id
    with world.engine.begin() as conn:
        taken = sa.select(disposal_hold.c.reason).where(disposal_hold.c.id == hold).scalar_subquery()
        conn.execute(sa.update(disposal_hold).where(disposal_hold.c.id == second).values(reason=taken))
    with pytest.raises(Unavailable), world.engine.begin() as conn:
        Disposals(conn, WORDS).holds(item=other)


def test_of_many_begun_together_either_all_are_or_none(world: World) -> None:
    items = [world.until_approved() for _ in range(3)]
    world.pass_time(14)
    world.do("place_hold", items[1], REVIEWER, reason="An inquest.", issuer="coroner")
    before = rows(world)
    with pytest.raises(DisposalRefused) as refused, world.work() as retention:
        retention.begin_all(items, actor=SERVICE, now=world.now)
    assert refused.value.subject == items[1]
    assert rows(world) == before
    with world.work() as retention:
        retention.begin_all([items[0], items[2]], actor=SERVICE, now=world.now)
    assert [world.look(item).state for item in items] == ["destroying", "due", "destroying"]


def test_many_together_end_as_each_alone_would_and_a_rebuild_agrees(world: World) -> None:
    items = [world.until_approved(of="letters") for _ in range(3)]
    world.pass_time(14)
    for step in ("begin_all", "carry_out_all", "issue_all", "certify_all", "certify_all"):
        take_in(world.engine)
        with world.work() as retention:
            getattr(retention, step)(items, actor=SERVICE, now=world.now)
    for item in items:
        case = world.look(item)
        assert (case.state, case.parts) == ("destroyed", 1)
        assert [each for each in acts(world, item) if "certificate" in each] == ["retention.certificate-issued"]
        with world.engine.begin() as conn:
            text = Disposals(conn, WORDS).certificate(case.certificate).text
        assert item in text
    before = rows(world)
    with world.engine.begin() as conn:
        empty(conn)
        replay(conn, world.keys, world.clocks)
    assert rows(world) == before


def test_what_evidence_does_not_listen_to_does_not_move_it() -> None:
    class Loud(dict[str, object]):
        def __missing__(self, key: str) -> object:
            return {"manner": "caught", "proposal": "destroy", "destroy_on": "2026-01-01"}.get(key, key)

    for kind in sorted(events.OWN_KINDS | {REOPENED}):
        said = evidence._Said("a", "b", "c", {"h"})
        fact = Fact(kind, "id", START, "allowed", {}, "item", Loud(), "", "OS", ())
        said.hear(fact)
        moved = said != evidence._Said("a", "b", "c", {"h"})
        assert not moved or kind in evidence.HEARD, kind
