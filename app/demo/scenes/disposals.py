"""Items that came to their end: one in every state disposal has, from the clock just started to the certificate.

No source gives the periods, so a records manager confirms each and cites an authority, here invented and saying so.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.bootstrap.work import Work
from app.demo.enclosures import note, page
from app.demo.script import Letter, Script
from foundation.calendar import london_date
from retention.model.batch import Wanted
from retention.model.hold import Scope
from retention.rules import schedule_csv
from retention.service.holds import Terms

ROUTE = "national-to-inspectorate"
AUTHORITY = "Invented for this demonstration: letter of the information asset owner, as no schedule gives a period."
SCHEDULE = "Invented for this demonstration: no schedule of this body gives these periods"
MET = "The concern was met long ago and nothing refers to it any more."
DECLINED = "IMB staff hold their own copy and agree that this one is destroyed."

# name, title, text, place
OLD = {
    "kitchen": (
        "Mice in the servery",
        "Droppings behind the hot plates on two visits. The kitchen has been told.",
        "XFM",
    ),
    "letters": (
        "Post arriving late",
        "Letters from courts arrived after the hearing they announced, four times.",
        "XSB",
    ),
    "heating": ("Cold cells on E wing", "Eleven degrees at eight in the morning, measured by the Board.", "XFM"),
    "phones": ("Telephones out of order", "One telephone for sixty men, for nine days.", "XSB"),
    "showers": (
        "Showers without screens",
        "On the vulnerable prisoners’ landing. Screens were ordered in spring.",
        "XFM",
    ),
    "gym": ("Injury in the gym", "A man broke his wrist on a machine marked unsafe. His solicitor has written.", "XSB"),
    "complaints": ("Complaint boxes not emptied", "Dates on the forms show a gap of eleven days.", "XTW"),
    "laundry": ("Kit not exchanged", "Bedding was not exchanged for three weeks on the induction wing.", "XSB"),
    "chapel": ("Friday prayers cancelled", "Cancelled four weeks running for want of an officer.", "XFM"),
    "property": ("Property lost on transfer", "Nine claims in a month from one receiving prison.", "XTW"),
}


def plan(script: Script) -> None:
    """Back to front: what ended first began first."""
    for place, name in enumerate(("kitchen", "letters", "heating", "phones", "showers", "gym", "property")):
        _lived(script, name, 290 - 3 * place)
        _period(script, name, 275 - 3 * place, 3 + place % 3)
    for place, name in enumerate(("complaints", "laundry", "chapel")):
        _lived(script, name, 120 - 30 * place)
    _period(script, "laundry", 60, 24)
    script.case(60, "11:00", "hmip-records", "fernmoor report", "confirm_period", months=1, authority=AUTHORITY)
    _destroyed(script)
    for back in (170, 150, 100, 75, 40, 13, 5, 2):
        script.sweep(back)
    _kept(script)
    _held(script)
    script.case(9, "10:00", "hmip-records", "phones", "offer_return")
    _declined(script, "heating", 12)
    script.act(7, "14:00", "imb-records", lambda work: _batch(script, work))
    _reviewed(script, "letters", 14)
    script.refuse(6, "09:00", "imb-records", lambda w: _approve(script, w, "letters"))
    script.case(5, "09:30", "imb-owner", "letters", "approve")
    script.act(3, "11:00", "imb-records", _proposed)


def _proposed(work: Work) -> object:
    """The next version of a schedule, to be looked at before somebody else approves it."""
    current = work.schedules.of("imb").classes
    months = {"intelligence": 36, "correspondence": 24}
    classes = [
        replace(each, verified=True, months=months[code], action="destroy", authority=SCHEDULE)
        if code in months
        else each
        for code, each in sorted(current.items())
    ]
    return work.scheduling.propose(
        "imb",
        table=schedule_csv.write(classes).encode(),
        authority=SCHEDULE,
        effective_from=london_date(work.now) + timedelta(days=60),
        applies="live",
        reason="So that a records manager need not confirm a period for each item.",
        actor=work.actor,
        now=work.now,
    )


def _lived(script: Script, name: str, back: int) -> None:
    title, text, place = OLD[name]
    letter = Letter(
        kind="intelligence",
        route=ROUTE,
        place=place,
        title=title,
        text=text,
        purpose="To inform the next inspection of the establishment.",
        files=(page("note.pdf", title, "Invented."), note("dates.txt", "Seen on three visits.")),
    )
    script.send(back, "10:00", "staff", name, letter)
    script.open(back - 1, "09:00", "correspondence", name, "inspection", download=True)
    script.item(back - 1, "09:05", "correspondence", name, "acknowledge")
    words = "Read by the inspection team and used in planning. Nothing more is owed."
    script.item(back - 4, "16:00", "correspondence", name, "close", words)


def _period(script: Script, name: str, back: int, months: int) -> None:
    script.case(back, "11:00", "imb-records", name, "confirm_period", months=months, authority=AUTHORITY)


def _declined(script: Script, name: str, back: int) -> None:
    script.case(back, "10:00", "hmip-records", name, "offer_return")
    script.case(back - 2, "11:00", "imb-records", name, "answer_return", answer="declined", reason=DECLINED)


def _reviewed(script: Script, name: str, back: int) -> None:
    _declined(script, name, back)
    script.case(back - 5, "14:00", "imb-records", name, "review", proposal="destroy", reason=MET)


def _batch(script: Script, work: Work) -> object:
    """Everything due of the class together; what nothing is proposed for is left out of it."""
    by: dict[str, Any] = {"actor": work.actor, "now": work.now}
    batch = work.retention.open_batch(Wanted("intelligence"), **by).batch.id
    work.retention.propose_in_batch(batch, [script.uuid_of(work, "heating")], proposal="destroy", reason=MET, **by)
    return work.retention.submit_batch(batch, **by)


def _destroyed(script: Script) -> None:
    script.sweep(200)
    _reviewed(script, "kitchen", 195)
    script.case(185, "10:00", "imb-owner", "kitchen", "approve")


def _kept(script: Script) -> None:
    reason = "Cited in an annual report that is still being followed up."
    script.case(90, "10:00", "imb-records", "property", "review", proposal="keep", reason=reason)
    script.case(88, "10:00", "imb-owner", "property", "approve")


def _held(script: Script) -> None:
    script.case(
        80,
        "12:00",
        "imb-records",
        "gym",
        "place_hold",
        reason="A claim has been brought; everything about the accident must be kept.",
        issuer="Letter before claim (invented)",
    )
    script.act(70, "10:00", "imb-records", _inquiry)


def _inquiry(work: Work) -> object:
    scope = Scope(establishments=frozenset({"XTW"}), classes=frozenset({"intelligence"}))
    terms = Terms(
        reason="The inquiry asked both bodies to keep what they hold about complaints at this prison.",
        issuer="Inquiry into complaints (invented)",
        occasion="inquiry",
    )
    return work.retention.place(scope, terms, actor=work.actor, now=work.now)


def _approve(script: Script, work: Work, name: str) -> object:
    case = work.disposals.case(script.refs[name])
    return work.retention.approve(case.item, version=case.version, actor=work.actor, now=work.now)
