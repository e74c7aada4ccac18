"""What may happen next in a random history, and how likely it is. Every act may be refused."""

from __future__ import annotations

import calendar
import random
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyrage

from app.bootstrap import archive
from app.bootstrap.work import Work
from bench.live import PLACE
from retention.model.batch import Wanted
from retention.model.copy import METHODS
from retention.model.hold import Scope
from retention.model.schedule import RetentionClass
from retention.rules import schedule_csv
from retention.service.holds import Terms
from retention.service.preview import Asked
from tests.faults.history_house import KINDS, NAMES, HistoryHouse

ARCHIVE = str(pyrage.x25519.Identity.generate().to_public())
TRIGGERS = ("sharing.item-closed", "sharing.item-withdrawn")
MOST_ITEMS = 6
# What people of a body do: reviewer, approver, and who offers its items back to it.
TEAMS = {"imb": ("imb-records", "imb-owner", "hmip-records"), "hmip": ("hmip-records", "hmip-owner", "imb-records")}


class Acts(HistoryHouse):
    """``act`` does one of them, by its own dice. ``told`` is the history so far, to be read when it went wrong."""

    def __init__(self, folder: Path, seed: int, more: Mapping[str, int] | None = None) -> None:
        """``more``: acts, by name, that are so many times as likely."""
        super().__init__(folder)
        self.dice = random.Random(seed)
        self.more = more or {}
        self.told: list[str] = []
        self.backup = ""
        self.since_backup = 0
        self.held_ids: list[str] = []
        self.batches: list[str] = []

    def act(self) -> None:
        """One act, and a little time."""
        chosen = self.chosen(self.chances())
        self.told.append(f"{self.now:%Y-%m-%dT%H:%M:%S} {chosen.__name__}")
        chosen()
        self.later(seconds=self.dice.choice((1, 60, 3600)))

    def chosen(self, chances: list[tuple[Callable[[], None], int]]) -> Callable[[], None]:
        acts = [act for act, _ in chances]
        weights = [weight * self.more.get(act.__name__, 1) for act, weight in chances]
        return self.dice.choices(acts, weights)[0]

    def chances(self) -> list[tuple[Callable[[], None], int]]:
        return [
            (self.begin_an_item, 8 if len(self.alive()) < MOST_ITEMS and not self.backup else 0),
            (self.push_one, 40),
            (self.push_all, 20),
            (self.sweep_now, 8),
            (self.sweep_and_somebody_acts_in_between, 8),
            (self.sweep_without_keys, 3),
            (self.sweep_without_the_store, 3),
            (self.some_days, 2),
            (self.a_day_of_the_calendar, 4),
            (self.place_a_hold, 4),
            (self.lift_a_hold, 10),
            (self.decide_on_words, 2),
            (self.reopen_one, 2),
            (self.stop_one, 2),
            (self.copy_on_paper, 2),
            (self.in_a_batch, 6),
            (self.change_a_schedule, 1),
            (self.hold_at_the_last_moment, 3),
            (self.out_of_turn, 3),
            (self.begin_again, 1),
            (self.back_up_keys, 0 if self.backup else 6),
            (self.restore_keys, 6 if self.backup and self.since_backup > 12 else 0),
        ]

    def any_item(self) -> str:
        """One of those there are, seldom one that is over; "" while there is none."""
        return self.dice.choice((self.dice.random() < 0.95 and self.alive()) or self.items or [""])

    def alive(self) -> list[str]:
        """Those that something may still happen to."""
        told = self.oracle.items
        return [item for item in self.items if item not in told or not (told[item].gone or told[item].kept)]

    # --- on the way to its end

    def begin_an_item(self) -> None:
        body = self.dice.choice(("imb", "imb", "hmip"))
        item = self.sent(body, self.dice.choice(KINDS), self.dice.choice(("", *NAMES)))
        self.ended(item)

    def push_one(self) -> None:
        if item := self.any_item():
            self.push(item)

    def push_all(self) -> None:
        for item in self.alive():
            self.push(item)

    def push(self, item: str) -> None:
        """Whatever comes next for it, by whoever should."""
        self.since_backup += 1
        case = self.case(item)
        if case is None or case.state == "stopped":
            self.ended(item)
            return
        ways: dict[str, Callable[[str, Any], None]] = {
            "no-period": self.of_one_without_a_period,
            "running": lambda _, case: self.to(case.due_on),
            "due": self.of_a_due,
            "reviewed": self.of_a_reviewed,
            "transferring": lambda item, _: self.transfer(item),
            "cooling-off": self.on_its_day,
            "destroying": self.nearly_over,
            "erased": self.nearly_over,
        }
        if case.state in ways:
            ways[case.state](item, case)

    def of_one_without_a_period(self, item: str, case: Any) -> None:
        months = self.dice.choice((1, 1, 2, 13))
        self.step("confirm_period", item, TEAMS[case.originator][0], months=months, authority="Sample, 9")

    def of_a_reviewed(self, item: str, case: Any) -> None:
        reviewer, approver, _ = TEAMS[case.originator]
        self.step("approve", item, self.dice.choice((approver, approver, approver, reviewer)))

    def on_its_day(self, _: str, case: Any) -> None:
        self.to(case.destroy_on)
        chances = [(self.sweep_now, 2), (self.sweep_and_somebody_acts_in_between, 1), (self.sweep_without_keys, 1),
                   (self.sweep_without_the_store, 1), (self.hold_at_the_last_moment, 1)]  # fmt: skip
        self.chosen(chances)()

    def nearly_over(self, item: str, _: Any) -> None:
        self.account_copies(item)
        self.sweep()

    def of_a_due(self, item: str, case: Any) -> None:
        reviewer, _, holder = TEAMS[case.originator]
        if case.return_state == "none":
            self.step("offer_return", item, holder)
        elif case.return_state == "offered":
            answer = self.dice.choice(("declined", "declined", "cannot", "accepted"))
            self.step("answer_return", item, reviewer, answer=answer, reason="x")
        elif case.return_state == "accepted":
            given = self.step("give_back", item, reviewer)
            if given is not None:
                given[1].close()
            self.step("record_return", item, reviewer, manner=self.dice.choice(("package", "held")))
        else:
            self.propose(item, case, reviewer)

    def propose(self, item: str, case: Any, reviewer: str) -> None:
        proposal = self.dice.choice(("destroy",) * 7 + ("transfer", "transfer", "extend", "keep", "return"))
        until = self.today + timedelta(days=self.dice.randint(1, 40)) if proposal == "extend" else None
        self.step("review", item, reviewer, proposal=proposal, reason="x", until=until)

    def transfer(self, item: str) -> None:
        case = self.case(item)
        reviewer, approver, _ = TEAMS[case.originator]

        def package(work: Work) -> None:
            version = work.disposals.case(item).version
            sealed = archive.package(work, item, recipient=ARCHIVE, closure="open", closure_years=None, authority="",
                                     version=version)  # fmt: skip
            sealed.close()

        self.attempt(package, reviewer)
        with self.house.work() as work:
            found = work.foresight.transfer(item)
        digest = found.sha256 if found and self.dice.random() < 0.8 else "0" * 64
        who = self.dice.choice((approver, approver, reviewer))
        self.step("record_receipt", item, who, archive_reference="J 1", received_on=self.today, sha256=digest)

    # --- the clock

    def to(self, day: date) -> None:
        """To an hour of that day in London, if it is to come."""
        at = datetime.combine(day, time(self.dice.choice((0, 1, 12, 22)), 30), tzinfo=UTC)
        self.clock.at = max(self.clock.at, at)

    def some_days(self) -> None:
        self.later(days=self.dice.randint(1, 40))

    def a_day_of_the_calendar(self) -> None:
        """29 February, a 31st, an hour in which London changes its clocks, or the turn of the year."""
        days = [find(self.now) for find in (next_leap, next_31st, next_change, new_year)]
        near = [day for day in days if day - self.now < timedelta(days=400)]  # people are trained for some years only
        self.clock.at = max(self.clock.at, self.dice.choice(near))
        self.sweep_now()

    # --- the machine

    def sweep_now(self) -> None:
        self.sweep()

    def sweep_and_somebody_acts_in_between(self) -> None:
        acts = (self.place_a_hold, self.place_a_hold, self.hold_one, self.lift_a_hold, self.stop_one, self.reopen_one,
                self.push_one)  # fmt: skip
        chosen = self.dice.choice(acts)
        if chosen == self.push_one:  # which may sweep itself
            chosen = self.reopen_one
        self.told.append(f"    in between: {chosen.__name__}")
        self.sweep(between=chosen, at=self.dice.choice((1, 1, 1, 2, 3, 5, 8)))

    def sweep_without_keys(self) -> None:
        with self.keys_away():
            self.sweep()

    def sweep_without_the_store(self) -> None:
        with self.store_away():
            self.sweep()

    def begin_again(self) -> None:
        self.restarted()

    def back_up_keys(self) -> None:
        if self.items:
            self.backup, self.since_backup = self.keys_backed_up(), 0

    def restore_keys(self) -> None:
        self.restarted(self.backup)
        self.backup = ""
        self.unread |= {item for item, told in self.oracle.items.items() if told.gone}

    # --- holds

    def place_a_hold(self) -> None:
        who = self.dice.choice(("imb-records", "hmip-records"))
        asked = self.dice.choice(("item", "name", "place", "class", "body", "days", "words"))
        name, item = self.dice.choice(NAMES), self.any_item()
        kind, since = self.dice.choice(KINDS), self.today - timedelta(days=self.dice.randint(0, 60))
        body, words = self.dice.choice(("imb", "hmip")), "Whatever is about the gate." if asked == "words" else ""
        scopes: dict[str, dict[str, Any]] = {
            "item": {},
            "name": {"people": [("name", name)]},
            "place": {"establishments": [PLACE]},
            "class": {"classes": [kind]},
            "body": {"bodies": [body]},
            "days": {"since": since, "until": self.today},
            "words": {"classes": [kind]},
        }

        def place(work: Work) -> str:
            scope = work.retention.understand(Asked(**scopes[asked]), actor=work.actor, now=work.now)
            if asked == "item":
                scope = Scope(items=frozenset({item}))
            self.tokens.update(dict.fromkeys(scope.persons, name))
            terms = Terms("x", "x", words=words)
            return str(work.retention.place(scope, terms, actor=work.actor, now=work.now).id)

        self.told.append(f"    by {asked}")
        if (item or asked != "item") and (placed := self.attempt(place, who)):
            self.held_ids.append(placed)

    def hold_at_the_last_moment(self) -> None:
        """A hold is placed and entered on one item; what else it catches is begun before any sweep saw it."""
        self.place_a_hold()
        for item in self.alive():
            for step in ("begin_destruction", "carry_out"):
                self.attempt(lambda w: getattr(w.retention, step)(item, actor=w.actor, now=w.now))  # noqa: B023

    def hold_one(self) -> None:
        if item := self.any_item():
            placed = self.attempt(lambda w: w.retention.place_hold(item, reason="x", issuer="x", actor=w.actor,
                                                                   now=w.now), "imb-records")  # fmt: skip
            self.held_ids += [placed.id] if placed else []

    def lift_a_hold(self) -> None:
        standing = [each for each in self.held_ids if not self.oracle.holds[each].lifted] if self.held_ids else []
        for hold in standing if self.dice.random() < 0.3 else standing[:1]:
            for who in ("imb-records", "hmip-records"):
                self.attempt(lambda w: w.retention.lift_hold(hold, reason="x", actor=w.actor, now=w.now), who)  # noqa: B023

    def decide_on_words(self) -> None:
        item, fits = self.any_item(), self.dice.random() < 0.3
        for hold in self.held_ids[-3:] if item else ():
            for who in ("imb-records", "hmip-records"):
                self.attempt(lambda w: w.retention.decide_items(hold, [item], fits=fits, reason="x", actor=w.actor,  # noqa: B023
                                                                now=w.now), who)  # fmt: skip

    # --- what crosses the way

    def reopen_one(self) -> None:
        if item := self.any_item():
            self.reopened(item)

    def stop_one(self) -> None:
        if (item := self.any_item()) and (case := self.case(item)):
            reviewer, approver, _ = TEAMS[case.originator]
            self.step("send_back", item, approver, reason="x")
            self.step("withdraw_approval", item, reviewer, reason="x")

    def copy_on_paper(self) -> None:
        if item := self.any_item():
            self.attempt(lambda w: w.retention.register_copy(item, kind="paper", holder="x", place="x",
                                                             made_on=self.today, actor=w.actor, now=w.now),
                         self.dice.choice(("imb-records", "hmip-records")))  # fmt: skip

    def account_copies(self, item: str) -> None:
        with self.house.work() as work:
            open_ = [copy for copy in work.outstanding.copies(item) if copy.fate == "open"]
        method = next(code for code, each in METHODS.items() if each.paper)
        for copy in open_:
            self.attempt(lambda w: w.retention.account_copy(copy.id, fate="destroyed", method=method, on=self.today,  # noqa: B023
                                                            evidence="x", witness="x", actor=w.actor, now=w.now),
                         "imb-records" if copy.party == "imb" else "hmip-records")  # fmt: skip

    def in_a_batch(self) -> None:
        body = self.dice.choice(("imb", "imb", "hmip"))
        reviewer, approver, _ = TEAMS[body]
        wanted = Wanted(retention_class=self.dice.choice(KINDS)) if self.dice.random() < 0.7 else Wanted("", PLACE)
        opened = self.attempt(lambda w: w.retention.open_batch(wanted, actor=w.actor, now=w.now), reviewer)
        self.batches += [opened.batch.id] if opened else []
        for batch in self.batches[-2:]:
            self.batch_goes_on(batch, reviewer, approver)

    def batch_goes_on(self, batch: str, reviewer: str, approver: str) -> None:
        with self.house.work() as work:
            seen = work.batches.batch(batch)
        members = [each.case.item for each in seen.items]
        proposal = self.dice.choice(("destroy", "destroy", "destroy", "transfer", "extend", "keep"))
        until = self.today + timedelta(days=20) if proposal == "extend" else None

        def propose(work: Work) -> None:
            if self.dice.random() < 0.15:
                work.retention.hold_in_batch(batch, members[:1], Terms("x", "x"), actor=work.actor, now=work.now)
            work.retention.propose_in_batch(batch, members, proposal=proposal, reason="x", until=until,
                                            actor=work.actor, now=work.now)  # fmt: skip

        self.attempt(propose, reviewer)
        if self.dice.random() < 0.9:
            self.attempt(lambda w: w.retention.submit_batch(batch, actor=w.actor, now=w.now), reviewer)
        if self.dice.random() < 0.3:
            self.place_a_hold()
        who = self.dice.choice((approver, approver, approver, reviewer))
        self.attempt(lambda w: self.batch_is_decided(w, batch, members), who)
        if self.dice.random() < 0.2:
            self.attempt(lambda w: w.retention.close_batch(batch, reason="x", actor=w.actor, now=w.now), reviewer)

    def batch_is_decided(self, work: Work, batch: str, members: list[str]) -> None:
        found, how = work.batches.batch(batch), self.dice.random()
        if how < 0.7:
            work.retention.approve_batch(batch, seen=found.stamp, actor=work.actor, now=work.now)
        elif how < 0.85:
            work.retention.send_back_items(batch, members[:1], reason="x", actor=work.actor, now=work.now)

    def change_a_schedule(self) -> None:
        """Another version of it: periods for some classes, for live items or for those to come."""
        body = self.dice.choice(("imb", "hmip"))
        reviewer, approver, _ = TEAMS[body]
        months = self.dice.choice((1, 2, 3, None))
        classes = [
            RetentionClass(code=code, months=months, description="Sample.", triggers=TRIGGERS,
                           action="destroy" if months else "review", authority="Sample schedule 9", clauses=("M71a",),
                           verified=bool(months))
            for code in ("correspondence", "inspection-report", "intelligence", "outcome-report")
        ]  # fmt: skip
        begins = self.today + timedelta(days=self.dice.randint(0, 2))
        applies, table = self.dice.choice(("live", "live", "new")), schedule_csv.write(classes).encode()
        found = self.attempt(lambda w: w.scheduling.propose(
            body, table=table, authority="Sample schedule 9", effective_from=begins, applies=applies, reason="x",
            actor=w.actor, now=w.now), reviewer)  # fmt: skip
        if found:
            self.attempt(lambda w: w.scheduling.approve(found.id, actor=w.actor, now=w.now), approver)

    def out_of_turn(self) -> None:
        """A step of destruction that nobody's turn it is for."""
        step = self.dice.choice(("begin_destruction", "carry_out", "issue"))
        if item := self.any_item():
            self.attempt(lambda w: getattr(w.retention, step)(item, actor=w.actor, now=w.now))


def next_leap(now: datetime) -> datetime:
    year = next(each for each in range(now.year, now.year + 9)
                if calendar.isleap(each) and date(each, 2, 29) > now.date())  # fmt: skip
    return datetime(year, 2, 29, 0, 30, tzinfo=UTC)


def next_31st(now: datetime) -> datetime:
    day = now.date() + timedelta(days=1)
    while day.day != 31:
        day += timedelta(days=1)
    return datetime.combine(day, time(23, 30), tzinfo=UTC)


def next_change(now: datetime) -> datetime:
    """A minute before, or half an hour after, London's clocks change: 01:00 UTC on the last Sunday of either month."""
    days = [date(year, month, 31) for year in (now.year, now.year + 1) for month in (3, 10)]
    sundays = [day - timedelta(days=(day.weekday() + 1) % 7) for day in days]
    at = next(day for day in sundays if day > now.date())
    return datetime.combine(at, time(0, 59), tzinfo=UTC) + timedelta(minutes=31 * (now.second % 2))


def new_year(now: datetime) -> datetime:
    return datetime(now.year, 12, 31, 23, 59, 59, tzinfo=UTC)
