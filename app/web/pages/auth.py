"""Signing in with two factors, and out. What was typed when a session ended comes along (app/http/kept.py)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.signing_in import check_password
from app.http import errors, kept
from app.http.csrf import FormStale, same_origin
from app.http.house import actor, house, site
from app.http.language import N_, speak, wanted
from app.http.permissions import SignInNeeded, public, signed_in
from app.http.sessions import become, current
from app.http.source import limited
from app.web import forms
from app.web.coming_in import told_of
from app.web.page import page
from app.web.pages import providers
from app.web.provider_view import name_of
from identity.errors import SessionEnded
from identity.service.signing_in import FIRST

bp = Blueprint("auth", __name__)


class PasswordForm(forms.Form):
    """The first factor."""

    email = forms.email(N_("Email address"), needed=N_("Enter your email address"))
    password = forms.password(N_("Password"), needed=N_("Enter your password"))


class CodeForm(forms.Form):
    """The second factor."""

    code = forms.code(
        N_("Security code"), needed=N_("Enter the six digits your app shows now"), hint=N_("Six digits, like 123 456")
    )


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Email and password."""
    form = PasswordForm()
    if form.validate_on_submit():
        limited(form.email.data)
        answer = check_password(
            house(),
            email=form.email.data,
            password=form.password.data,
            session_token=current().token,
            actor=actor(),
        )
        if answer.ok:
            current().adopt(answer.token, answer.stage, keep=False)
            return _to_code(kept.carried())
        form.say(answer.detail, "email")
    return _ask(form, kept.carried())


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """The code; then to where they were going, or to what they had typed."""
    carried = kept.carried()
    form = CodeForm()
    if current().stage not in FIRST:
        return redirect(url_for("auth.sign_in"), 303)
    by = _provider()
    if form.validate_on_submit():
        with house().work(actor()) as work:
            answer = work.identity.check_code(
                session_token=current().token, code=form.code.data, actor=actor(), now=work.now
            )
        if answer.ok:
            current().enter(answer, by or "code")
            told_of(answer.wrong_codes)
            return _onward(carried)
        form.say(answer.detail, "code")
    return _ask_code(form, carried)


@bp.post("/sign-in/passkey/options")
@public
def passkey_options() -> ResponseReturnValue:
    """What a device is asked: script fetches it when somebody wants to use a passkey."""
    limited()
    with house().work(actor()) as work:
        options = work.identity.ask_passkey(session_token=current().token, site=site(), actor=actor(), now=work.now)
    return Response(options, content_type="application/json")


@bp.post("/sign-in/passkey")
@public
def passkey() -> ResponseReturnValue:
    """Both factors at once, by what the device answered."""
    carried = kept.carried()
    with house().work(actor()) as work:
        answer = work.identity.check_passkey(
            session_token=current().token,
            answer=request.form.get("answer", ""),
            site=site(),
            actor=actor(),
            now=work.now,
        )
    if answer.ok:
        by = str(current().get("way", ""))
        current().enter(answer, by if answer.way != "passkey" else "passkey", keep=False)
        told_of(answer.wrong_codes)
        return _onward(carried)
    form = PasswordForm(formdata=None)
    form.say(answer.detail)
    return _ask(form, carried)


@bp.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End this session. Who came by a provider is told that they are still signed in there."""
    by = str(current().get("way", "")).partition(":")[2]
    with house().work(actor()) as work:
        work.identity.end_session(token=current().token, actor=actor(), now=work.now)
    current().drop()
    return redirect(url_for("auth.signed_out", of=by or None), 303)


@bp.get("/signed-out")
@public
def signed_out() -> ResponseReturnValue:
    """Nobody's page."""
    came_by = house().policies.gates.providers.known.get(request.args.get("of", ""))
    there = house().published.end_session(came_by) if came_by else ""
    return page("auth/signed_out.html", there=there, name=came_by.name if came_by else "")


def _ask(form: PasswordForm, carried: kept.Kept, **shown: Any) -> tuple[str, int]:
    speak(wanted())  # it may stand in the place of a page that is not done in Welsh
    notice = house().policies.gates.doors.notice
    shown |= {"notice": notice, "site": house().settings.site, "providers": providers.offered()}
    return page("auth/sign_in.html", form=form, kept=carried, **shown)


def _to_code(carried: kept.Kept) -> ResponseReturnValue:
    if carried.fields:  # what was typed travels in the page alone, so there is nothing to redirect to
        return _ask_code(CodeForm(formdata=None), carried)
    return redirect(url_for("auth.code", back=carried.back), 303)


def _provider() -> str:
    """By which provider the first factor was, as the session keeps it."""
    return str(current().get("way", "")) if current().stage == "provider" else ""


def _ask_code(form: CodeForm, carried: kept.Kept) -> ResponseReturnValue:
    """Or, where wrong ones were tried too often: until when none is looked at, and what is open all the same."""
    name = name_of(house(), by.partition(":")[2]) if (by := _provider()) else ""
    with house().work(actor()) as work:
        shut = work.identity.codes_shut(session_token=current().token, actor=actor(), now=work.now)
    given: dict[str, Any] = {"kept": carried, "provider": name, "site": house().settings.site}
    if shut:
        return page(
            "auth/codes_shut.html",
            until=shut,
            providers=providers.offered(),
            status=429 if form.errors else 200,
            **given,
        )
    return page("auth/code.html", form=form, **given)


def _onward(carried: kept.Kept) -> ResponseReturnValue:
    """Signed in. The form that was interrupted is handed back by a page of its own: nothing is sent by signing in."""
    if not carried.fields:
        return redirect(carried.back, 303)
    with house().work(actor()) as work:
        become(work.people.actor_of_session(current().token, now=work.now, request_id=g.request_id))
    return page("auth/welcome_back.html", kept=carried, mark=kept.MARK)


def _needed(error: SignInNeeded) -> ResponseReturnValue:
    """A page nobody may see unsigned: the way in, with what was typed."""
    if errors.wants_problem():
        return errors.http_refused(error)
    if request.method in {"GET", "HEAD"}:
        back = kept.local(request.full_path.rstrip("?"))
        return redirect(url_for("auth.sign_in", back=None if back == "/" else back), 303)
    return _ask(PasswordForm(formdata=None), kept.capture(), ended=True, status=401)


def _stale(error: FormStale) -> ResponseReturnValue:
    """Signed in, but the form is from an earlier session: what was typed is handed back."""
    if errors.wants_problem():
        return errors.http_refused(error)
    if request.blueprint == bp.name and same_origin():
        return _ask(PasswordForm(formdata=None), kept.carried(), ended=True, status=400)
    return page("errors/stale.html", kept=kept.capture(), mark=kept.MARK, status=400)


def _from_the_start(error: SessionEnded) -> ResponseReturnValue:
    """The session ended between the two factors, or in another window."""
    if errors.wants_problem():
        return errors.refused(error)
    return _ask(PasswordForm(formdata=None), kept.carried(), ended=True, status=401)


def set_up(app: Flask) -> None:
    """The three ways a session can be missing are answered with a way back in."""
    app.register_error_handler(SignInNeeded, _needed)
    app.register_error_handler(FormStale, _stale)
    app.register_error_handler(SessionEnded, _from_the_start)
