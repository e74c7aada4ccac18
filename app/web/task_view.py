"""A matter step by step, in words: its rows for a list of tasks and for the list of matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for

from app.bootstrap.work import Work
from app.web import agreement_view, alert_view, filters
from app.web.names import Names
from sharing.model.agreement import Agreement
from sharing.model.alert import AlertKind
from sharing.model.circle import NAMED
from sharing.model.coverage import Occurrence, Record
from sharing.model.record import RecordKind
from sharing.model.tasks import Step, StepState, Task
from sharing.queries.agreed import Matter

# What a state is called where statuses are shown (app/web/filters.py).
STATUS: Mapping[StepState, str] = {
    "done": "done", "overdue": "overdue", "can-start": "can-start", "not-yet": "not-yet", "not-needed": "not-needed",
}  # fmt: skip
ALERT_HEAD = ("Establishment", "Marking", "Urgency", "Raised by", "State")


@dataclass(frozen=True, slots=True)
class Row:
    """One task. ``mine``: it is for the asker to do now. ``href``: the way to do it, or to do it again, for whoever
    may; ``lines`` what is said under its title.
    """

    id: str
    title: str
    part: str
    state: StepState
    status: str
    mine: bool
    href: str
    lines: Sequence[str] = ()
    links: Sequence[tuple[str, str]] = field(default_factory=tuple)


def establishments(work: Work) -> dict[str, str]:
    """Their names by key, closed ones as well."""
    return {each.key: each.name for each in work.people.establishments(None)}


def title(found: Matter, called: Mapping[str, str]) -> str:
    """“Inspection: Leeds (HMP)”."""
    name = found.agreement.records[found.root.kind].name
    place = called.get(found.root.establishment, found.root.establishment)
    return f"{name}: {place}" if place else name


def task(work: Work, found: Matter, each: Task, people: Names) -> Row:
    """One step."""
    step = each.step
    return Row(
        id=step.id,
        title=step.title,
        part=step.part,
        state=each.state,
        status=STATUS[each.state],
        mine=_to_do(found, each),
        href=_way(found, step) if each.mine else "",
        lines=_lines(work, found, each, people),
        links=_links(found, each),
    )


def matter_row(found: Matter, called: Mapping[str, str]) -> list[Any]:
    """One matter of the list."""
    root = found.root
    late = sum(each.state == "overdue" for each in found.tasks)
    steps = own(found)
    following = next((each for each in found.tasks if each.state in ("overdue", "can-start")), None)
    if found.ended:
        state: dict[str, Any] = {"status": "called-off", "minor": filters.gds_date(found.ended.on)}
    elif root.closed:
        state = {"status": "named-only"}
    else:
        state = {"status": "overdue", "minor": f"{late} of its steps"} if late else {"status": "under-way"}
    return [
        {"text": title(found, called), "href": url_for("tasks.show", record=root.id)},
        filters.gds_date(root.on),
        state,
        following.step.title if following and not found.ended else "",
        filters.plural(steps, "step") if steps else "None",
    ]


def own(found: Matter) -> int:
    """How many steps are the asker's to do now."""
    return 0 if found.ended else sum(_to_do(found, each) for each in found.tasks)


def _to_do(found: Matter, each: Task) -> bool:
    """Is it for the asker to do now? To end the matter is open to them, and asked of nobody."""
    ends = found.task_list.ends
    return each.mine and each.state != "done" and (ends is None or each.step.record != ends.record)


def ended(found: Matter, people: Names) -> str:
    """That it was ended, when and by whom."""
    if found.ended is None:
        return ""
    name = found.agreement.records[found.ended.kind].name
    return f"{name}: {filters.gds_date(found.ended.on)}, recorded by {people.person(found.ended.made_by)}."


def known_by(work: Work, root: Record) -> str:
    """How many know of it, while it is kept to them."""
    if not root.closed:
        return ""
    _, _, standing, _ = work.agreeing.known(root.circle, actor=work.actor, now=work.now)
    count = sum(each.state == NAMED for each in standing)
    return filters.plural(count, "person knows", "people know")


def alerts(work: Work, root: Record, called: dict[str, str]) -> list[Any]:
    """The alerts about it that this person sees."""
    return [alert_view.row(work, each, called) for each in work.alerts.seen_by(work.actor) if each.record == root.id]


def raising(kinds: Sequence[tuple[Agreement, AlertKind]], root: Record) -> list[tuple[str, str]]:
    """The alerts this person may raise about it, which those who do not know of it must not learn from."""
    if root.closed:
        return []
    given: dict[str, Any] = {"record": root.id, "establishment": root.establishment}
    return [
        (kind.name, url_for("alerts.new", agreement=of.id, kind=kind.id, **given))
        for of, kind in kinds
        if of.id == root.agreement and root.kind in kind.about
    ]


def _way(found: Matter, step: Step) -> str:
    """The form of the record, with everything filled in that is known."""
    given: dict[str, Any] = {"about": found.root.id, "step": step.id}
    return url_for("agreements.new", agreement=found.agreement.id, kind=step.record, **given)


def _links(found: Matter, each: Task) -> list[tuple[str, str]]:
    """What was recorded, and the page to send something on, for whoever has a use for them."""
    links = []
    own = {one.record: one for one in found.agreement.tasks.values()}
    for record in each.done:
        listed = record.kind in own
        shown = url_for("tasks.show" if listed else "agreements.record", record=record.id)
        links.append((f"{'Steps' if listed else 'Record'} of {filters.gds_date(record.on)}", shown))
    if each.step.send and each.mine:
        links.append(("Send it first", url_for("items.new")))
    return links


def _lines(work: Work, found: Matter, each: Task, people: Names) -> list[str]:
    said = [f"Done on {filters.gds_date(one.on)}, recorded by {people.person(one.made_by)}" for one in each.done]
    if each.state in ("done", "not-needed"):
        return said
    said += [f"Not yet: {_lower(text)}" for text in each.waits]
    if each.due_on:
        said.append(f"{'Overdue since' if each.state == 'overdue' else 'Due by'} {filters.gds_date(each.due_on)}")
    said.append(f"By {_whose(work, found, each.step)}")
    return said


def _whose(work: Work, found: Matter, step: Step) -> str:
    """Those who may do it, and who holds these offices now for this establishment."""
    kind = found.agreement.records[step.record]
    places = _narrowed(kind, step) or kind.by
    owed = Occurrence(
        id="", agreement="", version=0, duty="", number="", source="", thread="", who=places,
        establishment=found.root.establishment, opened_on=found.root.on, due_on=None, due_at=None,
    )  # fmt: skip
    held = agreement_view.holders(work, owed)
    return agreement_view.places(found.agreement, places) + (f" ({held})" if held else "")


def _narrowed(kind: RecordKind, step: Step) -> tuple[str, ...]:
    chosen = (one for each in kind.fields for one in each.choices if step.values.get(each.id) == one.id)
    return next((each.by for each in chosen if each.by), ())


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
