"""A version of a schedule needs two people, begins no sooner than it is approved, and moves dates by events alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from retention_world import APPROVER, BOTH, OTHER, OTHER_APPROVER, REVIEWER, WORDS, World, empty, opened, person

import sharing.events.items as shared
from audit.follow import facts, replay
from foundation.actor import SERVICE
from foundation.calendar import add_months, london_date
from foundation.errors import Invalid, ServiceError
from retention.errors import DetailsInvalid, DisposalRefused, ScheduleDamaged, ScheduleFaulty
from retention.model.schedule import RetentionClass
from retention.queries.schedules import ScheduleList
from retention.rules import schedule_csv
from retention.service.replay import Replay
from retention.service.schedules import Scheduling
from retention.store.schedules import ScheduleRows
from retention.tables.schedules import schedule_text, schedule_version
from tests.taken_in import take_in

TRIGGERS = ("sharing.item-closed", "sharing.item-withdrawn")
SECOND = person("Gil Second", "alpha", "disposal-approver")


def one(code: str = "letters", months: int | None = 3, **more: Any) -> RetentionClass:
    given_ = {"description": "Sample letters.", "triggers": TRIGGERS, "action": "destroy",
              "authority": "Invented sample schedule 9", "clauses": ("M71a",), "verified": True, **more}  # fmt: skip
    return RetentionClass(code=code, months=months, **given_)


def table(*classes: RetentionClass) -> bytes:
    return schedule_csv.write(classes).encode()


class Office:
    """Schedules over a world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def scheduling(self, conn: sa.Connection) -> Scheduling:
        trail = self.world.trail(conn)
        return Scheduling(conn, trail, schedules=self.world.schedules, decider=self.world.decider, words=WORDS)

    def propose(self, *classes: RetentionClass, actor: Any = REVIEWER, party: str = "alpha", days: int = 1,
                applies: str = "live", data: bytes | None = None) -> str:  # fmt: skip
        day = london_date(self.world.now) + timedelta(days=days)
        with self.world.engine.begin() as conn:
            found = self.scheduling(conn).propose(
                party, table=data if data is not None else table(*(classes or (one(),))), authority="Sample schedule 9",
                effective_from=day, applies=applies, reason="Agreed.", actor=actor, now=self.world.now)  # fmt: skip
        return found.id

    def approve(self, version: str, actor: Any = APPROVER) -> None:
        with self.world.engine.begin() as conn:
            self.scheduling(conn).approve(version, actor=actor, now=self.world.now)

    def reject(self, version: str, actor: Any = APPROVER) -> None:
        with self.world.engine.begin() as conn:
            self.scheduling(conn).reject(version, reason="No.", actor=actor, now=self.world.now)

    def agreed(self, *classes: RetentionClass, **given_: Any) -> str:
        version = self.propose(*classes, **given_)
        self.approve(version)
        return version

    def look(self, ask: str, *args: Any) -> Any:
        with self.world.engine.begin() as conn:
            found = getattr(ScheduleList(conn, WORDS, self.world.schedules, self.world.now), ask)(*args)
            return list(found) if ask == "effects" else found

    def later(self, days: int = 1) -> Any:
        self.world.pass_time(days)
        return self.world.sweep()

    def tell(self, kind: Any, item: str, **more: Any) -> None:
        case = self.world.look(item)
        what = {"reference": case.reference, "item_id": case.item_id, "originator": case.originator,
                "retention_class": case.retention_class, **more}  # fmt: skip
        what = {name: value for name, value in what.items() if name in kind.fields}
        with self.world.engine.begin() as conn:
            self.world.trail(conn).record(
                kind, actor=REVIEWER, now=self.world.now, subject=item, what=what, marking="OS"
            )

    def told(self, kind: str) -> list[Any]:
        take_in(self.world.engine)
        with self.world.engine.begin() as conn:
            return [f for _, f in facts(conn, self.world.keys) if f and f.kind == kind and f.outcome == "allowed"]

    def replayed(self) -> list[str]:
        take_in(self.world.engine)
        with self.world.engine.begin() as conn:
            check = Replay(self.world.schedules, WORDS, "0" * 64, ScheduleRows(conn, WORDS).texts())
            for _, fact in facts(conn, self.world.keys):
                if fact is not None and fact.kind in check.kinds:
                    check.follow(fact, "0" * 64)
            found = list(check.differences(conn))
            check.close()
        return found


# After the last version of the sample files began: letters are kept for two years.
START = datetime(2026, 8, 31, 12, tzinfo=UTC)


