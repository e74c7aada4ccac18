"""Drafts: written, filled with files, checked, and sent or thrown away. Each is its author's alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.http.repeating import in_turn
from app.http.request import receives_files
from app.web import compose, found_markings, item_words, markings, uploads
from app.web.forms import Form
from app.web.item_forms import FilesForm, PasteForm, Versioned
from app.web.page import page
from sharing.model.decision import TOLD
from sharing.model.item import DraftOpened, DraftRef
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
            g.gone = url_for("drafts.edit", draft=draft)
            return redirect(url_for("items.sent", ref=ref.reference), 303)
    form.look_again(opened.version)
    helps: dict[str, Any] = {"words": item_words, "marks": markings, "marked": found_markings, "told": TOLD}
    return page("drafts/show.html", form=form, draft=opened, to=to, named=named, **helps, **shown)


@bp.route("/<uuid:draft>/edit", methods=BOTH)
@receives_files(uploads.into)
@signed_in
def edit(draft: UUID) -> ResponseReturnValue:
    """Write it, with its files. A file that came is kept whatever is wrong with the rest: it cannot be shown again."""
    opened, form, shown = house().do(lambda work: _written(work, draft), actor())
    if form.is_submitted():
        saved = not form.asks_for_row() and form.validate_on_submit() and _saved(form, opened)
        came = uploads.attach_all(form, [file.stream for file in form.files.data or () if file.filename])
        if saved and not form.errors:
            return redirect(url_for("drafts.show", draft=draft), 303)
        if came:
            flash(came)
        opened, _, shown = house().do(lambda work: _opened(work, draft), actor())
    form.look_again(opened.version)
    return page("drafts/edit.html", form=form, draft=opened, fits=compose.fits(opened.subjects), **shown)


def _written(work: Work, draft: UUID) -> tuple[DraftOpened, compose.ComposeForm, dict[str, Any]]:
    opened, to, shown = _opened(work, draft)
    return opened, compose.form_for(work, opened, to), shown


def _saved(form: compose.ComposeForm, opened: DraftOpened) -> bool:
    """Whether what was typed is the draft’s now; if not, the form says why."""

    def save(work: Work) -> DraftRef:
        written = form.written(opened, work.now)
        return work.sharing.revise_draft(opened.uuid, written, expected=form.expected, actor=actor(), now=work.now)

    with form.refusals():
        form.version.data = str(house().do(save, actor()).version)
        return True
    return False


@bp.post("/<uuid:draft>/files/text")
@signed_in
def paste(draft: UUID) -> ResponseReturnValue:
    """Text, kept as a file: sealed, looked at and shown like any other."""
    form = PasteForm()
    if form.validate_on_submit():
        with form.refusals():
            uploads.pasted(draft, form.name.data, form.text.data)
            flash("1 file is added.")
            return redirect(url_for("drafts.files", draft=draft), 303)
    return _files(draft, form, FilesForm(formdata=None), form)


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
    return _files(draft, form, form, PasteForm(formdata=None))


@bp.post("/<uuid:draft>/files/<int(max=1000000):part>/remove")
@signed_in
def remove(draft: UUID, part: int) -> ResponseReturnValue:
    """Take a file off."""
    with house().work(actor()) as work:
        work.sharing.remove_file(draft, part, actor=actor(), now=work.now)
    flash("The file is removed.")
    return redirect(url_for("drafts.files", draft=draft), 303)


@bp.route("/<uuid:draft>/markings", methods=BOTH)
@signed_in
def marked(draft: UUID) -> ResponseReturnValue:
    """What says more than the draft is marked; say why not."""
    with house().work(actor()) as work:
        opened, _, shown = _opened(work, draft)
    form = found_markings.form_for(opened)
    if form.validate_on_submit():
        reasons = found_markings.given(form, opened)
        if not reasons and opened.asked:
            form.say("Say why, or raise the marking", f"{found_markings.PREFIX}{min(opened.asked)}")
        else:
            with form.refusals(), house().work(actor()) as work:
                for part, why in reasons.items():
                    work.sharing.explain_marking(draft, part, why, actor=actor(), now=work.now)
                return redirect(url_for("drafts.show", draft=draft), 303)
    return page("drafts/markings.html", form=form, draft=opened, marked=found_markings, **shown)


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
            g.gone = url_for("drafts.edit", draft=draft)
            flash("The draft is thrown away.")
            return redirect(url_for("drafts.index"), 303)
    form.look_again(opened.version)
    return page("drafts/discard.html", form=form, draft=opened, **shown)


def _files(draft: UUID, form: Form, files: FilesForm, pasted: PasteForm) -> ResponseReturnValue:
    """``form``: the one that was sent, whose faults the page tells."""
    with house().work(actor()) as work:
        opened, _, shown = _opened(work, draft)
        begun = work.sharing.uploads(draft, actor=actor(), now=work.now)
    helps: dict[str, Any] = {"settings": house().settings, "marked": found_markings, "begun": begun}
    return page("drafts/files.html", form=form, files=files, pasted=pasted, draft=opened, **helps, **shown)


def _opened(work: Work, draft: UUID) -> tuple[DraftOpened, Addressing, dict[str, Any]]:
    opened = work.sharing.draft(draft, actor=actor(), now=work.now)
    to = work.sharing.addressing(draft, actor=actor(), now=work.now)
    place = item_words.place_name(work, opened.establishment)
    return opened, to, {"marking": opened.marking, "place": place, "here": request.path}


def _some(principal: int | None) -> set[int]:
    return {principal} if principal else set()
