"""A batch before its approver: approved as seen, or sent back, whole or item by item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from foundation.actor import Actor
from foundation.errors import Denied, NotFound, Reason
from retention import events
from retention.model.batch import Batch
from retention.model.case import Case
from retention.rules.steps import batching, reviewing
from retention.service.batches import HELD, OVERTAKEN, Batches
from retention.service.desk import words
from retention.service.holds import Decided


@dataclass(frozen=True, slots=True)
class Approved:
    """What became of each item of a batch: approved, or left out for reasons."""

    batch: Batch
    items: tuple[Decided, ...]


class BatchApproval(Batches):
    """Never by anybody who proposed any of it."""

    def approve_batch(self, batch: str, *, seen: int, actor: Actor, now: datetime) -> Approved:
        """Approve what was proposed, item by item, as it was seen: ``seen`` is the ``stamp`` of its page (M59b).

        What was changed or held since its review is left out, with the reasons, and is due again. Raises BatchNotFound,
        BatchChanged, DisposalRefused (own proposal …), Unavailable (keys: nothing at all is done then).
        """
        found = self._deciding(batch, actor, now, seen=seen)
        done = [
            self._approve_member(found, self._case(member.item), actor=actor, now=now)
            for member in self._batches.members(batch, ("proposed",))
        ]
        left = sum(1 for each in done if each.reasons)
        after = self._tell_batch(
            events.BATCH_APPROVED, found, {"approved": len(done) - left, "left": left}, actor=actor, now=now
        )
        return Approved(after, tuple(done))

    def send_back_items(
        self, batch: str, items: Sequence[str], *, reason: str, actor: Actor, now: datetime
    ) -> list[Decided]:
        """Take single items out of a submitted batch: each is due again. Without any left the batch is closed.

        Raises BatchNotFound, DetailsInvalid, DisposalRefused.
        """
        found = self._deciding(batch, actor, now)
        why = words("reason", reason)

        def one(case: Case) -> tuple[Reason, ...]:
            if case.state != "reviewed":  # it moved on since: there is no review left to send back
                return self._leave(found, case, "approving", (OVERTAKEN,), actor=actor, now=now).reasons
            against = reviewing.may_send_back(case, actor)
            if against:
                self._refused(events.REVIEW_REFUSED, case, against, actor=actor, now=now, batch=found.id)
            else:
                self._send_back(case, why, actor=actor, now=now, batch=found.id)
            return against

        done = self._each_member(found, items, events.REVIEW_REFUSED, one, actor=actor, now=now)
        if not self._batches.members(batch, ("proposed",)):
            self._tell_batch(events.BATCH_CLOSED, found, {}, actor=actor, now=now, why=why)
        return done

    def send_back_batch(self, batch: str, *, reason: str, actor: Actor, now: datetime) -> Batch:
        """All of it. Raises as ``send_back_items``."""
        items = [each.item for each in self._batches.members(batch, ("proposed",))]
        self.send_back_items(batch, items, reason=reason, actor=actor, now=now)
        return self._batch(batch)

    def _deciding(self, batch: str, actor: Actor, now: datetime, *, seen: int | None = None) -> Batch:
        found = self._batch(batch)
        proposers = self._proposers(found)
        reasons = batching.may_approve_batch(found, actor, proposers)
        self._ask_batch(
            found.party, "approve-disposal", reasons, actor, now, batch=found.id, others=sorted(proposers) or ("",)
        )
        return self._batch(batch, seen)

    def _proposers(self, batch: Batch) -> frozenset[str]:
        """Whoever proposed anything in it, and who put it forward."""
        members = self._batches.members(batch.id, ("proposed",))
        found = {self._case(each.item).reviewer for each in members} | {batch.submitted_by}
        return frozenset(found - {""})

    def _approve_member(self, batch: Batch, case: Case, *, actor: Actor, now: datetime) -> Decided:
        held = self._as_held(case)
        against: Sequence[Reason] = self._against(
            actor, "approve-disposal", self._against_approval(held, actor, now), now=now, body=case.originator,
            other=case.reviewer,
        )  # fmt: skip
        if held.held and all(each.rule != HELD.rule for each in against):
            against = [*against, HELD]  # also where it is only kept: nobody who reviewed it knew
        if not against:
            try:
                self._approve(case, actor=actor, now=now, batch=batch.id)
            except (Denied, NotFound) as error:  # of this item alone: its key is gone. Keys out of reach stop all.
                against = error.reasons or (Reason(error.code, error.detail, "M59b"),)
            else:
                return Decided(case.item)
        decided = self._leave(batch, case, "approving", against, actor=actor, now=now)
        if case.state == "reviewed":  # else it would wait for ever for an approval that cannot come
            self._send_back(self._case(case.item), _said(against), actor=actor, now=now)
        return decided


def _said(reasons: Sequence[Reason]) -> str:
    return " ".join(each.text for each in reasons)[:400]
