"""Furnishing the demonstration: an invented cast of both bodies, and a history with something to show on every page."""

from __future__ import annotations

import pyotp

from app.bootstrap.house import House, make_clock
from app.config import Settings
from app.demo import kept, past, people
from app.demo.cast import CAST, PLACES, Part
from app.demo.kept import Kept
from app.demo.past import WORKING_DAYS, Calendar
from app.demo.scenes import agreement, alerts, correspondence, daily, disposals, intelligence, reports, training
from app.demo.script import Script
from app.demo.words import passphrase
from foundation.errors import Denied

# Enough for a code spent on the way in to be over, and little enough to be today or yesterday.
A_DAY = 1


class NotADemonstration(Denied):
    """The cast is for a demonstration alone."""

    code = "app.not-a-demonstration"
    title = "The invented cast comes only into a demonstration"


def begin(settings: Settings, *, items: bool = True) -> None:
    """Call before ``init`` on a fresh folder, so that the house is as old as its history. Harmless at other times."""
    past.set_back(settings, make_clock(settings).now(), WORKING_DAYS if items else A_DAY)


def furnish(house: House, *, items: bool = True) -> list[str]:
    """Bring in the cast and, unless told not to, their history; what to print for whoever runs it.

    Done once; called again it only says the same. Raises NotADemonstration, and HalfFurnished where an earlier one was
    broken off.
    """
    if not house.demonstration:
        raise NotADemonstration("Start it with “custodes demo”.")
    state = house.settings.state
    found = kept.read(state)
    if found is None:
        found = Kept(passphrase())
        kept.write(state, found)
        found = _furnish(house, found, items=items)
        kept.write(state, found)
        past.come_home(house.settings)
    return _lines(house, found)


def credentials(house: House) -> list[dict[str, str]]:
    """How each of the cast signs in now; empty before there is a cast. For demonstration mode alone."""
    found = kept.read(house.settings.state) if house.demonstration else None
    if found is None:
        return []
    return [_credential(house, part, found) for part in _who_can(found)]


def _furnish(house: House, found: Kept, *, items: bool) -> Kept:
    past.come_home(house.settings)
    home = house.now()
    calendar = Calendar.before(home)
    start = calendar.at(WORKING_DAYS if items else A_DAY, "08:00")
    before, clock = past.in_the_past(house, start)
    cast = people.settle(before, found.password, home)
    if items:
        script = Script(before, clock, calendar, cast)
        for scene in (training, disposals, reports, correspondence, intelligence, agreement, alerts):
            scene.plan(script)
        daily.plan(script, found.password)
        script.play()
    return Kept(found.password, cast.secrets, whole=True)


def _credential(house: House, part: Part, found: Kept) -> dict[str, str]:
    return {
        "key": part.key,
        "name": part.name,
        "role": house.policies.roles[part.role].name,
        "email": part.email,
        "password": found.password,
        "code": pyotp.TOTP(found.secrets[part.key]).at(house.now()),
        "office": _office(house, part),
        "blurb": part.blurb,
    }


def _office(house: House, part: Part) -> str:
    board = next((place.board for place in PLACES if place.key == part.board), "")
    kind = house.policies.parties[part.party].office_kind(house.policies.roles[part.role].office)
    return board or (kind.name if kind else "")


def _who_can(found: Kept) -> list[Part]:
    return [part for part in CAST if part.key in found.secrets and part.standing in ("active", "lapsing")]


def _lines(house: House, found: Kept) -> list[str]:
    told = [(part.name, house.policies.roles[part.role].name, part.email) for part in _who_can(found)]
    name, role = (max(len(row[column]) for row in told) for column in (0, 1))
    return [
        "The demonstration’s people (all invented):",
        *(f"  {row[0]:{name}}  {row[1]:{role}}  {row[2]}" for row in told),
        f"Everybody’s password in this demonstration: {found.password}",
        "The sign-in page shows each person’s security code of the moment.",
    ]
