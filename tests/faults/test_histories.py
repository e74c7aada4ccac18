"""Random histories of a whole service under a moved clock: nothing held is destroyed, nothing due is silent.

The service is the real one: vault, key store, store (folders or S3), log and job. Whether an item might be destroyed is
judged by an oracle that is told the log and nothing else (`history_oracle.py`). ``--worlds`` says how many histories: a
change of disposal is owed a long run (``--worlds 20000``). That the histories can fail is shown below.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.bootstrap import following, ledger, logbook, sequencing, sweeps
from app.bootstrap.house import House
from audit.follow import replay as replayed
from foundation.actor import SERVICE
from retention.model.case import Case
from retention.queries.foresight import Foresight
from retention.rules import evidence
from retention.service.catching import Catching
from retention.service.destruction import Destruction
from retention.store.cases import Cases
from retention.tables.batches import (
    disposal_batch,
    disposal_batch_certificate,
    disposal_batch_item,
    disposal_reminder,
)
from retention.tables.cases import (
    disposal_case,
    disposal_recomputed,
    disposal_tally,
    disposal_transfer,
    disposal_trigger,
)
from retention.tables.endings import disposal_copy
from retention.tables.holds import disposal_hold, disposal_hold_item
from retention.tables.schedules import schedule_version
from tests import stores
from tests.faults.history_acts import TEAMS, Acts
from vault.service import Vault

STEPS = 80
SOME = 12  # histories in which a mutant must be found
WORLDS_A_HISTORY = 100  # of the access laws, which are many and small; one of these is few and long
FOLLOWED = (
    disposal_reminder, disposal_batch_item, disposal_batch, disposal_hold_item, disposal_hold, disposal_copy,
    disposal_trigger, disposal_recomputed, disposal_tally, disposal_transfer, schedule_version, disposal_case,
)  # fmt: skip
SEALED = {"period_authority", "review_reason", "issuer", "reason", "lift_reason", "words", "people", "decision",
          "closing", "holder", "place", "witness", "evidence"}  # fmt: skip


class History(Acts):
    """``lived`` through: after every act what must be so is asked."""

    def lived(self, steps: int = STEPS) -> Counter[str]:
        counted: Counter[str] = Counter()
        try:
            for _ in range(3):
                self.begin_an_item()
            for _ in range(steps):
                self.act()
                self.holds_after_an_act()
                counted["steps"] += 1
            self.at_the_end()
        except BaseException:
            print("\n".join(self.told))
            raise
        counted["items"] = len(self.items)
        counted["destroyed"] = sum(told.gone for told in self.oracle.items.values())
        counted["holds"] = len(self.oracle.holds)
        counted["failures"] = len(self.oracle.failed)
        return counted

    def sweep(self, **given: Any) -> Any:
        """And right after it, what a sweep must leave behind."""
        began = self.now
        swept = super().sweep(**given)
        self.listen()
        self.nothing_is_silent(began)
        return swept

    # --- what must be so

    def holds_after_an_act(self) -> None:
        self.listen()
        assert self.oracle.faults == []
        there = stores.files(self.house)
        for item in self.items:
            told = self.oracle.items.get(item)
            left = [name for name in there if any(part in name for part in self.parts[item])]
            if told is None or not told.begun:
                assert left, f"{item}: its content is gone and nobody began to destroy it"
                assert self.house.keystore.state(UUID(item)) in ("live", "disabled"), item
            elif told.gone:
                assert left == [], f"{item}: destroyed, and the store still has {left}"
                assert self.house.keystore.of_item(UUID(item)) == [], f"{item}: destroyed, and has a key"
        for item in self.unread:
            assert not self.readable(item), f"{item}: destroyed, and was read"
        self.unread.clear()

    def nothing_is_silent(self, began: datetime) -> None:
        """Each item past its day is in one state, on the lists of what is owed with one reason, and counted once."""
        with self.house.work() as work:
            cases = {item: work.disposals.case(item) for item in self.oracle.items}
            owed = _all_owed(work.foresight, self.today)
            waiting = Counter[str]()
            for each in work.foresight.waiting(self.today):
                waiting[each.why] += each.number
            failures = {each.item for each in work.outstanding.failures()}
        counted = Counter(why for _, why in owed)
        assert waiting == counted, "the report counts other items than it lists"
        named = Counter(item for item, _ in owed)
        for item, told in self.oracle.items.items():
            state = cases[item].state
            over = told.gone and state == "destroyed"
            late = told.due is not None and told.due <= self.today
            wanted = not over and not told.kept and not told.reopened and (late or told.months is None)
            assert named[item] == wanted, f"{item}, {state}, due {told.due}: on the lists {named[item]} times"
            if wanted and late:
                assert state not in ("running", "no-period", "stopped", "kept"), f"{item}: due and {state}"
            self._has_a_reason(item, cases[item], failures, began)
        self._on_the_day()

    def _has_a_reason(self, item: str, case: Any, failures: set[str], began: datetime) -> None:
        """What the sweep might have finished and did not, it says why."""
        stuck = case.state in ("destroying", "erased") or (
            case.state == "cooling-off" and case.destroy_on <= self.today
        )
        if not stuck:
            return
        with self.house.work() as work:
            copies = any(copy.fate == "open" for copy in work.outstanding.copies(item))
        refused = self.oracle.refused.get(item)
        assert (
            item in failures
            or (case.state == "erased" and copies)
            or (case.state == "cooling-off" and (case.held or (refused is not None and refused >= began)))
        ), f"{item}: left {case.state} by a sweep, and nothing says why"

    def _on_the_day(self) -> None:
        """The page of the day shows as many as there are."""
        with self.house.work() as work:
            for body in TEAMS:
                stages = work.day.stages(body, today=self.today)
                there = Counter(work.conn.execute(_STATES.where(disposal_case.c.originator == body)).scalars())
                within = Counter(work.conn.execute(_IN_BATCHES.where(disposal_case.c.originator == body)).scalars())
                for stage, state in (("to-approve", "reviewed"), ("cooling-off", "cooling-off"),
                                     ("no-period", "no-period"), ("transferring", "transferring")):  # fmt: skip
                    assert stages[stage].number == there[state] - (within[state] if state == "reviewed" else 0), stage
                due = sum(stages[name].number for name in ("held", "unoffered", "to-review", "to-answer", "to-receive"))
                assert due >= there["due"] - within["due"], "due, and on no list of the day"

    def at_the_end(self) -> None:
        """The log verifies, every table follows from it, and from entry zero the same tables come."""
        report = logbook.verify(self.house, SERVICE)
        assert report.faults == ()
        assert _rebuilt(self.house) == []


_STATES = sa.select(disposal_case.c.state)
# Of the cases in a batch under way, each its state: the day counts the batch, not them.
_IN_BATCHES = (
    sa.select(disposal_case.c.state)
    .join(disposal_batch_item, disposal_batch_item.c.item == disposal_case.c.item)
    .join(disposal_batch, disposal_batch.c.id == disposal_batch_item.c.batch)
    .where(disposal_batch_item.c.place.in_(("taken", "proposed")), disposal_batch.c.state.in_(("open", "submitted")))
)


def _all_owed(foresight: Foresight, today: date) -> list[tuple[str, str]]:
    """(item, why) of everything past its day, and of everything without one, page by page."""
    found: list[tuple[str, str]] = []
    for why in (None, "unverified"):
        cursor = ""
        while True:
            page = foresight.owed(today, why=why, cursor=cursor, size=3)  # type: ignore[arg-type]
            found += [(each.case.item, each.why) for each in page.rows]
            cursor = page.next
            if not cursor:
                break
    return found


def _tables(conn: sa.Connection) -> dict[str, list[Any]]:
    """Every column of every table that follows from facts, but what is sealed: sealed twice, it looks otherwise."""
    found = {}
    for table in FOLLOWED:
        columns = [column for column in table.c if column.name not in SEALED]
        found[table.name] = sorted(map(repr, conn.execute(sa.select(*columns))))
    return found


def _rebuilt(house: House) -> list[str]:
    """The tables that a replay from entry zero makes otherwise."""
    sequencing.settle(house)
    with house.engine.connect() as conn, conn.begin() as whole:
        before = _tables(conn)
        kept = conn.execute(sa.select(disposal_batch_certificate)).mappings().all()
        for table in (disposal_batch_certificate, *FOLLOWED):
            conn.execute(table.delete())
        replayed(conn, house.keys.log, following.followers(house)[0])
        if kept:  # they stand on what was made again
            conn.execute(disposal_batch_certificate.insert(), [dict(row) for row in kept])
        after = _tables(conn)
        whole.rollback()
    return [name for name in before if before[name] != after[name]]


def lived(folder: Path, seed: int, steps: int = STEPS, more: Mapping[str, int] | None = None) -> Counter[str]:
    """One history, from its seed. A unit of work that places a hold enters it on no item, on one or on all: what it is
    not entered on yet is bound by its scope alone."""
    folder.mkdir()
    history = History(folder, seed, more)
    entered = {"batch": history.dice.choice((0, 0, 1, 500))}
    try:
        with patch.dict(Catching._settle.__kwdefaults__ or {}, entered):
            return history.lived(steps)
    finally:
        history.close()


def test_no_held_item_is_destroyed_and_nothing_due_is_silent(
    tmp_path: Path, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    counted: Counter[str] = Counter()
    histories = max(2, pytestconfig.getoption("worlds") // WORLDS_A_HISTORY)
    for seed in range(histories):
        counted += lived(tmp_path / str(seed), seed)
    with capsys.disabled():
        print(f"\n{histories} histories: {dict(counted)}")
    assert counted["destroyed"] > 0


# --- mutants: one safeguard less, and the same histories find it


def unasked(_: Catching, cases: Sequence[Case]) -> list[Case]:
    return [replace(case, held=False) for case in cases]


def every_hold_was_lifted(case: Case, facts: Any, today: date, *, gone: Any) -> str:
    return UNPROVEN(case, facts, today, gone=evidence.holds(facts))


def never_told(*_: Any) -> None:
    return None


def from_the_next_day(self: Cases, today: date, limit: int) -> Any:
    return ENDED(self, today - timedelta(days=1), limit)


def nothing_destroyed_again(*_: Any, **__: Any) -> int:
    return 0


def begun_unasked(self: Destruction, cases: Sequence[Case], now: datetime) -> None:
    with patch.object(Catching, "_all_as_held", unasked), patch.object(evidence, "unproven", every_hold_was_lifted):
        MAY_BEGIN(self, cases, now)


UNPROVEN, ENDED, MAY_BEGIN = evidence.unproven, Cases.ended, Destruction._may_begin
MUTANTS: dict[str, tuple[list[tuple[Any, str, Callable[..., Any]]], Mapping[str, int]]] = {
    "no hold is asked about in the transaction that begins": (
        [(Destruction, "_may_begin", begun_unasked)], {"hold_at_the_last_moment": 4},
    ),
    "a destruction that failed is passed over in silence": (
        [(sweeps, "_tell", never_told)], {"sweep_without_keys": 3, "sweep_without_the_store": 3},
    ),
    "what is due today is due tomorrow": ([(Cases, "ended", from_the_next_day)], {}),
    "a restored key store keeps its keys": (
        [(ledger, "replay", nothing_destroyed_again), (Vault, "replay_destroyed", nothing_destroyed_again)],
        {"back_up_keys": 5, "restore_keys": 5},
    ),
}  # fmt: skip


@pytest.mark.once("what is taken away is not the database's; the property itself runs on both")
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_safeguard_taken_away_is_found(mutant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    less, more = MUTANTS[mutant]
    for where, name, instead in less:
        monkeypatch.setattr(where, name, instead)

    def histories() -> None:
        for seed in range(SOME):
            lived(tmp_path / str(seed), seed, more=more)

    with pytest.raises(AssertionError):
        histories()
