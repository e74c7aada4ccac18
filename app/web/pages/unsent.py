"""What this person typed and has not sent: where it goes on, and throwing it away."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from app.http import unsent
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web.page import page

bp = Blueprint("unsent", __name__, url_prefix="/unsent")
# What a form is about, by its section; of what it names only what stands in lists anyway.
SAYS = {
    "drafts": "An item you are writing",
    "acts": "Something to do with an item",
    "incident_reports": "A report of an incident",
    "incidents": "Something of an incident",
    "incident_containing": "Something of an incident",
    "disposals": "A step of a disposal",
    "holds": "Something of a hold",
    "agreements": "A record of the agreement",
    "alerts": "An alert",
    "requests": "A request for data",
}


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """All of them, the newest first."""
    with house().work(actor()) as work:
        found = unsent.mine(work)
    return page("unsent/index.html", found=[(each, words(each.address)) for each in found])


@bp.post("/<name>/forget")
@signed_in
def forget(name: str) -> ResponseReturnValue:
    """Throw it away."""
    with house().work(actor()) as work:
        if not unsent.forget(work, name):
            raise NotFound
    flash("What you typed there is thrown away.")
    return redirect(url_for("unsent.index"), 303)


def words(address: str) -> str:
    """“Something to do with an item: HMIP-2026-00012”."""
    endpoint, arguments = unsent.endpoint_of(address)
    named = arguments.get("ref") or arguments.get("number") or arguments.get("reference") or ""
    return ": ".join(filter(None, (SAYS.get(endpoint.partition(".")[0], "A form you began"), str(named))))
