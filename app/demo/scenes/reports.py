"""Inspection reports, which go to the Board of the place straight: one read, one closed, one under embargo."""

from __future__ import annotations

from datetime import timedelta

from app.demo.enclosures import page
from app.demo.script import Letter, Script
from foundation.calendar import LONDON

ROUTE = "report-to-board"
COPY = "The Board receives a copy of each report about its establishment."
BELOW = (
    "This information will remain classified until ANNOUNCEMENT on {until:%d/%m/%y} at {until:%H:%M}, after which the "
    "information will be OFFICIAL - FOR PUBLIC RELEASE"
)


def _report(place: str, title: str, text: str, **more: str) -> Letter:
    file = page("report.pdf", title, "An invented report.")
    return Letter(
        kind="inspection-report",
        route=ROUTE,
        place=place,
        title=title,
        text=text,
        purpose=COPY,
        files=(file,),
        **more,  # type: ignore[arg-type]
    )


SALTBY = _report(
    "XSB",
    "Saltby: report of an unannounced inspection",
    "Safety had improved since the last inspection; purposeful activity had not. Six concerns are on page four.",
    marking="OFFICIAL - FOR PUBLIC RELEASE",
)
FERNMOOR = _report(
    "XFM",
    "Fernmoor: scrutiny visit",
    "A short visit on time out of cell and on visits. Published today.",
    marking="OFFICIAL",
)


def plan(script: Script) -> None:
    """The embargo ends a fortnight from now, on a morning."""
    script.send(70, "09:30", "leader", "fernmoor report", FERNMOOR)
    script.open(69, "19:00", "chair", "fernmoor report", "monitoring", download=True)
    script.item(69, "19:05", "chair", "fernmoor report", "acknowledge")
    script.item(66, "19:30", "chair", "fernmoor report", "close", "Discussed at the Board’s meeting.")
    script.send(30, "09:30", "leader", "saltby report", SALTBY)
    script.open(29, "18:15", "vice2", "saltby report", "monitoring", download=True)
    script.item(29, "18:20", "vice2", "saltby report", "acknowledge")
    until = (script.calendar.at(0, "09:30") + timedelta(days=14)).astimezone(LONDON).replace(hour=9, minute=30)
    marking = "OFFICIAL-SENSITIVE - EMBARGOED\n" + BELOW.format(until=until)
    thornwick = _report(
        "XTW",
        "Thornwick: report, before publication",
        "For the Chair alone until it is published, to check what it says of the Board’s own findings.",
        marking=marking,
        lead="chair3",
    )
    script.send(3, "16:00", "leader", "thornwick report", thornwick)
