"""A body's own schedule, version by version: one person proposes, another of the same body approves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from audit.fact import Kind, Value
from audit.trail import Trail
from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.errors import Reason
from foundation.ident import new_id
from retention import events
from retention.errors import DetailsInvalid, DisposalRefused, ScheduleDecided, ScheduleFaulty, ScheduleNotFound
from retention.model.schedule import Applies, ScheduleVersion, Version
from retention.model.schedule import Schedules as Files
from retention.policy import text as schedule_text
from retention.policy.files import APPLIES, MOST_WORDS
from retention.ports import Decider, Words
from retention.rules import schedule_csv, schedule_steps
from retention.service.desk import by_policy
from retention.service.desk import words as said
from retention.store.schedules import ScheduleRows


class Scheduling:
    """Everything done to schedules, on one connection and trail. Never commits; the trail must be followed."""

    def __init__(self, conn: sa.Connection, trail: Trail, *, schedules: Files, decider: Decider, words: Words) -> None:
        """``schedules``: those of the files."""
        self._rows = ScheduleRows(conn, words)
        self._trail = trail
        self._files = schedules
        self._decider = decider

    def propose(
        self,
        party: str,
        *,
        table: bytes,
        authority: str,
        effective_from: date | None,
        applies: str,
        reason: str,
        actor: Actor,
        now: datetime,
    ) -> ScheduleVersion:
        """Propose the next version of ``party``'s schedule: the classes of a CSV ``table``, all of them or none.

        It begins on ``effective_from``, not before today nor before the version there is; ``applies``: "live" or "new".
        Raises ScheduleFaulty (by line and column), DetailsInvalid, DisposalRefused.
        """
        self._ask(party, actor, "review-disposal", schedule_steps.may_propose(party, actor), now=now)
        classes = {each.code: each for each in schedule_csv.read(table)}
        if lacking := sorted(self._files.needed.get(party, frozenset()) - classes.keys()):
            problem = f"lacks “{', '.join(lacking)}”, which an agreement relies on"
            raise ScheduleFaulty("Nothing was taken in: 1 fault.", fields={"file": [problem]})
        newest, why = self._newest(party, now), said("reason", reason)
        version = Version(
            number=1 + max([newest.number if newest else 0, *(each.number for each in self._rows.versions(party))]),
            effective_from=_begins(effective_from, newest, london_date(now)),
            authority=_authority(authority),
            classes=classes,
            applies=_applies(applies),
        )
        found = str(new_id(now))
        sha256 = self._rows.keep(schedule_text.text(party, version))
        base = newest.number if newest else 0
        self._write(events.SCHEDULE_PROPOSED, found, party, version, sha256, actor=actor, now=now, why=why, base=base)
        return self._find(found)

    def approve(self, version: str, *, actor: Actor, now: datetime) -> ScheduleVersion:
        """Put it in force from its date. Raises ScheduleNotFound, DisposalRefused (own proposal, begun already …)."""
        found = self._find(version)
        reasons = schedule_steps.may_approve(found, actor, self._newest(found.party, now), london_date(now))
        return self._decide(events.SCHEDULE_APPROVED, found, reasons, actor=actor, now=now)

    def reject(self, version: str, *, reason: str, actor: Actor, now: datetime) -> ScheduleVersion:
        """It does not come into force. Raises ScheduleNotFound, DetailsInvalid, DisposalRefused."""
        found = self._find(version)
        reasons = schedule_steps.may_reject(found, actor)
        return self._decide(events.SCHEDULE_REJECTED, found, reasons, actor=actor, now=now, why=said("reason", reason))

    def _decide(
        self,
        kind: Kind,
        found: ScheduleVersion,
        reasons: Sequence[Reason],
        *,
        actor: Actor,
        now: datetime,
        why: str = "",
    ) -> ScheduleVersion:
        self._ask(found.party, actor, "approve-disposal", reasons, now=now, other=found.proposed_by, subject=found.id)
        _, text = self._rows.parsed(found.sha256)
        self._write(kind, found.id, found.party, text, found.sha256, actor=actor, now=now, why=why)
        after = self._find(found.id)
        if after.decided_by != actor.id or after.state == "proposed":
            raise ScheduleDecided("Look at it again: somebody decided on it a moment ago.", subject=found.id)
        return after

    def _newest(self, party: str, now: datetime) -> Version | None:
        """The last version there is, in force or to come."""
        schedule = self._files.plus(self._rows.approved(now)).parties.get(party)
        return schedule.versions[-1] if schedule and schedule.versions else None

    def _find(self, version: str) -> ScheduleVersion:
        found = self._rows.find(version)
        if found is None:
            raise ScheduleNotFound("Check the number of the version.")
        return found

    def _ask(
        self,
        party: str,
        actor: Actor,
        action: str,
        reasons: Sequence[Reason],
        *,
        now: datetime,
        other: str = "",
        subject: str = "",
    ) -> None:
        against = [*reasons, *by_policy(self._decider, actor, action, now=now, body=party, other=other)]
        if against:
            raise DisposalRefused(against[0].text, reasons=against, subject=subject)

    def _write(
        self,
        kind: Kind,
        id_: str,
        party: str,
        version: Version,
        sha256: str,
        *,
        actor: Actor,
        now: datetime,
        why: str,
        **more: Value,
    ) -> None:
        what: dict[str, Value] = {
            "party": party,
            "number": version.number,
            "effective_from": version.effective_from.isoformat(),
            "applies": version.applies,
            "sha256": sha256,
            "by": actor.id,
            **more,
        }
        self._trail.record(kind, actor=actor, now=now, subject=id_, what=what, why=why)


def _begins(day: date | None, newest: Version | None, today: date) -> date:
    if day is None or day < today:
        raise DetailsInvalid("Check the date.", fields={"effective_from": ["Enter a date, today or later"]})
    if newest is not None and day <= newest.effective_from:
        problem = f"Enter a date after {newest.effective_from.isoformat()}, when version {newest.number} begins"
        raise DetailsInvalid("Check the date.", fields={"effective_from": [problem]})
    return day


def _applies(value: str) -> Applies:
    if value not in APPLIES:
        raise DetailsInvalid("Say what it applies to.", fields={"applies": ["Choose “live” or “new”"]})
    return value


def _authority(text: str) -> str:
    cited = schedule_csv.tidy(text)
    if not cited or len(cited) > MOST_WORDS:
        raise DetailsInvalid(
            "Cite the authority.", fields={"authority": [f"Enter it in {MOST_WORDS} characters or fewer"]}
        )
    return cited
