"""Accounts: who has one, how it stands, and what an administrator does to one that is not their own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.duties import against
from app.bootstrap.work import Work
from app.http import hosts
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import filters, gates, listing, names, widgets
from app.web.account_acts import ACTS, Act
from app.web.account_forms import AppointForm, InviteForm, UntilForm, WhyForm
from app.web.looking import holding
from app.web.page import page
from app.web.provider_view import links
from foundation.actor import FOREVER
from identity.model import Appointment, Invitation, Person
from identity.rules.standing import in_force

bp = Blueprint("accounts", __name__, url_prefix="/accounts")

LOOK, MANAGE = "view-accounts", "manage-account"
WAITS = "It is proposed. Another administrator confirms it; until then nothing changes."
STANDINGS = {"active": "Active", "invited": "Invited", "suspended": "Suspended", "left": "Left"}
CATEGORIES = {"text": "Name or address", "party": "Organisation", "standing": "Standing"}


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Everybody, by name."""
    asked = {name: listing.asked(name) for name in CATEGORIES}
    with holding(LOOK) as work:
        wanted = {name: asked[name] or None for name in ("party", "standing")}
        found = work.people.people(**wanted, text=asked["text"])
        rows = [_row(work, each) for each in found]
        waiting = len(work.identity.recoveries(actor=work.actor, now=work.now))
        confirm = len(work.identity.conferrals(actor=work.actor, now=work.now))
    words = {"party": dict(names.parties()), "standing": STANDINGS}
    shown: dict[str, Any] = {"rows": rows, "asked": asked, "words": words, "recoveries": waiting, "confirm": confirm}
    return page("accounts/index.html", chosen=listing.chosen(CATEGORIES, words), **shown)


@bp.route("/new", methods=["GET", "POST"])
@signed_in
def new() -> ResponseReturnValue:
    """Invite somebody. The link is shown once, on the page that answers."""
    form = InviteForm()
    form.party.choices = widgets.choices(names.parties())
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            given = {"email": form.email.data, "name": form.name.data, "party": form.party.data}
            made = work.identity.invite(**given, actor=work.actor, now=work.now)
            person = work.people.person(made.person_id)
        if not form.errors:
            return _invited(person, made)
    elif not form.is_submitted():
        form.party.data = actor().party
    with holding(LOOK):
        return page("accounts/new.html", form=form)


@bp.get("/<person>")
@signed_in
def show(person: str) -> ResponseReturnValue:
    """One account."""
    with holding(LOOK) as work:
        found = work.people.person(person)
        held = work.people.appointments(person)
        shown: dict[str, Any] = {
            "rows": [_held(work, each) for each in held],
            "groups": [each for each in work.people.groups() if _is_in(work, each.id, person)],
            "sessions": len(work.people.sessions(person, now=work.now)),
            "warnings": gates.warnings(work, found),
            "training": gates.training(work, found),
            "country": house().policies.adequacy.name(found.country),
            "waiting": work.identity.conferrals(actor=work.actor, now=work.now, person_id=person),
            "against": against(work, MANAGE, owner=found.id, body=found.party),
            "now": work.now,
        }
        shown["links"] = [] if shown["against"] else links(work, found)
    acts = [each for each in ACTS.values() if each.offered(found)]
    return page("accounts/show.html", person=found, party=names.party(found.party), acts=acts, **shown)


@bp.route("/<person>/<any({}):slug>".format(", ".join(f'"{slug}"' for slug in ACTS)), methods=["GET", "POST"])
@signed_in
def act(person: str, slug: str) -> ResponseReturnValue:
    """Ask, then do."""
    form, chosen = WhyForm(), ACTS[slug]
    with holding(LOOK) as work:
        found = work.people.person(person)
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            made = chosen.do(work, person, form.why.data)
        if not form.errors:
            return _answer(found, made, chosen)
    return page("accounts/act.html", form=form, person=found, act=chosen)


@bp.route("/<person>/vetting", methods=["GET", "POST"])
@signed_in
def vetting(person: str) -> ResponseReturnValue:
    """Until when vetting is good: the day named is the last. No longer than before, it is recorded at once."""
    form = UntilForm()
    with holding(LOOK) as work:
        found = work.people.person(person)
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            given = {"until": listing.end_of(form.until.data), "words": form.words.data}
            waits = work.identity.propose_vetting(person_id=person, **given, actor=work.actor, now=work.now)
            flash(WAITS if waits else "The vetting is recorded.")
            return redirect(url_for("accounts.show", person=person), 303)
    return page("accounts/vetting.html", form=form, person=found)


