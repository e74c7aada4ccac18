"""The home page: what needs this person first, what is new, where to search, and everything else they may do.

Panels are chosen by the duties and offices somebody holds, never by the name of a role or a body: whoever holds several
roles sees all their panels, in one order.
"""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import home_desk, home_duties, markings, nav
from app.web.home_rows import Panel, gathered, holds, tally
from app.web.item_forms import way_options
from app.web.page import page
from foundation.actor import Actor

bp = Blueprint("home", __name__)


def _anybody(_actor: Actor) -> bool:
    return True


PANELS = (
    Panel(_anybody, home_desk.own),
    Panel(holds("breach-lead"), home_duties.incidents, "view-incidents"),
    Panel(nav.works, home_desk.items),
    Panel(nav.works, home_desk.asked_of_me),
    Panel(holds("data-protection", "compliance-officer"), home_duties.requests, "view-requests"),
    Panel(holds("compliance-officer"), home_duties.overrides),
    Panel(holds(*home_duties.CHECKERS, *nav.DISPOSERS), home_duties.disposal, "view-disposal-log"),
    Panel(holds("oversight"), home_duties.overview, "view-overview"),
    Panel(holds("account-admin"), home_duties.accounts, "view-accounts"),
    Panel(lambda actor: actor.attests, home_duties.attesting),
    Panel(holds("operator"), home_duties.running, "operate"),
)


@bp.get("/")
@signed_in
def show() -> ResponseReturnValue:
    """Where everybody starts."""
    with house().work(actor()) as work:
        found = gathered(PANELS, work)
        ways = work.items.ways(actor=actor(), now=work.now).ways if nav.works(actor()) else ()
        held = [each.office_name for each in work.people.appointments(actor().id, now=work.now)]
    return page(
        "home/show.html",
        first=found.first,
        tally=tally(found.first),
        new=found.new,
        held=list(dict.fromkeys(held)),
        groups=nav.groups(actor()),
        ways=way_options(ways, offices=len({way.office for way in ways})),
        searches=nav.works(actor()),
        marking=markings.most_restrictive(each.marking for each in found.new if each.marking),
    )
