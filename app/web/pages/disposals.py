"""What is due, and each case step by step. A step is a page that asks; its POST does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.permissions import signed_in
from app.web import disposal_view as view
from app.web import filters, forms, hold_view, listing, names, schedule_case
from app.web.disposal_acts import ACTS, against_destroying, against_receiving
from app.web.disposal_forms import Seen
from app.web.looking import holding
from app.web.names import Names
from app.web.page import page
from app.web.pages import copies
from app.web.spreadsheet import csv_file
from foundation.calendar import london_date
from identity.errors import EstablishmentUnknown
from retention.model.case import BEGUN, STATES, Case
from retention.model.hold import BINDING
from retention.queries.disposals import Filter

bp = Blueprint("disposals", __name__)

LOOK = "view-disposal-log"
MOST_CSV = 10_000
SHOWN = 10  # failed destructions named at the top of the list
HEAD = ("Reference", "Kind", "Class", "Originating body", "Establishment", "Due", "State", "On hold", "Certificate")
CATEGORIES = {
    "state": "State",
    "body": "Originating body",
    "class": "Class",
    "held": "Hold",
    "beyond": "Twenty years",
    "text": "Reference",
}
HELD = {"yes": "On hold", "no": "Not on hold"}
BEYOND = {"yes": "20 years or more", "no": "Less"}


@bp.get("/disposals")
@signed_in
def index() -> ResponseReturnValue:
    """Everything with a retention clock, soonest due first."""
    with holding(LOOK) as work:
        found = work.disposals.page(_wanted(), cursor=listing.asked(listing.CURSOR))
        counts = work.disposals.counts(body=listing.asked("body"))
        failures, failing = work.outstanding.failures(SHOWN), work.outstanding.failing()
        held_open = work.outstanding.held_open()
    return page(
        "disposals/index.html",
        rows=[view.row(case) for case in found.rows],
        counts={name: view.counted(number) for name, number in counts.items() if number},
        failures=failures,
        failing=failing,
        held_open=held_open,
        older=listing.here(**{listing.CURSOR: found.next}) if found.next else "",
        newer=listing.here() if listing.asked(listing.CURSOR) else "",
        marking=view.tier(found.rows),
        **_filters(),
    )


@bp.get("/disposals.csv")
@signed_in
def as_csv() -> ResponseReturnValue:
    """The filtered list as a file."""
    rows: list[Case] = []
    cursor = ""
    with holding(LOOK) as work:
        while len(rows) < MOST_CSV:
            found = work.disposals.page(_wanted(), cursor=cursor, size=100)
            rows += found.rows
            cursor = found.next
            if not cursor:
                break
    return csv_file("disposals", HEAD, [_cells(case) for case in rows])


@bp.get("/disposals/<ref>")
@signed_in
def show(ref: str) -> ResponseReturnValue:
    """One case: where it stands, what may be done now, and why the rest may not."""
    with holding(LOOK) as work:
        case = work.disposals.case(ref)
        shown = _case(work, case)
    return page("disposals/show.html", form=None, case=case, marking=view.tier([case]), **shown)


@bp.route("/disposals/<ref>/<any({}):slug>".format(", ".join(f'"{slug}"' for slug in ACTS)), methods=["GET", "POST"])
@signed_in
def act(ref: str, slug: str) -> ResponseReturnValue:
    """Ask, then do."""
    chosen = ACTS[slug]
    form = chosen.form()
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            chosen.do(work, work.disposals.case(ref), form)
            flash(chosen.done)
            return redirect(url_for("disposals.show", ref=ref), 303)
    with holding(LOOK) as work:
        shown = _asking(work, work.disposals.case(ref), slug)
    return _ask_page(form, slug, shown)


def _ask_page(form: forms.Form, slug: str, shown: dict[str, Any]) -> ResponseReturnValue:
    """The page that asks; whoever may not do it is told why instead, unless they would lose what they typed."""
    refused = bool(shown["against"]) and (not form.is_submitted() or ACTS[slug].form is Seen)
    if not form.is_submitted():
        form["version"].data = str(shown["case"].version)
    name = "disposals/refused.html" if refused else f"disposals/{slug}.html"
    return page(name, form=form, act=ACTS[slug], marking=view.tier([shown["case"]]), **shown)


def _asking(work: Work, case: Case, slug: str) -> dict[str, Any]:
    policy = work.house.policies.schedules.disposal
    today = london_date(work.now)
    called = Names(work)
    return {
        "case": case,
        "against": ACTS[slug].against(work, case),
        "not_destroy": against_destroying(work, case),
        "source": names.party(case.originator),
        "policy": policy,
        "reviewer": called.person(case.reviewer),
        "proposal": view.PROPOSALS.get(case.proposal, ""),
        "outcome": view.outcome(case, today, today + timedelta(days=policy.cooling_off_days)),
        "return_words": view.RETURN_WORDS[case.return_state],
        "summary": view.summary(case, _place(work, case)),
    }


def _case(work: Work, case: Case) -> dict[str, Any]:
    called = Names(work)
    judged = [(each, each.against(work, case)) for each in ACTS.values()]
    found = [each.shown_to(work.actor.party) for each in work.outstanding.copies(case.item)]
    held = work.holds.of_item(case.item)
    return {
        "summary": view.summary(case, _place(work, case)),
        "tasks": view.tasks(case, called, schedule_case.told(work, case), found),
        "copies": [{**view.copy_row(one, called), "may": not copies.may_account(work, one)} for one in found],
        "may_register": not copies.may_register(work, case),
        "downloaded": work.downloads(case.item),
        "holds": [
            {
                **view.hold_row(one, called),
                "occasion": hold_view.OCCASIONS.get(one.occasion, ""),
                "manner": hold_view.MANNERS[manner],
                "may": not hold_view.against_lifting(work, one),
            }
            for one, manner in held
        ],
        "held_for": sorted(
            {
                hold_view.OCCASIONS[one.occasion].lower()
                for one, manner in held
                if manner in BINDING and not one.lifted_at
            }
        ),
        "may": [each for each, against in judged if not against],
        "may_not": [(each, against) for each, against in judged if against],
        "batch": work.batches.of_item(case.item),
        "may_receive": not against_receiving(work, case),
        "over": case.state in BEGUN,
    }


def _place(work: Work, case: Case) -> str:
    """What the establishment is called; its key where the list of establishments no longer has it."""
    if not case.establishment:
        return "None"
    try:
        return work.people.establishment(case.establishment).name
    except EstablishmentUnknown:
        return case.establishment


def _wanted() -> Filter:
    states = {state for state in request.args.getlist("state") if state in STATES}
    return Filter(
        states=frozenset(states),
        body=listing.asked("body"),
        retention_class=listing.asked("class"),
        held={"yes": True, "no": False}.get(listing.asked("held")),
        beyond={"yes": True, "no": False}.get(listing.asked("beyond")),
        text=listing.asked("text"),
    )


def _filters() -> dict[str, Any]:
    words: dict[str, dict[str, str]] = {
        "state": {state: filters.status(state).text for state in STATES},
        "body": dict(names.parties()),
        "class": dict(names.classes()),
        "held": HELD,
        "beyond": BEYOND,
    }
    return {
        "words": words,
        "asked": {name: listing.asked(name) for name in CATEGORIES},
        "states": request.args.getlist("state"),
        "chosen": listing.chosen(CATEGORIES, words),
        "csv": listing.as_file("disposals.as_csv", CATEGORIES),
    }


def _cells(case: Case) -> list[object]:
    return [
        case.reference,
        names.words(case.kind),
        names.words(case.retention_class),
        names.party(case.originator),
        case.establishment,
        case.due_on.isoformat() if case.due_on else "no period in force",
        filters.status(case.state).text,
        "yes" if case.held else "no",
        case.certificate,
    ]
