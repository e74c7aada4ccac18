"""Changes to an agreement: the versions there are, proposing one, what it changes and would do, and signing it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap import amending
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.http.request import receives_files
from app.web import filters
from app.web import version_view as view
from app.web.names import Names
from app.web.page import page
from app.web.version_forms import AssessForm, EndForm, ProposeForm, SignForm, into
from foundation.calendar import london_date
from sharing.errors.versions import VersionFaulty
from sharing.model.version import Proposal

bp = Blueprint("agreement_versions", __name__, url_prefix="/agreements")
BOTH = ["GET", "POST"]
MOST_FAULTS = 50
ACTS = ("assess", "sign", "decline", "withdraw")


@bp.get("/<agreement>/versions")
@signed_in
def index(agreement: str) -> ResponseReturnValue:
    """Every version there is, and what was proposed."""
    with house().work(actor()) as work:
        found = work.versions.of(agreement)
        current = work.agreements.current(agreement, london_date(work.now)) or found[0]
        rows = [view.version_row(each, current.version) for each in reversed(found)]
        called = Names(work)
        proposals = [view.proposal_row(each, called) for each in work.versions.proposals(agreement)]
        may = not amending.against_proposing(work, agreement)
        left = [view.left_row(each) for each in work.versions.left(current, work.now)]
    return page("agreements/versions.html", found=current, rows=rows, proposals=proposals, may=may, left=left)


@bp.get("/<agreement>/versions/<int:number>.toml")
@signed_in
def file(agreement: str, number: int) -> ResponseReturnValue:
    """One version as its file."""
    with house().work(actor()) as work:
        found = work.versions.version(agreement, number)
    return _toml(found.text, f"{agreement}-{number}")


@bp.get("/versions/<version>.toml")
@signed_in
def proposed_file(version: str) -> ResponseReturnValue:
    """A proposal as its file."""
    with house().work(actor()) as work:
        found = work.versions.proposal(version)
        text = work.versions.text(found)
    return _toml(text, f"{found.agreement}-{found.number}-proposed")


@bp.route("/<agreement>/versions/propose", methods=BOTH)
@receives_files(into)
@signed_in
def propose(agreement: str) -> ResponseReturnValue:
    """Send the file of the next version."""
    form = ProposeForm()
    if form.validate_on_submit() and (done := _propose(form, agreement)):
        return done
    with house().work(actor()) as work:
        newest = work.versions.of(agreement)[-1]
        against = amending.against_proposing(work, agreement)
    return page("agreements/propose.html", form=form, newest=newest, against=against)


def _propose(form: ProposeForm, agreement: str) -> ResponseReturnValue | None:
    with form.refusals():
        try:
            with house().work(actor()) as work:
                given = {"file": form.given(), "reason": form.reason.data}
                found = work.changing.propose(agreement, **given, actor=work.actor, now=work.now)
                flash("The version is proposed. Nothing changes until both bodies have signed it.")
                return redirect(url_for("agreement_versions.show", version=found.id), 303)
        except VersionFaulty as error:
            told = [(key, fault) for key, faults in error.fields.items() for fault in faults]
            for key, fault in told[:MOST_FAULTS]:
                form.say(f"{key}: {fault}" if key != "file" else f"The file {fault}", "file")
            if len(told) > MOST_FAULTS:
                form.say(f"And {len(told) - MOST_FAULTS} more faults", "file")
    return None


@bp.get("/versions/<version>")
@signed_in
def show(version: str) -> ResponseReturnValue:
    """What it changes, what it would do, and what was done about it."""
    with house().work(actor()) as work:
        shown = _shown(work, version)
    return page("agreements/version.html", **shown)


@bp.route("/versions/<version>/assess", methods=BOTH)
@signed_in
def assess(version: str) -> ResponseReturnValue:
    """The decision on an impact assessment."""
    form = AssessForm()
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            given = {"decision": form.decision.data, "reason": form.reason.data}
            work.changing.assess(version, **given, actor=work.actor, now=work.now)
            flash("The decision is recorded.")
            return redirect(url_for("agreement_versions.show", version=version), 303)
    return _ask("assess", version, form)


@bp.route("/versions/<version>/sign", methods=BOTH)
@signed_in
def sign(version: str) -> ResponseReturnValue:
    """Having read all that, for one's own body."""
    form = SignForm()
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            done = work.changing.sign(version, sha256=form.sha256.data or "", actor=work.actor, now=work.now)
            flash(_signed(done))
            return redirect(url_for("agreement_versions.show", version=version), 303)
    return _ask("sign", version, form)


@bp.route("/versions/<version>/decline", methods=BOTH)
@signed_in
def decline(version: str) -> ResponseReturnValue:
    """Not this one, says a body that would have to sign."""
    return _end("decline", version, "The version is declined.")


@bp.route("/versions/<version>/withdraw", methods=BOTH)
@signed_in
def withdraw(version: str) -> ResponseReturnValue:
    """Not this one, says the body that proposed it."""
    return _end("withdraw", version, "The version is withdrawn.")


def _end(act: str, version: str, said: str) -> ResponseReturnValue:
    form = EndForm()
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            getattr(work.changing, act)(version, reason=form.reason.data, actor=work.actor, now=work.now)
            flash(said)
            return redirect(url_for("agreement_versions.show", version=version), 303)
    return _ask(act, version, form)


def _ask(act: str, version: str, form: Any) -> ResponseReturnValue:
    with house().work(actor()) as work:
        shown = _shown(work, version)
        against = amending.against(work, act, shown["found"])
    if act == "sign" and not form.is_submitted():
        form.sha256.data = shown["found"].sha256  # what is shown here is what is signed
    return page(f"agreements/{act}.html", form=form, act=act, against=against, **shown)


def _shown(work: Work, version: str) -> dict[str, Any]:
    found = work.versions.proposal(version)
    base, called = work.versions.base(found), Names(work)
    say = view.says(work.versions.stated(found))
    run = amending.dry_run(work, found)
    places = {each.key: each.name for each in work.people.establishments(None)} if run else {}
    return {
        "found": found,
        "base": base,
        "summary": view.summary(found, base, called),
        "acts": [view.act_row(each, called, say) for each in found.acts],
        "changes": view.changes(work.versions.difference(found, say)),
        "lines": view.lines(base.text, work.versions.text(found)),
        "head": view.HEAD,
        "run": run is not None,
        "routes": view.route_rows(run) if run else [],
        "duties": view.duty_rows(run) if run else [],
        "owed": view.occurrence_rows(work, amending.listed(work, found, run), places) if run else [],
        "may": [act for act in ACTS if not amending.against(work, act, found)],
    }


def _signed(found: Proposal) -> str:
    if found.state == "signed":
        return f"It is signed by both bodies. It takes effect on {filters.gds_date(found.in_force)}."
    return "You signed it for your body. It waits for the other."


def _toml(text: str, name: str) -> Response:
    answer = Response(text, content_type="application/toml; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.toml")
    return answer
