"""Many people at once: a file brought in, and the register of who lacks what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.bootstrap.importing import bring
from app.bootstrap.work import Work
from app.http import hosts
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.http.request import FileSink, receives_files
from app.web import filters, forms, listing, names
from app.web.looking import holding
from app.web.page import page
from app.web.schedule_forms import into
from app.web.spreadsheet import csv_file
from identity.errors import ImportFaulty
from identity.queries.checks import Check
from identity.queries.idle import every_idle
from identity.rules.importing import COLUMNS
from identity.rules.training import ENDING, LAPSED, MISSING, State, reaches_items

bp = Blueprint("people", __name__, url_prefix="/people")
LOOK, ACCOUNTS = "view-people", "view-accounts"
SOON = timedelta(days=30)
MOST_SHOWN = 100
HEAD = ("Name", "Organisation", "Role", "Office", "What", "State", "Until")
ACCEPTED = ("Name", "Organisation", "Version", "Accepted on", "State")
KINDS = {"people": "People and what they are appointed to", "training": "Results of training"}


def _into(kind: str) -> FileSink:  # noqa: ARG001 - named by the address
    return into()


class ImportForm(forms.Form):
    """A file, tried first."""

    file = forms.file(
        "CSV file", needed="Choose the file", hint="UTF-8, with the columns named below in its first line"
    )
    trial = forms.radios(
        "What is to be done?",
        (("yes", "Try it: check every line and change nothing"), ("no", "Import it: all of it, or nothing")),
        needed="Select what is to be done",
    )


@bp.route("/import/<any(people, training):kind>", methods=["GET", "POST"])
@receives_files(_into)
@signed_in
def import_(kind: str) -> ResponseReturnValue:
    """Try a file, then bring it in. Links of invitations are shown once, on the page that answers."""
    form = ImportForm()
    shown: dict[str, Any] = {"kind": kind, "title": f"Import: {KINDS[kind].lower()}", "columns": COLUMNS[kind]}
    if form.validate_on_submit():
        with form.refusals():
            try:
                trial = form.trial.data == "yes"
                done = bring(house(), kind, form.file.data[0].stream.data, actor=actor(), trial=trial)
                links = [(email, hosts.address("invitations.accept", token=each.token))
                         for email, each in done.invitations]  # fmt: skip
                return page("people/imported.html", done=done, trial=trial, links=links, **shown)
            except ImportFaulty as error:
                for place, faults in list(error.fields.items())[:MOST_SHOWN]:
                    for fault in faults:
                        form.say(f"{names.sentence(place)}: {fault}", "file")
    with holding(ACCOUNTS):
        return page("people/import.html", form=form, **shown)


@bp.get("")
@signed_in
def register() -> ResponseReturnValue:
    """Who lacks what they need for what they are appointed to, and who soon will."""
    with holding(LOOK) as work:
        rows = _rows(work)
        shown: dict[str, Any] = {
            "counts": _counts(rows),
            "idle": _idle(work),
            "total": len(work.checks.active(now=work.now)),
        }
    state = listing.asked("state")
    chosen = [row for row in rows if not state or row["state"] == state]
    keys = ("name", "party", "roles", "what", "said", "until")
    cells = [[row[key] for key in keys] for row in chosen]
    return page("people/register.html", rows=chosen, cells=cells, **shown)


@bp.get("/acceptances")
@signed_in
def acceptances() -> ResponseReturnValue:
    """Who accepted which version of the handling requirements, and when."""
    with holding(LOOK) as work:
        rows = _accepted(work)
    return page("people/acceptances.html", cells=rows)


@bp.get("/acceptances.csv")
@signed_in
def acceptances_csv() -> ResponseReturnValue:
    """The same as a file."""
    with holding(LOOK) as work:
        rows = _accepted(work)
    return csv_file("handling-requirements", ACCEPTED, rows)


@bp.get("/register.csv")
@signed_in
def register_csv() -> ResponseReturnValue:
    """The same as a file; no cell begins like a formula."""
    with holding(LOOK) as work:
        rows = _rows(work)
    columns = ("name", "party", "roles", "offices", "what", "said", "until")
    return csv_file("people-register", HEAD, [[row[column] for column in columns] for row in rows])


def _rows(work: Work) -> list[dict[str, Any]]:
    now, party = work.now, request.args.get("party", "")
    requirements = work.house.policies.gates.requirements
    found: list[dict[str, Any]] = []
    for check in work.checks.active(now=now, party=party):
        found += [_training(check, each) for each in check.training if each.trouble]
        if check.person.vetted_until <= now + SOON:
            lapsed = check.person.vetted_until <= now
            found.append(_row(check, "Vetting", LAPSED if lapsed else ENDING, filters.until(check.person.vetted_until)))
        mine = {(each.version, each.digest) for each in check.accepted}
        if reaches_items(check.duties) and requirements.informed_until(mine, now) <= now:
            found.append(_row(check, "Handling requirements", MISSING, ""))
        for held in check.held:
            if held.window.until <= now + SOON:
                found.append(
                    _row(check, f"Appointment: {names.role(held.role)}", ENDING, filters.until(held.window.until))
                )
    return found


def _accepted(work: Work) -> list[list[str]]:
    """A line for each text somebody accepted; one without a date for who reaches items and accepted none."""
    found: list[list[str]] = []
    for check in work.checks.active(now=work.now, party=request.args.get("party", "")):
        who = [check.person.name, names.party(check.person.party)]
        for each in check.accepted:
            stands = "Asked for now" if each.asked else "Replaced since"
            found.append([*who, f"Version {each.version}", filters.gds_date(each.at), stands])
        if not check.accepted and reaches_items(check.duties):
            found.append([*who, "None", "", "Not accepted"])
    return found


def _training(check: Check, state: State) -> dict[str, Any]:
    until = "" if state.state == MISSING else filters.until(state.until)
    return _row(check, f"Training: {state.module.name}", state.state, until)


SAID = {MISSING: "Missing", LAPSED: "Out of date", ENDING: "Ends soon"}


def _row(check: Check, what: str, state: str, until: str) -> dict[str, Any]:
    return {
        "id": check.person.id,
        "name": check.person.name,
        "party": names.party(check.person.party),
        "roles": ", ".join(dict.fromkeys(names.role(each.role) for each in check.held)),
        "offices": ", ".join(dict.fromkeys(each.office_name for each in check.held)),
        "what": what,
        "state": state,
        "said": SAID[state],
        "until": until,
    }


def _counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {state: sum(row["state"] == state for row in rows) for state in SAID}


def _idle(work: Work) -> list[dict[str, str]]:
    """Offices that nobody can act for today, and why."""
    found = every_idle(work.people, work.house.policies.roles, now=work.now)
    return [{"name": each.office.name, "party": names.party(each.office.party), "why": each.words} for each in found]
