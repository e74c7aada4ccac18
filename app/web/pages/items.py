"""Items: the list, a new one, one as it is seen, and one opened."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.http.repeating import looks
from app.web import found_markings, item_acts, item_csv, item_words, markings, purposes
from app.web.item_filters import FilterForm, kinds, page_links, walked
from app.web.item_forms import NewForm, OpenForm, offer, purpose_options, way_key, way_options
from app.web.page import page
from classification.model import SENSITIVE
from sharing.model.item import DraftRef, ItemSeen, Written
from sharing.queries.items import ListPage
from sharing.queries.ways import Ways

bp = Blueprint("items", __name__)
SIZE = 25
WAITING = 10  # of what waits, before “show all”
NOTHING = ListPage((), None, 0)
WORDS: dict[str, Any] = {"words": item_words, "acts": item_acts}


@bp.get("/items")
@signed_in
def inbox() -> ResponseReturnValue:
    """What waits for me, then everything I may see."""
    with house().work(actor()) as work:
        names = item_words.places(work)
        form = FilterForm(kinds(work), names, work.now)
        waiting = _waiting(work, form)
        gone = work.sharing.unreachable(actor=work.actor, now=work.now)
        broken = work.protection.overrides.seen(open_only=True, actor=work.actor, now=work.now)
        found = NOTHING if form.errors else _found(work, form)
    marking = markings.most_restrictive(row.marking for row in (*found.rows, *waiting.rows))
    shown = {
        **page_links(form.given(), found.next),
        "waiting": waiting,
        "broken": broken,
        "gone": gone,
        "most": WAITING,
        "names": names,
        **WORDS,
    }
    return page("items/inbox.html", form=form, found=found, marking=marking, **shown)


@bp.get("/items.csv")
@signed_in
def as_csv() -> ResponseReturnValue:
    """The filtered list, as a file."""
    with house().work(actor()) as work:
        names = item_words.places(work)
        form = FilterForm(kinds(work), names, work.now)
        if form.errors:
            return redirect(url_for("items.inbox", **dict[str, Any](request.args)), 303)
        return item_csv.answer(item_csv.every(work, form.filters()), names)


@bp.route("/items/new", methods=["GET", "POST"])
@signed_in
def new() -> ResponseReturnValue:
    """Which way; then it is a draft. From the home page the way comes with the button, and this is not looked at."""
    form = NewForm()
    with house().work(actor()) as work:
        found = work.items.ways(actor=actor(), now=work.now)
    offer(form.way, way_options(found.ways, offices=len({way.office for way in found.ways})))
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            draft = _start(work, found, form)
            return redirect(url_for("drafts.edit", draft=draft.uuid), 303)
    hints = [{"hint": {"text": f"{way.way} ({', '.join(way.clauses)})"}} for way in found.ways]
    return page("items/new.html", form=form, found=found, hints=hints)


@bp.get("/items/<ref>")
@signed_in
def show(ref: str) -> ResponseReturnValue:
    """What may be known before it is opened."""
    return _outside(ref, OpenForm())


@bp.route("/items/<ref>/open", methods=["GET", "POST"])
@signed_in
@looks
def open_(ref: str) -> ResponseReturnValue:
    """Say what for; from then on, in this session, it is opened for that."""
    return _outside(ref, OpenForm())


@bp.get("/items/<ref>/content")
@signed_in
def content(ref: str) -> ResponseReturnValue:
    """The item, opened: each time is logged."""
    purpose = purposes.of(ref)
    if not purpose:
        return redirect(url_for("items.show", ref=ref), 303)
    with house().work(actor()) as work:
        item = work.sharing.open(ref, purpose, actor=actor(), now=work.now)
        place = item_words.place_name(work, item.establishment)
    helps: dict[str, Any] = {"marks": markings, "marked": found_markings}
    return page("items/content.html", item=item, place=place, marking=item.marking, **helps, **WORDS)


@bp.get("/items/<ref>/sent")
@signed_in
def sent(ref: str) -> ResponseReturnValue:
    """It is on its way, and what happens next."""
    with house().work(actor()) as work:
        item = work.sharing.see(ref, actor=actor(), now=work.now)
        decision = work.protection.decisions.of_sending(str(item.ref.uuid), actor=work.actor)
    return page("items/sent.html", item=item, decision=decision, step=item_words.current(item), marking=item.marking)


def _outside(ref: str, form: OpenForm) -> ResponseReturnValue:
    with house().work(actor()) as work:
        item = work.sharing.see(ref, actor=actor(), now=work.now)
        place = item_words.place_name(work, item.establishment)
    offer(form.purpose, purpose_options(item.purposes))
    if form.validate_on_submit():
        purposes.remember(ref, form.purpose.data)
        return redirect(url_for("items.content", ref=ref), 303)
    shown: dict[str, Any] = {"chosen": _chosen(item), "marking": item.marking, **WORDS}
    return page("items/show.html", form=form, item=item, place=place, **shown)


def _chosen(item: ItemSeen) -> str:
    """The words of the purpose given before in this session."""
    return dict(purpose_options(item.purposes)).get(purposes.of(item.ref.reference), "")


def _waiting(work: Work, form: FilterForm) -> ListPage:
    """On the first page of the whole list alone."""
    if walked() or form.given() or form.errors:
        return NOTHING
    return work.items.waiting(actor=actor(), now=work.now)


def _found(work: Work, form: FilterForm) -> ListPage:
    cursor: Any = walked()[-1] if walked() else None
    return work.items.page(filters=form.filters(), cursor=cursor, size=SIZE, actor=actor(), now=work.now)


def _start(work: Work, found: Ways, form: NewForm) -> DraftRef:
    way = next(way for way in found.ways if way_key(way) == form.way.data)
    return work.sharing.start_draft(
        Written(marking=SENSITIVE),  # sealed as the more restricted one until its author has said which it is
        agreement=way.agreement,
        kind=way.kind,
        office=way.office,
        route=way.route,
        actor=actor(),
        now=work.now,
    )
