"""What the clock does: mark what is due, and carry approved destructions to their end, step by step.

Each of ``begin_destruction``, ``carry_out`` and ``certify`` is one unit of work of its own, because keys, content and
rows lie in three places. After a crash at any point the next sweep names the same item again, and the step finishes.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.errors import NotYetInTree
from audit.fact import Value
from foundation.actor import Actor
from foundation.calendar import london_date
from retention import events
from retention.errors import DestructionFailed, DisposalRefused, DisposalUnproven
from retention.model.case import Case, Certificate
from retention.rules import certificate, clock, evidence, steps
from retention.service.catching import Catching
from retention.service.recomputing import Recomputing

BATCH = 500  # cases per sweep: a unit of work stays short, the next one goes on


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one sweep did, and the items whose next step is owed, each to be called in a unit of work of its own."""

    started: int
    due: int
    begin: tuple[str, ...]
    carry_out: tuple[str, ...]
    certify: tuple[str, ...]
    more: bool
    caught: int = 0  # entries of holds on items
    recomputed: int = 0  # dates found anew
    changed: tuple[str, ...] = ()  # for ``apply_schedule``, before anything is begun


class Destruction(Catching, Recomputing):
    """Nothing here is asked for by a person; it does what two of them agreed."""

    def sweep(self, *, actor: Actor, now: datetime, batch: int = BATCH) -> Sweep:
        """Record clocks started and items fallen due; name what is to be begun, carried out and certified.

        Idempotent: called twice at one instant, the second finds nothing to record. ``more``: call again.
        """
        today = london_date(now)
        started = self._cases.unlogged(batch)
        for case in started:
            self._log_start(case, actor=actor, now=now)
        caught = self._catch([case.item for case in started], actor=actor, now=now)
        settled = self._settle_all(actor=actor, now=now, batch=batch)
        self._overtaken(actor=actor, now=now, batch=batch)
        recomputed, changed = self._recompute(actor=actor, now=now, batch=batch)
        ended = [case for case in self._cases.ended(today, batch) if clock.is_due(case, today)]
        for case in ended:
            due = case.due_on.isoformat() if case.due_on else None
            self._record(events.ITEM_DUE, case, actor=actor, now=now, due_on=due, action=case.action)
        cooled = self._cases.items("cooling-off", batch, cooled=today)
        begin = self._unheld(cooled, actor=actor, now=now)
        carry_out = tuple(self._cases.items("destroying", batch))
        certify = (*self._cases.items("erased", batch), *self._cases.unproven(batch))
        more = max(settled, recomputed, *map(len, (started, ended, cooled, carry_out, certify))) >= batch
        return Sweep(len(started), len(ended), begin, carry_out, certify, more, caught + settled, recomputed, changed)

    def begin_destruction(self, item: str, *, actor: Actor, now: datetime) -> Case:
        """Commit to destroying: rules, holds included, are asked here in the transaction that says so.

        From here no hold can be placed. Repeating it changes nothing. Raises DisposalRefused with every reason;
        DisposalUnproven where the log does not say what the rows say: nothing is destroyed on a row's word.
        """
        case = self._case(item)
        if case.state in ("destroying", "erased", "destroyed"):
            return case
        overtaken = clock.outdated(case, self._in_force(now), london_date(now))
        if against := steps.may_destroy(self._as_held(case), london_date(now), overtaken=overtaken):
            raise DisposalRefused(against[0].text, reasons=against, subject=item)
        said = self._witness.facts(item)
        gone = [hold for hold in evidence.holds(said) if evidence.lifted(self._witness.facts(hold))]
        if lacking := evidence.unproven(case, said, london_date(now), gone=gone):
            raise DisposalUnproven(f"The log has {lacking}. Tell whoever runs the service.", subject=item)
        return self._record(events.DESTRUCTION_BEGUN, case, actor=actor, now=now)

    def carry_out(self, item: str, *, actor: Actor, now: datetime) -> Case:
        """Destroy keys, remove content, verify absence, leave the tombstone (M59b, M61; GSCP and MoJ instruction).

        Repeating it, after a crash or when done, is safe. Raises DestructionFailed when something of the item is
        still there, Unavailable when keys or store cannot be reached: the unit of work is then rolled back, and
        ``record_failure`` in another makes it loud. Raises DisposalRefused if the destruction was never begun.
        """
        case = self._case(item)
        if case.state in ("erased", "destroyed"):
            return case
        if against := steps.may_carry_out(self._as_held(case)):
            raise DisposalRefused(against[0].text, reasons=against, subject=item)
        erasure = self._eraser.destroy(UUID(item), actor=actor, now=now)
        if not erasure.absent:
            raise DestructionFailed("Something of the item is still in the store.", subject=item)
        self._eraser.tombstone(UUID(item), actor=actor, now=now)
        return self._record(
            events.ITEM_DESTROYED,
            case,
            actor=actor,
            now=now,
            key_entry=erasure.key_entry,
            content_entry=erasure.content_entry,
            parts=erasure.parts,
            size=erasure.size,
        )

    def record_failure(self, item: str, *, cause: str, actor: Actor, now: datetime) -> Case:
        """Put a failed destruction into the log; ``cause`` is an error's code. The case stays where it is."""
        case = self._case(item)
        return self._record(events.DESTRUCTION_FAILED, case, actor=actor, now=now, cause=cause)

    def certify(self, item: str, *, actor: Actor, now: datetime) -> str:
        """Issue the certificate of an erased item, and put its proofs to it; the number is given back.

        Where the log does not prove what the same unit of work recorded (PostgreSQL), the certificate is issued and not
        proven yet: repeat it in another. Repeating is safe. Raises DisposalRefused when nothing was erased yet,
        Unavailable when the log cannot prove it now.
        """
        case = self._case(item)
        if case.state not in ("erased", "destroyed"):
            raise DisposalRefused("There is nothing to certify yet.", subject=item)
        issued = self._cases.certificate(item)
        if issued is not None:
            if not issued.text:
                self._prove(case, issued, actor=actor, now=now)
            return issued.number
        issued = self._issue(case, actor=actor, now=now)
        with suppress(NotYetInTree):
            self._prove(case, issued, actor=actor, now=now)
        return issued.number

    def _issue(self, case: Case, *, actor: Actor, now: datetime) -> Certificate:
        body = certificate.body(case, holder=self._holder, now=now)
        number = certificate.number(case.reference)
        what: dict[str, Value] = {"number": number, "sha256": certificate.body_digest(body)}
        recorded = self._write(events.CERTIFICATE_ISSUED, case, actor=actor, now=now, what=what)
        text = certificate.canonical(body).decode()
        issued = Certificate(number, case.item, case.originator, now, recorded.id, text, "")
        self._cases.add_certificate(issued)
        return issued

    def _prove(self, case: Case, issued: Certificate, *, actor: Actor, now: datetime) -> None:
        entries = {
            "key-destroyed": case.key_entry,
            "content-removed": case.content_entry,
            "certificate-issued": issued.entry,
        }
        proof = {
            name: self._witness.receipt(each, certificate.DISCLOSED, actor=actor, now=now)
            for name, each in entries.items()
        }
        self._cases.prove(case.item, certificate.file(json.loads(issued.body), proof))

    def _log_start(self, case: Case, *, actor: Actor, now: datetime) -> None:
        self._record(
            events.CLOCK_STARTED,
            case,
            actor=actor,
            now=now,
            originator=case.originator,
            retention_class=case.retention_class,
            schedule_version=case.schedule_version,
            schedule_digest=case.schedule_digest,
            trigger=case.trigger_entry,
            trigger_on=case.trigger_on.isoformat(),
            period_months=case.period_months,
            due_on=case.due_on.isoformat() if case.due_on else None,
            state=case.state,
            outcome=case.outcome,
            also=case.also,
            also_version=case.also_version,
        )
