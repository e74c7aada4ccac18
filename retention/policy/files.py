"""Read ``policies/retention``: one file per originating body, and the local rules of disposal."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal, cast

from foundation.policy import CLAUSE, CODE, Faults, Table, read
from retention.model.schedule import (
    Action,
    Applies,
    DisposalPolicy,
    Reminders,
    RetentionClass,
    Schedule,
    Schedules,
    Starts,
    Version,
)

# However an item ends, its clock must start: a class that names only one of these would leave items due for nothing.
ENDINGS: Final = ("sharing.item-closed", "sharing.item-withdrawn")
LONGEST_MONTHS: Final = 1200
REOPENED: Final = "sharing.item-reopened"
# What a clock may count from: facts about one item. All are kept as heard, so that a later version may count from them.
TRIGGERS: Final = (
    "sharing.item-sent",
    "sharing.item-acknowledged",
    "sharing.item-passed-on",
    "sharing.item-answered",
    *ENDINGS,
)
ACTIONS: Final[tuple[Action, ...]] = ("destroy", "review", "return", "transfer", "keep")
STARTS: Final[tuple[Starts, ...]] = ("first", "latest")
APPLIES: Final[tuple[Applies, ...]] = ("new", "live")
MOST_WORDS: Final = 1000  # characters of a description or an authority
MOST_NAMED: Final = 20  # triggers, outcomes or clauses of one class


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
    return Schedules(found, _disposal(folder / "disposal.toml", root, faults), frozenset({*TRIGGERS, REOPENED}))


def against(found: RetentionClass) -> Iterator[tuple[str, str]]:
    """What stands against a class, however it was written down: (column, what is wrong)."""
    if not CODE.fullmatch(found.code) or len(found.code) > 60:
        yield "class", f"“{found.code[:60]}” must be lower-case words joined by hyphens, 60 characters at most"
    yield from _words_against(found)
    yield from _triggers_against(found)
    yield from _periods_against(found)


def _words_against(found: RetentionClass) -> Iterator[tuple[str, str]]:
    for name, text in (("description", found.description), ("authority", found.authority)):
        if not text.strip() or len(text) > MOST_WORDS:
            yield name, "is empty" if not text.strip() else f"is longer than {MOST_WORDS} characters"
    if not found.clauses or len(found.clauses) > MOST_NAMED:
        yield "clauses", f"needs at least 1 and at most {MOST_NAMED}"
    for each in found.clauses:
        if not CLAUSE.fullmatch(each) or len(each) > MOST_WORDS or ";" in each:
            yield "clauses", f"“{each[:60]}” is no obligation number and names no source"
    if found.action not in ACTIONS:
        yield "action", f"must be one of {', '.join(f'“{each}”' for each in ACTIONS)}"


def _triggers_against(found: RetentionClass) -> Iterator[tuple[str, str]]:
    if found.starts not in STARTS:
        yield "starts", "must be “first” or “latest”"
    if len(set(found.triggers)) != len(found.triggers):
        yield "triggers", "names something twice"
    for each in found.triggers:
        if each not in TRIGGERS:
            yield "triggers", f"“{each[:60]}” is no fact a clock may count from; those are {', '.join(TRIGGERS)}"
    for each in ENDINGS:
        if each not in found.triggers:
            yield "triggers", f"lacks “{each}”: an item that ends so would never fall due"


def _periods_against(found: RetentionClass) -> Iterator[tuple[str, str]]:
    # A number nobody verified would sooner or later be believed.
    if found.verified and not found.months and found.action != "keep":
        yield "period_months", "is missing: a verified class states its period (period_months, period_years)"
    if not found.verified and (found.months or found.outcomes):
        yield "verified", "is false, so no period may stand here: a person confirms one, with its authority"
    if found.months is not None and not 1 <= found.months <= LONGEST_MONTHS:
        yield "period_months", f"must be at least 1 and at most {LONGEST_MONTHS} months"
    if len({name for name, _ in found.outcomes}) != len(found.outcomes) or len(found.outcomes) > MOST_NAMED:
        yield "outcomes", f"names something twice, or more than {MOST_NAMED}"
    if found.outcomes and not found.months:
        yield "outcomes", "need a period for every other outcome beside them"
    for name, months in found.outcomes:
        if not CODE.fullmatch(name) or len(name) > 60 or not 1 <= months <= LONGEST_MONTHS:
            yield "outcomes", f"“{name[:60]}” must be a code with 1 to {LONGEST_MONTHS} months"


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
    applies = table.text("applies", default="live")
    if applies not in APPLIES:
        table.fault("applies", "must be “new” or “live”")
    table.done()
    return Version(number, from_day or date.max, authority, classes, cast(Applies, applies))


def _class(table: Table) -> RetentionClass:
    before = len(table.faults.found)
    found = RetentionClass(
        code=table.code("code"),
        description=table.text("description"),
        triggers=table.texts("triggers", least=1),
        months=_months(table),
        action=cast(Action, table.text("action")),
        authority=table.text("authority"),
        clauses=table.clauses(),
        verified=table.flag("verified"),
        starts=cast(Starts, table.text("starts", default="first")),
        outcomes=tuple(_outcome(each) for each in table.tables("outcome")),
    )
    told = {fault.key.rpartition(".")[2] for fault in table.faults.found[before:]}
    for column, problem in against(found):
        key = "code" if column == "class" else column
        if key not in told:
            table.fault(key, problem)
    table.done()
    return found


def _outcome(table: Table) -> tuple[str, int]:
    found = table.code("code"), _months(table) or 0
    table.done()
    return found


def _months(table: Table) -> int | None:
    months = table.number("period_months", default=0)
    years = table.number("period_years", default=0)
    if months and years:
        table.fault("period_months", "and period_years stand side by side: say one")
    return months + 12 * years or None


def _disposal(path: Path, root: Path, faults: Faults) -> DisposalPolicy:
    table = read(path, root, faults)
    if table is None:
        return DisposalPolicy(0, 0, 0, 0, Reminders(0, 0, 0, 0, 0))
    policy = DisposalPolicy(
        cooling_off_days=_local(table, "cooling_off", "days", least=0),
        hold_review_days=_local(table, "hold_review", "days"),
        extension_cap_months=_local(table, "extension", "months"),
        longest_months=_local(table, "longest_keeping", "months"),
        reminders=Reminders(
            due=_local(table, "remind_due", "days"),
            approval=_local(table, "remind_approval", "days"),
            hold_review=_local(table, "remind_hold_review", "days", least=0),
            returns=_local(table, "remind_return", "days"),
            cooling_off=_local(table, "remind_cooling_off", "days"),
        ),
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
