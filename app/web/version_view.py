"""Changes to an agreement in words: proposals, differences, what one would do, and who did what."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from flask import url_for

from app.bootstrap.work import Work
from app.web import filters, names
from app.web.agreement_view import place_words
from app.web.names import Names
from sharing.model.agreement import Agreement
from sharing.model.coverage import Occurrence
from sharing.model.version import Proposal, VersionAct
from sharing.queries.versions import MOST_COUNTED, Counted, DryRun, Left
from sharing.rules.duties import dates
from sharing.rules.versions.difference import Change
from sharing.rules.versions.effects import DutyEffect, RouteEffect

STATUS = {"proposed": "proposed", "signed": "signed", "declined": "refused", "withdrawn": "withdrawn"}
PARTS = {
    "head": "The agreement as a whole", "outside": "Those outside it", "section": "Parts", "kind": "Kinds of item",
    "purpose": "Purposes", "route": "Ways", "record": "Records", "duty": "Duties", "embargo": "Embargoes",
    "consent": "Consent", "recommendation": "Recommendations", "alert": "Alerts",
}  # fmt: skip
ACTS = {
    "assess": "Impact assessment", "sign": "Signed", "decline": "Declined", "withdraw": "Withdrawn",
}  # fmt: skip
DECISIONS = {"not-needed": "not needed", "needed": "needed, and not carried out yet", "carried-out": "carried out"}
FATES = {"begins": "Begins", "ends": "Ends", "changes": "Changes"}
MOST_LINES = 400
HEAD = ["What", "Of it", "Now", "Then"]


def says(agreement: Agreement) -> Callable[[str], str]:
    """Names a place as people call it."""
    return lambda place: place_words(agreement, place)


def version_row(found: Agreement, current: int) -> list[Any]:
    """One version there is."""
    state = "In force" if found.version == current else "Over" if found.version < current else "Later"
    href = url_for("agreement_versions.file", agreement=found.id, number=found.version)
    return [
        f"Version {found.version}",
        filters.gds_date(found.in_force),
        state,
        {"text": "Save as a file", "href": href, "hidden": f"version {found.version}"},
    ]


def left_row(found: Left) -> list[Any]:
    """A duty that ended while it was owed."""
    late = f"{_many(found.overdue)} overdue" if found.overdue else ""
    return [
        {"text": found.duty.number, "minor": found.duty.what},
        f"Version {found.version}",
        {"text": _many(found.open), "minor": late},
    ]


def proposal_row(found: Proposal, called: Names) -> list[Any]:
    """One in the list of what was proposed."""
    return [
        {"text": f"Version {found.number}", "href": url_for("agreement_versions.show", version=found.id)},
        filters.gds_date(found.in_force),
        {"text": called.person(found.proposed_by), "minor": filters.gds_date(found.proposed_at)},
        {"status": STATUS[found.state], "minor": _signed_by(found)},
    ]


def summary(found: Proposal, base: Agreement, called: Names) -> list[Any]:
    """One proposal."""
    decided = found.assessment
    rows: list[Any] = [
        {"key": "State", "status": STATUS[found.state]},
        ("Changes", f"{base.title}, version {base.version}"),
        ("Takes effect", filters.gds_date(found.in_force)),
        ("Proposed", f"{filters.gds_datetime(found.proposed_at)}, by {called.person(found.proposed_by)}"),
        ("What changes, and why", found.reason),
        ("Impact assessment", DECISIONS[decided.decision] if decided else "Not decided: nobody can sign before it is"),
        ("Signed for", _signed_by(found) or "Nobody yet"),
    ]
    return [*rows, ("Digest of its text", found.sha256)]


def act_row(found: VersionAct, called: Names, say: Callable[[str], str]) -> list[Any]:
    """What one person did."""
    what = ACTS[found.act]
    if found.decision:
        what = f"{what}: {DECISIONS[found.decision]}"
    return [
        filters.gds_datetime(found.at),
        what,
        {"text": called.person(found.by), "minor": say(found.place) if found.place else names.party(found.party)},
        found.reason,
    ]


def changes(found: Sequence[Change]) -> list[tuple[str, list[list[Any]]]]:
    """The differences, part by part."""
    parts = list(dict.fromkeys(each.part for each in found))
    return [(PARTS.get(part, part), [_change(each) for each in found if each.part == part]) for part in parts]


def _change(found: Change) -> list[Any]:
    what = found.what or ("All of it: it is new" if found.how == "added" else "All of it: it ends")
    return [found.name, what, found.before or "Nothing", found.after or "Nothing"]


def route_rows(run: DryRun) -> list[list[Any]]:
    """The ways that do not go on as they were."""
    return [
        [each.effect.title, FATES[each.effect.fate], {"text": _many(each.open), "numeric": True}]
        for each in run.routes
        if isinstance(each.effect, RouteEffect)
    ]


def duty_rows(run: DryRun) -> list[list[Any]]:
    """The duties that do not go on as they were."""
    return [_duty(each, each.effect) for each in run.duties if isinstance(each.effect, DutyEffect)]


def _duty(found: Counted, effect: DutyEffect) -> list[Any]:
    first = f"First due {filters.gds_date(effect.first_due)}" if effect.first_due else ""
    late = f"{_many(found.overdue)} overdue" if found.overdue else ""
    return [
        {"text": effect.number, "minor": effect.what},
        FATES[effect.fate],
        effect.was or "Not owed",
        {"text": effect.will or "Owed no more", "minor": first},
        {"text": _many(found.open), "minor": late},
    ]


def occurrence_rows(work: Work, found: Sequence[Occurrence], called: dict[str, str]) -> list[list[Any]]:
    """What is open of duties that end or change."""
    return [
        [
            each.number,
            called.get(each.establishment, each.establishment) or "The whole agreement",
            filters.gds_date(each.opened_on),
            filters.gds_date(each.due_on) or "No day of its own",
            {"status": "overdue" if dates.is_overdue(each, work.now) else "owed", "minor": f"Version {each.version}"},
        ]
        for each in found
    ]


def lines(before: str, after: str) -> list[str]:
    """What differs of the two files, line by line: nothing is hidden behind words. At most ``MOST_LINES``.

    Where very many were put in, those that stand in one alone, in their order: to find where each belongs could be
    made to take minutes, by a line put in after each.
    """
    old, new = before.splitlines(), after.splitlines()
    if 2 * len(new) > 3 * len(old) + 1000:
        found: Iterator[str] = chain(_alone("-", old, new), _alone("+", new, old))
    else:
        found = difflib.unified_diff(old, new, "before", "after", lineterm="", n=1)
    return list(islice(found, MOST_LINES))


def _alone(sign: str, lines: Sequence[str], others: Sequence[str]) -> Iterator[str]:
    left = Counter(others)
    for line in lines:
        if not left[line]:
            yield f"{sign}{line}"
        else:
            left[line] -= 1


def _signed_by(found: Proposal) -> str:
    return ", ".join(names.party(each.party) for each in found.signatures)


def _many(count: int) -> str:
    return f"{count:,}" if count < MOST_COUNTED else f"more than {MOST_COUNTED - 1:,}"
