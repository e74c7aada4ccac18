"""The end of an item’s journey: closed when nothing more is owed, or taken back by its sender. Retention begins."""

from __future__ import annotations

from datetime import datetime

from audit.fact import Kind
from foundation.actor import Actor
from foundation.calendar import london_date
from sharing import events
from sharing.model.agreement import CLOSE
from sharing.model.item import CLOSED, WITHDRAWN, ItemRef
from sharing.rules import acts
from sharing.service.found import Found
from sharing.service.passing import Passing


class Closing(Passing):
    """Close, withdraw."""

    def close(
        self, reference: str, outcome: str, *, expected: int | None = None, actor: Actor, now: datetime
    ) -> ItemRef:
        """Nothing more is owed; ``outcome`` says in words what came of it.

        Raises ItemNotFound, ActRefused, DoneAlready, Changed, WordsMissing.
        """
        found, _ = self._find(reference, CLOSE, actor=actor, now=now)
        said = self._words(outcome, "outcome", needed=True)
        self._require(CLOSE, found, acts.may_take(CLOSE, self._standing(found), actor.offices))
        self._expect(found, expected)
        ref, office = self._take_step(found, actor, now, values={"state": CLOSED, "closed_at": now})
        self._tell(found, "closed", actor=actor, now=now, office=office, words=said)
        self._record_end(events.ITEM_CLOSED, found, office, actor, now)
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

    def _record_end(self, kind: Kind, found: Found, office: int, actor: Actor, now: datetime) -> None:
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
            bound=self._bound.seal(row.id),
        )
