"""Taking up an invitation: a password, then an authenticator app, then the account is active."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import segno
from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import Field, HiddenField
from wtforms.validators import EqualTo

from app.http.house import actor, house
from app.http.language import N_, _, shown
from app.http.permissions import public
from app.http.source import limited
from app.web import forms
from app.web.page import page

bp = Blueprint("invitations", __name__, url_prefix="/invitations")


class NewPasswordForm(forms.Form):
    """Twice, since it cannot be read."""

    password = forms.password(
        N_("Password"),
        needed=N_("Enter a password"),
        hint=N_("At least 8 characters, or 15 if you administer the service. Three random words are good."),
        new=True,
    )
    again = forms.password(N_("The same password again"), needed=N_("Enter the password again"), new=True)
    code = forms.text(
        N_("Recovery code"), hint=N_("The administrator who checked your identity told you, like 4K7QM-9XR2D"), most=40
    )

    def validate_again(self, field: Field) -> None:
        """Both the same."""
        EqualTo("password", N_("The two passwords are not the same"))(self, field)


class FirstCodeForm(forms.Form):
    """The first code of the new app. ``uri`` comes back from the page, so that a wrong code need not start afresh."""

    uri = HiddenField()
    code = forms.code(N_("Code the app shows now"), needed=N_("Enter the six digits your app shows now"))


@bp.route("/<token>", methods=["GET", "POST"])
@public
def accept(token: str) -> ResponseReturnValue:
    """Choose a password."""
    form = NewPasswordForm()
    with house().work(actor()) as work:
        recovering = work.identity.wants_code(token=token, actor=actor(), now=work.now)
    if form.validate_on_submit():
        limited()
        with form.refusals(), house().work(actor()) as work:
            given = {"password": form.password.data, "code": form.code.data or ""}
            uri = work.identity.accept(token=token, **given, actor=actor(), now=work.now)
            return _show_secret(FirstCodeForm(formdata=None, data={"uri": uri}), token)
    return page("invitations/accept.html", form=form, recovering=recovering)


@bp.route("/<token>/code", methods=["GET", "POST"])
@public
def confirm(token: str) -> ResponseReturnValue:
    """Prove that the app works. Asked for by itself it starts again: the secret is shown once."""
    form = FirstCodeForm()
    if not form.is_submitted():
        return redirect(url_for("invitations.accept", token=token), 303)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            work.identity.confirm_second_factor(token=token, code=form.code.data, actor=actor(), now=work.now)
            flash(_("Your account is ready. Sign in with your new password and a new code."), shown())
            return redirect(url_for("auth.sign_in"), 303)
    return _show_secret(form, token)


def _show_secret(form: FirstCodeForm, token: str) -> ResponseReturnValue:
    """The secret, to scan and to type. It is on this page alone: the service keeps it sealed."""
    uri = form.uri.data or ""
    secret = "".join(parse_qs(urlsplit(uri).query).get("secret", ()))
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return page("invitations/code.html", form=form, token=token, qr=_picture(uri), secret=groups)


def _picture(uri: str) -> Markup:
    """The QR code as SVG in the page: attributes only, so the policy holds, and no address gives the secret away."""
    if not uri.startswith("otpauth://totp/"):
        return Markup()
    drawn = segno.make(uri, error="m").svg_inline(
        omitsize=True, border=4, svgclass="app-qr", lineclass=None, title=_("QR code")
    )
    return Markup(drawn)  # noqa: S704  segno draws modules from the text and puts none of it into the markup
