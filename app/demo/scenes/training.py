"""Training is good for a year and the history is longer: everybody passes again; somebody’s ends within days."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from app.bootstrap.work import Work
from app.demo import people
from app.demo.cast import ADMINISTERING, ADMINISTRATORS, CAST, Part
from app.demo.script import Script

RENEWED = {"lapsing": 240}
USUALLY = 80


def plan(script: Script) -> None:
    """The administrators do not do it to themselves, and need none."""
    home = script.calendar.at(0, "08:00")
    for part in CAST:
        if part.standing != "invited" and part.role not in ADMINISTERING:
            back = RENEWED.get(part.standing, USUALLY)
            script.act(back, "07:40", ADMINISTRATORS[part.party], partial(_again, script, part, home))


def _again(script: Script, part: Part, home: datetime, work: Work) -> None:
    people.train(work.identity, work, part, script.cast.ids[part.key], work.actor, home)
