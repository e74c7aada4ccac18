"""What gives an account power, and waits for a second administrator: looked at, confirmed, refused."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap import conferring
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import filters, names, widgets
from app.web.account_forms import ConfirmForm, WhyForm
from app.web.looking import holding
from app.web.page import page
from app.web.pages.accounts import LOOK
from identity.power_errors import ConferralUnknown
from identity.store.conferrals import APPOINTMENT, GROUP, Conferral

bp = Blueprint("conferrals", __name__, url_prefix="/accounts/to-confirm")


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """All of it, oldest first; and what to do where nobody is there to confirm."""
    with holding(LOOK) as work:
        found = work.identity.conferrals(actor=work.actor, now=work.now)
        seen = names.Names(work)
        rows = [_row(work, seen, each) for each in found]
        alone = len(conferring.administrators(work, work.actor.party)) < 2
        files = list(dict.fromkeys(each.file for each in found if each.file))
        counts = [(file, sum(each.file == file for each in found)) for file in files]
    body = names.party(actor().party)
    return page("conferrals/index.html", rows=rows, alone=alone, files=counts, body=body)


@bp.route("/<conferral>", methods=["GET", "POST"])
@signed_in
def decide(conferral: str) -> ResponseReturnValue:
    """What they could then see and do; and confirm it."""
    form = _form()
    with holding(LOOK) as work:
        shown = _shown(work, _one(work, conferral))
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            _confirm(work, conferral, form)
            flash(f"It is confirmed. {shown['person'].name} has to sign in again.")
            return redirect(url_for("conferrals.index"), 303)
    return page("conferrals/decide.html", form=form, conferral=conferral, **shown)


@bp.route("/<conferral>/refuse", methods=["GET", "POST"])
@signed_in
def refuse(conferral: str) -> ResponseReturnValue:
    """Nothing changes for the account."""
    form = WhyForm()
    with holding(LOOK) as work:
        shown = _shown(work, _one(work, conferral))
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            work.identity.refuse_conferral(conferral_id=conferral, why=form.why.data, actor=work.actor, now=work.now)
            flash("It is refused. Nothing changed for the account.")
            return redirect(url_for("conferrals.index"), 303)
    return page("conferrals/refuse.html", form=form, conferral=conferral, **shown)


@bp.route("/file/<file>", methods=["GET", "POST"])
@signed_in
def together(file: str) -> ResponseReturnValue:
    """Everything of one file that waits: confirmed together, or nothing of it."""
    form = _form()
    with holding(LOOK) as work:
        found = _of_file(work, file)
        seen = names.Names(work)
        rows = [_row(work, seen, each) for each in found]
        own = found[0].proposed_by == actor().id
        proposer = seen.person(found[0].proposed_by)
        opened = sorted({(_title(work, each), each.id) for each in found})
        effects = {title: conferring.effect(work, next(each for each in found if each.id == id_))
                   for title, id_ in opened}  # fmt: skip
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            for each in _of_file(work, file):
                _confirm(work, each.id, form)
            flash(f"All {len(rows)} are confirmed.")
            return redirect(url_for("conferrals.index"), 303)
    shown: dict[str, Any] = {"rows": rows, "own": own, "proposer": proposer, "effects": effects}
    return page("conferrals/file.html", form=form, **shown)


def _form() -> ConfirmForm:
    form = ConfirmForm()
    form.checked.choices = widgets.choices(house().policies.gates.powers.checks.items())
    return form


def _confirm(work: Work, conferral: str, form: ConfirmForm) -> None:
    given = {"checked": form.checked.data, "why": form.why.data}
    work.identity.confirm(conferral_id=conferral, **given, actor=work.actor, now=work.now)


def _one(work: Work, conferral: str) -> Conferral:
    found = [each for each in work.identity.conferrals(actor=work.actor, now=work.now) if each.id == conferral]
    if not found:
        raise ConferralUnknown("It is decided, or has lapsed. Look at the list of what waits.")
    return found[0]


def _of_file(work: Work, file: str) -> list[Conferral]:
    found = work.identity.conferrals(actor=work.actor, now=work.now, file=file)
    if not found:
        raise ConferralUnknown("It is decided, or has lapsed. Look at the list of what waits.")
    return found


def _shown(work: Work, each: Conferral) -> dict[str, Any]:
    person, seen = work.people.person(each.person_id), names.Names(work)
    may = work.identity.may_confirm(each, actor=work.actor, now=work.now)
    own = each.proposed_by == actor().id
    held = [f"{names.role(one.role)}, {one.office_name}" for one in work.people.appointments(person.id)
            if one.window.until > work.now]  # fmt: skip
    return {
        "person": person,
        "title": title(work, each),
        "effect": conferring.effect(work, each),
        "held": held,
        "maker": seen.person(person.made_by),
        "proposer": seen.person(each.proposed_by),
        "own": own,
        "able": any(one.id == actor().id for one in may),
        "others": [one.name for one in may],
        "apart": house().policies.gates.powers.apart.days,
        "asked": each,
        "time": _time(each),
    }


def title(work: Work, each: Conferral) -> str:
    """What is conferred, in a line."""
    return f"{_title(work, each)}, {_time(each)}"


def _title(work: Work, each: Conferral) -> str:
    if each.sort == APPOINTMENT:
        return f"{names.role(each.role)} in {work.people.office_by_id(each.place).name}"
    return f"Need-to-know group {work.people.group(each.place).name}" if each.sort == GROUP else "Vetting"


def _time(each: Conferral) -> str:
    until = filters.until(each.until)
    begins = f"from {filters.gds_date(each.since)} " if each.since else ""
    return f"{begins}until {until}" if until[:1].isdigit() else f"{begins}{until[:1].lower()}{until[1:]}"


def _row(work: Work, seen: names.Names, each: Conferral) -> list[Any]:
    href = url_for("conferrals.decide", conferral=each.id)
    yours = " (you)" if each.proposed_by == actor().id else ""
    return [
        {"text": seen.person(each.person_id), "href": href},
        {"text": _title(work, each), "minor": _time(each)},
        {"text": seen.person(each.proposed_by) + yours, "minor": filters.gds_date(each.proposed)},
        filters.gds_datetime(each.stands_until),
    ]
