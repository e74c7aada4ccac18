"""One's own passkeys: add one by a code and the device itself, take one away."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.http.house import actor, house, site
from app.http.permissions import signed_in
from app.http.sessions import current
from app.web import forms, proof
from app.web.page import page
from identity.errors import PasskeyRefused, PasskeyUnknown

bp = Blueprint("passkeys", __name__, url_prefix="/account/passkeys")


class NewPasskeyForm(proof.ProofForm):
    """What it is called."""

    name = forms.text("Name of the passkey", hint="For you alone, such as the device it is on: “Work laptop”", most=60)


@bp.route("/new", methods=["GET", "POST"])
@signed_in
def new() -> ResponseReturnValue:
    """Name it and give a code; the page that answers asks the device."""
    form, here = NewPasskeyForm(), site()
    if form.validate_on_submit() and proof.given(form):
        with form.refusals(), house().work(actor()) as work:
            options = work.identity.ask_for_passkey(
                session_token=current().token, name=form.name.data, site=here, actor=actor(), now=work.now
            )
        if not form.errors:
            return _ask_device(options)
    return page("account/passkey_new.html", form=form, proof=proof.asked())


@bp.post("")
@signed_in
def add() -> ResponseReturnValue:
    """What the device made."""
    try:
        with house().work(actor()) as work:
            work.identity.add_passkey(
                session_token=current().token,
                answer=request.form.get("answer", ""),
                site=site(),
                actor=actor(),
                now=work.now,
            )
    except PasskeyRefused as error:
        form = NewPasskeyForm(formdata=None)
        form.refuse(error)
        return page("account/passkey_new.html", form=form, proof=proof.asked())
    flash("The passkey is added. You can sign in with it from now on.")
    return redirect(url_for("account.show"), 303)


@bp.route("/<passkey>/remove", methods=["GET", "POST"])
@signed_in
def remove(passkey: str) -> ResponseReturnValue:
    """Ask, then take it away."""
    form = proof.ProofForm()
    with house().work(actor()) as work:
        held = {each.id: each for each in work.identity.own_passkeys(actor=actor(), now=work.now)}
    if passkey not in held:
        raise PasskeyUnknown("Look at your account again; it may be removed already.")
    if form.validate_on_submit() and proof.given(form):
        with form.refusals(), house().work(actor()) as work:
            work.identity.remove_passkey(session_token=current().token, passkey_id=passkey, actor=actor(), now=work.now)
            flash("The passkey is removed.")
            return redirect(url_for("account.show"), 303)
    return page("account/passkey_remove.html", form=form, passkey=held[passkey], proof=proof.asked())


def _ask_device(options: str) -> ResponseReturnValue:
    asked = house().policies.gates.doors.asked
    return page("account/passkey_make.html", options=options, site=site(), minutes=int(asked.total_seconds() // 60))