@pytest.fixture
def office() -> Iterator[Office]:
    world = World(start=START)
    yield Office(world)
    world.close()


def test_a_version_moves_live_items_on_its_day_by_an_event_with_both_dates(office: Office) -> None:
    item = office.world.item()
    before = office.world.look(item)
    office.agreed(one(months=6))
    assert office.world.sweep().recomputed == 0, "its day has not come"
    assert office.later().recomputed == 1
    case = office.world.look(item)
    assert (case.schedule_version, case.due_on) == (3, add_months(before.trigger_on, 6))
    (fact,) = office.told("retention.clock-recomputed")
    assert fact.what["due_before"] == before.due_on.isoformat()
    assert fact.what["due_after"] == case.due_on.isoformat()
    assert (fact.what["version_before"], fact.what["version_after"]) == (2, 3)
    (shown,) = office.look("recomputations", item)
    assert (shown.due_before, shown.due_after) == (before.due_on, case.due_on)
    assert office.world.sweep().recomputed == 0, "found anew once is found anew"
    assert office.replayed() == []


def test_a_version_for_new_items_leaves_those_there_are(office: Office) -> None:
    old = office.world.item()
    office.agreed(one(months=6), applies="new")
    assert office.later().recomputed == 0
    new = office.world.item()
    assert office.world.look(old).schedule_version == 2
    assert office.world.look(new).schedule_version == 3
    assert office.world.look(new).period_months == 6


@pytest.mark.parametrize("state", ["reviewed", "cooling-off"])
def test_what_was_reviewed_or_approved_goes_back_and_is_never_destroyed_on_the_old_word(
    office: Office, state: str
) -> None:
    world = office.world
    item = world.until_reviewed() if state == "reviewed" else world.until_approved()
    office.agreed(one(months=36))
    sweep = office.later(14)
    assert sweep.changed == (item,)
    if state == "cooling-off":
        with pytest.raises(DisposalRefused, match="found anew"):
            world.do("begin_destruction", item)
    world.do("apply_schedule", item)
    case = world.look(item)
    assert (case.state, case.reviewer, case.approver, case.return_state) == ("running", "", "", "none")
    assert case.due_on == add_months(case.trigger_on, 36)
    assert not world.shelf.disabled
    assert world.sweep().changed == ()
    assert office.replayed() == []


def test_one_person_never_puts_a_version_in_force(office: Office) -> None:
    version = office.propose(actor=BOTH)
    with pytest.raises(DisposalRefused, match="You proposed this version"):
        office.approve(version, BOTH)
    office.approve(version, APPROVER)
    with pytest.raises(DisposalRefused, match="approved already"):
        office.reject(version, SECOND)


@pytest.mark.parametrize(
    ("who", "said"),
    [(APPROVER, "records reviewer"), (OTHER, "Only the originating body"), (SERVICE, "records reviewer")],
)
def test_only_a_records_reviewer_of_the_body_proposes(office: Office, who: Any, said: str) -> None:
    with pytest.raises(DisposalRefused) as refused:
        office.propose(actor=who)
    assert any(said in reason.text for reason in refused.value.reasons)


def test_only_an_approver_of_the_body_decides(office: Office) -> None:
    version = office.propose()
    for who in (REVIEWER, OTHER_APPROVER, SERVICE):
        for act in (office.approve, office.reject):
            with pytest.raises(DisposalRefused):
                act(version, who)


def test_it_may_not_begin_before_the_day_it_is_approved(office: Office) -> None:
    with pytest.raises(DetailsInvalid):
        office.propose(days=-1)
    version = office.propose(days=2)
    office.world.pass_time(3)
    with pytest.raises(DisposalRefused, match="may not begin before"):
        office.approve(version)


def test_a_comparison_that_is_out_of_date_cannot_be_approved(office: Office) -> None:
    first, second = office.propose(days=200), office.propose(one(months=9), days=300)
    office.approve(second)
    with pytest.raises(DisposalRefused, match="Another version was approved since"):
        office.approve(first)


def test_a_version_that_lacks_what_an_agreement_relies_on_is_refused(office: Office) -> None:
    from dataclasses import replace

    office.world.schedules = replace(office.world.schedules, needed={"alpha": frozenset({"notes"})})
    with pytest.raises(ScheduleFaulty) as refused:
        office.propose()
    assert "notes" in str(refused.value.fields)


