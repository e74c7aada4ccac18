"""The disposal day: what went wrong, what waits, how long; where a records reviewer or an approver begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app.http.permissions import signed_in
from app.web import batch_view, filters, names
from app.web.looking import holding
from app.web.names import Names
from app.web.page import page
from foundation.calendar import london_date
from retention.model.batch import UNDER_WAY
from retention.model.reminder import Reminder
from retention.queries.day import Counted
from retention.rules.steps.reasons import APPROVER, REVIEWER

bp = Blueprint("disposal_day", __name__)
LOOK = "view-disposal-log"
FAILED = 10  # named at the top
# (stage, what it is called, whose turn it is, where it leads and with what)
STAGES: Sequence[tuple[str, str, str, str, Mapping[str, str]]] = (
    ("to-answer", "Returns offered to you, to be answered", REVIEWER, "returns.index", {}),
    ("to-receive", "Returns you accepted, to be downloaded and confirmed", REVIEWER, "returns.index", {}),
    ("to-offer", "Due items of other bodies, to be offered back", REVIEWER, "returns.index", {}),
    ("to-review", "Due and ready for review", REVIEWER, "batches.new", {}),
    ("unoffered", "Due, not offered back by their holder yet", "", "disposals.index", {"state": "due"}),
    ("no-period", "Without a period, to be confirmed", REVIEWER, "disposals.index", {"state": "no-period"}),
    ("to-approve", "Reviewed one by one, to be approved", APPROVER, "disposals.index", {"state": "reviewed"}),
    ("cooling-off", "Approved and cooling off", "", "disposals.index", {"state": "cooling-off"}),
    ("held", "Due, and a hold stands on them", "", "disposals.index", {"state": "due", "held": "yes"}),
    ("transferring", "Waiting for their transfer", "", "disposals.index", {"state": "transferring"}),
)
REMINDERS = {
    "due": "Due since {since}, not disposed of yet",
    "approval": "Waiting for approval since {since}",
    "return": "Offered back on {since}, not answered yet",
    "cooling-off": "The cooling-off ends on {since}: until then it can be stopped",
    "hold-review": "A hold should be looked at again since {since}",
}


@bp.get("/disposals/day")
@signed_in
def show() -> ResponseReturnValue:
    """For the body of whoever asks."""
    with holding(LOOK) as work:
        party, today, called = work.actor.party, london_date(work.now), Names(work)
        places = batch_view.places(work)
        stages = work.day.stages(party, today=today)
        batches = work.batches.batches(party=party, states=UNDER_WAY)
        shown: dict[str, Any] = {
            "failures": work.outstanding.failures(FAILED),
            "failing": work.outstanding.failing(),
            "held_open": work.outstanding.held_open(),
            "stages": _stages(stages, party, work.actor.duties),
            "holds": work.day.holds(party, today=today),
            "batches": [batch_view.row(each, called, places) for each in batches],
            "to_decide": [
                {"id": each.batch.id, "title": batch_view.title(each.batch), "submitted_at": each.batch.submitted_at}
                for each in batches
                if each.batch.state == "submitted"
            ],
            "may_open": not batch_view.against_opening(work),
            "reminders": [_reminder(one, reference) for one, reference in work.day.reminders(party)],
            "approves": APPROVER in work.actor.duties,
            "body": names.party(party),
        }
    return page("disposal_day/show.html", marking="OFFICIAL-SENSITIVE", **shown)


def _stages(found: Mapping[str, Counted], party: str, duties: frozenset[str]) -> list[dict[str, Any]]:
    """Those that are late first, then those that wait for this person, then the rest; empty ones are left out."""
    rows = []
    for order, (code, text, duty, endpoint, given) in enumerate(STAGES):
        one = found[code]
        if one.number:
            more: dict[str, Any] = {**given, "body": party} if endpoint == "disposals.index" else dict(given)
            mine = bool(duty) and duty in duties
            rows.append(
                {
                    "text": text,
                    "href": url_for(endpoint, **more),
                    "number": one.number,
                    "late": one.late,
                    "since": one.since,
                    "mine": mine,
                    "order": (not one.late, not mine, order),
                }
            )
    return sorted(rows, key=lambda row: row["order"])


def _reminder(one: Reminder, reference: str) -> list[Any]:
    said = REMINDERS[one.stage].format(since=filters.gds_date(one.since))
    hold = one.stage == "hold-review"
    href = url_for("holds.show", hold=one.subject) if hold else url_for("disposals.show", ref=reference)
    return [{"text": "A hold" if hold else reference, "href": href}, said, filters.gds_date(one.at)]
