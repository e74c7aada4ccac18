"""What the clock does: mark what is due, and carry approved destructions to their end, step by step.

Each of ``begin_destruction``, ``carry_out`` and ``certify`` is one unit of work of its own, because keys, content and
rows lie in three places. After a crash at any point the next sweep names the same item again, and the step finishes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
from retention.model.case import BEGUN, Case, Certificate
from retention.rules import certificate, clock, evidence
from retention.rules.steps import destroying
from retention.service.catching import Catching
from retention.service.copying import Copying
from retention.service.recomputing import Recomputing
from retention.service.reminding import Reminding

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
    reminded: int = 0
    changed: tuple[str, ...] = ()  # for ``apply_schedule``, before anything is begun


class Destruction(Catching, Recomputing, Copying, Reminding):
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
        cooled = self._cases.items("cooling-off", batch, now=now, cooled=today)
        begin = self._unheld(cooled, actor=actor, now=now)
        carry_out = tuple(self._cases.items("destroying", batch, now=now))
        certify = (*self._cases.items("erased", batch, now=now), *self._certificates.unproven(batch))
        reminded = self._remind(actor=actor, now=now, batch=batch)
        more = max(settled, recomputed, reminded, *map(len, (started, ended, cooled, carry_out, certify))) >= batch
        counted = (caught + settled, recomputed, reminded)
        return Sweep(len(started), len(ended), begin, carry_out, certify, more, *counted, changed)

    def begin_destruction(self, item: str, *, actor: Actor, now: datetime) -> Case:
        """Commit to destroying: rules, holds included, are asked here in the transaction that says so.

        From here no hold can be placed. Repeating it changes nothing. Raises DisposalRefused with every reason;
        DisposalUnproven where the log does not say what the rows say: nothing is destroyed on a row's word.
        """
        self.begin_all([item], actor=actor, now=now)
        return self._case(item)

    def begin_all(self, items: Sequence[str], *, actor: Actor, now: datetime) -> None:
        """The same of many, all of them or none: raises for the first that may not be destroyed."""
        cases = [case for case in self._all_cases(items) if case.state not in BEGUN]
        self._may_begin(cases, now)
        self._record_all(events.DESTRUCTION_BEGUN, [(case, {}) for case in cases], actor=actor, now=now)

    def _may_begin(self, cases: Sequence[Case], now: datetime) -> None:
        schedules, today = self._in_force(now), london_date(now)
        for case in self._all_as_held(cases):
            overtaken = clock.outdated(case, schedules, today)
            if against := destroying.may_destroy(case, today, overtaken=overtaken):
                raise DisposalRefused(against[0].text, reasons=against, subject=case.item)
        said = self._witness.facts_of([case.item for case in cases], evidence.HEARD)
        placed = {hold for facts in said.values() for hold in evidence.holds(facts)}
        of_holds = self._witness.facts_of(placed) if placed else {}
        gone = [hold for hold, facts in of_holds.items() if evidence.lifted(facts)]
        for case in cases:
            if lacking := evidence.unproven(case, said[case.item], today, gone=gone):
                raise DisposalUnproven(f"The log has {lacking}. Tell whoever runs the service.", subject=case.item)

    def carry_out(self, item: str, *, actor: Actor, now: datetime) -> Case:
        """Destroy keys, remove content, verify absence, leave the tombstone (M59b, M61; GSCP and MoJ instruction).

        Repeating it, after a crash or when done, is safe. Raises DestructionFailed when something of the item is
        still there, Unavailable when keys or store cannot be reached: the unit of work is then rolled back, and
        ``record_failure`` in another makes it loud. Raises DisposalRefused if the destruction was never begun.
        """
        self.carry_out_all([item], actor=actor, now=now)
        return self._case(item)

    def carry_out_all(self, items: Sequence[str], *, actor: Actor, now: datetime) -> None:
        """The same of many. Where it raises for one, the keys and contents of others may be gone: repeat it."""
        cases = [case for case in self._all_cases(items) if case.state not in ("erased", "destroyed")]
        for case in self._all_as_held(cases):
            if against := destroying.may_carry_out(case):
                raise DisposalRefused(against[0].text, reasons=against, subject=case.item)
        what = self._erase([case.item for case in cases], actor=actor, now=now)
        self._record_all(events.ITEM_DESTROYED, [(case, what[case.item]) for case in cases], actor=actor, now=now)

    def _erase(
        self, items: Sequence[str], *, actor: Actor, now: datetime, again: bool = False
    ) -> dict[str, Mapping[str, Value]]:
        """Destroy, verify, leave tombstones; what is to be recorded of each."""
        uuids = [UUID(item) for item in items]
        found = self._eraser.destroy(uuids, actor=actor, now=now)
        for item in uuids:
            if not found[item].absent:
                raise DestructionFailed("Something of the item is still in the store.", subject=str(item))
        self._eraser.tombstone(uuids, actor=actor, now=now, again=again)
        return {
            str(item): {
                "key_entry": erasure.key_entry,
                "content_entry": erasure.content_entry,
                "parts": erasure.parts,
                "size": erasure.size,
            }
            for item, erasure in found.items()
        }

    def destroyed_before(self, item: str, *, at: datetime, actor: Actor, now: datetime) -> Case | None:
        """A restored backup brought back what the ledger says was destroyed at an instant: it is destroyed again.

        Its case, if the backup has one, goes straight to its end, whatever it stood at: there is nothing left to decide
        on. One whose destruction had begun is left to ``carry_out``. Repeating changes nothing. Raises as that does.
        """
        case = self._cases.find(item)
        if case is not None and case.state in BEGUN:
            return case
        what = self._erase([item], actor=actor, now=now, again=True)[item]
        if case is None:
            return None
        state = "destroyed" if destroying.may_certify_again(self._as_held(case)) else "erased"
        told = [(case, {"state": state, "destroyed_at": at.isoformat(), **what})]
        return self._record_all(events.DESTRUCTION_REPLAYED, told, actor=actor, now=now)[0][0]

    def record_failure(self, item: str, *, cause: str, actor: Actor, now: datetime) -> Case:
        """Put a failed destruction into the log; ``cause`` is an error's code. The case stays where it is.

        After the third failure it is tried again hourly, after the tenth daily (``store.cases.PATIENCE``).
        """
        case = self._case(item)
        return self._record(events.DESTRUCTION_FAILED, case, actor=actor, now=now, cause=cause)

    def issue(self, item: str, *, actor: Actor, now: datetime) -> str:
        """Issue the certificate of an erased item, not proven yet; its number. Repeating changes nothing.

        Raises DisposalRefused when nothing was erased yet or a copy on paper or media is not accounted for (M61).
        """
        return self.issue_all([item], actor=actor, now=now)[0]

    def issue_all(self, items: Sequence[str], *, actor: Actor, now: datetime) -> list[str]:
        """The same of many, all of them or none."""
        known = self._certificates.of(items)
        issued = self._issued([item for item in items if item not in known], actor=actor, now=now)
        return [(known | issued)[item].number for item in items]

    def certify(self, item: str, *, actor: Actor, now: datetime) -> str:
        """Issue the certificate of an erased item, and put its proofs to it; the number is given back.

        Where the log does not prove what the same unit of work recorded (PostgreSQL), the certificate is issued and not
        proven yet: repeat it in another. Repeating is safe. Raises what ``issue`` raises; Unavailable when the log
        cannot prove it now.
        """
        return self.certify_all([item], actor=actor, now=now)[0]

    def certify_all(self, items: Sequence[str], *, actor: Actor, now: datetime) -> list[str]:
        """The same of many, all of them or none."""
        known = self._certificates.of(items)
        issued = self._issued([item for item in items if item not in known], actor=actor, now=now)
        self._prove([each for each in known.values() if not each.text], actor=actor, now=now)
        with suppress(NotYetInTree):
            self._prove(list(issued.values()), actor=actor, now=now)
        return [(known | issued)[item].number for item in items]

    def _issued(self, items: Sequence[str], *, actor: Actor, now: datetime) -> dict[str, Certificate]:
        if not items:
            return {}
        cases = self._all_cases(items)
        for case in cases:
            if case.state not in ("erased", "destroyed"):
                raise DisposalRefused("There is nothing to certify yet.", subject=case.item)
        copies, transfers = self._copies_gone(items), self._transfers.of(items)
        bodies = [
            certificate.body(
                case, holder=self._holder, now=now, copies=copies[case.item], transfer=transfers.get(case.item)
            )
            for case in cases
        ]
        told: list[tuple[Case, Mapping[str, Value]]] = [
            (case, {"number": body["number"], "sha256": certificate.body_digest(body)})
            for case, body in zip(cases, bodies, strict=True)
        ]
        recorded = self._record_all(events.CERTIFICATE_ISSUED, told, actor=actor, now=now)
        issued = [
            Certificate(
                body["number"], case.item, case.originator, now, entry.id, certificate.canonical(body).decode(), ""
            )
            for (case, entry), body in zip(recorded, bodies, strict=True)
        ]
        self._certificates.add(issued)
        return {each.item: each for each in issued}

    def _prove(self, issued: Sequence[Certificate], *, actor: Actor, now: datetime) -> None:
        if not issued:
            return
        cases = self._all_cases([each.item for each in issued])
        entries = {
            each.item: {
                "key-destroyed": case.key_entry,
                "content-removed": case.content_entry,
                "certificate-issued": each.entry,
            }
            for each, case in zip(issued, cases, strict=True)
        }
        wanted = [entry for each in entries.values() for entry in each.values()]
        receipts = self._witness.receipts(wanted, certificate.DISCLOSED, actor=actor, now=now)
        texts = {}
        for each in issued:
            proof = {name: receipts[entry] for name, entry in entries[each.item].items()}
            texts[each.item] = certificate.file(json.loads(each.body), proof)
        self._certificates.prove(texts)

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
