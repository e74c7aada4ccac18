"""One's own account: who the service thinks you are, your sessions, your password."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field
from wtforms.validators import EqualTo

from app.http.house import actor, house
from app.http.permissions import signed_in
from app.http.sessions import current, session_id
from app.web import filters, forms, gates, token_view
from app.web.page import page
from app.web.pages import providers
from app.web.pages.notifications import HOWS
from app.web.provider_view import name_of
from identity.model import Appointment, SessionView
from identity.rules.reviewing import LATER

WAYS = {"passkey": "by passkey", "code": "by password and code"}
bp = Blueprint("account", __name__, url_prefix="/account")


class ChangePasswordForm(forms.Form):
    """The old one, the new one, and a code."""

    current = forms.password("Current password", needed="Enter your current password")
    password = forms.password(
        "New password",
        needed="Enter a new password",
        hint="At least 8 characters, or 15 if you administer the service. Three random words are good.",
        new=True,
    )
    again = forms.password("The new password again", needed="Enter the new password again", new=True)
    code = forms.code("Security code", needed="Enter the six digits your app shows now")

    def validate_again(self, field: Field) -> None:
        """Both the same."""
        EqualTo("password", "The two new passwords are not the same")(self, field)


@bp.get("")
@signed_in
def show() -> ResponseReturnValue:
    """Who you are here, and where you are signed in."""
    with house().work(actor()) as work:
        person = work.people.person(actor().id)
        held = work.people.appointments(actor().id, now=work.now)
        sessions = work.people.sessions(actor().id, now=work.now)
        training = gates.training(work, person)
        how, unreached = HOWS[work.outbox_list.how(actor().id)], work.outbox_list.unreached(actor().id)
        mine = work.identity.reviewed(actor=actor(), now=work.now)
        tokens = token_view.rows(work, work.tokens.mine(actor=actor()))
        passkeys = work.identity.own_passkeys(actor=actor(), now=work.now)
        links = work.identity.links_of(person_id=actor().id, actor=actor(), now=work.now)
        wrong_codes = work.identity.wrong_codes(actor=actor(), now=work.now)
    linked = {each.provider for each in links}
    return page(
        "account/show.html",
        form=forms.Ask(),
        person=person,
        rows=[_row(one) for one in held],
        sessions=[_session(one) for one in sessions],
        passkeys=passkeys,
        wrong_codes=wrong_codes,
        links=links,
        unlinked=[each for each in providers.offered() if each.party == person.party and each.id not in linked],
        name_of=lambda provider: name_of(house(), provider),
        site=house().settings.site,
        training=training,
        tokens=tokens,
        how=how,
        unreached=unreached,
        attesting=sum(each.state != LATER for each in mine),
        token_head=token_view.HEAD,
        here=session_id(),
        now=work.now,
    )


@bp.route("/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    """Change it; every other session ends."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            answer = work.identity.change_password(
                session_token=current().token,
                current=form.current.data,
                new=form.password.data,
                code=form.code.data,
                actor=actor(),
                now=work.now,
            )
            if answer.ok:
                current().adopt(answer.token, answer.stage, keep=True)
                flash("Your password is changed. You are signed out everywhere else.")
                return redirect(url_for("account.show"), 303)
            form.say(answer.detail)
    return page("account/password.html", form=form)


@bp.route("/sign-out-everywhere", methods=["GET", "POST"])
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    """Ask, then end every session, this one too."""
    form = forms.Ask()
    if form.validate_on_submit():
        with house().work(actor()) as work:
            work.identity.end_all_sessions(person_id=actor().id, actor=actor(), now=work.now)
        current().drop()
        return redirect(url_for("auth.signed_out"), 303)
    return page("account/sign_out_everywhere.html", form=form)


@bp.post("/sessions/end-others")
@signed_in
def end_others() -> ResponseReturnValue:
    """End every session of one's own but this."""
    with house().work(actor()) as work:
        ended = work.identity.end_other_sessions(session_token=current().token, actor=actor(), now=work.now)
    flash(f"{filters.plural(ended, 'other session')} ended." if ended else "You are signed in nowhere else.")
    return redirect(url_for("account.show"), 303)


@bp.post("/sessions/<id_>/end")
@signed_in
def end_session(id_: str) -> ResponseReturnValue:
    """End one session of one's own."""
    with house().work(actor()) as work:
        ended = work.identity.end_listed_session(session_id=id_, actor=actor(), now=work.now)
    flash("That session is ended." if ended else "That session had already ended.")
    return redirect(url_for("account.show"), 303)


@bp.get("/stay")
@signed_in
def stay() -> ResponseReturnValue:
    """Asked by the page when somebody says they are still there: the session has been seen by asking."""
    return Response(status=204)


def _row(one: Appointment) -> list[str]:
    role = house().policies.roles.get(one.role)
    since, until = filters.gds_date(one.window.since), filters.until(one.window.until)
    return [role.name if role else one.role, one.office_name, since, until]


def _session(one: SessionView) -> dict[str, Any]:
    """What the list says of a session. A program signs in through the API and says nothing of itself."""
    kept = json.loads(one.data)
    said = "A program, through the API" if one.door == "api" else str(kept.get("browser") or "A browser")
    said_way = str(kept.get("way"))
    by = said_way.removeprefix("provider:")
    way = f"with {name_of(house(), by)}" if by != said_way else WAYS.get(said_way, "")
    return {"id": one.id, "created": one.created, "seen": one.seen, "kind": said, "way": way}
