"""Alerts of serious concern: raised, read, acknowledged, passed on, what was done; and whom an office calls."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap import agreed, alerts
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import alert_view as view
from app.web import filters, widgets
from app.web.agreement_view import place_words, span_words
from app.web.alert_forms import AlertForm, NoteForm, OrderForm
from app.web.names import Names
from app.web.page import page
from classification.model import SENSITIVE
from identity.model import Office
from sharing.model.agreement import Agreement
from sharing.model.alert import AlertKind, Raising

bp = Blueprint("alerts", __name__, url_prefix="/alerts")
BOTH = ["GET", "POST"]


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Those my offices raised, or were raised to."""
    with house().work(actor()) as work:
        called = _establishments(work)
        found = work.alerts.seen_by(work.actor)
        rows = [view.row(work, each, called) for each in found]
        kinds = alerts.raised_here(work)
        offices = [_office_row(work, each) for each in _own(work)]
    marking = SENSITIVE if any(each.marking == "OS" for each in found) else ""
    return page("alerts/index.html", rows=rows, kinds=kinds, offices=offices, marking=marking)


@bp.route("/<agreement>/<kind>/new", methods=BOTH)
@signed_in
def new(agreement: str, kind: str) -> ResponseReturnValue:
    """Raise one."""
    form = AlertForm()
    with house().work(actor()) as work:
        of, found = alerts.kind_of(work, agreement, kind)
        alerts.may_raise(work, found)
        _offer(work, of, found, form)
    if request.method == "GET":  # from the page of what it is about
        form.establishment.data, form.record.data = (request.args.get(each, "") for each in ("establishment", "record"))
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            given = Raising(
                urgency=form.urgency.data,
                establishment=form.establishment.data,
                marking=form.marking.data,
                gist=form.gist.data,
                to=tuple(form.to.data),
                item=form.item.data or "",
                record=form.record.data or "",
            )
            made = alerts.raise_alert(work, of.id, found.id, given)
            flash("The alert is raised. Below is on whom it stands now.")
            return redirect(url_for("alerts.show", alert=made.id), 303)
    return page("alerts/new.html", form=form, kind=found, marking=SENSITIVE)


@bp.get("/<alert>")
@signed_in
def show(alert: str) -> ResponseReturnValue:
    """One alert, read: that it was is recorded."""
    with house().work(actor()) as work:
        found = work.alerting.open(alert, actor=work.actor, now=work.now)
        called, names = _establishments(work), Names(work)
        shown: dict[str, Any] = {
            "summary": view.summary(work, found, called, names),
            "calls": [view.call_row(work, found, each, names) for each in found.calls],
            "steps": [view.entry(work, found, each, names) for each in reversed(found.steps)],
            "kind": view.kind_of(found, work.agreements),
            "may": [(each, view.office(work, found, each)) for each in alerts.to_acknowledge(work, found)],
            "hand": [(each, view.office(work, found, each)) for each in alerts.to_hand_on(work, found)],
            "record": _record(work, found.agreement, found.kind, found.record),
            "place": called.get(found.establishment, found.establishment),
        }
    return page("alerts/show.html", alert=found, marking=view.MARKINGS[found.marking], **shown)


@bp.post("/<alert>/calls/<int:call>/acknowledge")
@signed_in
def acknowledge(alert: str, call: int) -> ResponseReturnValue:
    """It has reached me."""
    with house().work(actor()) as work:
        work.alerting.acknowledge(alert, call, actor=work.actor, now=work.now)
        flash("You acknowledged the alert. Say here what was done about it.")
    return redirect(url_for("alerts.show", alert=alert), 303)


@bp.post("/<alert>/calls/<int:call>/pass-on")
@signed_in
def pass_on(alert: str, call: int) -> ResponseReturnValue:
    """Somebody else is to see to it, now."""
    with house().work(actor()) as work:
        work.alerting.hand_on(alert, call, actor=work.actor, now=work.now)
        flash("The alert is passed on. Below is on whom it stands now.")
    return redirect(url_for("alerts.show", alert=alert), 303)


@bp.route("/<alert>/notes/new", methods=BOTH)
@signed_in
def note(alert: str) -> ResponseReturnValue:
    """What was done about it."""
    form = NoteForm()
    with house().work(actor()) as work:
        found = work.alerting.open(alert, actor=work.actor, now=work.now)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            given = {"ends": form.ends.data == "yes", "actor": work.actor, "now": work.now}
            work.alerting.note(alert, form.words.data, **given)
            flash("It is recorded.")
            return redirect(url_for("alerts.show", alert=alert), 303)
    return page("alerts/note.html", form=form, alert=found, marking=view.MARKINGS[found.marking])


@bp.route("/offices/<office>", methods=BOTH)
@signed_in
def order(office: str) -> ResponseReturnValue:
    """Whom an office calls first, and who is the deputy."""
    form = OrderForm()
    with house().work(actor()) as work:
        found = work.people.office_by_id(office)
        said = work.alerts.order(found.principal)
        alerts.may_order(work, found)
        holders = work.people.holders(found.principal, now=work.now)
        by = Names(work).person(said.set_by)
    options = [("", "Nobody named"), *((each.id, each.name) for each in holders)]
    for field, named in ((form.first, said.first), (form.deputy, said.deputy)):
        field.choices = widgets.choices(options)
        if not form.is_submitted():
            field.data = named
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            given = (found, form.first.data or "", form.deputy.data or "")
            work.alerting.set_order(*given, actor=work.actor, now=work.now)
            flash(f"It is said whom {found.name} calls.")
            return redirect(url_for("alerts.index"), 303)
    return page("alerts/order.html", form=form, office=found, said=said, by=by)


def _offer(work: Work, of: Agreement, kind: AlertKind, form: AlertForm) -> None:
    places = [(each.key, each.name) for each in work.people.establishments()]
    form.establishment.choices = widgets.choices([("", "Choose one"), *places])
    form.to.choices = widgets.choices([(place, place_words(of, place)) for place in kind.to])
    form.urgency.choices = widgets.choices(
        [(each.id, f"{each.words}: to be acknowledged within {_hours(span_words(each.acknowledge))}")
         for each in kind.urgencies]
    )  # fmt: skip
    called = _establishments(work)
    records = [
        (each.id, f"{of.records[each.kind].name}, {called.get(each.establishment, '')}, {filters.gds_date(each.on)}")
        for each in agreed.nameable(work, of, kind.about)
        if not each.closed  # whoever is alerted would learn of it
    ]
    form.record.choices = widgets.choices([("", "None"), *records])


def _hours(text: str) -> str:
    return text.partition(" (")[0]


def _record(work: Work, agreement: str, kind: str, record: str) -> str:
    """The address of the record an alert names, for whoever may open that."""
    if not record:
        return ""
    of = work.agreed.agreement(agreement, work.now)
    about = of.alerts[kind].about if kind in of.alerts else ()
    return (
        url_for("agreements.record", record=record)
        if any(each.id == record for each in agreed.nameable(work, of, about))
        else ""
    )


def _own(work: Work) -> list[Office]:
    return [work.people.office(number) for number in sorted(work.actor.offices)]


def _office_row(work: Work, office: Office) -> list[Any]:
    said, names = work.alerts.order(office.principal), Names(work)
    return [
        {"text": office.name, "href": url_for("alerts.order", office=office.id)},
        names.person(said.first) or "Everybody at once",
        names.person(said.deputy) or "Nobody",
    ]


def _establishments(work: Work) -> dict[str, str]:
    return {each.key: each.name for each in work.people.establishments(None)}
