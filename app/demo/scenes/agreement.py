"""What the agreement asks of people: meetings, an inspection step by step, a disagreement; one review is overdue."""

from __future__ import annotations

from functools import partial

from app.bootstrap import sweeps
from app.bootstrap.work import Work
from app.demo.script import Script

AGREEMENT = "hmip-imb"
MEETINGS = (
    (290, "Use of force; staffing in the north."),
    (228, "Time out of cell."),
    (165, "Access to records."),
    (100, "The year’s programme of joint work."),
    (38, "Applications, and how they are answered."),
)


def plan(script: Script) -> None:
    """The two-yearly review is left undone: it is what the page should show."""
    script.on(299, "08:30", partial(sweeps.attend, script.house))
    record(
        script,
        298,
        "national",
        "signature",
        {"signed-on": "2024-09-17", "signed-by": "imb/national-chair", "version": "1"},
    )
    for back, note in MEETINGS:
        record(script, back, "national", "meeting", {"note": note})
    record(
        script, 120, "staff", "awareness", {"of": "inspectorate", "how": "New members’ day; about forty were there."}
    )
    record(script, 95, "leader", "awareness", {"of": "boards", "how": "Induction of three inspectors."})
    record(script, 99, "leader", "joint-work", {"decision": "done-jointly", "issue": "A joint look at applications."})
    record(
        script,
        60,
        "compliance",
        "system-assessment",
        {"outcome": "secure", "system": "This service, by its own auditors."},
    )
    record(
        script,
        58,
        "imb-compliance",
        "continuity-exercise",
        {"outcome": "Keys recovered by three custodians in an hour."},
    )
    inspection(script)
    disagreement(script)
    for back in (250, 200, 150, 101, 61, 37, 13, 2):
        script.on(back, "06:00", partial(sweeps.attend, script.house))


def disagreement(script: Script) -> None:
    """Resolved where it arose."""
    given = {"matter": "When members may see the use of force register."}
    record(script, 20, "chair", "disagreement", given, name="register")
    step = {
        "became": "resolved-at-working-level",
        "resolution": "The Chair and the team leader agreed on weekly sight.",
    }
    record(script, 14, "leader", "disagreement-step", step, of={"disagreement": "register"})


def inspection(script: Script) -> None:
    """Of Saltby: told, asked, met; the debrief is still to come."""
    planned = {"establishment": "XSB", "begins-on": script.calendar.days[6].isoformat(), "leader": "Owen Tregarthen"}
    record(script, 15, "leader", "inspection", planned, name="saltby")
    of = {"inspection": "saltby"}
    record(script, 8, "leader", "inspection-notified", {"notified": "The duty governor"}, of=of, clock="09:00")
    record(script, 6, "leader", "inspection-begun", {}, of=of, clock="09:00")
    told = (
        (8, "leader", "staff-told", "written", "Owen Tregarthen", "Morgan Ellery"),
        (8, "staff", "board-asked", "written", "Morgan Ellery", "Tomasz Wielgorz"),
        (7, "inspector", "concerns-sought", "spoken", "Sunita Bellamore", "Joan Merrywether"),
        (7, "leader", "liaison-confirmed", "spoken", "The prison liaison officer", "Owen Tregarthen"),
        (6, "vice2", "concerns-given", "spoken", "Joan Merrywether", "Sunita Bellamore"),
        (5, "leader", "first-meeting", "spoken", "Owen Tregarthen", "Tomasz Wielgorz"),
    )
    for back, who, contact, manner, giver, receiver in told:
        values = {"contact": contact, "manner": manner, "giver": giver, "receiver": receiver}
        record(script, back, who, "inspection-contact", values, of={"inspection": "saltby"}, clock="16:00")


def record(
    script: Script,
    back: int,
    who: str,
    kind: str,
    values: dict[str, str],
    *,
    name: str = "",
    of: dict[str, str] | None = None,
    clock: str = "11:00",
) -> None:
    """Plan a record of that day; ``name`` is what later ones call it, ``of`` the records it names by field."""
    day = script.calendar.days[back].isoformat()

    def act(work: Work) -> None:
        fields = work.agreements.in_force(script.calendar.days[back])[0].records[kind].fields
        dated = {each.id: day for each in fields if each.happened}
        named = {field: script.refs[called] for field, called in (of or {}).items()}
        made = work.agreeing.record(AGREEMENT, kind, given={**dated, **values, **named}, actor=work.actor, now=work.now)
        if name:
            script.refs[name] = made.id

    script.act(back, clock, who, act)