@bp.route("/<person>/appoint", methods=["GET", "POST"])
@signed_in
def appoint(person: str) -> ResponseReturnValue:
    """Propose a role in an office."""
    form = AppointForm()
    with holding(LOOK) as work:
        found = work.people.person(person)
        _choices(work, form, found)
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            _appoint(work, person, form)
            flash(WAITS)
            return redirect(url_for("accounts.show", person=person), 303)
    return page("accounts/appoint.html", form=form, person=found)


@bp.route("/<person>/appointments/<appointment>/end", methods=["GET", "POST"])
@signed_in
def end(person: str, appointment: str) -> ResponseReturnValue:
    """End one appointment now."""
    form = WhyForm()
    with holding(LOOK) as work:
        found = work.people.person(person)
        held = next((each for each in work.people.appointments(person) if each.id == appointment), None)
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            why = form.why.data
            work.identity.end_appointment(appointment_id=appointment, why=why, actor=work.actor, now=work.now)
            flash("The appointment is ended. They have to sign in again.")
            return redirect(url_for("accounts.show", person=person), 303)
    role = names.role(held.role) if held else ""
    return page("accounts/end.html", form=form, person=found, held=held, role=role)


def _appoint(work: Work, person: str, form: AppointForm) -> None:
    work.identity.propose_appointment(
        person_id=person,
        role=form.role.data,
        office_id=form.office.data,
        since=max(work.now, listing.start_of(form.since.data)) if form.since.data else None,
        until=listing.end_of(form.until.data) if form.until.data else FOREVER,
        words=form.words.data,
        actor=work.actor,
        now=work.now,
    )


def _choices(work: Work, form: AppointForm, person: Person) -> None:
    roles = [(each.id, each.name) for each in work.house.policies.roles.values() if each.party == person.party]
    offices = [(each.id, each.name) for each in work.people.offices(party=person.party)]
    form.role.choices = widgets.choices(roles)
    form.office.choices = widgets.choices([("", "Choose an office"), *offices])


def _answer(person: Person, made: Invitation | None, done: Act) -> ResponseReturnValue:
    if made is not None:
        return _invited(person, made)
    flash(done.done)
    return redirect(url_for("leavers.show" if done.leaves else "accounts.show", person=person.id), 303)


def _invited(person: Person, made: Invitation) -> ResponseReturnValue:
    """The link is on this page alone: the service keeps its digest."""
    link = hosts.address("invitations.accept", token=made.token)
    return page("accounts/invited.html", person=person, link=link)


def _row(work: Work, person: Person) -> list[Any]:
    held = work.people.appointments(person.id, now=work.now)
    roles, offices = ([*dict.fromkeys(each)] for each in (map(_role, held), (each.office_name for each in held)))
    return [
        {**_named(person), "pick": person.id if _may_be_picked(person) else ""},
        names.party(person.party),
        {"text": ", ".join(roles) or "Nothing", "minor": ", ".join(offices)},
        {"status": "locked" if person.locked else person.standing},
        "; ".join(gates.warnings(work, person)),
    ]


def _named(person: Person) -> dict[str, Any]:
    return {"text": person.name, "href": url_for("accounts.show", person=person.id), "minor": person.email}


def _may_be_picked(person: Person) -> bool:
    """Offered for training of several; whether it may be recorded, the page that checks asks."""
    return person.party == actor().party and person.id != actor().id and person.standing != "left"


def _role(held: Appointment) -> str:
    return names.role(held.role)


def _held(work: Work, held: Appointment) -> dict[str, Any]:
    return {
        "role": names.role(held.role),
        "office": held.office_name,
        "since": filters.gds_date(held.window.since),
        "until": filters.until(held.window.until),
        "id": held.id,
        "now": in_force(held.window, work.now),
        "over": held.window.until <= work.now,
    }


def _is_in(work: Work, group: str, person: str) -> bool:
    return any(each.id == person for each in work.people.members(group, now=work.now))
