"""Holds: nothing they stand on is destroyed, whatever was agreed before."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.ident import new_id
from retention import events
from retention.errors import DetailsInvalid, HoldNotFound
from retention.model import Case, Hold
from retention.rules import steps
from retention.service.desk import Desk, words

ISSUER = 60  # characters


class Holds(Desk):
    """Placing and lifting. Several may stand on one item; it is free when none does."""

    def place_hold(
        self, item: str, *, reason: str, issuer: str, actor: Actor, now: datetime, review_on: date | None = None
    ) -> Hold:
        """Stop any destruction of the item until lifted; the actor owns the hold.

        ``issuer``: who asked for it (an inquiry, a court), at most 60 characters. ``review_on``: the date to look at
        it again; the policy's default if absent. A disposal in its cooling-off is undone: its approval lapses and its
        key works again. Raises DetailsInvalid, DisposalRefused (destruction has begun …), Unavailable (keys).
        """
        case = self._case(item)
        self._ask(case, actor, "place-hold", steps.may_hold(case, actor), now=now)
        today = london_date(now)
        review = review_on or today + timedelta(days=self._schedules.disposal.hold_review_days)
        if review <= today:
            raise DetailsInvalid("Check the date.", fields={"review_on": ["Enter a date in the future"]})
        asked = words("issuer", issuer)
        if len(asked) > ISSUER:
            raise DetailsInvalid("That is too long.", fields={"issuer": [f"Use {ISSUER} characters or fewer"]})
        hold = str(new_id(now))
        placed = self._record(
            events.HOLD_PLACED,
            case,
            actor=actor,
            now=now,
            why=words("reason", reason),
            hold=hold,
            owner=actor.id,
            issuer=asked,
            review_on=review.isoformat(),
        )
        if placed.state == "cooling-off":
            self._record(events.APPROVAL_WITHDRAWN, placed, actor=actor, now=now, by=actor.id, cause="held")
            self._eraser.enable(UUID(item), actor=actor, now=now)
        return self._hold(hold)

    def lift_hold(self, hold: str, *, reason: str, actor: Actor, now: datetime) -> Case:
        """Lift one hold. What was reviewed before must be reviewed again. Raises HoldNotFound, DisposalRefused."""
        found = self._hold(hold)
        if found.lifted_at is not None:
            raise HoldNotFound("It has been lifted already.", subject=found.item)
        case = self._case(found.item)
        self._ask(case, actor, "lift-hold", steps.may_lift(case, actor), now=now)
        why = words("reason", reason)
        return self._record(events.HOLD_LIFTED, case, actor=actor, now=now, why=why, hold=hold, by=actor.id)

    def _hold(self, hold: str) -> Hold:
        found = self._cases.hold(hold)
        if found is None:
            raise HoldNotFound("Check the number of the hold.")
        return found
