"""Media and paper in words."""

from __future__ import annotations

from typing import Any, cast

from flask import url_for

from app.bootstrap import custody as rooms
from app.bootstrap.work import Work
from app.http.house import house
from app.web import filters
from app.web.names import Names
from custody.model import OUT, Export, Paper
from custody.queries.register import Line
from custody.rules import due
from retention.model.copy import METHODS

Row = list[Any]
KINDS = {"paper": "Came, or was made elsewhere", "printed": "Printed here"}
MEDIA_HEAD = ["Medium", "Items", "Holder", "Due back", "State", "What is due"]
PAPER_HEAD = ["Copy of", "Kind", "Holder", "Locked away on", "State", "What is due"]
# Words that mean another thing of a disposal, or of training.
STATES = {"held": "paper-held", "missing": "paper-missing"}
FATES = {"destroyed": "Destroyed", "returned": "Returned"}


def medium_row(line: Line, called: Names) -> Row:
    """One line of the list of media."""
    found = cast(Export, line.thing)
    return [
        {"text": found.number, "href": url_for("media.show", medium=found.id), "minor": found.serial},
        ", ".join(each.reference for each in found.chosen),
        called.person(found.holder),
        filters.gds_date(found.back_on),
        {"status": found.state},
        told(line),
    ]


def paper_row(line: Line, called: Names) -> Row:
    """One line of the list of paper."""
    found = cast(Paper, line.thing)
    return [
        {"text": found.reference, "href": url_for("papers.show", paper=found.id), "minor": short(found)},
        KINDS[found.kind],
        called.person(found.keeper),
        filters.gds_date(found.locked_on),
        {"status": STATES.get(found.state, found.state)},
        told(line),
    ]


def told(line: Line) -> str:
    """What is worst of it, in words."""
    return f"{due.STAGES[line.stage]} since {filters.gds_date(line.since)}" if line.stage else ""


def short(paper: Paper) -> str:
    """What tells one copy from another."""
    return f"Copy {paper.id[-6:]}"


def medium_summary(work: Work, found: Export) -> list[Any]:
    """A medium, in rows."""
    called, rules = Names(work), house().policies.custody
    kind = rules.kinds.get(found.medium)
    rows: list[Any] = [
        {"key": "State", "status": found.state},
        ("Medium", f"{kind.name if kind else found.medium}, {found.serial}"),
        ("What is on it", "; ".join(_chosen(each) for each in found.chosen)),
        ("Why nothing else serves", found.why),
        ("Why less would not do", found.least),
        ("Who reads it, and where", found.to),
        ("Read by others than those who may see it here", "Yes" if found.outside else "No"),
        ("Holder", called.person(found.holder)),
        ("Due back", filters.gds_date(found.back_on)),
        ("Asked for", f"{filters.gds_datetime(found.asked_at)}, by {called.person(found.asked_by)}"),
    ]
    if found.decided_at:
        decided = "Refused" if found.state == "refused" else "Approved"
        rows.append(
            (
                decided,
                f"{filters.gds_datetime(found.decided_at)}, by {called.person(found.decided_by)}: {found.decision}",
            )
        )
    if found.written_at:
        rows.append(("Written", f"{filters.gds_datetime(found.written_at)}, {filters.filesize(found.size)}"))
        rows.append({"key": "SHA-256 of the container", "lines": [found.sha256[:32], found.sha256[32:]]})
    if found.verified_at:
        when = f"{filters.gds_datetime(found.verified_at)}, by {called.person(found.verified_by)}"
        rows.append(("Read back, and the same", when))
    if found.lost_at:
        rows.append(("Said to be lost", f"{filters.gds_datetime(found.lost_at)}: {found.loss}"))
    return rows + _ended(found, called)


def paper_summary(work: Work, found: Paper) -> list[Any]:
    """A copy on paper, in rows."""
    called, rules = Names(work), house().policies.custody
    rows: list[Any] = [
        {"key": "State", "status": STATES.get(found.state, found.state)},
        ("Copy of", found.reference),
        ("What it is", KINDS[found.kind]),
        ("Holder", called.person(found.keeper)),
        ("Kept", found.place),
        ("Since", filters.gds_date(found.made_on)),
        ("Locked away, its holder said on", filters.gds_date(found.locked_on)),
        ("To be confirmed again by", filters.gds_date(due.confirm_on(found, rules))),
        ("Registered", f"{filters.gds_datetime(found.registered_at)}, by {called.person(found.registered_by)}"),
    ]
    if found.to:
        way = rules.ways.get(found.way)
        rows.append(("On its way to", f"{called.person(found.to)}, {way.name if way else found.way}"))
        rows.append(("To be received by", filters.gds_date(found.due_on)))
    if found.loss:
        rows.append(("Said to be missing", found.loss))
    return rows + _ended(found, called)


def left(work: Work, found: Export | Paper) -> bool:
    """Whether whoever should act next has left: then those act who look after the register."""
    next_ = found.asked_by if isinstance(found, Export) else found.to or found.keeper
    return work.people.person(next_).standing == "left"


def medium_acts(found: Export, who: str, *, left: bool = False) -> list[tuple[str, str]]:
    """(what may come next, its page): each page decides for itself."""
    own, acts = who in found.own, []
    if found.state == "asked" and not own:
        acts.append(("Decide on it", "media.decide"))
    if found.state in ("asked", "approved") and (who == found.asked_by or left):
        acts.append(("Take the request back", "media.withdraw"))
    if found.state in ("approved", "writing", "written") and who == found.asked_by:
        acts.append(("Write the container", "media.write"))
    if found.state == "written" and own:
        acts.append(("Read it back from the medium", "media.read_back"))
    if found.state in OUT:
        acts += [("Print its label", "media.label"), ("It was returned or destroyed", "media.end")]
        acts += [("It is lost", "media.lose")] if found.state != "lost" else []
    return acts


def paper_acts(found: Paper, who: str, *, left: bool = False) -> list[tuple[str, str]]:
    """The same of paper."""
    if left and found.state in ("held", "on-the-way"):
        return [("Take it over from somebody who left", "papers.found"), *paper_acts(found, who)]
    if found.state == "held":
        own = [("Confirm that it is locked away", "papers.lock"), ("Hand it over to somebody", "papers.send")]
        both = [("Print a cover sheet", "papers.cover"), ("It was destroyed or returned", "papers.end")]
        return [*(own if who == found.keeper else []), *both, ("It is missing", "papers.missing")]
    if found.state == "on-the-way":
        here = [("It has arrived", "papers.receive")] if who == found.to else []
        return [*here, ("Print a cover sheet", "papers.cover"), ("It has not arrived", "papers.missing")]
    return [("It was found", "papers.found")] if found.state == "missing" else []


def marking_of(work: Work, found: Export | Paper) -> str:
    """The line of everything it is of."""
    items = [found.item] if isinstance(found, Paper) else [each.item for each in found.chosen]
    lines = rooms.SharedItems(work).markings(items)
    return rooms.together(work, lines.values()) if lines else ""


def _chosen(each: Any) -> str:
    parts = [f"file {number}" for number in each.parts]
    return f"{each.reference}: {', '.join([*(['its text'] if each.text else []), *parts])}"


def _ended(found: Export | Paper, called: Names) -> list[Any]:
    if not found.ended_on:
        return []
    method = METHODS.get(found.method)
    how = f", {method.words.lower()} ({method.standard})" if method else ""
    return [
        (FATES[found.fate], f"{filters.gds_date(found.ended_on)}{how}"),
        ("Who saw it", found.witness),
        ("What shows it", found.evidence),
        ("Said by", called.person(found.ended_by)),
    ]
