"""The panels of whoever works on items: what waits for their offices, what agreements ask of them, what came last."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for

from app.bootstrap import agreed
from app.bootstrap.work import Work
from app.http import unsent
from app.web import agreement_view, filters, gates, item_words, markings
from app.web.home_rows import First, Found, New, many, said, when
from foundation.calendar import london_date
from sharing.queries.items import MOST_WAITING, Desk
from sharing.rules.duties import dates

NAMED = 3  # of the items that wait, each with a row of its own
OWED = 100


def items(work: Work) -> Found:
    """Those that wait, the drafts begun, the newest."""
    desk = work.items.desk(actor=work.actor, now=work.now)
    if desk.barred:
        text = "You cannot see items at present"
        return Found([First(text, url_for("items.inbox"), " ".join(each.text for each in desk.barred), late=True)])
    names = item_words.places(work)
    rows = [*_waiting(work, desk, names), *_drafts(desk), *_broken(work), *_gone(work)]
    line = markings.most_restrictive(row.marking for row in (*desk.newest, *desk.first[:NAMED]))
    return Found(
        rows,
        [
            New(
                "The newest items",
                ("Item", "Marking", "From", "Status", "Sent"),
                [_new(cells) for cells in item_words.rows(item_words.table_row, desk.newest, names)],
                "Nothing has been sent to you or your offices yet. What is sent appears here.",
                ("All items you may see", url_for("items.inbox")),
                line,
            )
        ],
    )


def asked_of_me(work: Work) -> Found:
    """What agreements ask of the offices this person holds, and of nobody else."""
    found = []
    for of in work.agreed.in_force(work.now):
        by_duty: dict[str, list[agreed.Mine]] = {}
        for each in agreed.mine(work, of, most=OWED):
            by_duty.setdefault(each.duty.id, []).append(each)
        found += [_duty(work, of.id, several) for several in by_duty.values()]
    return Found(found)


def own(work: Work) -> Found:
    """What soon keeps somebody from their work, and what an incident asks of them."""
    person = work.people.person(work.actor.id)
    rows = [First(text, url_for("account.show"), "", london_date(work.now)) for text in gates.warnings(work, person)]
    if asked := work.incident_list.waits(work.actor.id):
        text = "Say whether you have deleted what you took"
        rows.append(First(text, url_for("incident_reports.mine"), said(many(asked, "item", "items")), late=True))
    if kept := unsent.mine(work):
        rows.append(
            First(
                "Go on with what you typed and have not sent",
                url_for("unsent.index"),
                said(many(len(kept), "form"), f"the first kept until {filters.gds_date(kept[-1].until.date())}"),
            )
        )
    return Found(rows)


def _waiting(work: Work, desk: Desk, names: dict[str, str]) -> list[First]:
    """The most urgent one by one; the rest as a number."""
    rows = []
    for row in desk.first[:NAMED]:
        title = item_words.heading(row.kind_name, names.get(row.establishment or "", row.establishment or ""))
        step = row.step
        hint = said(step.title if step else "", when(step.due_on if step else None, work))
        rows.append(
            First(
                f"{title}, {row.reference}",
                url_for("items.show", ref=row.reference),
                hint,
                step.due_on if step else None,
                bool(step and step.late),
            )
        )
    if desk.waiting > len(rows):
        late = many(desk.late, "overdue", "overdue", cap=MOST_WAITING) if desk.late else ""
        text = f"All {many(desk.waiting, 'item', cap=MOST_WAITING)} that wait for your office"
        last = desk.first[min(NAMED, len(desk.first)) - 1].step
        more_late = max(0, desk.late - sum(row.late for row in rows))
        more = desk.waiting - len(rows)
        due = last.due_on if last else None
        rows.append(First(text, url_for("items.inbox"), said(late), due, bool(desk.late), more, more_late))
    return rows


def _drafts(desk: Desk) -> list[First]:
    if not desk.drafts:
        return []
    text = f"Finish and send {many(desk.drafts, 'draft', 'drafts')}"
    return [First(text, url_for("drafts.index"), "Only you can see what you have not sent")]


def _broken(work: Work) -> list[First]:
    """The glass was broken, and nobody has reviewed it."""
    found = work.protection.overrides.seen(open_only=True, actor=work.actor, now=work.now)
    if not found:
        return []
    text = many(len(found), "item was opened for somebody’s safety", "items were opened for somebody’s safety")
    return [First(text, url_for("overrides.index"), "Not reviewed yet", found[-1].at.date())]


def _gone(work: Work) -> list[First]:
    """What they sent for somebody's eyes alone, who is gone: nobody else can say who is to have it."""
    found = work.sharing.unreachable(actor=work.actor, now=work.now)
    if not found:
        return []
    text = many(len(found), "item you sent has a recipient who is gone", "items you sent have a recipient who is gone")
    return [First(text, url_for("renaming.index"), "Say who is to have it instead")]


def _new(cells: Sequence[object]) -> list[object]:
    """Without the column of files: on a home page it is one too many."""
    return [*cells[:4], cells[5]]


def _duty(work: Work, agreement: str, several: Sequence[agreed.Mine]) -> First:
    duty, owed = several[0].duty, several[0].occurrence
    late = [each for each in several if dates.is_overdue(each.occurrence, work.now)]
    places = agreement_view.places
    count = f"{many(len(several), 'time', cap=OWED - 1)}" if len(several) > 1 else ""
    over = f"{len(late)} of them overdue" if late and len(several) > 1 else ""
    from_whom = places(work.agreed.agreement(agreement, work.now), owed.who)
    return First(
        duty.what,
        url_for("agreements.duty", agreement=agreement, number=duty.number),
        said(f"{duty.number} of the agreement, by {from_whom}", count, over, when(owed.due_on, work)),
        owed.due_on,
        bool(late),
    )
