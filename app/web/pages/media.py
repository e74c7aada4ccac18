"""The register of media and paper, and a medium from its request to its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap import custody as rooms
from app.bootstrap.work import Work
from app.http import reading_back
from app.http.downloads import packed
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.http.reading_back import ReadBack
from app.http.request import receives_files
from app.web import custody_forms as asked
from app.web import custody_view as view
from app.web import purposes, widgets
from app.web.forms import Ask, Form
from app.web.names import Names
from app.web.page import page
from custody.model import Asked, Export, Wanted

bp = Blueprint("media", __name__)
BOTH = ["GET", "POST"]


@bp.get("/media")
@signed_in
def index() -> ResponseReturnValue:
    """Media and paper, the worst first."""
    over = request.args.get("over") == "yes"
    with house().work(actor()) as work:
        media, papers = rooms.looked(work, over=over)
        called = Names(work)
        rows = [view.medium_row(each, called) for each in media], [view.paper_row(each, called) for each in papers]
    late = sum(each.late for each in (*media, *papers))
    heads: dict[str, Any] = {"media_head": view.MEDIA_HEAD, "paper_head": view.PAPER_HEAD}
    return page("media/index.html", media=rows[0], papers=rows[1], late=late, over=over, **heads)


@bp.route("/items/<ref>/medium", methods=BOTH)
@signed_in
def ask(ref: str) -> ResponseReturnValue:
    """Ask for a medium with the least of one item. It is opened first: what is chosen from is content."""
    purpose = purposes.of(ref)
    if not purpose:
        return redirect(url_for("items.show", ref=ref), 303)
    form = asked.AskForm()
    with house().work(actor()) as work:
        item = work.sharing.open(ref, purpose, actor=actor(), now=work.now)
    form.parts.choices = widgets.choices((str(each.part), each.name) for each in item.files)
    kinds = house().policies.custody.kinds.values()
    form.medium.choices = widgets.choices((each.id, f"{each.name}. {each.note}") for each in kinds)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            made = work.custody.ask(_asked(work, ref, form), actor=work.actor, now=work.now)
            flash("It is asked for. Somebody else decides on it.")
            return redirect(url_for("media.show", medium=made.id), 303)
    return page("media/new.html", form=form, ref=ref, item=item, marking=item.marking)


@bp.get("/media/<medium>")
@signed_in
def show(medium: str) -> ResponseReturnValue:
    """One medium, and what may come next."""
    with house().work(actor()) as work:
        line = work.kept.medium(medium, actor=work.actor, now=work.now)
        found = cast(Export, line.thing)
        summary, marking = view.medium_summary(work, found), view.marking_of(work, found)
        acts = view.medium_acts(found, actor().id, left=view.left(work, found))
    told = view.told(line)
    return page("media/show.html", found=found, summary=summary, acts=acts, told=told, late=line.late, marking=marking)


@bp.route("/media/<medium>/decide", methods=BOTH)
@signed_in
def decide(medium: str) -> ResponseReturnValue:
    """The second person."""
    form = asked.DecideForm()

    def act(work: Work) -> str:
        work.custody.decide(medium, form.choice.data, form.note.data, actor=work.actor, now=work.now)
        return "It is approved." if form.choice.data == "approved" else "It is refused."

    return _page(medium, form, act, title="Decide on this medium", action="Record the decision")


@bp.route("/media/<medium>/withdraw", methods=BOTH)
@signed_in
def withdraw(medium: str) -> ResponseReturnValue:
    """Take the request back."""

    def act(work: Work) -> str:
        work.custody.withdraw(medium, actor=work.actor, now=work.now)
        return "The request is taken back."

    return _page(medium, Ask(), act, title="Take this request back", action="Take the request back")


@bp.route("/media/<medium>/write", methods=BOTH)
@signed_in
def write(medium: str) -> ResponseReturnValue:
    """Make the passphrase, show it once, and offer the container under it."""
    form = Ask()
    found, _, marking = _found(medium)
    if form.validate_on_submit():
        with form.refusals():
            with house().work(actor()) as work:
                made = work.custody.prepare(medium, actor=work.actor, now=work.now)
            return page("media/passphrase.html", form=Ask(), found=found, made=made, marking=marking)
    return page("media/write.html", form=form, found=found, marking=marking)


@bp.post("/media/<medium>/container")
@signed_in
def container(medium: str) -> ResponseReturnValue:
    """The container, as it is made."""
    words, seal = request.form.get("passphrase", ""), request.form.get("seal", "")
    with house().work(actor()) as work:
        work.kept.medium(medium, actor=work.actor, now=work.now)
        made = rooms.container(work, medium, words, seal)
    return packed(made)


@bp.route("/media/<medium>/read-back", methods=BOTH)
@signed_in
@receives_files(reading_back.into)
def read_back(medium: str) -> ResponseReturnValue:
    """Give it back as it lies on the medium; only then is it exported."""
    form = asked.ReadBackForm()
    if form.validate_on_submit():
        sent = cast(ReadBack, form.file.data[0].stream)
        with form.refusals(), house().work(actor()) as work:
            work.custody.verify(medium, sent.size, sent.sha256, actor=work.actor, now=work.now)
            flash("What is on the medium is what was written. It is exported.")
            return redirect(url_for("media.show", medium=medium), 303)
    found, _, marking = _found(medium)
    return page("media/read_back.html", form=form, found=found, marking=marking)


@bp.route("/media/<medium>/loss", methods=BOTH)
@signed_in
def lose(medium: str) -> ResponseReturnValue:
    """It is lost."""
    form = asked.LossForm()

    def act(work: Work) -> str:
        work.custody.lose(medium, form.what.data, actor=work.actor, now=work.now)
        return "It is recorded as lost. Tell your security lead now, if you have not."

    return _page(medium, form, act, title="This medium is lost", action="Record that it is lost")


@bp.route("/media/<medium>/end", methods=BOTH)
@signed_in
def end(medium: str) -> ResponseReturnValue:
    """It was returned or destroyed."""
    form = asked.EndForm()
    form.offer(paper=False)

    def act(work: Work) -> str:
        work.custody.end(medium, form.said, actor=work.actor, now=work.now)
        return "It is recorded. The copies on it are accounted for."

    return _page(medium, form, act, title="What became of this medium", action="Record what became of it")


@bp.get("/media/<medium>/label")
@signed_in
def label(medium: str) -> ResponseReturnValue:
    """A label and cover sheet for the medium, to be printed."""
    found, holder, marking = _found(medium)
    return page("media/label.html", found=found, holder=holder, marking=marking)


def _page(medium: str, form: Form, act: Callable[[Work], str], *, title: str, action: str) -> ResponseReturnValue:
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            work.kept.medium(medium, actor=work.actor, now=work.now)
            flash(act(work))
            return redirect(url_for("media.show", medium=medium), 303)
    found, _, marking = _found(medium)
    shown: dict[str, Any] = {
        "title": title,
        "action": action,
        "names": [each.name for each in form if each.name != "csrf_token"],
    }
    return page("media/act.html", form=form, found=found, marking=marking, **shown)


def _found(medium: str) -> tuple[Export, str, str]:
    """(medium, its holder's name, its marking)."""
    with house().work(actor()) as work:
        found = cast(Export, work.kept.medium(medium, actor=work.actor, now=work.now).thing)
        return found, Names(work).person(found.holder), view.marking_of(work, found)


def _asked(work: Work, ref: str, form: asked.AskForm) -> Asked:
    parts = tuple(int(each) for each in form.parts.data or ())
    return Asked(
        items=(Wanted(ref, bool(form.text.data), parts),),
        purpose=purposes.of(ref),
        medium=form.medium.data,
        serial=form.serial.data,
        issued=bool(form.issued.data),
        holder=asked.account(work, form.holder.data or ""),
        why=form.why.data,
        least=form.least.data,
        to=form.to.data,
        outside=form.outside.data == "yes",
        back_on=form.back_on.data,
    )
