"""Offices and Boards with the establishments they cover, and need-to-know groups with their people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import forms, listing, names, widgets
from app.web.account_forms import CoverForm, GroupForm, JoinForm, OfficeForm
from app.web.looking import holding
from app.web.page import page
from app.web.pages.accounts import WAITS
from foundation.actor import FOREVER
from identity.model import Office

bp = Blueprint("offices", __name__)
LOOK = "view-accounts"


@bp.get("/offices")
@signed_in
def index() -> ResponseReturnValue:
    """Everything work can be held by."""
    with holding(LOOK) as work:
        places = {each.key: each.name for each in work.people.establishments(active=None)}
        bodies = [
            (party.name, [_row(work, each, places) for each in work.people.offices(party=party.id)])
            for party in house().policies.parties.values()
        ]
        groups = [
            [
                {"text": each.name, "href": url_for("offices.group", group=each.id)},
                names.party(each.party),
                {"text": len(work.people.members(each.id, now=work.now)), "numeric": True},
            ]
            for each in work.people.groups()
        ]
    return page("offices/index.html", bodies=bodies, groups=groups)


@bp.route("/offices/new", methods=["GET", "POST"])
@signed_in
def new() -> ResponseReturnValue:
    """An office of a kind of which there can be many."""
    form = OfficeForm()
    form.kind.choices = widgets.choices(_kinds())
    if form.validate_on_submit():
        party, _, kind = form.kind.data.partition("/")
        given = {"party": party, "kind": kind, "name": form.name.data}
        with form.refusals(), holding(LOOK) as work:
            office = work.identity.create_office(**given, actor=work.actor, now=work.now)
            flash("The office is created. Say which establishments it covers.")
            return redirect(url_for("offices.show", office=office), 303)
    with holding(LOOK):
        return page("offices/new.html", form=form)


@bp.route("/offices/<office>", methods=["GET", "POST"])
@signed_in
def show(office: str) -> ResponseReturnValue:
    """One office: who holds it, what it covers, and one more establishment to cover."""
    form = CoverForm()
    with holding(LOOK) as work:
        shown = _office(work, office, form)
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            key = form.establishment.data
            work.identity.cover(office_id=office, establishment_key=key, actor=work.actor, now=work.now)
            flash("The office covers the establishment.")
            return redirect(url_for("offices.show", office=office), 303)
    return page("offices/show.html", form=form, **shown)


@bp.route("/offices/<office>/establishments/<key>/uncover", methods=["GET", "POST"])
@signed_in
def uncover(office: str, key: str) -> ResponseReturnValue:
    """Ask, then let the office no longer cover it."""
    form = forms.Ask()
    with holding(LOOK) as work:
        found, place = work.people.office_by_id(office), work.people.establishment(key)
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            work.identity.uncover(office_id=office, establishment_key=key, actor=work.actor, now=work.now)
            flash("The office no longer covers the establishment.")
            return redirect(url_for("offices.show", office=office), 303)
    return page("offices/uncover.html", form=form, office=found, place=place)


@bp.route("/groups/new", methods=["GET", "POST"])
@signed_in
def new_group() -> ResponseReturnValue:
    """A need-to-know group of one organisation."""
    form = GroupForm()
    form.party.choices = widgets.choices(names.parties())
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            given = {"name": form.name.data, "party": form.party.data}
            group = work.identity.create_group(**given, actor=work.actor, now=work.now)
            flash("The group is created. Bring people in.")
            return redirect(url_for("offices.group", group=group), 303)
    elif not form.is_submitted():
        form.party.data = actor().party
    with holding(LOOK):
        return page("offices/new_group.html", form=form)


@bp.route("/groups/<group>", methods=["GET", "POST"])
@signed_in
def group(group: str) -> ResponseReturnValue:
    """Who is in it, and one more to bring in."""
    form = JoinForm()
    with holding(LOOK) as work:
        shown = _group(work, group, form)
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            until = listing.end_of(form.until.data) if form.until.data else FOREVER
            given = {"group_id": group, "person_id": form.person.data, "until": until, "words": form.words.data}
            work.identity.propose_joining(**given, actor=work.actor, now=work.now)
            flash(WAITS)
            return redirect(url_for("offices.group", group=group), 303)
    return page("offices/group.html", form=form, **shown)


@bp.route("/groups/<group>/members/<person>/remove", methods=["GET", "POST"])
@signed_in
def remove(group: str, person: str) -> ResponseReturnValue:
    """Ask, then take somebody out."""
    form = forms.Ask()
    with holding(LOOK) as work:
        found, who = work.people.group(group), work.people.person(person)
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            work.identity.leave_group(group_id=group, person_id=person, actor=work.actor, now=work.now)
            flash(f"{who.name} is no longer in the group.")
            return redirect(url_for("offices.group", group=group), 303)
    return page("offices/remove.html", form=form, group=found, person=who)


def _row(work: Work, office: Office, places: dict[str, str]) -> list[Any]:
    covered = ", ".join(places.get(key, key) for key in office.establishments)
    return [
        {"text": office.name, "href": url_for("offices.show", office=office.id)},
        covered or ("None yet" if _per_establishment(office) else "All"),
        {"text": len(work.people.holders(office.principal, now=work.now)), "numeric": True},
    ]


def _office(work: Work, office: str, form: CoverForm) -> dict[str, Any]:
    found = work.people.office_by_id(office)
    places = {each.key: each for each in work.people.establishments(active=None)}
    free = [(key, each.name) for key, each in places.items() if each.active and key not in found.establishments]
    form.establishment.choices = widgets.choices([("", "Choose an establishment"), *free])
    return {
        "office": found,
        "party": names.party(found.party),
        "covers": _per_establishment(found),
        "places": [places[key] for key in found.establishments if key in places],
        "holders": work.people.holders(found.principal, now=work.now),
    }


def _group(work: Work, group: str, form: JoinForm) -> dict[str, Any]:
    found = work.people.group(group)
    members = work.people.members(group, now=work.now)
    inside = {each.id for each in members}
    free = [each for each in work.people.people() if each.standing == "active" and each.id not in inside]
    people = [(each.id, f"{each.name} ({names.party(each.party)})") for each in free]
    form.person.choices = widgets.choices([("", "Choose a person"), *people])
    return {"group": found, "party": names.party(found.party), "members": members}


def _kinds() -> list[tuple[str, str]]:
    """Kinds of which a party can have many; the single ones are made with the service."""
    return [
        (f"{party.id}/{kind.id}", f"{kind.name} ({party.short})")
        for party in house().policies.parties.values()
        for kind in party.office_kinds
        if not kind.single
    ]


def _per_establishment(office: Office) -> bool:
    party = house().policies.parties.get(office.party)
    kind = party.office_kind(office.kind) if party else None
    return kind is not None and kind.per_establishment
