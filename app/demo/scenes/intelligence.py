"""What IMB staff and the National Chair passed to HMIP lately: unread, acknowledged, shared, restricted, taken back."""

from __future__ import annotations

from datetime import timedelta

from app.bootstrap.work import Work
from app.demo.enclosures import note, page, table
from app.demo.script import Letter, Script, Who

ROUTE = "national-to-inspectorate"
INFORM = "To inform the next inspection of the establishment."

NIGHTS = Letter(
    kind="intelligence",
    route=ROUTE,
    place="XFM",
    title="Night cover on the induction wing",
    text=(
        "Over three weekends the Board found one officer covering two landings of the induction wing at night. Men in "
        "their first week told us that nobody answered the cell bell for up to forty minutes. The Board raised it with "
        "the duty governor each time; the rota has not changed.\n\nWe think an unannounced look at night cover would "
        "be well spent."
    ),
    purpose=INFORM,
    files=(
        table(
            "cell bell times.csv",
            "date,landing,rung,answered,minutes",
            "Saturday,Induction 1,01:12,01:51,39",
            "Saturday,Induction 2,02:40,03:05,25",
            "Sunday,Induction 1,00:20,00:58,38",
        ),
    ),
)
MEDICINES = Letter(
    kind="intelligence",
    route=ROUTE,
    place="XSB",
    marking="OFFICIAL-SENSITIVE - PERSONAL DATA",
    title="Medicines missed after transfer",
    text=(
        "Two men moved to Saltby in the same week went without prescribed medicines for four days. One of them has "
        "epilepsy. Healthcare says the records did not travel with them. Both have agreed that we may tell you."
    ),
    purpose=INFORM,
    subjects=(
        ("Ellis Varnhame", (("prison-number", "A0000AA"),)),
        ("Cormac Tindlebury", (("prison-number", "A0000AB"), ("pnc", "99/0000000F"))),
    ),
    files=(
        page(
            "note of the visit.pdf", "Note of a visit to Saltby", "Two men, four days without medicines.", "Invented."
        ),
        note("times.txt", "Arrived Monday, first dose Friday, both men.", "Healthcare told Tuesday."),
    ),
)
INTERPRETER = Letter(
    kind="intelligence",
    route=ROUTE,
    place="XTW",
    marking="OFFICIAL-SENSITIVE - PERSONAL DATA",
    title="No interpreter at segregation reviews",
    text=(
        "A detained man whose language is Tigrinya sat through three segregation reviews without an interpreter. "
        "He signed what was put before him. He did not know that he could object."
    ),
    purpose=INFORM,
    subjects=(("Yohannes Abelworth", (("home-office", "X0000000"),)),),
)
SOURCE = Letter(
    kind="intelligence",
    route=ROUTE,
    place="XFM",
    marking="OFFICIAL-SENSITIVE - RECIPIENTS ONLY - PERSONAL DATA",
    title="An allegation made in confidence",
    text=(
        "A member of staff told the National Chair, in confidence, that searches on one landing are used to punish. "
        "She fears being known as the source. For the officer named alone, who has agreed how it will be handled."
    ),
    purpose="So that the lead inspector can decide how it is looked into without putting the source at risk.",
    recipients=("correspondence",),
)
STATISTICS = Letter(
    kind="correspondence",
    route=ROUTE,
    place="XSB",
    marking="OFFICIAL - HMIP AND IMB USE ONLY",
    title="Applications to the Board, by wing",
    text="The quarter’s figures you asked for. The rise on D wing follows the change to the visits booking line.",
    purpose="To answer the inspection team’s request for figures.",
    files=(table("applications.csv", "wing,applications", "A,14", "B,9", "C,11", "D,37"),),
)
MISTAKEN = Letter(
    kind="intelligence",
    route=ROUTE,
    place="XSB",
    title="Violence on the exercise yard",
    text="Three fights in one week, all at the change of shift. The Board asks about the cameras’ blind corner.",
    purpose=INFORM,
)
UNFINISHED = Letter(
    kind="intelligence",
    route=ROUTE,
    place="XTW",
    title="Waiting times for the dentist",
    text="Eleven people have waited more than twelve weeks. I still wait for the Board’s own list before sending.",
    purpose=INFORM,
    files=(note("to check.txt", "Ask the Board: is the list of the 3rd the latest?"),),
)
NATIONAL_DRAFT = Letter(
    kind="correspondence",
    route=ROUTE,
    place="XFM",
    marking="OFFICIAL",
    title="Dates for the autumn meeting",
    text="Three dates to choose from; the programme follows.",
)


def plan(script: Script) -> None:
    """Newest last: the inbox of HMIP correspondence shows all of them."""
    script.send(24, "10:05", "staff2", "statistics", STATISTICS)
    script.open(23, "09:20", "correspondence", "statistics", "inspection", download=True)
    script.item(23, "09:25", "correspondence", "statistics", "acknowledge")
    script.send(19, "16:10", "staff", "mistaken", MISTAKEN)
    reason = "Sent about the wrong establishment. A corrected one follows."
    script.item(18, "09:02", "staff", "mistaken", "withdraw", reason)
    script.send(16, "11:30", "staff", "interpreter", INTERPRETER)
    script.send(12, "14:15", "staff", "medicines", MEDICINES)
    script.open(11, "09:40", "correspondence", "medicines", "inspection", download=True)
    script.item(11, "09:44", "correspondence", "medicines", "acknowledge")
    script.item(11, "09:50", "correspondence", "medicines", "share", Who("leader"), "inspection")
    script.open(10, "13:05", "leader", "medicines", "inspection", download=True)
    script.act(10, "13:20", "correspondence", lambda w: _grant(script, w))
    script.act(10, "15:00", "leader", _search)
    script.send(7, "17:20", "national", "source", SOURCE)
    script.open(6, "08:55", "correspondence", "source", "inspection")
    script.write(3, "12:10", "staff2", "unfinished", UNFINISHED)
    script.write(2, "18:30", "national", "national draft", NATIONAL_DRAFT)
    script.send(1, "15:45", "staff", "nights", NIGHTS)


def _grant(script: Script, work: Work) -> object:
    """Sight for the inspector, for as long as the inspection is prepared."""
    inspector = work.people.person(script.cast.ids["inspector"]).principal
    until, reason = work.now + timedelta(days=60), "Prepares the visit to Saltby and needs the background."
    return work.sharing.grant(script.refs["medicines"], inspector, until, reason, actor=work.actor, now=work.now)


def _search(work: Work) -> object:
    """A person looked for by prison number: the log keeps that it was done, not who was looked for."""
    return work.items.search("prison-number", "A0000AA", "inspection", actor=work.actor, now=work.now)
