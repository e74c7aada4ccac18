"""One's own account: who the service thinks you are, your sessions, your password."""

from __future__ import annotations

from hashlib import sha256

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field
from wtforms.validators import EqualTo

from app.http.house import actor, house
from app.http.permissions import signed_in
from app.http.sessions import current
from app.web import filters, forms
from app.web.page import page
from identity.model import Appointment

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
    return page(
        "account/show.html",
        form=forms.Ask(),
        person=person,
        rows=[_row(one) for one in held],
        sessions=sessions,
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


def session_id() -> str:
    """What this session is called in the list."""
    return sha256(current().token.encode()).hexdigest()