def test_the_dry_run_counts_what_the_day_then_does(office: Office) -> None:
    world = office.world
    moved, first, held = world.item(), world.item(of="notes"), world.item()
    world.do("place_hold", held, REVIEWER, reason="x", issuer="x")
    version = office.propose(one(months=241), one("notes", 2))
    run = office.look("dry_run", version)
    counts = {each.retention_class: each for each in run.classes}
    assert (counts["letters"].later, counts["letters"].held, counts["letters"].beyond) == (2, 1, 2)
    assert counts["notes"].first == 1
    effects = {effect.case.item: effect.after.due_on for effect in office.look("effects", version)}
    office.approve(version)
    office.later()
    for item in (moved, first, held):
        assert world.look(item).due_on == effects[item]
    assert world.look(moved).beyond


def test_what_a_version_changes_is_told_in_words(office: Office) -> None:
    version = office.propose(one(months=3, outcomes=(("upheld", 24),)))
    changes = {(each.code, each.what): (each.before, each.after) for each in office.look("difference", version)}
    assert changes["letters", "period"] == ("24 months", "3 months; 24 months if upheld")
    assert changes["notes", "class"][1] == ""


def test_an_edited_text_stops_whatever_relies_on_it_and_shows(office: Office) -> None:
    office.agreed(one(months=6))
    with office.world.engine.begin() as conn:
        conn.execute(schedule_text.update().values(text=sa.func.replace(schedule_text.c.text, ":6", ":1")))
    office.world.pass_time(1)
    with pytest.raises(ScheduleDamaged):
        office.world.item()
    with pytest.raises(ScheduleDamaged):
        office.world.sweep()
    assert any("text of a version" in each for each in office.replayed())


def test_a_row_that_says_approved_without_the_log_moves_nothing(office: Office) -> None:
    item = office.world.item()
    office.propose(one(months=240))
    with office.world.engine.begin() as conn:
        conn.execute(
            schedule_version.update().values(state="approved", decided_by=APPROVER.id, decided_at=office.world.now)
        )
    office.world.pass_time(1)
    with pytest.raises(ServiceError, match="no approval of a schedule"):
        office.world.sweep()
    assert office.world.look(item).schedule_version == 2
    assert any("not as recorded" in each for each in office.replayed())


def test_a_period_follows_what_came_of_the_item_and_changes_with_it(office: Office) -> None:
    world = office.world
    office.agreed(one(months=3, outcomes=(("upheld", 24),)), days=0)
    item = world.item(outcome="upheld")
    assert world.look(item).period_months == 24
    office.tell(shared.ITEM_REOPENED, item)
    case = world.look(item)
    assert (case.state, case.due_on) == ("stopped", None)
    assert world.sweep().due == 0
    world.pass_time(40)
    office.tell(shared.ITEM_CLOSED, item, outcome="dismissed")
    case = world.look(item)
    assert (case.state, case.period_months, case.trigger_on) == ("running", 3, london_date(world.now))
    assert world.sweep().started == 1, "the clock says again that it was started"
    assert office.replayed() == []


def test_an_item_whose_destruction_is_approved_is_not_reopened_until_that_is_withdrawn(office: Office) -> None:
    item = office.world.until_approved()
    with pytest.raises(DisposalRefused, match="must be withdrawn"):
        office.tell(shared.ITEM_REOPENED, item)
    office.world.do("withdraw_approval", item, REVIEWER, reason="Work goes on.")
    office.tell(shared.ITEM_REOPENED, item)
    assert office.world.look(item).state == "stopped"


def test_a_destroyed_item_is_not_reopened(office: Office) -> None:
    item = office.world.until_destroyed()
    with pytest.raises(DisposalRefused, match="begun"):
        office.tell(shared.ITEM_REOPENED, item)


def test_a_later_fact_moves_a_clock_that_counts_from_the_latest(office: Office) -> None:
    world = office.world
    office.agreed(one(months=3, triggers=("sharing.item-answered", *TRIGGERS), starts="latest"), days=0)
    item = world.item()
    before = world.look(item)
    world.pass_time(20)
    office.tell(shared.ITEM_ANSWERED, item)
    assert world.look(item).stale
    assert world.sweep().recomputed == 1
    case = world.look(item)
    assert (case.trigger_kind, case.due_on) == ("sharing.item-answered", add_months(london_date(world.now), 3))
    assert case.due_on > before.due_on
    assert office.replayed() == []


def test_a_clock_that_counts_from_the_first_is_not_moved_by_what_comes_later(office: Office) -> None:
    office.agreed(one(months=3, triggers=("sharing.item-answered", *TRIGGERS)), days=0)
    item = office.world.item()
    office.world.pass_time(20)
    office.tell(shared.ITEM_ANSWERED, item)
    assert office.world.sweep().recomputed == 0


