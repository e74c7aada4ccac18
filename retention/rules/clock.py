"""When a clock starts, by which rule, and when it runs out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from foundation.calendar import add_months, london_date
from retention.model import Case, Schedules


def due_date(trigger_on: date, months: int) -> date:
    """The corresponding date ``months`` later; the last day of the month where there is none (31 January + 1)."""
    return add_months(trigger_on, months)


def start(
    what: Mapping[str, object], *, item: str, kind: str, entry: str, marking: str, at: datetime, schedules: Schedules
) -> Case | None:
    """The case a trigger opens, by the originator's schedule in force on the London date of the fact (M71a).

    A class whose schedule does not name this kind starts no clock (None). An item of which no schedule speaks gets a
    case without a period: it must be seen, not forgotten.
    """
    trigger_on = london_date(at)
    originator, code = str(what["originator"]), str(what["retention_class"])
    found = schedules.find(originator, code, trigger_on)
    if found and kind not in found[1].triggers:
        return None
    version, rule = found or (None, None)
    months = rule.months if rule else None
    return Case(
        item=item,
        item_id=int(str(what["item_id"])),
        reference=str(what["reference"]),
        originator=originator,
        kind=str(what.get("kind") or ""),
        agreement=str(what.get("agreement") or ""),
        agreement_version=int(str(what.get("agreement_version") or 0)),
        establishment=str(what.get("establishment") or ""),
        marking=marking,
        retention_class=code,
        schedule_version=version.number if version else None,
        schedule_digest=schedules.digest(originator),
        action=rule.action if rule else "review",
        verified=bool(rule and rule.verified),
        trigger_kind=kind,
        trigger_entry=entry,
        trigger_on=trigger_on,
        state="running" if months else "no-period",
        period_months=months,
        period_authority=rule.authority if rule and months else "",
        due_on=due_date(trigger_on, months) if months else None,
    )


def is_due(case: Case, today: date) -> bool:
    """Whether the period has ended: on the due date itself, London."""
    return case.due_on is not None and case.due_on <= today
