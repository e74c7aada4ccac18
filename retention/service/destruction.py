"""What the clock does: mark what is due, and carry approved destructions to their end, step by step.

Each of ``begin_destruction``, ``carry_out`` and ``certify`` is one unit of work of its own, because keys, content and
rows lie in three places. After a crash at any point the next sweep names the same item again, and the step finishes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from foundation.actor import Actor
from foundation.calendar import london_date
from retention import events
from retention.errors import DestructionFailed, DisposalRefused
from retention.model import Case, Certificate
from retention.rules import certificate, clock, steps
from retention.service.desk import Desk

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


class Destruction(Desk):
    """Nothing here is asked for by a person; it does what two of them agreed."""

    def sweep(self, *, actor: Actor, now: datetime, batch: int = BATCH) -> Sweep:
        """Record clocks started and items fallen due; name what is to be begun, carried out and certified.

        Idempotent: called twice at one instant, the second finds nothing to record. ``more``: call again.
        """
        today = london_date(now)
        started = self._cases.unlogged(batch)
        for case in started:
            self._log_start(case, actor=actor, now=now)
        ended = [case for case in self._cases.ended(today, batch) if clock.is_due(case, today)]
        for case in ended:
            due = case.due_on.isoformat() if case.due_on else None
            self._record(events.ITEM_DUE, case, actor=actor, now=now, due_on=due, action=case.action)
        begin = tuple(self._cases.items("cooling-off", batch, cooled=today))
        carry_out = tuple(self._cases.items("destroying", batch))
        certify = tuple(self._cases.items("erased", batch))
        more = max(map(len, (started, ended, begin, carry_out, certify))) == batch
        return Sweep(len(started), len(ended), begin, carry_out, certify, more)

    def begin_destruction(self, item: str, *, actor: Actor, now: datetime) -> Case:
        """Commit to destroying: rules, holds included, are asked here in the transaction that says so.

        From here no hold can be placed. Repeating it changes nothing. Raises DisposalRefused with every reason.
        """
        case = self._case(item)
        if case.state in ("destroying", "erased", "destroyed"):
            return case
        if against := steps.may_destroy(case, london_date(now)):
            raise DisposalRefused(against[0].text, reasons=against, subject=item)
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
        if against := steps.may_carry_out(case):
            raise DisposalRefused(against[0].text, reasons=against, subject=item)
        erasure = self._eraser.destroy(UUID(item), actor=actor, now=now)
        if not erasure.absent:
            raise DestructionFailed("Something of the item is still in the store.", subject=item)
        self._eraser.tombstone(UUID(item), actor=actor, now=now)
        acts = (certificate.ACTS["key-destroyed"], certificate.ACTS["content-removed"])
        entries = [self._witness.entry(item, act, actor=actor, now=now) for act in acts]
        if not all(entries):
            raise DestructionFailed("The log does not say that keys and content went.", subject=item)
        return self._record(
            events.ITEM_DESTROYED,
            case,
            actor=actor,
            now=now,
            key_entry=entries[0],
            content_entry=entries[1],
            parts=erasure.parts,
            size=erasure.size,
        )

    def record_failure(self, item: str, *, cause: str, actor: Actor, now: datetime) -> Case:
        """Put a failed destruction into the log; ``cause`` is an error's code. The case stays where it is."""
        case = self._case(item)
        return self._record(events.DESTRUCTION_FAILED, case, actor=actor, now=now, cause=cause)

    def certify(self, item: str, *, actor: Actor, now: datetime) -> str:
        """Issue the certificate of an erased item with its proofs; the number is given back. Repeating is safe.

        Raises DisposalRefused when nothing was erased yet, Unavailable when the log cannot prove it now.
        """
        case = self._case(item)
        if case.state == "destroyed":
            return case.certificate
        if case.state != "erased":
            raise DisposalRefused("There is nothing to certify yet.", subject=item)
        body = certificate.body(case, holder=self._holder, now=now)
        number = certificate.number(case.reference)
        entry = self._issue(case, number, certificate.body_digest(body), actor=actor, now=now)
        entries = {"key-destroyed": case.key_entry, "content-removed": case.content_entry, "certificate-issued": entry}
        proof = {
            name: self._witness.receipt(each, certificate.DISCLOSED, actor=actor, now=now)
            for name, each in entries.items()
        }
        text = certificate.file(body, proof)
        self._cases.add_certificate(Certificate(number, item, case.originator, now, text))
        return number

    def _issue(self, case: Case, number: str, digest: str, *, actor: Actor, now: datetime) -> str:
        recorded = self._write(
            events.CERTIFICATE_ISSUED, case, actor=actor, now=now, what={"number": number, "sha256": digest}
        )
        return str(recorded.id)

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
        )
