"""Random histories under a moved clock, with crashes: no path destroys a held item, and nothing due stays silent."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from retention_world import APPROVER, BOTH, OTHER, OTHER_APPROVER, REVIEWER, WORDS, World, empty, opened

from audit.follow import replay
from foundation.actor import SERVICE
from foundation.calendar import london_date
from foundation.errors import ServiceError
from retention.errors import DisposalRefused
from retention.model.batch import WITHIN, Wanted
from retention.model.case import RETURN_SETTLED, STATES
from retention.queries.disposals import Disposals
from retention.tables.cases import disposal_case
from tests.taken_in import take_in

PEOPLE = st.sampled_from([REVIEWER, APPROVER, BOTH, OTHER, OTHER_APPROVER, SERVICE])
RIGHT = st.sampled_from([REVIEWER, BOTH])
STARTS = st.sampled_from(
    [
        datetime(2026, 1, 31, 12, tzinfo=UTC),
        datetime(2028, 1, 31, 23, 59, tzinfo=UTC),
        datetime(2026, 3, 28, 23, 30, tzinfo=UTC),
        datetime(2026, 10, 24, 23, 30, tzinfo=UTC),
    ]
)


class Histories(RuleBasedStateMachine):
    items = Bundle("items")
    holds = Bundle("holds")

    @initialize(start=STARTS)
    def begin(self, start: datetime) -> None:
        self.world = World(start=start)
        self.gone: set[str] = set()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.close()

    def attempt(self, step: str, item: str, actor: Any = SERVICE, **given: Any) -> Any:
        try:
            return self.world.do(step, item, actor, **given)
        except ServiceError:
            return None

    @rule(target=items, of=st.sampled_from(["letters", "notes"]), body=st.sampled_from(["alpha", "beta"]))
    def ends(self, of: str, body: str) -> str:
        return self.world.item(of=of, body=body)

    @rule(target=items, of=st.sampled_from(["letters", "notes"]))
    def comes_near_its_end(self, of: str) -> str:
        """Most of the way at once, so that short histories reach what matters."""
        item = self.world.item(of=of)
        if self.world.look(item).due_on is None:
            self.attempt("confirm_period", item, REVIEWER, months=1, authority="Sample")
        self.world.pass_time(40)
        self.world.sweep()
        self.attempt("offer_return", item, OTHER)
        self.attempt("answer_return", item, REVIEWER, answer="declined", reason="x")
        self.attempt("review", item, REVIEWER, proposal="destroy", reason="x")
        self.attempt("approve", item, APPROVER)
        return item

    @rule(days=st.integers(0, 40))
    def time_passes(self, days: int) -> None:
        self.world.pass_time(days)

    @rule(item=items, actor=PEOPLE, months=st.integers(1, 3))
    def confirm(self, item: str, actor: Any, months: int) -> None:
        self.attempt("confirm_period", item, actor, months=months, authority="Sample")

    @rule(item=items, actor=PEOPLE)
    def offer(self, item: str, actor: Any) -> None:
        self.attempt("offer_return", item, actor)

    @rule(item=items, actor=PEOPLE, answer=st.sampled_from(["accepted", "declined", "cannot"]))
    def answer(self, item: str, actor: Any, answer: str) -> None:
        self.attempt("answer_return", item, actor, answer=answer, reason="x")
        self.attempt("give_back", item, actor)
        self.attempt("record_return", item, actor)

    @rule(item=items, actor=PEOPLE, proposal=st.sampled_from(["destroy", "destroy", "keep", "return"]))
    def review(self, item: str, actor: Any, proposal: str) -> None:
        self.attempt("review", item, actor, proposal=proposal, reason="x")

    @rule(item=items, actor=PEOPLE)
    def extend(self, item: str, actor: Any) -> None:
        until = date.fromordinal(london_date(self.world.now).toordinal() + 30)
        self.attempt("review", item, actor, proposal="extend", reason="x", until=until)

    @rule(item=items, actor=PEOPLE)
    def approve(self, item: str, actor: Any) -> None:
        self.attempt("approve", item, actor)

    @rule(reviewer=PEOPLE, approver=PEOPLE, hold_in_between=st.booleans())
    def in_a_batch(self, reviewer: Any, approver: Any, hold_in_between: bool) -> None:
        with contextlib.suppress(ServiceError), self.world.work() as retention:
            batch = retention.open_batch(Wanted("letters"), actor=reviewer, now=self.world.now).batch.id
            members = [case.item for case in self.cases_of(retention, batch)]
            given = {"proposal": "destroy", "reason": "x", "actor": reviewer, "now": self.world.now}
            retention.propose_in_batch(batch, members, **given)
            seen = retention.submit_batch(batch, actor=reviewer, now=self.world.now)[0]
            if hold_in_between:
                retention.place_hold(members[0], reason="x", issuer="x", actor=REVIEWER, now=self.world.now)
            with contextlib.suppress(DisposalRefused):
                retention.approve_batch(batch, seen=retention._stamp(seen), actor=approver, now=self.world.now)

    def cases_of(self, retention: Any, batch: str) -> list[Any]:
        return [retention._case(each.item) for each in retention._batches.members(batch, WITHIN)]

    @rule(item=items, actor=PEOPLE)
    def stop(self, item: str, actor: Any) -> None:
        self.attempt("send_back", item, actor, reason="x")
        self.attempt("withdraw_approval", item, actor, reason="x")

    @rule(target=holds, item=items, actor=RIGHT)
    def hold(self, item: str, actor: Any) -> Any:
        placed = self.attempt("place_hold", item, actor, reason="x", issuer="x")
        return placed.id if placed else multiple()

    @rule(hold=holds, actor=PEOPLE)
    def lift(self, hold: str, actor: Any) -> None:
        try:
            with self.world.work() as retention:
                retention.lift_hold(hold, reason="x", actor=actor, now=self.world.now)
        except ServiceError:
            pass

    @rule(
        step=st.sampled_from(["begin_destruction", "carry_out", "certify"]),
        item=items,
        crash=st.sampled_from(["", "", "key", "content", "tombstone"]),
    )
    def step_out_of_turn(self, step: str, item: str, crash: str) -> None:
        self.world.shelf.break_after = crash if step == "carry_out" else ""
        self.watched(step, item)
        self.world.shelf.break_after = ""

    @rule(hold_in_between=st.booleans())
    def run(self, hold_in_between: bool) -> None:
        sweep = self.world.sweep()
        if hold_in_between:
            for item in sweep.begin[:1]:
                self.attempt("place_hold", item, REVIEWER, reason="x", issuer="x")
        for step, named in (
            ("begin_destruction", sweep.begin),
            ("carry_out", sweep.carry_out),
            ("certify", sweep.certify),
        ):
            for item in named:
                self.watched(step, item)
        today = london_date(self.world.now)
        for case in self.cases():
            assert not (case.state == "running" and case.due_on <= today), "due and silent"

    def watched(self, step: str, item: str) -> None:
        """A step of destruction; whatever it takes from the shelf must have been free to go the moment before."""
        before = self.world.look(item)
        had = set(self.world.shelf.live), set(self.world.shelf.content)
        self.attempt(step, item)
        if (self.world.shelf.live, set(self.world.shelf.content)) != had:
            assert not before.held
            assert before.state == "destroying"
            assert before.reviewer
            assert before.approver
            assert before.reviewer != before.approver
            assert before.period_months
            assert before.period_authority
            assert before.return_state in RETURN_SETTLED
            assert before.destroy_on <= london_date(self.world.now)
            assert before.proposal == "destroy"

    def cases(self) -> list[Any]:
        with self.world.engine.begin() as conn:
            found = conn.execute(sa.select(disposal_case.c.item)).scalars().all()
            return [Disposals(conn, WORDS).case(item) for item in found]

    @invariant()
    def no_held_item_is_gone_and_every_case_has_one_state(self) -> None:
        if not hasattr(self, "world"):
            return
        for case in self.cases():
            assert case.state in STATES
            there = UUID(case.item) in self.world.shelf.content
            if case.held:
                assert there
                assert UUID(case.item) in self.world.shelf.live
                assert UUID(case.item) not in self.world.shelf.disabled
            if case.state not in ("destroying", "erased", "destroyed"):
                assert there
                assert (UUID(case.item) in self.world.shelf.disabled) == (case.state == "cooling-off")
            if case.state in ("erased", "destroyed"):
                assert not there
                assert (case.certificate != "") == (case.state == "destroyed")

    @rule()
    def rebuild(self) -> None:
        take_in(self.world.engine)
        with self.world.engine.begin() as conn:
            before = opened(conn)
            empty(conn)
            replay(conn, self.world.keys, self.world.clocks)
            after = opened(conn)
        assert before == after


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, phases=set(Phase) - {Phase.explain}
)
