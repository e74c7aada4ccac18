"""The panels of whoever holds a duty: disposal, the logs, requests, incidents, accounts, the running of the service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import url_for

from app.bootstrap import agreed, continuity, vouching
from app.bootstrap.overseeing import overdue
from app.bootstrap.work import Work
from app.web import filters, names, nav
from app.web.home_rows import First, Found, New, many, said, when
from app.web.incident_view import row as incident_row
from app.web.pages.disposal_day import STAGES
from audit import redaction
from foundation.calendar import london_date
from incidents.model.incident import CLOSING, Incident
from incidents.rules import clocks
from retention.queries.day import Counted
from retention.rules.steps.reasons import APPROVER

LATEST = 5
CHECKERS = ("compliance-officer", "auditor")
INCIDENTS = 50
REQUESTS = 5
_REVIEWED = {"proposed": "waits for somebody who did not propose it", "approved": "is approved and not finished"}


def disposal(work: Work) -> Found:
    """What went wrong, what those who check look at, whose turn it is on disposal day; then the last certificates."""
    duties = work.actor.duties
    rows = _failing(work)
    if not duties.isdisjoint(CHECKERS):
        rows += [*_agreements(work), *_erasures(work)]
    if not duties.isdisjoint(nav.DISPOSERS):
        rows += _disposal_day(work)
    return Found(rows, [_certificates(work)])


def _disposal_day(work: Work) -> list[First]:
    party, today = work.actor.party, london_date(work.now)
    stages = work.day.stages(party, today=today)
    rows = [
        _stage(text, url_for(endpoint, **_of(endpoint, given, party)), stages[code])
        for code, text, duty, endpoint, given in STAGES
        if duty in work.actor.duties and stages[code].number
    ]
    if APPROVER in work.actor.duties and (
        batches := work.batches.batches(party=party, states=frozenset({"submitted"}))
    ):
        oldest = min((each.batch.submitted_at for each in batches if each.batch.submitted_at), default=None)
        href = url_for("batches.index", state="submitted")
        hint = f"The oldest since {filters.gds_date(oldest)}" if oldest else ""
        rows.append(First(many(len(batches), "batch to approve", "batches to approve"), href, hint, today))
    again = work.day.holds(party, today=today)
    if again.number:
        text = many(again.number, "hold to look at again", "holds to look at again")
        rows.append(First(text, url_for("holds.index", state="overdue"), _since(again), again.since, late=True))
    return rows


def _agreements(work: Work) -> list[First]:
    rows = []
    for of in work.agreed.in_force(work.now):
        late = [line for line in agreed.lines(work, of) if line.state == "overdue"]
        if late:
            oldest = min((line.tally.overdue_since for line in late if line.tally.overdue_since), default=None)
            href = url_for("agreements.show", agreement=of.id, state="overdue")
            hint = said(of.title, f"the oldest since {filters.gds_date(oldest)}" if oldest else "")
            rows.append(First(many(len(late), "duty is overdue", "duties are overdue"), href, hint, oldest, late=True))
    return rows


def overrides(work: Work) -> Found:
    """The glass was broken on what came from this body."""
    found = work.protection.overrides.seen(open_only=True, actor=work.actor, now=work.now)
    if not found:
        return Found()
    text = many(len(found), "breaking of the glass to review", "breakings of the glass to review")
    oldest = london_date(found[-1].at)
    hint = f"The oldest on {filters.gds_date(oldest)}"
    return Found([First(text, url_for("overrides.index"), hint, oldest)])


def requests(work: Work) -> Found:
    """What people ask about their data, by its clock."""
    found = work.request_list.requests(work.actor.party, now=work.now, state="open")
    rows = [
        First(
            f"Request {each.request.reference}",
            url_for("requests.show", reference=each.request.reference),
            said(when(each.time.due_on, work) or "its clock stands still"),
            each.time.due_on,
            bool(each.left is not None and each.left < 0),
        )
        for each in found[:REQUESTS]
    ]
    if len(found) > REQUESTS:
        text, rest = f"All {len(found):,} open requests", found[REQUESTS:]
        late = sum(bool(each.left is not None and each.left < 0) for each in rest)
        href = url_for("requests.index", state="open")
        rows.append(First(text, href, more=len(rest), more_late=late))
    return Found(rows)


def incidents(work: Work) -> Found:
    """Those of the body that are not closed: what is owed next of each, and closings that want a second person."""
    found = work.incident_list.open(most=INCIDENTS)
    rows = [_incident(each, work) for each in found]
    count = work.incident_list.count_open() if len(found) == INCIDENTS else len(found)
    if count > len(found):
        text = f"All {count:,} open incidents"
        rows.append(First(text, url_for("incidents.index", state="open"), more=count - len(found)))
    latest = work.incident_list.page(size=LATEST)
    head = ("Incident", "What", "Became aware", "Grade", "State", "Next")
    shown = [incident_row(each, work.now, work.house.policies.incidents.late) for each in latest]
    more = ("All incidents", url_for("incidents.index"))
    return Found(rows, [New("The newest incidents", head, shown, "No incident was ever reported.", more)])


def accounts(work: Work) -> Found:
    """Accounts of the body that want something of whoever administers them."""
    counts = work.people.standings(work.actor.party)
    rows = []
    for standing, one, more in (
        ("locked", "account is locked", "accounts are locked"),
        ("suspended", "account is suspended", "accounts are suspended"),
        ("invited", "person was invited and has not accepted", "people were invited and have not accepted"),
    ):
        if counts.get(standing):
            asked = None if standing == "locked" else standing
            href = url_for("accounts.index", party=work.actor.party, standing=asked)
            rows.append(First(many(counts[standing], one, more), href))
    if waiting := len(work.identity.recoveries(actor=work.actor, now=work.now)):
        text = many(waiting, "recovery of an account waits for a second administrator", "recoveries of accounts wait")
        rows.append(First(text, url_for("recoveries.index")))
    return Found([*_to_confirm(work), *rows])


def _to_confirm(work: Work) -> list[First]:
    """What gives an account power, proposed by another; and what of one's own still waits for somebody."""
    waits = work.identity.conferrals(actor=work.actor, now=work.now)
    mine = [each for each in waits if each.proposed_by == work.actor.id]
    rows = []
    if others := len(waits) - len(mine):
        oldest = next(each for each in waits if each.proposed_by != work.actor.id)
        text = many(others, "proposal waits for you to confirm", "proposals wait for you to confirm")
        hint = f"What gives an account power; the oldest lapses {filters.gds_date(oldest.stands_until)}"
        rows.append(First(text, url_for("conferrals.index"), hint, london_date(oldest.stands_until)))
    if mine:
        text = many(len(mine), "proposal of yours waits", "proposals of yours wait")
        rows.append(First(text, url_for("conferrals.index"), "Another administrator confirms it"))
    return rows


