"""People and offices, found by whatever is known of them. Who is told what: app/bootstrap/directory."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap import directory
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import item_words, listing, names
from app.web.page import page
from identity.model import Office

bp = Blueprint("directory", __name__, url_prefix="/directory")
PEOPLE = ("Name", "Organisation", "Office or Board", "Role")
OFFICES = ("Office or Board", "Organisation", "Covers", "Held by")
MOST_HOLDERS = 3


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Ask; then who and what fits."""
    sought = listing.asked("q")[:200]
    shown: dict[str, Any] = {"sought": sought, "short": bool(sought) and len(sought) < directory.LEAST}
    people: list[directory.Placed] = []
    offices: list[Office] = []
    with house().work(actor()) as work:
        if len(sought) >= directory.LEAST:
            people, offices = directory.people(work, sought), directory.offices(work, sought)
        places = item_words.places(work)
        rows = [_office(work, each, places) for each in offices[: directory.MOST]]
    return page(
        "directory/index.html",
        people=[_person(each) for each in people[: directory.MOST]],
        offices=rows,
        found=(len(people), len(offices)),
        most=directory.MOST,
        heads=(PEOPLE, OFFICES),
        **shown,
    )


def _person(each: directory.Placed) -> list[Any]:
    return [each.name, names.party(each.party), "; ".join(each.offices), "; ".join(each.roles)]


def _office(work: Work, each: Office, places: dict[str, str]) -> list[Any]:
    holders = [one.name for one in work.people.holders(each.principal, now=work.now)]
    more = len(holders) - MOST_HOLDERS
    said = ", ".join(holders[:MOST_HOLDERS]) + (f" and {more} more" if more > 0 else "")
    covered = ", ".join(places.get(key, key) for key in each.establishments)
    anywhere = "Every establishment" if work.people.acts_everywhere(each) else "None yet"
    return [
        {"text": each.name, "href": url_for("directory.index", q=each.name)},
        names.party(each.party),
        covered or anywhere,
        said or "Nobody today",
    ]