def test_of_two_bodies_whose_material_it_holds_the_longer_period_binds(office: Office) -> None:
    world = office.world
    office.agreed(one(months=3), days=0)
    item = world.item(also="beta/letters")
    case = world.look(item)
    assert (case.period_months, case.due_on) == (24, add_months(case.trigger_on, 24)), "beta keeps them longer"
    shorter = world.item(body="beta", also="alpha/letters")
    case = world.look(shorter)
    assert (case.period_months, case.also_version, case.schedule_version) == (24, 3, 2)
    office.agreed(one(months=30), days=1)
    assert office.later().recomputed == 2
    for each in (item, shorter):
        assert (world.look(each).period_months, world.look(each).due_on) == (30, add_months(case.trigger_on, 30))


def test_where_the_other_body_gives_no_period_a_person_confirms_one_and_never_a_shorter_than_is_known(
    office: Office,
) -> None:
    world = office.world
    office.agreed(one(months=3), days=0)
    item = world.item(also="beta/notes")
    assert world.look(item).state == "no-period"
    with pytest.raises(DetailsInvalid, match="Check the period"):
        world.do("confirm_period", item, REVIEWER, months=2, authority="Sample")
    world.do("confirm_period", item, REVIEWER, months=3, authority="Sample")
    assert world.look(item).state == "running"


def test_an_extension_two_people_agreed_outlasts_a_new_version(office: Office) -> None:
    world = office.world
    item = world.until_returned()
    until = london_date(world.now) + timedelta(days=300)
    world.do("review", item, REVIEWER, proposal="extend", reason="x", until=until)
    world.do("approve", item, APPROVER)
    office.agreed(one(months=2), days=1)
    office.later()
    assert world.look(item).due_on == until


def test_a_class_to_be_kept_is_never_due(office: Office) -> None:
    office.agreed(one(months=None, action="keep"), days=0)
    item = office.world.item()
    office.world.pass_time(20_000)
    assert office.world.sweep().due == 0
    assert office.world.look(item).state == "kept"


def _happens(office: Office, act: str, number: int, items: list[str], versions: list[str]) -> None:
    world, item = office.world, items[number % len(items)]
    kinds = {"close": shared.ITEM_CLOSED, "reopen": shared.ITEM_REOPENED, "answer": shared.ITEM_ANSWERED}
    if act == "item":
        items.append(world.item(of=["letters", "notes"][number % 2], outcome=["", "upheld"][number % 2]))
    elif act == "other":
        items.append(world.item(body="beta", also="alpha/letters"))
    elif act == "version":
        latest = ("sharing.item-answered", *TRIGGERS)
        classes = (one(months=number, outcomes=(("upheld", number + 5),)),
                   one("notes", number, triggers=latest, starts="latest"))  # fmt: skip
        versions.append(office.propose(*classes, days=number % 3, applies=["live", "new"][number % 4 == 0]))
    elif act == "approve" and versions:
        office.approve(versions[number % len(versions)], [APPROVER, REVIEWER, BOTH][number % 3])
    elif act in kinds:
        office.tell(kinds[act], item)
    elif act == "time":
        world.pass_time(number)
    else:
        world.do("confirm_period", item, REVIEWER, months=number, authority="Sample")


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["item", "other", "version", "approve", "close", "reopen", "answer", "time", "confirm"]),
            st.integers(1, 30),
        ),
        min_size=4,
        max_size=18,
    )
)
def test_whatever_happens_dates_follow_from_the_log_and_none_is_sooner_than_a_schedule_allows(
    story: list[tuple[str, int]],
) -> None:
    world = World(start=START)
    office, items, versions = Office(world), [world.item()], []
    try:
        for act, number in story:
            with suppress(DisposalRefused, Invalid):
                _happens(office, act, number, items, versions)
            for changed in world.sweep().changed:
                world.do("apply_schedule", changed)
        assert world.sweep().recomputed == 0
        for item in items:
            case = world.look(item)
            if case.due_on and case.least_on:
                assert case.due_on >= case.least_on
        for version in office.look("versions"):
            assert version.state == "proposed" or version.decided_by not in ("", version.proposed_by)
        assert office.replayed() == []
        with world.engine.begin() as conn:
            before = opened(conn)
            empty(conn)
            replay(conn, world.keys, world.clocks)
            assert opened(conn) == before
    finally:
        world.close()
