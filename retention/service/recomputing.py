"""Dates found anew: a version of a schedule has come into force, or a later fact was heard. Each is an event."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from foundation.actor import Actor
from foundation.calendar import london_date
from retention import events
from retention.errors import DisposalUnproven
from retention.model.case import MOVABLE, Case
from retention.model.schedule import Schedules, Version
from retention.rules import clock, evidence
from retention.service.desk import Desk

SCHEDULE, TRIGGER = "schedule", "trigger"


class Recomputing(Desk):
    """What the clock does to dates. What people have begun to decide on goes back to them first, never silently."""

    def apply_schedule(self, item: str, *, actor: Actor, now: datetime) -> Case:
        """Send back what was reviewed or approved, and find its date anew. Repeating it changes nothing.

        Raises CaseNotFound, DisposalUnproven (the log knows no two who approved the version), Unavailable (keys).
        """
        case, schedules = self._case(item), self._in_force(now)
        if not clock.outdated(case, schedules, london_date(now)):
            return case
        why = "A version of the schedule came into force, or a later fact was heard: the date was found anew."
        if case.state in ("cooling-off", "transferring"):
            closed = case.state == "cooling-off"
            case = self._record(
                events.APPROVAL_WITHDRAWN, case, actor=actor, now=now, why=why, by=actor.id, cause="changed"
            )
            if closed:
                self._eraser.enable(UUID(item), actor=actor, now=now)
        elif case.state == "reviewed":
            case = self._record(events.REVIEW_REFUSED, case, actor=actor, now=now, why=why, by=actor.id)
        elif case.state not in MOVABLE and not (case.state == "kept" and not case.approver):
            return case
        return self._find_anew(case, schedules, actor=actor, now=now)

    def _in_force(self, now: datetime) -> Schedules:
        """The schedules of the files and those approved here by now."""
        return self._schedules.plus(self._rows.approved(now))

    def _recompute(self, *, actor: Actor, now: datetime, batch: int) -> tuple[int, tuple[str, ...]]:
        """How many dates were found anew, and the items for ``apply_schedule``. Idempotent."""
        schedules, done, decided = self._in_force(now), 0, []
        for version, cases in self._outdated(schedules, now, batch, decided=False):
            if cases and version is not None:
                self._prove_version(version)
            for case in cases:
                if clock.outdated(current := self._case(case.item), schedules, london_date(now)):
                    self._find_anew(current, schedules, actor=actor, now=now)
                    done += 1
        for _, cases in self._outdated(schedules, now, batch, decided=True):
            decided += [case.item for case in cases]
        return done, tuple(dict.fromkeys(decided))

    def _outdated(
        self, schedules: Schedules, now: datetime, batch: int, *, decided: bool
    ) -> Iterator[tuple[Version | None, list[Case]]]:
        yield None, self._rows.stale(batch, decided=decided)
        for party in sorted(schedules.parties):
            version = schedules.parties[party].live(london_date(now))
            if version is not None:
                yield version, self._rows.outdated(party, version, batch, decided=decided)

    def _find_anew(self, case: Case, schedules: Schedules, *, actor: Actor, now: datetime) -> Case:
        today = london_date(now)
        fresh = clock.anew(case, self._rows.triggers(case.item), schedules, today)
        return self._record(
            events.CLOCK_RECOMPUTED,
            case,
            actor=actor,
            now=now,
            why=fresh.period_authority,
            cause=TRIGGER if case.stale else SCHEDULE,
            version_before=case.schedule_version,
            version_after=fresh.schedule_version,
            schedule_digest=fresh.schedule_digest,
            also_version=fresh.also_version,
            action=fresh.action,
            verified=fresh.verified,
            trigger_kind=fresh.trigger_kind,
            trigger=fresh.trigger_entry,
            trigger_on=fresh.trigger_on.isoformat(),
            period_months=fresh.period_months,
            period_by=fresh.period_by,
            due_before=case.due_on.isoformat() if case.due_on else None,
            due_after=fresh.due_on.isoformat() if fresh.due_on else None,
            least_on=fresh.least_on.isoformat() if fresh.least_on else None,
            longest_on=fresh.longest_on.isoformat() if fresh.longest_on else None,
            state=fresh.state,
        )

    def _prove_version(self, version: Version) -> None:
        """A version moves nothing on the word of a row: the log must hold its approval by two people."""
        if not version.digest:
            return
        known = [each.id for each in self._rows.versions() if each.sha256 == version.digest]
        if not any(evidence.approved(self._witness.facts(each), version.digest) for each in known):
            raise DisposalUnproven("The log has no approval of a schedule by two people. Tell the operator.")
