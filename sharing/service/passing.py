"""What an office does with an item that reached it: acknowledge, pass on, answer."""

from __future__ import annotations

from datetime import datetime

from foundation.actor import Actor
from sharing.errors.items import RouteUnknown
from sharing.events import items as events
from sharing.model.agreement import ACKNOWLEDGE, ANSWER, PASS_ON
from sharing.model.item import DraftRef, ItemRef, Written
from sharing.rules import acts
from sharing.service.sending import Sending
from sharing.store import access


class Passing(Sending):
    """Acknowledge, pass on, answer."""

    def acknowledge(self, reference: str, *, expected: int | None = None, actor: Actor, now: datetime) -> ItemRef:
        """The office says it has the item. Raises ItemNotFound, ActRefused, DoneAlready, Changed."""
        found, _ = self._find(reference, ACKNOWLEDGE, actor=actor, now=now)
        self._require(ACKNOWLEDGE, found, acts.may_take(ACKNOWLEDGE, self._standing(found), actor.offices))
        self._expect(found, expected)
        ref, office = self._take_step(found, actor, now)
        self._tell(found, "acknowledged", actor=actor, now=now, office=office)
        self._record(
            events.ITEM_ACKNOWLEDGED,
            actor=actor,
            now=now,
            subject=found.row.uuid,
            marking=found.row.marking_code,
            rules=found.route.steps[found.row.step - 1].clauses,
            reference=reference,
            office=office,
            step=found.row.step,
            bound=self._bound.seal(found.row.id),
        )
        return ref

    def pass_on(
        self, reference: str, office: int, note: str = "", *, expected: int | None = None, actor: Actor, now: datetime
    ) -> ItemRef:
        """To one office of the kind the route names, that covers the establishment; once (M23, M30).

        ``office`` is its principal. Raises ItemNotFound, ActRefused, DoneAlready, Changed, WhoUnknown, WordsMissing.
        """
        found, _ = self._find(reference, PASS_ON, actor=actor, now=now)
        target = self._office_wanted(office, "office")
        said = self._words(note, "note", needed=False)
        standing = self._standing(found)
        self._require(PASS_ON, found, acts.may_pass_on(standing, actor.offices, target, found.handling))
        self._expect(found, expected)
        ref, acting = self._take_step(found, actor, now, reached=(target,))
        access.give(
            self._conn,
            item_id=found.row.id,
            principal=target.principal,
            basis=access.ROUTE,
            by=actor.principal,
            since=now,
        )
        self._tell(found, "passed-on", actor=actor, now=now, office=target.principal, words=said)
        self._record(
            events.ITEM_PASSED_ON,
            actor=actor,
            now=now,
            subject=found.row.uuid,
            marking=found.row.marking_code,
            rules=found.route.steps[found.row.step - 1].clauses,
            reference=reference,
            office=acting,
            to_office=target.principal,
            establishment=found.row.establishment or "",
            step=found.row.step,
            **self._decided_again(found, [target.principal], {target.party}, said, actor, now, office=acting),
            bound=self._bound.seal(found.row.id),
        )
        return ref

    def answer(self, reference: str, written: Written, *, office: int = 0, actor: Actor, now: datetime) -> DraftRef:
        """A draft of the answer, by the route the item asks for; sending it discharges the step.

        ``office`` is the principal to answer as, where the actor holds several that may. Raises as ``start_draft``.
        """
        found, _ = self._find(reference, ANSWER, actor=actor, now=now)
        standing = self._standing(found)
        self._require(ANSWER, found, acts.may_take(ANSWER, standing, actor.offices))
        step = standing.current
        acting = acts.acting_office(step, standing, actor.offices) if step else None
        if step is None or acting is None:
            raise RouteUnknown("Nothing is to be answered here.")
        reply = found.agreement.routes[step.reply]
        return self.start_draft(
            written,
            agreement=found.agreement.id,
            kind=reply.kinds[0],
            office=office or acting.principal,
            route=reply.id,
            reply_to=reference,
            actor=actor,
            now=now,
        )
