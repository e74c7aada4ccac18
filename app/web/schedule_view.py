"""Schedules in words: classes, differences, what a version would do, and who may do what with one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import url_for

from app.bootstrap.work import Work
from app.web import filters, names
from app.web.disposal_acts import asked
from app.web.names import Names
from foundation.calendar import london_date
from foundation.errors import Reason
from retention.model.schedule import RetentionClass, ScheduleVersion, Version
from retention.queries.schedules import DryRun
from retention.rules import schedule_steps
from retention.rules.schedule_diff import Change, Counts, Effect

APPLIES = {"live": "Items there are, too", "new": "Only items closed from that day on"}
ACTIONS = {
    "destroy": "Destroy",
    "review": "Review",
    "return": "Return to source",
    "transfer": "Transfer",
    "keep": "Keep permanently",
}
STATES = {"proposed": "reviewed", "approved": "allowed", "rejected": "refused"}
ABOUT = {
    "authority": "Authority",
    "class": "Class",
    "description": "Description",
    "triggers": "Counted from",
    "period": "Period",
    "action": "At the end",
    "clauses": "Sources",
    "verified": "Verified",
}
COUNTS = (
    ("cases", "Items"), ("earlier", "Earlier"), ("later", "Later"), ("first", "First date"),
    ("removed", "Date removed"), ("same", "Same"), ("held", "On hold"), ("sent_back", "Sent back"),
    ("beyond", "20 years or more"),
)  # fmt: skip
EFFECTS = {
    "earlier": "Earlier", "later": "Later", "first": "First date", "removed": "Date removed", "same": "Same",
}  # fmt: skip
HEAD = ("Reference", "Class", "Originating body", "State", "On hold", "Due now", "Would be due", "Change", "Sent back",
        "20 years or more")  # fmt: skip


def against_proposing(work: Work) -> Sequence[Reason]:
    """Why the asker may propose nothing."""
    party = work.actor.party
    return asked(work, "review-disposal", schedule_steps.may_propose(party, work.actor), body=party)


def against_approving(work: Work, found: ScheduleVersion) -> Sequence[Reason]:
    """Why the asker may not approve this one."""
    schedule = work.schedules.in_force().parties.get(found.party)
    newest = schedule.versions[-1] if schedule and schedule.versions else None
    reasons = schedule_steps.may_approve(found, work.actor, newest, london_date(work.now))
    return asked(work, "approve-disposal", reasons, body=found.party, other=found.proposed_by)


def against_rejecting(work: Work, found: ScheduleVersion) -> Sequence[Reason]:
    """Why the asker may not reject this one."""
    reasons = schedule_steps.may_reject(found, work.actor)
    return asked(work, "approve-disposal", reasons, body=found.party, other=found.proposed_by)


def class_row(found: RetentionClass) -> list[Any]:
    """One class in the table of a version."""
    return [
        {"text": names.words(found.code), "minor": found.description},
        _period(found),
        triggers(found),
        ACTIONS.get(found.action, found.action),
        {"text": found.authority, "minor": ", ".join(found.clauses)},
        {"status": "verified" if found.verified else "unverified"},
    ]


def triggers(found: RetentionClass) -> str:
    """What its clock counts from, in words."""
    which = "The first of" if found.starts == "first" else "The latest of"
    return f"{which}: " + "; ".join(trigger(each) for each in found.triggers)


def trigger(kind: str) -> str:
    """A fact a clock counts from: “item closed”."""
    return kind.partition(".")[2].replace("-", " ")


def _period(found: RetentionClass) -> Any:
    if found.months is None:
        return "Kept" if found.verified and found.action == "keep" else "None: a person confirms it"
    more = "; ".join(f"{names.words(name)}: {filters.plural(months, 'month')}" for name, months in found.outcomes)
    return {"text": filters.plural(found.months, "month"), "minor": more}


def versions(shown: Sequence[Version], today: Version | None, day: date) -> list[list[Any]]:
    """The versions of one body, each with whether it is in force."""
    rows = []
    for each in reversed(shown):
        said = (
            "In force" if today and each.number == today.number else ("Later" if each.effective_from > day else "Over")
        )
        rows.append([f"Version {each.number}", filters.gds_date(each.effective_from), said, each.authority])
    return rows


def proposed(found: ScheduleVersion, called: Names) -> list[Any]:
    """One in the list of what was proposed here."""
    return [
        {"text": f"{names.party(found.party)}, version {found.number}",
         "href": url_for("schedules.show", version=found.id)},
        filters.gds_date(found.effective_from),
        {"text": called.person(found.proposed_by), "minor": filters.gds_date(found.proposed_at)},
        {"status": STATES[found.state]},
    ]  # fmt: skip


def change_row(change: Change) -> list[Any]:
    """One difference."""
    name = names.words(change.code) if change.code else "The whole version"
    after = change.after or ("No longer there" if change.what == "class" else "Nothing")
    return [name, ABOUT[change.what], change.before or "Nothing", after]


def count_rows(run: DryRun) -> list[list[Any]]:
    """What it would do, class by class, and in all."""
    rows = [_counted(each, names.words(each.retention_class)) for each in run.classes]
    return [*rows, _counted(run.total, "All classes")] if len(rows) > 1 else rows


def _counted(found: Counts, name: str) -> list[Any]:
    return [name, *({"text": f"{getattr(found, code):,}", "numeric": True} for code, _ in COUNTS)]


def cells(effect: Effect) -> list[object]:
    """One case in the file of the dry run."""
    case, after = effect.case, effect.after
    return [
        case.reference,
        names.words(case.retention_class),
        names.party(case.originator),
        filters.status(case.state).text,
        "yes" if case.held else "no",
        case.due_on.isoformat() if case.due_on else "",
        after.due_on.isoformat() if after.due_on else "",
        EFFECTS[effect.kind],
        "yes" if effect.sent_back else "no",
        "yes" if after.beyond else "no",
    ]


def summary(found: ScheduleVersion, text: Version, called: Names) -> list[Any]:
    """One version proposed here."""
    rows: list[Any] = [
        {"key": "State", "status": STATES[found.state]},
        ("Begins", filters.gds_date(found.effective_from)),
        ("Applies to", APPLIES[found.applies]),
        ("Authority", text.authority),
        ("Reason", found.reason),
        ("Proposed", f"{filters.gds_datetime(found.proposed_at)}, by {called.person(found.proposed_by)}"),
    ]
    if found.decided_at:
        words = f": {found.decision}" if found.decision else ""
        said = f"{filters.gds_datetime(found.decided_at)}, by {called.person(found.decided_by)}{words}"
        rows.append((names.sentence(found.state), said))
    return [*rows, ("Compared with", f"Version {found.base}"), ("Digest of its text", found.sha256)]
