"""Copies on paper: registered, printed, locked away, moved, ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import custody_forms as asked
from app.web import custody_view as view
from app.web import item_words, widgets
from app.web.forms import Form
from app.web.item_forms import purpose_options
from app.web.names import Names
from app.web.page import page
from custody.model import Paper

bp = Blueprint("papers", __name__)
BOTH = ["GET", "POST"]


@bp.route("/items/<ref>/paper", methods=BOTH)
@signed_in
def register(ref: str) -> ResponseReturnValue:
    """A copy on paper that came with the item, or was made elsewhere."""
    form = asked.PaperForm()
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            given = {"place": form.place.data, "locked": bool(form.locked.data), "made_on": form.made_on.data}
            made = work.custody.register(ref, **given, actor=work.actor, now=work.now)
            flash("It is registered. You hold it.")
            return redirect(url_for("papers.show", paper=made.id), 303)
    with house().work(actor()) as work:
        item = work.sharing.see(ref, actor=actor(), now=work.now)
    return page("papers/new.html", form=form, ref=ref, marking=item.marking)


@bp.route("/items/<ref>/print", methods=BOTH)
@signed_in
def print_(ref: str) -> ResponseReturnValue:
    """Ask what for and how many; then the sheet, with its marking on every page, and each copy registered."""
    form = asked.PrintForm()
    with house().work(actor()) as work:
        item = work.sharing.see(ref, actor=actor(), now=work.now)
    form.purpose.choices = widgets.choices(purpose_options(item.purposes))
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            given = {"copies": form.number, "place": form.place.data, "locked": bool(form.locked.data)}
            made = work.custody.print_copies(ref, form.purpose.data, **given, actor=work.actor, now=work.now)
            opened = work.sharing.open(ref, form.purpose.data, actor=actor(), now=work.now)
            place = item_words.place_name(work, opened.establishment)
            copies = [view.short(each) for each in made]
            shown: dict[str, Any] = {
                "item": opened,
                "copies": copies,
                "place": place,
                "words": item_words,
                "at": work.now,
            }
            return page("papers/sheet.html", marking=opened.marking, **shown)
    return page("papers/print.html", form=form, ref=ref, marking=item.marking)


@bp.get("/papers/<paper>")
@signed_in
def show(paper: str) -> ResponseReturnValue:
    """One copy, and what may come next."""
    with house().work(actor()) as work:
        line = work.kept.paper(paper, actor=work.actor, now=work.now)
        found = cast(Paper, line.thing)
        summary, marking = view.paper_summary(work, found), view.marking_of(work, found)
        acts = view.paper_acts(found, actor().id, left=view.left(work, found))
    shown: dict[str, Any] = {"title": view.short(found), "told": view.told(line), "late": line.late, "marking": marking}
    return page("papers/show.html", found=found, summary=summary, acts=acts, **shown)


@bp.get("/papers/<paper>/cover")
@signed_in
def cover(paper: str) -> ResponseReturnValue:
    """A cover sheet, to be printed."""
    found, holder, marking = _found(paper)
    return page("papers/cover.html", found=found, holder=holder, copy=view.short(found), marking=marking)


@bp.route("/papers/<paper>/lock", methods=BOTH)
@signed_in
def lock(paper: str) -> ResponseReturnValue:
    """Its holder says that it is locked away."""
    form = asked.LockForm()

    def act(work: Work) -> str:
        work.custody.confirm(paper, locked=bool(form.locked.data), actor=work.actor, now=work.now)
        return "It is recorded that it is locked away."

    return _page(paper, form, act, title="Is it locked away?", action="Confirm it")


@bp.route("/papers/<paper>/send", methods=BOTH)
@signed_in
def send(paper: str) -> ResponseReturnValue:
    """Hand it over."""
    form = asked.SendForm()
    form.offer()

    def act(work: Work) -> str:
        found = work.people.by_email(form.to.data)
        given = {"to": found.id if found else "nobody", "way": form.way.data, "covered": bool(form.covered.data)}
        work.custody.send(paper, **given, actor=work.actor, now=work.now)
        return "It is on its way. Whom it goes to says when it has arrived."

    return _page(paper, form, act, title="Hand this copy over", action="Record that it was handed over")


@bp.route("/papers/<paper>/receive", methods=BOTH)
@signed_in
def receive(paper: str) -> ResponseReturnValue:
    """It has arrived."""
    form = asked.ReceiveForm()

    def act(work: Work) -> str:
        given = {"place": form.place.data, "locked": bool(form.locked.data)}
        work.custody.receive(paper, **given, actor=work.actor, now=work.now)
        return "It is received. You hold it."

    return _page(paper, form, act, title="This copy has arrived", action="Record that it has arrived")


@bp.route("/papers/<paper>/missing", methods=BOTH)
@signed_in
def missing(paper: str) -> ResponseReturnValue:
    """It is not where it should be."""
    form = asked.LossForm()

    def act(work: Work) -> str:
        work.custody.miss(paper, form.what.data, actor=work.actor, now=work.now)
        return "It is recorded as missing. Tell your security lead now, if you have not."

    return _page(paper, form, act, title="This copy is missing", action="Record that it is missing")


@bp.route("/papers/<paper>/found", methods=BOTH)
@signed_in
def found(paper: str) -> ResponseReturnValue:
    """It was found."""
    form = asked.ReceiveForm()

    def act(work: Work) -> str:
        given = {"place": form.place.data, "locked": bool(form.locked.data)}
        work.custody.find(paper, **given, actor=work.actor, now=work.now)
        return "You hold it."

    return _page(paper, form, act, title="You have this copy now", action="Record that you have it")


@bp.route("/papers/<paper>/end", methods=BOTH)
@signed_in
def end(paper: str) -> ResponseReturnValue:
    """It was destroyed or returned."""
    form = asked.EndForm()
    form.offer(paper=True)

    def act(work: Work) -> str:
        work.custody.end_paper(paper, form.said, actor=work.actor, now=work.now)
        return "It is recorded. The copy is accounted for."

    return _page(paper, form, act, title="What became of this copy", action="Record what became of it")


def _page(paper: str, form: Form, act: Callable[[Work], str], *, title: str, action: str) -> ResponseReturnValue:
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            work.kept.paper(paper, actor=work.actor, now=work.now)
            flash(act(work))
            return redirect(url_for("papers.show", paper=paper), 303)
    here, _, marking = _found(paper)
    shown: dict[str, Any] = {
        "title": title,
        "action": action,
        "names": [each.name for each in form if each.name != "csrf_token"],
    }
    return page("papers/act.html", form=form, found=here, copy=view.short(here), marking=marking, **shown)


def _found(paper: str) -> tuple[Paper, str, str]:
    """(copy, its holder's name, its marking)."""
    with house().work(actor()) as work:
        here = cast(Paper, work.kept.paper(paper, actor=work.actor, now=work.now).thing)
        return here, Names(work).person(here.keeper), view.marking_of(work, here)
