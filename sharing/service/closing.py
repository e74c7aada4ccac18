"""The end of an item’s journey: closed when nothing more is owed, or taken back by its sender. Retention begins.

What was closed can be taken up again, until its destruction is approved; its retention then stops until it is closed
again.
"""

from __future__ import annotations

from datetime import datetime

from audit.fact import Kind
from foundation.actor import Actor
from foundation.calendar import london_date
from sharing.errors.items import OutcomeUnknown
from sharing.events import items as events
from sharing.model.agreement import CLOSE
from sharing.model.item import CLOSED, OPEN, WITHDRAWN, ItemRef
from sharing.rules import acts
from sharing.service.found import Found
from sharing.service.passing import Passing
from sharing.store import items


class Closing(Passing):
    """Close, reopen, withdraw."""

    def close(
        self,
        reference: str,
        outcome: str,
        *,
        result: str = "",
        expected: int | None = None,
        actor: Actor,
        now: datetime,
    ) -> ItemRef:
        """Nothing more is owed; ``outcome`` says in words what came of it.

        ``result``: one of the outcomes the agreement lists for the kind, where it does; a schedule may count by it.
        Raises ItemNotFound, ActRefused, DoneAlready, Changed, WordsMissing, OutcomeUnknown.
        """
        found, _ = self._find(reference, CLOSE, actor=actor, now=now)
        said = self._words(outcome, "outcome", needed=True)
        self._require(CLOSE, found, acts.may_take(CLOSE, self._standing(found), actor.offices))
        self._listed(found, result)
        self._expect(found, expected)
        ref, office = self._take_step(found, actor, now, values={"state": CLOSED, "closed_at": now})
        self._tell(found, "closed", actor=actor, now=now, office=office, words=said)
        self._record_end(events.ITEM_CLOSED, found, office, actor, now, result)
        return ref

    def reopen(
        self, reference: str, reason: str, *, expected: int | None = None, actor: Actor, now: datetime
    ) -> ItemRef:
        """Work goes on, by an office that may close it. Refused by disposal once its destruction was approved.

        Raises ItemNotFound, ActRefused, DoneAlready, Changed, WordsMissing, and what follows the log raises.
        """
        found, _ = self._find(reference, CLOSE, actor=actor, now=now)
        said = self._words(reason, "reason", needed=True)
        standing = self._standing(found)
        self._require(acts.REOPEN, found, acts.may_reopen(standing, actor.offices))
        self._expect(found, expected)
        number, step = acts.closing(found.route)
        office = acts.acting_office(step, standing, actor.offices)
        if office is None:
            msg = "an item is reopened only after it was decided that it may be"
            raise RuntimeError(msg)
        items.untake(self._conn, found.row.id, number, acts.due_on(step, london_date(now)))
        ref = self._write(found, {"state": OPEN, "closed_at": None, "step": number})
        self._record(
            events.ITEM_REOPENED,
            actor=actor,
            now=now,
            subject=found.row.uuid,
            marking=found.row.marking_code,
            rules=step.clauses,
            reference=reference,
            office=office.principal,
            bound=self._bound.seal(found.row.id),
        )
        # After the entry: disposal follows it, and says why not before the disabled key of the item would.
        self._tell(found, "reopened", actor=actor, now=now, office=office.principal, words=said)
        return ref

    def withdraw(
        self, reference: str, reason: str, *, expected: int | None = None, actor: Actor, now: datetime
    ) -> ItemRef:
        """The sender takes it back: nobody sees it from now on. Raises as ``close``."""
        found, _ = self._find(reference, "withdraw", actor=actor, now=now)
        said = self._words(reason, "reason", needed=True)
        self._require("withdraw", found, acts.may_withdraw(self._standing(found)))
        self._expect(found, expected)
        ref = self._write(found, {"state": WITHDRAWN, "closed_at": now})
        office = found.row.sender_office
        self._tell(found, "withdrawn", actor=actor, now=now, office=office, words=said)
        self._record_end(events.ITEM_WITHDRAWN, found, office, actor, now)
        return ref

    def _listed(self, found: Found, result: str) -> None:
        """Raises OutcomeUnknown for what the agreement does not list."""
        known = found.agreement.kinds[found.row.kind].outcomes
        if result and result not in known:
            raise OutcomeUnknown(
                f"Leave it out, or choose one of: {', '.join(known) or 'none are listed'}.",
                fields={"outcome": ["Choose one of the outcomes listed"]},
            )

    def _also(self, found: Found) -> str:
        """The other body's class whose material this holds: of the nearest item it answers that came from another."""
        before = found.row.reply_to
        while before is not None:
            answered = items.by_id(self._conn, before)
            if answered.originator != found.row.originator:
                return f"{answered.originator}/{answered.retention_class}"
            before = answered.reply_to
        return ""

    def _record_end(self, kind: Kind, found: Found, office: int, actor: Actor, now: datetime, result: str = "") -> None:
        row = found.row
        self._record(
            kind,
            actor=actor,
            now=now,
            subject=row.uuid,
            marking=row.marking_code,
            rules=found.route.steps[-1].clauses,
            reference=row.reference,
            item_id=row.id,
            originator=row.originator,
            retention_class=row.retention_class,
            agreement=row.agreement,
            agreement_version=row.agreement_version,
            closed_on=london_date(now).isoformat(),
            kind=row.kind,
            establishment=row.establishment or "",
            office=office,
            outcome=result,
            also=self._also(found),
            bound=self._bound.seal(row.id),
        )
