"""The clock of one case in words: from which fact, by which version and why, and every time its date was found anew."""

from __future__ import annotations

from app.bootstrap.work import Work
from app.http.house import house
from app.web import filters, names
from retention.model.case import Case, Recomputation

CAUSES = {"schedule": "a version of the schedule came into force", "trigger": "a later fact was heard"}


def due(case: Case) -> list[str]:
    """When it is due, and whether that is beyond what may be decided here."""
    if case.due_on is None:
        return ["Reopened: nothing runs"] if case.state == "stopped" else [_none(case)]
    return [filters.gds_date(case.due_on), *([BEYOND] if case.beyond else [])]


BEYOND = (
    "Twenty years or more after its trigger: keeping beyond that needs the Secretary of State’s approval "
    "(Public Records Act 1958 s.3(4); GSCP24 para 42d)."
)


def _none(case: Case) -> str:
    return "Never: its class is kept" if case.state == "kept" and not case.approver else "No period in force"


def told(work: Work, case: Case) -> list[str]:
    """Which version applied and why, and what moved the date since."""
    recomputed = work.schedules.recomputations(case.item)
    if case.state == "stopped":
        said = "Stopped: the item was reopened. It begins anew on the day the item is closed again."
        return [said, *map(_moved, recomputed)]
    lines = [f"Counted from {filters.gds_date(case.trigger_on)}: {names.act(case.trigger_kind).lower()}."]
    if case.outcome:
        lines.append(f"Outcome: {names.words(case.outcome)}.")
    return [*lines, *_version(case, recomputed), *_also(case), *map(_moved, recomputed)]


def _version(case: Case, recomputed: object) -> list[str]:
    party = names.party(case.originator)
    if case.schedule_version is None:
        return [f"No schedule of {party} spoke of this class on that date."]
    why = (
        "since this version applies to the items there were when it came into force"
        if recomputed
        else "since the originating body’s schedule governs and this version was in force on that date"
    )
    code = names.words(case.retention_class)
    return [f"By version {case.schedule_version} of the schedule of {party}, class “{code}”, {why}."]


def _also(case: Case) -> list[str]:
    if not case.also:
        return []
    party, _, code = case.also.partition("/")
    version = f"version {case.also_version}" if case.also_version is not None else "no version"
    said = f"It answers an item of {names.party(party)} (“{names.words(code)}”, {version} of its schedule)"
    return [f"{said} and holds its material: of the two periods the longer binds."]


def _moved(found: Recomputation) -> str:
    before, after = (filters.gds_date(day) if day else "no date" for day in (found.due_before, found.due_after))
    same = found.version_before == found.version_after
    version = "" if same else f" Version {found.version_before} → {found.version_after}."
    why = CAUSES.get(found.cause, found.cause)
    return f"Found anew on {filters.gds_date(found.at)}, as {why}: {before} → {after}.{version}"


def silence(case: Case) -> str:
    """Why no period is in force: what the class itself says."""
    schedule = house().policies.schedules.parties.get(case.originator)
    versions = schedule.versions if schedule else ()
    found = next((each for each in versions if each.number == case.schedule_version), None)
    rule = found.classes.get(case.retention_class) if found else None
    if rule is not None and not rule.verified:
        return rule.authority
    return "No verified schedule gives a period for it."
