"""Transfers abroad (M66-M68): the list of adequate countries, consents and their conditions, where somebody works."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.duties import against
from app.http import phrases
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import abroad_forms, filters, names, widgets
from app.web.abroad_forms import ConsentForm, CountryForm, WithdrawConsentForm
from app.web.looking import holding
from app.web.names import Names
from app.web.page import page
from foundation.actor import BEGINNING
from foundation.calendar import london_date, london_midnight
from identity.model import Consent, Window

bp = Blueprint("abroad", __name__, url_prefix="/data-protection/abroad")
BOTH = ["GET", "POST"]
HEAD = ("Consent", "For", "Country", "Until", "State")
CONSENT = "consent-transfer"


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """What was consented to, as far as it concerns this person, and the list."""
    adequacy = house().policies.adequacy
    with house().work(actor()) as work:
        called, today = Names(work), london_date(work.now)
        rows = [_row(each, called, work.now) for each in work.protection.consents.seen(actor=work.actor)]
        may = not against(work, CONSENT, body=actor().party)
    listed = [
        [
            each.name,
            {"text": "Every recipient" if each.extent == "full" else f"Only {each.recipients}"},
            {"status": "up-to-date" if each.holds(today) else "ended"} if each.verified else {"status": "unconfirmed"},
            {"text": phrases.sentence(each.source), "minor": " ".join(_dates(each.since, each.until))},
        ]
        for each in sorted(adequacy.countries.values(), key=lambda one: one.name)
    ]
    return page("abroad/index.html", rows=rows, head=HEAD, may=may, listed=listed, adequacy=adequacy)


@bp.route("/new", methods=BOTH)
@signed_in
def new() -> ResponseReturnValue:
    """Record what one's own body consented to, in writing and before anything goes."""
    form = ConsentForm()
    with house().work(actor()) as work:
        home = ("", house().policies.adequacy.home)
        others = [(party, text) for party, text in names.parties() if party != actor().party]
        people = [
            (one.id, one.name)
            for party, _ in others
            for one in work.people.people(party=party)
            if one.country not in home
        ]
        may = not against(work, CONSENT, body=actor().party)
    form.to_party.choices = widgets.choices(others)
    form.person.choices = widgets.choices([("", "Everybody who works there"), *people])
    form.country.choices = widgets.choices([("", "Wherever they work"), *abroad_forms.countries()[1:]])
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            given = _given(form, actor().party, work.now)
            adequacy = house().policies.adequacy
            id_ = work.identity.consent(given, adequacy=adequacy, actor=work.actor, now=work.now)
            flash("The consent is recorded.")
            return redirect(url_for("abroad.show", consent=id_), 303)
    return page("abroad/new.html", form=form, may=may)


@bp.get("/<consent>")
@signed_in
def show(consent: str) -> ResponseReturnValue:
    """One, with its conditions and instructions."""
    with house().work(actor()) as work:
        found = work.protection.consents.one(consent, actor=work.actor)
        called = Names(work)
        may = found.withdrawn is None and not against(work, CONSENT, body=found.owner)
        summary = _summary(found, called, work.now)
    return page("abroad/show.html", found=found, summary=summary, may=may, marking="OFFICIAL-SENSITIVE")


@bp.route("/<consent>/withdraw", methods=BOTH)
@signed_in
def withdraw(consent: str) -> ResponseReturnValue:
    """Take it back: it bites at once."""
    form = WithdrawConsentForm()
    with house().work(actor()) as work:
        found = work.protection.consents.one(consent, actor=work.actor)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            given = {"consent_id": found.id, "why": form.why.data}
            work.identity.withdraw_consent(**given, actor=work.actor, now=work.now)
            flash("The consent is taken back. Nobody reaches anything by it any more.")
            return redirect(url_for("abroad.show", consent=found.id), 303)
    return page("abroad/withdraw.html", form=form, found=found)


@bp.route("/people/<person>", methods=BOTH)
@signed_in
def country(person: str) -> ResponseReturnValue:
    """Where somebody works, for whoever administers accounts."""
    with holding("view-accounts") as work:
        found = work.people.person(person)
    adequacy = house().policies.adequacy
    form = CountryForm(data={"country": found.country or adequacy.home})
    form.country.choices = widgets.choices(abroad_forms.countries())
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            given: dict[str, Any] = {"country": form.country.data, "checked": form.checked.data}
            until = _after(form.checked_until.data) if form.checked_until.data else BEGINNING
            work.identity.record_country(
                person_id=person, **given, checked_until=until, adequacy=adequacy, actor=work.actor, now=work.now
            )
            flash("Where they work is recorded.")
            return redirect(url_for("accounts.show", person=person), 303)
    return page("abroad/country.html", form=form, person=found)


def _given(form: ConsentForm, owner: str, now: datetime) -> Consent:
    return Consent(
        id="", owner=owner, to_party=form.to_party.data, person=form.person.data or "", country=form.country.data or "",
        window=Window(now, _after(form.until.data)), withdrawn=None, by="", at=now, written=form.written.data,
        conditions=form.conditions.data, instructions=form.instructions.data,
    )  # fmt: skip


def _after(day: date) -> datetime:
    """The instant at which the day is over in London; a day too far is refused by the rule."""
    return london_midnight(day + timedelta(days=1))


def _row(each: Consent, called: Names, now: datetime) -> list[Any]:
    return [
        {"text": f"By {names.party(each.owner)}", "href": url_for("abroad.show", consent=each.id),
         "minor": filters.gds_date(each.at)},
        called.person(each.person) if each.person else names.party(each.to_party),
        house().policies.adequacy.name(each.country) if each.country else "Wherever they work",
        filters.gds_date(each.window.until - timedelta(milliseconds=1)),
        {"status": _state(each, now)},
    ]  # fmt: skip


def _summary(found: Consent, called: Names, now: datetime) -> list[Any]:
    return [
        ("Whose information", names.party(found.owner)),
        (
            "Who may have it",
            called.person(found.person) if found.person else f"Everybody of {names.party(found.to_party)}",
        ),
        ("Where", house().policies.adequacy.name(found.country) if found.country else "Wherever they work"),
        ("From", filters.gds_datetime(found.window.since)),
        ("Last day", filters.gds_date(found.window.until - timedelta(milliseconds=1))),
        {"key": "State", "status": _state(found, now)},
        ("Taken back", filters.gds_datetime(found.withdrawn) or "No"),
        ("In writing", found.written),
        ("Conditions (M67)", found.conditions),
        ("Instructions (M68)", found.instructions),
        ("Recorded", f"{filters.gds_datetime(found.at)}, by {called.person(found.by)}"),
    ]


def _state(each: Consent, now: datetime) -> str:
    return "active" if each.withdrawn is None and each.window.since <= now < each.window.until else "ended"


def _dates(since: date | None, until: date | None) -> list[str]:
    return [
        *([f"From {filters.gds_date(since)}."] if since else []),
        *([f"Ends on {filters.gds_date(until)}."] if until else []),
    ]
