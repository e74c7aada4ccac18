"""What HMIP forwarded for the Boards: waiting, overdue, passed on, answered, closed, and what the Boards answered."""

from __future__ import annotations

from app.demo.enclosures import note, page
from app.demo.script import Letter, Script, Who

ROUTE = "inspectorate-to-board"
FOLLOW = "So that the Board of the establishment can follow it up."


def _letter(title: str, text: str, place: str, **more: object) -> Letter:
    return Letter(kind="correspondence", route=ROUTE, place=place, title=title, text=text, purpose=FOLLOW, **more)  # type: ignore[arg-type]


FATHER = _letter(
    "A father asks why visits stopped",
    "Mr Applegarth writes that three booked visits to his son were cancelled on the day, the last after a journey of "
    "four hours with two small children. He asks who decides, and whether his son is well. We have told him that the "
    "Board will look into it.",
    "XFM",
    marking="OFFICIAL-SENSITIVE - PERSONAL DATA",
    subjects=(("Rowan Applegarth", (("prison-number", "A0000AC"),)),),
    files=(
        page("letter, copied.pdf", "Copy of a letter received", "Please tell us why we were turned away.", "Invented."),
    ),
)
FATHER_OUTCOME = Letter(
    kind="outcome-report",
    marking="OFFICIAL-SENSITIVE - PERSONAL DATA",
    title="Visits: what the Board found",
    text=(
        "Two members spoke with Mr Applegarth’s son and with the visits manager. The cancellations followed a shortage "
        "of staff and nobody had told the families. He is well. A message is now sent by nine in the morning, and a "
        "visit with travel costs was arranged for last Saturday, which took place."
    ),
    purpose="The outcome of what was passed to the Board.",
)
DIET = _letter(
    "No halal meals for a week",
    "Several men wrote together: the halal menu was withdrawn without notice. They name the days.",
    "XSB",
    files=(note("the days they name.txt", "Monday to Sunday of the second week", "Eleven signatures"),),
)
DIET_OUTCOME = Letter(
    kind="outcome-report",
    title="Halal meals: what the Board found",
    text="A supplier failed and no second one was kept. The menu is back; a second supplier has been found.",
    purpose="The outcome of what was passed to the Board.",
)
LOCK_UP = _letter(
    "Locked up for twenty-three hours",
    "A sister writes that her brother has been out of his cell for one hour a day since the wing’s heating failed. He "
    "has told her that he no longer sleeps.",
    "XFM",
    marking="OFFICIAL-SENSITIVE - PERSONAL DATA",
    subjects=(("Silas Wrenfield", (("prison-number", "A0000AD"),)),),
)
RECUSED = _letter(
    "A complaint that names a Board member",
    "The writer says that a member of the Board spoke of her case to others. The Chair should know; the member named "
    "should not handle it.",
    "XFM",
    marking="OFFICIAL-SENSITIVE - PERSONAL DATA - HR / MANAGEMENT",
    subjects=(("Imelda Crosswater", ()),),
)
REMOVAL = _letter(
    "A removal at night",
    "A solicitor reports that a woman was taken for removal at two in the morning without her glasses or her papers. "
    "She asks that the Board look at how people are told.",
    "XTW",
    marking="OFFICIAL-SENSITIVE - PERSONAL DATA - LEGAL",
    subjects=(("Adaeze Summerhill", (("home-office", "X0000001"),)),),
)
LIBRARY = _letter(
    "The library has been shut for two months",
    "Three separate writers. No reason has been given to them.",
    "XSB",
    marking="OFFICIAL",
)
WORKSHOP = _letter(
    "Dust in the wood workshop",
    "A man asks for masks that fit. He says that the extractor has been broken since spring.",
    "XFM",
)
ANSWER_DRAFT = Letter(
    kind="outcome-report",
    title="Time out of cell: what the Board has found so far",
    text="Two members visited on Tuesday. The heating is being mended. Still to do: speak with Mr Wrenfield himself.",
    purpose="The outcome of what was passed to the Board.",
)
HMIP_DRAFT = _letter("About the telephones", "Two letters to be joined. Check the wing with the second writer.", "XSB")


def plan(script: Script) -> None:
    """Each by the one way the agreement has: through the National Chair, passed on to one Board."""
    _answered_and_closed(script)
    _answered(script)
    _with_the_boards(script)
    script.send(6, "15:10", "correspondence", "library", LIBRARY)
    script.send(1, "16:30", "leader", "workshop", WORKSHOP)
    script.write(1, "17:05", "correspondence", "telephones", HMIP_DRAFT)


def _answered_and_closed(script: Script) -> None:
    script.send(62, "10:20", "correspondence", "father", FATHER)
    script.open(61, "09:15", "staff", "father", "pass-on")
    script.pass_on(61, "09:30", "staff", "father", "XFM", "For the Board at Fernmoor, please: it concerns visits.")
    script.open(60, "19:40", "chair", "father", "follow-up", download=True)
    script.answer(50, "20:10", "chair", "father", "father outcome", FATHER_OUTCOME)
    script.open(49, "09:05", "correspondence", "father outcome", "answer")
    script.item(49, "09:10", "correspondence", "father outcome", "acknowledge")
    script.open(49, "11:30", "national", "father outcome", "monitoring")
    script.item(
        48, "14:00", "correspondence", "father outcome", "close", "The writer has been told. Nothing more is owed."
    )
    script.item(48, "14:10", "correspondence", "father", "close", "Answered by the Board; the writer has been told.")


def _answered(script: Script) -> None:
    script.send(21, "11:00", "correspondence", "diet", DIET)
    script.open(20, "10:00", "national", "diet", "pass-on")
    script.pass_on(20, "10:12", "national", "diet", "XSB", "Please follow up, and tell us both what you find.")
    script.open(19, "18:45", "chair2", "diet", "follow-up", download=True)
    script.answer(2, "19:30", "chair2", "diet", "diet outcome", DIET_OUTCOME)


def _with_the_boards(script: Script) -> None:
    script.send(44, "12:00", "correspondence", "lock up", LOCK_UP)
    script.open(43, "09:50", "staff2", "lock up", "pass-on")
    script.pass_on(43, "10:00", "staff2", "lock up", "XFM", "The heating has failed; please look soon.")
    script.open(42, "20:20", "vice", "lock up", "follow-up")
    script.answer(4, "21:00", "vice", "lock up", "lock up draft", ANSWER_DRAFT, send=False)
    script.send(15, "09:10", "leader", "recused", RECUSED)
    script.open(14, "10:30", "national", "recused", "pass-on")
    why = "She is the member the complaint names."
    script.item(14, "10:35", "national", "recused", "recuse", Who("vice"), why)
    script.pass_on(
        14, "10:40", "national", "recused", "XFM", "For the Chair. The member named has been barred from it."
    )
    script.open(13, "08:30", "chair", "recused", "follow-up")
    script.send(9, "13:40", "correspondence", "removal", REMOVAL)
    script.open(8, "09:00", "staff", "removal", "pass-on")
    script.pass_on(8, "09:05", "staff", "removal", "XTW", "For the Board at Thornwick.")
