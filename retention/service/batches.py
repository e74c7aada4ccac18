"""Batches, as their reviewers work on them: due items of one body taken together, proposed upon, submitted.

Every item keeps its own facts in the log. What is refused of one is said, logged, and stops no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from audit.fact import Kind, Value
from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.errors import Reason
from foundation.ident import new_id
from retention import events
from retention.errors import BatchChanged, BatchNotFound, DetailsInvalid, DisposalRefused
from retention.model.batch import MOST, WITHIN, Batch, Left, Member, Wanted
from retention.model.case import Case, Proposal
from retention.model.hold import Scope
from retention.rules import composed
from retention.rules.steps import batching, holding, reviewing
from retention.service.decisions import Decisions, check_proposal
from retention.service.desk import UNFOLLOWED, words
from retention.service.holds import UNKNOWN, Decided, Holds, Terms

HELD = Reason("RET-held", "A hold stands on this item. It must be lifted first.", "M06")
UNPROPOSED = Reason("RET-unproposed", "Nothing was proposed for it.", "M59b")
OVERTAKEN = Reason("RET-changed", "Something changed since the review. It must be reviewed again.", "M59b")
ELSEWHERE = Reason("RET-not-in-batch", "It is not in this batch, or no longer.", "M59b")


@dataclass(frozen=True, slots=True)
class Opened:
    """A batch just made, with what fitted and was left out. ``more``: further items fit and wait for the next one."""

    batch: Batch
    left: tuple[Decided, ...]
    more: bool


class Batches(Decisions, Holds):
    """Open, propose, submit, give up."""

    def open_batch(self, wanted: Wanted, *, actor: Actor, now: datetime) -> Opened:
        """Take the due items of the actor's own body that fit, soonest due first, ``MOST`` at most (M59b, M71).

        What a hold stands on is left out and named (``MOST`` at most); what is in another batch under way stays there.
        Raises DetailsInvalid (nothing fits, or nothing was named), DisposalRefused.
        """
        self._ask_batch(actor.party, "review-disposal", batching.may_open(actor.party, actor), actor, now)
        if not (wanted.retention_class or wanted.establishment):
            said = "Choose a class or an establishment"
            raise DetailsInvalid(f"{said}.", fields={"retention_class": [said]})
        found = [self._as_held(case) for case in self._batches.takes(actor.party, wanted, MOST + 1, held=False)]
        free = [case for case in found[:MOST] if not case.held]
        held = [case for case in found[:MOST] if case.held]
        held += self._batches.takes(actor.party, wanted, MOST, held=True)
        if not free:
            said = "A hold stands on everything that fits" if held else "Nothing that fits is due"
            raise DetailsInvalid(f"{said}.", fields={"retention_class": [said]})
        batch = self._open(wanted, len(free), len(held), actor=actor, now=now)
        for case in free:
            self._tell_member(events.BATCH_TAKEN, batch, case, actor=actor, now=now)
        left = [self._leave(batch, case, "opening", (HELD,), actor=actor, now=now) for case in held]
        return Opened(batch, tuple(left), len(found) > MOST)

    def propose_in_batch(
        self,
        batch: str,
        items: Sequence[str],
        *,
        proposal: Proposal,
        reason: str,
        actor: Actor,
        now: datetime,
        until: date | None = None,
    ) -> list[Decided]:
        """Propose the same for these items, one answer for each. What was proposed before is taken back.

        Raises BatchNotFound, DetailsInvalid, DisposalRefused (of the batch as a whole).
        """
        found = self._working(batch, actor, now)
        why = words("reason", reason)
        check_proposal(proposal, until, london_date(now))

        def one(case: Case) -> tuple[Reason, ...]:
            return self._propose(found, case, proposal, until, why, actor=actor, now=now)

        return self._each_member(found, items, events.DISPOSAL_REVIEWED, one, actor=actor, now=now)

    def hold_in_batch(
        self, batch: str, items: Sequence[str], terms: Terms, *, actor: Actor, now: datetime
    ) -> list[Decided]:
        """Place one hold on these items: they leave the batch, and are named. Raises as ``propose_in_batch``."""
        found = self._working(batch, actor, now)
        may: list[Case] = []

        def one(case: Case) -> tuple[Reason, ...]:
            against = tuple(holding.may_hold(case, actor))
            if against:
                self._refused(events.HOLD_CAUGHT, case, against, actor=actor, now=now)
            else:
                may.append(case)
            return against

        done = self._each_member(found, items, events.HOLD_CAUGHT, one, actor=actor, now=now)
        if may:
            self.place(Scope(items=frozenset(case.item for case in may)), terms, actor=actor, now=now)
        for case in may:
            after = self._case(case.item)
            if after.state == "reviewed":
                after = self._take_back(found, after, actor=actor, now=now)
            self._leave(found, after, "proposing", (HELD,), actor=actor, now=now)
        return done

    def submit_batch(self, batch: str, *, actor: Actor, now: datetime) -> tuple[Batch, list[Decided]]:
        """Put it before those who approve; what nothing was proposed for is left out and named, and so is what was
        proposed for a case that moved on since (reopened, its date found anew).

        Raises BatchNotFound, DetailsInvalid (nothing was proposed at all), DisposalRefused.
        """
        found = self._working(batch, actor, now)
        members = [(self._case(each.item), each) for each in self._batches.members(batch, WITHIN)]
        bare = [
            (case, UNPROPOSED if each.place == "taken" else OVERTAKEN)
            for case, each in members
            if each.place == "taken" or case.state != "reviewed"
        ]
        if len(bare) == len(members):
            said = "Propose something for one item at least"
            raise DetailsInvalid(f"{said}.", fields={"items": [said]})
        left = [self._leave(found, case, "submitting", (why,), actor=actor, now=now) for case, why in bare]
        what: dict[str, Value] = {"proposed": len(members) - len(bare), "left": len(bare)}
        return self._tell_batch(events.BATCH_SUBMITTED, found, what, actor=actor, now=now), left

    def close_batch(self, batch: str, *, reason: str, actor: Actor, now: datetime) -> Batch:
        """Give an open batch up: what was proposed is taken back, its items are due and free for another.

        Raises BatchNotFound, DetailsInvalid, DisposalRefused.
        """
        found = self._working(batch, actor, now)
        why = words("reason", reason)
        for member in self._batches.members(batch, ("proposed",)):
            case = self._case(member.item)
            if case.state == "reviewed":
                self._take_back(found, case, actor=actor, now=now)
        return self._tell_batch(events.BATCH_CLOSED, found, {}, actor=actor, now=now, why=why)

    def _stamp(self, batch: Batch) -> int:
        """What an approver saw, as a number: what is in it and what was proposed, not what happened since."""
        members = self._batches.members(batch.id, WITHIN)
        reviewed = {each.item: self._case(each.item).reviewed_version for each in members}
        return composed.stamp(batch.state, [(each.item, each.place, reviewed[each.item]) for each in members])

    # --- what approval shares -------------------------------------------------------------------------------------

    def _batch(self, batch: str, seen: int | None = None) -> Batch:
        found = self._batches.find(batch)
        if found is None:
            raise BatchNotFound("Check the number of the batch.")
        if seen is not None and seen != self._stamp(found):
            raise BatchChanged("Look at what is in it now, and decide again.", subject=batch)
        return found

    def _leave(
        self, batch: Batch, case: Case, at: Left, reasons: Sequence[Reason], *, actor: Actor, now: datetime
    ) -> Decided:
        """Leave an item out, for these reasons: told once, in the log, in the batch, and to whoever asked."""
        why = " ".join(each.text for each in reasons)
        rules = [rule for each in reasons for rule in each.rule.split(",") if rule]
        self._tell_member(events.BATCH_LEFT_OUT, batch, case, actor=actor, now=now, why=why, at=at, rules=rules)
        return Decided(case.item, tuple(reasons))

    def _each_member(
        self, batch: Batch, items: Sequence[str], kind: Kind, one: Callable[[Case], tuple[Reason, ...]], *,
        actor: Actor, now: datetime,
    ) -> list[Decided]:  # fmt: skip
        """``kind``: what ``one`` would do, for the entry of what is refused because it is not in the batch."""
        done = []
        within = {each.item for each in self._batches.members(batch.id, WITHIN)}
        for item in dict.fromkeys(items):
            case = self._cases.find(item)
            if case is None:
                done.append(Decided(item, (UNKNOWN,)))
            elif item not in within:
                said = batch.id if "batch" in kind.fields else ""
                self._refused(kind, case, (ELSEWHERE,), actor=actor, now=now, batch=said)
                done.append(Decided(item, (ELSEWHERE,)))
            else:
                done.append(Decided(item, one(case)))
        return done

    def _tell_batch(
        self, kind: Kind, batch: Batch, what: dict[str, Value], *, actor: Actor, now: datetime, why: str = ""
    ) -> Batch:
        given: dict[str, Value] = {"batch": batch.id, "by": actor.id, **what}
        self._trail.record(kind, actor=actor, now=now, subject=batch.id, what=given, why=why)
        after = self._batch(batch.id)
        if after == batch:
            raise RuntimeError(UNFOLLOWED)
        return after

    def _ask_batch(
        self, party: str, action: str, reasons: Sequence[Reason], actor: Actor, now: datetime, *, batch: str = "",
        others: Iterable[str] = ("",),
    ) -> None:  # fmt: skip
        """``others``: those who proposed; of each the policies are asked whether the actor is another."""
        against = list(reasons)
        for other in others:
            said = self._against(actor, action, (), now=now, body=party, other=other)
            against += [each for each in said if each not in against]
        if against:
            raise DisposalRefused(against[0].text, reasons=against, subject=batch)

    # --- this part's own ------------------------------------------------------------------------------------------

    def _working(self, batch: str, actor: Actor, now: datetime) -> Batch:
        found = self._batch(batch)
        self._ask_batch(found.party, "review-disposal", batching.may_work(found, actor), actor, now, batch=found.id)
        return found

    def _open(self, wanted: Wanted, taken: int, left: int, *, actor: Actor, now: datetime) -> Batch:
        batch = str(new_id(now))
        what: dict[str, Value] = {
            "party": actor.party,
            "number": self._batches.last_number(actor.party) + 1,
            "retention_class": wanted.retention_class,
            "establishment": wanted.establishment,
            "due_by": wanted.due_by.isoformat() if wanted.due_by else None,
            "taken": taken,
            "left": left,
            "by": actor.id,
        }
        self._trail.record(events.BATCH_OPENED, actor=actor, now=now, subject=batch, what=what)
        found = self._batches.find(batch)
        if found is None:
            raise RuntimeError(UNFOLLOWED)
        return found

    def _propose(
        self, batch: Batch, case: Case, proposal: Proposal, until: date | None, why: str, *, actor: Actor,
        now: datetime,
    ) -> tuple[Reason, ...]:  # fmt: skip
        held = self._as_held(case)
        anew = reviewing.as_due(held) if case.state == "reviewed" else held
        against = self._against_review(anew, actor, proposal, until)
        if held.held and all(each.rule != HELD.rule for each in against):
            against = (*against, HELD)  # whatever was proposed: its approval would leave it out
        if against:
            self._refused(events.DISPOSAL_REVIEWED, case, against, actor=actor, now=now, batch=batch.id)
            return against
        if case.state == "reviewed":
            case = self._take_back(batch, case, actor=actor, now=now)
        self._review(case, proposal, until, why, actor=actor, now=now, batch=batch.id)
        return ()

    def _take_back(self, batch: Batch, case: Case, *, actor: Actor, now: datetime) -> Case:
        return self._record(events.REVIEW_WITHDRAWN, case, actor=actor, now=now, by=actor.id, batch=batch.id)

    def _tell_member(
        self, kind: Kind, batch: Batch, case: Case, *, actor: Actor, now: datetime, why: str = "", **more: Value
    ) -> Member:
        what: dict[str, Value] = {"batch": batch.id, "reference": case.reference, "by": actor.id, **more}
        self._trail.record(kind, actor=actor, now=now, subject=case.item, what=what, why=why, marking=case.marking)
        found = self._batches.member(batch.id, case.item)
        if found is None:
            raise RuntimeError(UNFOLLOWED)
        return found
