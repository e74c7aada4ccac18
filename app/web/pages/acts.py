"""Acts on an item, each a page that asks and a POST that does."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.http.house import actor, house
from app.http.language import _, shown
from app.http.permissions import signed_in
from app.web import finding, item_words, names, widgets
from app.web.item_acts import BY_NAME
from app.web.item_forms import (
    AnswerForm,
    CloseForm,
    GrantForm,
    ListedCloseForm,
    PassOnForm,
    RecuseForm,
    ReopenForm,
    ShareForm,
    Versioned,
    WithdrawForm,
    for_item,
    offer,
    purpose_options,
)
from app.web.page import page
from classification.model import OFFICIAL, SENSITIVE
from sharing.model.agreement import PASS_ON, Agreements
from sharing.model.item import ItemSeen, Written

bp = Blueprint("acts", __name__, url_prefix="/items/<ref>")
BOTH = ["GET", "POST"]


@bp.route("/acknowledge", methods=BOTH)
@signed_in
def acknowledge(ref: str) -> ResponseReturnValue:
    """Our office has it."""
    item = _seen(ref)
    form = for_item(Versioned, item)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            work.sharing.acknowledge(ref, expected=form.expected, actor=actor(), now=work.now)
            return _done("acknowledge", ref)
    return _ask("acknowledge", item, form)


@bp.route("/pass-on", methods=BOTH)
@signed_in
def pass_on(ref: str) -> ResponseReturnValue:
    """To the one office the way names."""
    item = _seen(ref)
    only = str(item.to_offices[0].principal) if len(item.to_offices) == 1 else None
    form = for_item(PassOnForm, item, office=only)
    offer(form.office, [(str(office.principal), office.name) for office in item.to_offices])
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            office, note = int(form.office.data), form.note.data
            work.sharing.pass_on(ref, office, note, expected=form.expected, actor=actor(), now=work.now)
            return _done(PASS_ON, ref)
    return _ask(PASS_ON, item, form)


@bp.route("/answer", methods=BOTH)
@signed_in
def answer(ref: str) -> ResponseReturnValue:
    """Begin the answer: a draft that belongs to this item."""
    item = _seen(ref)
    form = for_item(AnswerForm, item, grade=SENSITIVE if item.marking_code == "OS" else OFFICIAL)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            draft = work.sharing.answer(ref, _begun(item, form.grade.data), actor=actor(), now=work.now)
            return redirect(url_for("drafts.edit", draft=draft.uuid), 303)
    return _ask("answer", item, form)


def _begun(item: ItemSeen, grade: str) -> Written:
    """What an answer can begin with, so that nobody types it: its author may change all of it."""
    step = item_words.current(item)
    why = f"{step.title} ({', '.join(step.clauses)})" if step else None
    return Written(marking=grade, title=f"Answer to {item.ref.reference}", sharing_purpose=why)


@bp.route("/close", methods=BOTH)
@signed_in
def close(ref: str) -> ResponseReturnValue:
    """Nothing more is owed."""
    with house().work(actor()) as work:
        item = work.sharing.see(ref, actor=actor(), now=work.now)
        listed = _outcomes(item, work.agreements)
    form = for_item(ListedCloseForm if listed else CloseForm, item)
    if listed:
        form.result.choices = widgets.choices([("", _("None of these")), *listed])
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            result = form.result.data if listed else ""
            said = form.outcome.data
            work.sharing.close(ref, said, result=result, expected=form.expected, actor=actor(), now=work.now)
            return _done("close", ref)
    return _ask("close", item, form)


@bp.route("/reopen", methods=BOTH)
@signed_in
def reopen(ref: str) -> ResponseReturnValue:
    """Take it up again."""
    item = _seen(ref)
    form = for_item(ReopenForm, item)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            work.sharing.reopen(ref, form.reason.data, expected=form.expected, actor=actor(), now=work.now)
            return _done("reopen", ref)
    return _ask("reopen", item, form)


@bp.route("/withdraw", methods=BOTH)
@signed_in
def withdraw(ref: str) -> ResponseReturnValue:
    """Take it back. Nobody sees it afterwards, so it goes on from the list."""
    item = _seen(ref)
    form = for_item(WithdrawForm, item)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            work.sharing.withdraw(ref, form.reason.data, expected=form.expected, actor=actor(), now=work.now)
            return _done("withdraw", ref, to="items.inbox")
    return _ask("withdraw", item, form)


@bp.route("/share", methods=BOTH)
@signed_in
def share(ref: str) -> ResponseReturnValue:
    """Name one more person or group."""
    item, found = _seen_with_people(ref, "share")
    form = for_item(ShareForm, item)
    offer(form.person, found)
    offer(form.purpose, purpose_options(item.purposes))
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            who, why = int(form.person.data), form.purpose.data
            work.sharing.share(ref, who, why, expected=form.expected, actor=actor(), now=work.now)
            return _done("share", ref)
    return _ask("share", item, form, found=found)


@bp.route("/recuse", methods=BOTH)
@signed_in
def recuse(ref: str) -> ResponseReturnValue:
    """Bar a person by name."""
    item, found = _seen_with_people(ref, "recuse")
    form = for_item(RecuseForm, item)
    offer(form.person, found)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            who, why = int(form.person.data), form.reason.data
            work.sharing.recuse(ref, who, why, expected=form.expected, actor=actor(), now=work.now)
            return _done("recuse", ref)
    return _ask("recuse", item, form, found=found)


@bp.route("/grant", methods=BOTH)
@signed_in
def grant(ref: str) -> ResponseReturnValue:
    """Sight of it, for a time."""
    item, found = _seen_with_people(ref, "grant")
    form = for_item(GrantForm, item)
    offer(form.person, found)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            who, until, why = int(form.person.data), form.until_instant(), form.reason.data
            work.sharing.grant(ref, who, until, why, expected=form.expected, actor=actor(), now=work.now)
            return _done("grant", ref)
    return _ask("grant", item, form, found=found)


def _outcomes(item: ItemSeen, agreements: Agreements) -> list[tuple[str, str]]:
    """What may come of it, where any version of its agreement lists that for its kind."""
    kinds = [each.kinds[item.kind] for each in agreements.of(item.agreement) if item.kind in each.kinds]
    return [(code, names.words(code)) for kind in kinds[-1:] for code in kind.outcomes]


def _seen(ref: str) -> ItemSeen:
    with house().work(actor()) as work:
        return work.sharing.see(ref, actor=actor(), now=work.now)


def _seen_with_people(ref: str, act: str) -> tuple[ItemSeen, list[tuple[str, str]]]:
    """The item, and the colleagues looked for: by those alone who may name somebody on it."""
    with house().work(actor()) as work:
        item = work.sharing.see(ref, actor=actor(), now=work.now)
        looked_for = request.args.get("q", "") if item.may[act].allowed else ""
        found = finding.matches(work, looked_for, groups=act == "share")
    return item, [(str(one.principal), one.words) for one in found]


def _ask(name: str, item: ItemSeen, form: Versioned, **shown: Any) -> ResponseReturnValue:
    form.look_again(item.ref.version)
    may = item.may[name]
    template = "items/name.html" if "found" in shown else "items/act.html"
    shown |= {"item": item, "act": BY_NAME[name], "may": may, "marking": item.marking}
    return page(template, form=form, status=200 if may.allowed else 403, **shown)


def _done(name: str, ref: str, *, to: str = "") -> ResponseReturnValue:
    flash(_(BY_NAME[name].done, ref=ref), shown())
    return redirect(url_for(to) if to else url_for("items.show", ref=ref), 303)
