"""When a clock starts, by which rule, when it runs out, and what moves its date afterwards (docs/formats/schedule.md).

Of two bodies whose material one item holds, the longer period binds: never the shorter (docs/adr/0024).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from foundation.calendar import add_months
from retention.model.case import Case, Trigger
from retention.model.schedule import RetentionClass, Schedules, Version
from retention.policy.files import ENDINGS, REOPENED

Found = tuple[Version, RetentionClass]


def due_date(trigger_on: date, months: int) -> date:
    """The corresponding date ``months`` later; the last day of the month where there is none (31 January + 1)."""
    return add_months(trigger_on, months)


def opened(
    what: Mapping[str, object], *, marking: str, triggers: Sequence[Trigger], schedules: Schedules
) -> Case | None:
    """The case the end of an item opens, by the originator's schedule in force on the London date of the fact (M71a).

    ``triggers``: what was heard of the item, its end last. An item of which no schedule speaks gets a case without a
    period: it must be seen, not forgotten. None where the fact ends nothing.
    """
    ending = triggers[-1]
    if ending.kind not in ENDINGS:
        return None
    case = Case(
        item=ending.item,
        item_id=int(str(what["item_id"])),
        reference=str(what["reference"]),
        originator=str(what["originator"]),
        kind=str(what.get("kind") or ""),
        agreement=str(what.get("agreement") or ""),
        agreement_version=int(str(what.get("agreement_version") or 0)),
        establishment=str(what.get("establishment") or ""),
        marking=marking,
        retention_class=str(what["retention_class"]),
        schedule_version=None,
        schedule_digest="",
        action="review",
        verified=False,
        trigger_kind=ending.kind,
        trigger_entry=ending.entry,
        trigger_on=ending.on,
        state="no-period",
        outcome=ending.outcome,
        also=str(what.get("also") or ""),
        heard=ending.number,
    )
    return started(case, triggers, schedules)


def started(case: Case, triggers: Sequence[Trigger], schedules: Schedules) -> Case:
    """The case with its clock started, or started again, by what is in force on the day of the last trigger."""
    day = triggers[-1].on
    mine = schedules.find(case.originator, case.retention_class, day)
    party, _, code = case.also.partition("/")
    also = schedules.find(party, code, day) if code else None
    return ruled(case, triggers, schedules, mine, also)


def governing(schedules: Schedules, party: str, code: str, version: int | None, today: date) -> Found | None:
    """The version that binds a live item whose clock started under ``version``, with its class.

    A later version binds it if it applies to live items and speaks of the class; else the one it started under does.
    """
    schedule = schedules.parties.get(party)
    if schedule is None:
        return None
    found = [each for each in schedule.versions if each.number == version and code in each.classes]
    latest = schedule.live(today)
    if latest is not None and code in latest.classes and (version is None or latest.number > version):
        found.append(latest)
    return (found[-1], found[-1].classes[code]) if found else None


def anew(case: Case, triggers: Sequence[Trigger], schedules: Schedules, today: date) -> Case:
    """The case as the schedules have it today. Idempotent: what follows from it once follows from it again."""
    mine = governing(schedules, case.originator, case.retention_class, case.schedule_version, today)
    party, _, code = case.also.partition("/")
    also = governing(schedules, party, code, case.also_version, today) if code else None
    fresh = ruled(case, triggers, schedules, mine, also)
    if case.state == "due" and fresh.due_on is not None and fresh.due_on <= today:
        return replace(fresh, state="due")
    return fresh


def outdated(case: Case, schedules: Schedules, today: date) -> bool:
    """Whether a version has come into force that this case was not looked at under, or a later fact was heard."""
    party, _, code = case.also.partition("/")
    newer = [
        (
            governing(schedules, case.originator, case.retention_class, case.schedule_version, today),
            case.schedule_version,
        ),
        (governing(schedules, party, code, case.also_version, today) if code else None, case.also_version),
    ]
    return case.stale or any(found is not None and found[0].number != number for found, number in newer)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one schedule says: from which fact, for how long (None: nobody said), by which class."""

    trigger: Trigger
    months: int | None
    rule: RetentionClass | None

    @property
    def due_on(self) -> date | None:
        return due_date(self.trigger.on, self.months) if self.months else None

    @property
    def kept(self) -> bool:
        return bool(self.rule and self.rule.verified and self.rule.action == "keep" and not self.months)


def ruled(
    case: Case, triggers: Sequence[Trigger], schedules: Schedules, mine: Found | None, also: Found | None
) -> Case:
    """The case under these two rules. ``also`` is the other body's, where the item holds its material too."""
    heard = _since_reopened(triggers)
    parts = [_part(heard, mine, case.outcome)]
    if case.also:
        parts.append(_part(heard, also, case.outcome))
    least = max((part.due_on for part in parts if part.due_on), default=None)
    # The part that ends last says why; without a date, the originator's own.
    by = max((part for part in parts if part.due_on), key=lambda part: str(part.due_on), default=parts[0])
    fresh = replace(
        case,
        schedule_version=mine[0].number if mine else None,
        schedule_digest=schedules.digest(case.originator, mine[0] if mine else None),
        also_version=also[0].number if also else None,
        action="keep" if any(part.kept for part in parts) else (mine[1].action if mine else "review"),
        verified=all(part.rule is not None and part.rule.verified for part in parts),
        trigger_kind=by.trigger.kind,
        trigger_entry=by.trigger.entry,
        trigger_on=by.trigger.on,
        least_on=least,
        longest_on=add_months(by.trigger.on, schedules.disposal.longest_months),
        stale=False,
    )
    return _dated(fresh, parts, by)


def _dated(case: Case, parts: Sequence[_Part], by: _Part) -> Case:
    """With its period, its date and its state. An item of which somebody said “keep” is kept."""
    if any(part.kept for part in parts):
        return replace(
            case, state="kept", period_months=None, period_authority=_cited(parts), period_by="", due_on=None
        )
    if all(part.months for part in parts):
        due = _later(by.due_on, case.extended_until)
        return replace(
            case, state="running", period_months=by.months, period_authority=_cited([by]), period_by="", due_on=due
        )
    if case.period_by and case.period_months:
        # A person confirmed it for this item, and no schedule has said otherwise.
        due = _later(due_date(case.trigger_on, case.period_months), case.least_on, case.extended_until)
        return replace(case, state="running", due_on=due)
    return replace(case, state="no-period", period_months=None, period_authority="", period_by="", due_on=None)


def _part(heard: Sequence[Trigger], found: Found | None, outcome: str) -> _Part:
    if found is None:
        return _Part(heard[-1], None, None)
    rule = found[1]
    named = [each for each in heard if each.kind in rule.triggers] or [heard[-1]]
    chosen = (min if rule.starts == "first" else max)(named, key=lambda each: (each.on, each.number))
    return _Part(chosen, rule.months_for(outcome), rule)


def _since_reopened(triggers: Sequence[Trigger]) -> Sequence[Trigger]:
    """What counts: reopening begins anew, and nothing from before it starts a clock."""
    last = max((place for place, each in enumerate(triggers) if each.kind == REOPENED), default=-1)
    return triggers[last + 1 :] or triggers[-1:]


def _later(*days: date | None) -> date | None:
    return max((day for day in days if day), default=None)


def _cited(parts: Sequence[_Part]) -> str:
    return "; ".join(dict.fromkeys(part.rule.authority for part in parts if part.rule))


def is_due(case: Case, today: date) -> bool:
    """Whether the period has ended: on the due date itself, London."""
    return case.due_on is not None and case.due_on <= today
