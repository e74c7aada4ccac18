"""Read ``policies/retention``: one file per originating body, and the local rules of disposal."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal, cast

from foundation.policy import Faults, Table, read
from retention.model import Action, DisposalPolicy, RetentionClass, Schedule, Schedules, Version

# However an item ends, its clock must start: a class that names only one of these would leave items due for nothing.
ENDINGS: Final = ("sharing.item-closed", "sharing.item-withdrawn")
LONGEST_MONTHS: Final = 1200


def load(root: Path, parties: Collection[str], faults: Faults) -> Schedules:
    """Every schedule under ``root/retention``; ``parties`` are the ids of all parties, each of which owes one.

    Faults (unknown keys, overlapping versions, a period nobody verified …) are added to ``faults``; what is returned
    is of use only if there were none.
    """
    folder = root / "retention"
    known = {path.stem for path in folder.glob("*.toml")} - {"disposal"}
    for stray in sorted(known - set(parties)):
        faults.add(f"retention/{stray}.toml", "party", f"“{stray}” is no party")
    schedules = {party: _schedule(folder / f"{party}.toml", root, party, faults) for party in sorted(parties)}
    found = {party: schedule for party, schedule in schedules.items() if schedule}
    triggers = {
        trigger
        for schedule in found.values()
        for version in schedule.versions
        for each in version.classes.values()
        for trigger in each.triggers
    }
    return Schedules(found, _disposal(folder / "disposal.toml", root, faults), frozenset(triggers | set(ENDINGS)))


def _schedule(path: Path, root: Path, party: str, faults: Faults) -> Schedule | None:
    table = read(path, root, faults)
    if table is None:
        return None
    if (said := table.code("party")) != party:
        table.fault("party", f"says “{said}” in the file of “{party}”")
    versions = tuple(_version(each) for each in table.tables("version", least=1))
    table.done()
    for older, newer in pairwise(versions):
        if newer.number <= older.number or newer.effective_from <= older.effective_from:
            table.fault("version", f"version {newer.number} overlaps version {older.number}: number and date must rise")
    return Schedule(party, versions, sha256(path.read_bytes()).hexdigest())


def _version(table: Table) -> Version:
    from_day = table.day("effective_from")
    number, authority = table.number("version", least=1), table.text("authority")
    classes: dict[str, RetentionClass] = {}
    for each in table.tables("class", least=1):
        found = _class(each)
        if found.code in classes:
            each.fault("code", f"“{found.code}” stands twice in this version")
        classes[found.code] = found
    table.done()
    return Version(number, from_day or date.max, authority, classes)


def _class(table: Table) -> RetentionClass:
    verified = table.flag("verified")
    months = _months(table)
    # A number nobody verified would sooner or later be believed.
    if verified and not months:
        table.fault("period_months", "is missing: a verified class states its period (period_months, period_years)")
    if months and not verified:
        table.fault("verified", "is false, so no period may stand here: a person confirms one, with its authority")
    triggers = table.texts("triggers", least=1)
    for ending in ENDINGS:
        if ending not in triggers:
            table.fault("triggers", f"lacks “{ending}”: an item that ends so would never fall due")
    found = RetentionClass(
        code=table.code("code"),
        description=table.text("description"),
        triggers=triggers,
        months=months,
        action=_action(table),
        authority=table.text("authority"),
        clauses=table.clauses(),
        verified=verified,
    )
    table.done()
    return found


def _months(table: Table) -> int | None:
    months = table.number("period_months", default=0)
    years = table.number("period_years", default=0)
    if months and years:
        table.fault("period_months", "and period_years stand side by side: say one")
    total = months + 12 * years
    if total > LONGEST_MONTHS:
        table.fault("period_months", f"must be at most {LONGEST_MONTHS} months")
    return total or None


def _action(table: Table) -> Action:
    value = table.text("action")
    if value not in ("destroy", "review"):
        table.fault("action", "must be “destroy” or “review”")
    return cast(Action, value)


def _disposal(path: Path, root: Path, faults: Faults) -> DisposalPolicy:
    table = read(path, root, faults)
    if table is None:
        return DisposalPolicy(0, 0, 0, 0)
    policy = DisposalPolicy(
        cooling_off_days=_local(table, "cooling_off", "days", least=0),
        hold_review_days=_local(table, "hold_review", "days"),
        extension_cap_months=_local(table, "extension", "months"),
        longest_months=_local(table, "longest_keeping", "months"),
    )
    table.done()
    return policy


def _local(table: Table, name: str, unit: Literal["days", "months"], least: int = 1) -> int:
    inner = table.table(name)
    if inner is None:
        return 0
    value = inner.number(unit, least=least)
    inner.text("description")
    inner.clauses()
    inner.done()
    return value