def attesting(work: Work) -> Found:
    """Whose access is for this person to attest, and due."""
    mine = [each for each in work.identity.reviewed(actor=work.actor, now=work.now) if each.state != "later"]
    if not mine:
        return Found()
    due = mine[0].due
    text = many(len(mine), "appointment to attest", "appointments to attest")
    return Found([First(text, url_for("access_review.index"), said(when(due, work)), due, due < london_date(work.now))])


def running(work: Work) -> Found:
    """What keeps the service restorable, and whether the log is vouched for."""
    lines = continuity.standing(work.house, work.conn, work.now)
    rows = [
        [line.text.partition(":")[0], {"status": _word(line.word)}, filters.gds_datetime(line.last) or "Never"]
        for line in lines
    ]
    rows.append(["Witnesses of the log", {"status": vouching.word(vouching.standing(work))}, ""])
    first = [First(line.text, url_for("status.operation"), continuity.todo(line), late=True)
             for line in lines if not line.well]  # fmt: skip
    more = ("Everything about its operation: jobs, keys, scanner, the last drill", url_for("status.operation"))
    # Whoever has the panel of disposal, too, is told there.
    failing = _failing(work) if work.actor.duties.isdisjoint((*CHECKERS, *nav.DISPOSERS)) else []
    return Found([*failing, *first], [New("How the service stands", ("What", "How", "Last"), rows, "", more)])


def _word(word: str) -> str:
    """The tag of how something stands: elsewhere “waiting” is for others."""
    return "not-looked" if word == "waiting" else word


def _of(endpoint: str, given: Mapping[str, str], party: str) -> dict[str, Any]:
    asked = dict(given)
    return {**asked, "body": party} if endpoint == "disposals.index" else asked


def _stage(text: str, href: str, counted: Counted) -> First:
    late = f"{counted.late} late" if counted.late else ""
    count = many(counted.number, "item")
    return First(text, href, said(count, late, _since(counted, small=True)), counted.since, bool(counted.late))


def _since(counted: Counted, *, small: bool = False) -> str:
    if counted.since is None:
        return ""
    return f"{'the' if small else 'The'} oldest due since {filters.gds_date(counted.since)}"


def _failing(work: Work) -> list[First]:
    count = work.outstanding.failing()
    if not count:
        return []
    text = many(count, "destruction went wrong and is tried again", "destructions went wrong and are tried again")
    return [First(text, url_for("disposals.index", state="destroying"), "", date.min, late=True)]


def _certificates(work: Work) -> New:
    rows = [
        [
            {"text": each.number, "href": url_for("certificates.show", number=each.number)},
            names.words(each.retention_class),
            names.party(each.originator),
            filters.gds_date(each.erased_at),
        ]
        for each in work.disposals.certificates(size=LATEST)
    ]
    return New(
        "The newest disposals",
        ("Certificate", "Class", "Originating body", "Destroyed"),
        rows,
        "Nothing has been disposed of yet. Each disposal leaves a certificate here.",
        ("All certificates, by establishment and period", url_for("certificates.index")),
    )


def _erasures(work: Work) -> list[First]:
    proposed = redaction.proposals(work.conn, work.house.keys.log)
    waits = [each for each in proposed if each.state in _REVIEWED]
    if not waits:
        return []
    text = many(len(waits), "erasure in the audit log", "erasures in the audit log")
    return [First(f"{text} {_REVIEWED[waits[0].state]}", url_for("log_retention.index"))]


def _incident(found: Incident, work: Work) -> First:
    coming = found.next
    rules = work.house.policies.incidents.late
    late = any(clocks.overdue(each, work.now, rules) for each in found.owed)
    if found.state == CLOSING:
        hint = "A second person must agree to closing it"
    elif coming is None:
        hint = "Everything is done: close it"
    else:
        hint = said(coming.duty.text.rstrip("."), f"due {filters.gds_datetime(coming.due_at)}" if coming.due_at else "")
    due = london_date(coming.due_at) if coming and coming.due_at else None
    href = url_for("incidents.show", number=found.number)
    return First(f"{found.number}: {found.kind.name}", href, hint, due, late)


def overview(work: Work) -> Found:
    """For those who oversee: how much is overdue, and where most."""
    found = overdue(work)
    rows = [[name, {"text": f"{number:,}", "numeric": True}] for _, name, number in found[:LATEST]]
    more = ("Overview, with charts", url_for("overview.show"))
    head = ("Board or office", {"text": "Steps overdue", "numeric": True})
    return Found([], [New("Where most is overdue", head, rows, "Nothing is overdue anywhere.", more)])
