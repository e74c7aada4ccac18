"""What waits in the outbox, what failed, and trying it again: for administrators and operators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap import outbox_views as views
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import forms
from app.web.page import page
from outbox.model.message import FAILED

bp = Blueprint("outbox", __name__, url_prefix="/outbox")
STATES = {
    "waiting": ("Waiting", "blue"),
    "sent": ("Sent", "turquoise"),
    "delivered": ("Delivered", "green"),
    "failed": ("Could not be delivered", "red"),
    "dropped": ("Not sent", "grey"),
}
# Causes as people say them; another is shown as its code.
CAUSES = {
    "address-refused": "The address was refused",
    "address-unusable": "The address cannot be used",
    "mailbox-unavailable": "The mailbox could not be reached",
    "message-refused": "The message was refused",
    "sender-refused": "Our address was refused",
    "sign-in-refused": "Our password or key was refused",
    "server-refused": "The mail server refused",
    "no-starttls": "The mail server offers no encryption",
    "tls-failed": "The connection could not be encrypted",
    "unreachable": "There was no answer",
    "name-unknown": "The name leads nowhere",
    "address-not-allowed": "The address is inside a private network",
    "too-many": "Too many messages at once",
    "carrier-failed": "The carrier failed",
    "folder-unwritable": "The folder cannot be written",
    "not-active": "The person has left or is suspended",
    "no-address": "No address is set",
    "no-system": "The partner system is disabled or gone",
}


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Newest first."""
    state = request.args.get("state", "")
    with house().work(actor()) as work:
        lines, everything = views.looked(work, state if state in STATES else "")
    shown = [(each, *STATES[each.message.state], CAUSES.get(each.message.cause, each.message.cause)) for each in lines]
    more: dict[str, Any] = {"everything": everything, "state": state, "states": STATES, "failed": FAILED}
    return page("outbox/index.html", form=forms.Ask(), rows=shown, **more)


@bp.post("/<message>/try-again")
@signed_in
def try_again(message: str) -> ResponseReturnValue:
    """Put it back among what waits."""
    with house().work(actor()) as work:
        work.outbox.try_again(message, actor=actor(), now=work.now)
    flash("It will be tried again within a minute.")
    return redirect(url_for("outbox.index"), 303)
