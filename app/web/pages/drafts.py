"""Drafts: written, filled with files, checked, and sent or thrown away. Each is its author's alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.http.repeating import in_turn
from app.http.request import receives_files
from app.web import compose, item_words, markings, uploads
from app.web.item_forms import FilesForm, Versioned
from app.web.page import page
from sharing.model.item import DraftOpened
from sharing.service.preparing import Addressing

bp = Blueprint("drafts", __name__, url_prefix="/drafts")
BOTH = ["GET", "POST"]


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """My drafts, the newest change first."""
    with house().work(actor()) as work:
        rows = work.items.drafts(actor=actor(), now=work.now)
        names = item_words.places(work)
    marking = markings.most_restrictive(row.marking for row in rows)
    return page("drafts/index.html", rows=rows, names=names, words=item_words, marking=marking)


@bp.route("/<uuid:draft>", methods=BOTH)
@signed_in
@in_turn
def show(draft: UUID) -> ResponseReturnValue:
    """Everything as it would go; then send it."""
    with house().work(actor()) as work:
        opened, to, shown = _opened(work, draft)
        named = work.people.names({*opened.recipients, *opened.groups, *_some(opened.embargo_lead)})
    form = Versioned(data={"version": str(opened.version)})
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            ref = work.sharing.send(draft, expected=form.expected, actor=actor(), now=work.now)
            return redirect(url_for("items.sent", ref=ref.reference), 303)
    form.look_again(opened.version)
    return page(
        "drafts/show.html", form=form, draft=opened, to=to, named=named, words=item_words, marks=markings, **shown
    )


@bp.route("/<uuid:draft>/edit", methods=BOTH)
@signed_in
def edit(draft: UUID) -> ResponseReturnValue:
    """Write it."""
    with house().work(actor()) as work:
        opened, to, shown = _opened(work, draft)
        form = compose.form_for(work, opened, to)
    if not form.asks_for_row() and form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            written = form.written(opened, work.now)
            work.sharing.revise_draft(draft, written, expected=form.expected, actor=actor(), now=work.now)
            return redirect(url_for("drafts.show", draft=draft), 303)
    form.look_again(opened.version)
    return page("drafts/edit.html", form=form, draft=opened, fits=compose.fits(opened.subjects), **shown)


@bp.route("/<uuid:draft>/files", methods=BOTH)
@receives_files(uploads.into)
@signed_in
def files(draft: UUID) -> ResponseReturnValue:
    """Add files, and take them off."""
    form = FilesForm()
    if form.validate_on_submit():
        said = uploads.attach_all(form, [file.stream for file in form.files.data])
        if said:
            flash(said)
        if not form.errors:
            return redirect(url_for("drafts.files", draft=draft), 303)
    with house().work(actor()) as work:
        opened, _, shown = _opened(work, draft)
    return page("drafts/files.html", form=form, draft=opened, settings=house().settings, **shown)


@bp.post("/<uuid:draft>/files/<int(max=1000000):part>/remove")
@signed_in
def remove(draft: UUID, part: int) -> ResponseReturnValue:
    """Take a file off."""
    with house().work(actor()) as work:
        work.sharing.remove_file(draft, part, actor=actor(), now=work.now)
    flash("The file is removed.")
    return redirect(url_for("drafts.files", draft=draft), 303)


@bp.route("/<uuid:draft>/discard", methods=BOTH)
@signed_in
def discard(draft: UUID) -> ResponseReturnValue:
    """Ask, then throw it away."""
    with house().work(actor()) as work:
        opened, _, shown = _opened(work, draft)
    form = Versioned(data={"version": str(opened.version)})
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            work.sharing.discard_draft(draft, expected=form.expected, actor=actor(), now=work.now)
            flash("The draft is thrown away.")
            return redirect(url_for("drafts.index"), 303)
    form.look_again(opened.version)
    return page("drafts/discard.html", form=form, draft=opened, **shown)


def _opened(work: Work, draft: UUID) -> tuple[DraftOpened, Addressing, dict[str, Any]]:
    opened = work.sharing.draft(draft, actor=actor(), now=work.now)
    to = work.sharing.addressing(draft, actor=actor(), now=work.now)
    place = item_words.place_name(work, opened.establishment)
    return opened, to, {"marking": opened.marking, "place": place, "here": request.path}


def _some(principal: int | None) -> set[int]:
    return {principal} if principal else set()
