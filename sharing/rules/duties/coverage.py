"""How an agreement is kept: one line for each duty, its state, and the same as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from sharing.model.agreement import Agreement
from sharing.model.coverage import Line, Standing, State, Tally
from sharing.model.duty import Duty

HEAD = (
    "agreement", "version", "section", "number", "duty", "who", "to", "home", "why", "missing", "state", "open",
    "overdue", "next_due", "overdue_since", "last_evidence", "evidence_entry", "register", "enforced_by", "tests",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def lines(
    agreement: Agreement,
    tallies: Mapping[str, Tally],
    standings: Mapping[str, Standing] | None = None,
    asked: Iterable[Duty] | None = None,
) -> tuple[Line, ...]:
    """Every duty ``asked`` for, or all, by their numbers. ``standings`` by register; None: nobody was asked."""
    found = []
    for duty in sorted(
        agreement.duties.values() if asked is None else asked, key=lambda one: (one.number[:1], one.number[1:])
    ):
        tally = tallies.get(duty.id, Tally())
        standing = (standings or {}).get(duty.evidence.register)
        section = agreement.section_of(duty.number)
        found.append(Line(duty, section.title if section else "", state(duty, tally, standing), tally, standing))
    return tuple(found)


def state(duty: Duty, tally: Tally, standing: Standing | None = None) -> State:
    """How a duty stands now. An enforced one stays so: it cannot be broken here."""
    if duty.home == "tracked":
        return _tracked(tally)
    if duty.home == "recorded":
        return "recorded" if tally.last_on or (standing and standing.count) else "nothing-yet"
    return duty.home


def _tracked(tally: Tally) -> State:
    if tally.overdue:
        return "overdue"
    if tally.open:
        return "due"
    return "met" if tally.last_on else "nothing-yet"


def unmet(found: Iterable[Line]) -> tuple[Line, ...]:
    """What the service does not meet yet."""
    return tuple(line for line in found if line.duty.home == "open")


def cells(agreement: Agreement, line: Line) -> list[str]:
    """One line of the table, under HEAD."""
    duty, tally = line.duty, line.tally
    standing = f"{line.standing.count} of {line.standing.of} {line.standing.words}" if line.standing else ""
    return [
        agreement.id,
        str(agreement.version),
        line.section,
        duty.number,
        duty.what,
        "; ".join(duty.who),
        "; ".join(duty.to),
        duty.home,
        duty.because,
        duty.missing,
        line.state,
        str(tally.open),
        str(tally.overdue),
        *(day.isoformat() if day else "" for day in (tally.next_due, tally.overdue_since, tally.last_on)),
        tally.last_entry,
        standing,
        "; ".join(duty.enforced_by),
        "; ".join(duty.tests),
    ]


def table(agreements: Iterable[tuple[Agreement, Sequence[Line]]]) -> str:
    """The whole as CSV. No cell begins like a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for agreement, found in agreements:
        writer.writerows([_plain(each) for each in cells(agreement, line)] for line in found)
    return out.getvalue()


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
