"""A disposal case in words: where it stands, step by step, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.http.house import house
from app.web import filters, names, schedule_case
from app.web.names import Names
from retention.model.case import RETURN_SETTLED, STATES, Case, State
from retention.model.copy import KINDS, METHODS, Copy
from retention.model.hold import Hold
from retention.queries.disposals import CAP

RETURN_WORDS = {
    "none": "Not offered back to its source yet",
    "offered": "Offered back; the source has not answered yet",
    "accepted": "The source wants it back and has still to confirm that it has it",
    "returned": "The source has it back",
    "declined": "The source does not want it back",
    "cannot": "It was agreed that it cannot be returned",
}
PROPOSALS = {
    "destroy": "Destroy it",
    "extend": "Keep it for longer",
    "keep": "Keep it for good",
    "return": "Return it to its source",
    "transfer": "Transfer it to The National Archives",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One step of the case. ``status`` is a code of filters.STATUSES."""

    title: str
    status: str
    lines: Sequence[str] = ()
    link: Mapping[str, str] = field(default_factory=dict)


def counted(number: int) -> str:
    """So many items, as far as they are counted."""
    return f"more than {CAP:,} items" if number > CAP else filters.plural(number, "item")


def row(case: Case) -> list[Any]:
    """The case in the list."""
    due = {"text": schedule_case.due(case)[0], "minor": "20 years or more" if case.beyond else ""}
    return [
        {"text": case.reference, "href": f"/disposals/{case.reference}"},
        names.words(case.retention_class),
        names.party(case.originator),
        due,
        {"status": case.state, "minor": "On hold" if case.held else ""},
    ]


def summary(case: Case, place: str) -> list[Any]:
    """What the item is, without a word of what is in it."""
    return [
        {"key": "State", "status": case.state},
        ("Kind", names.words(case.kind)),
        ("Originating body", names.party(case.originator)),
        ("Establishment", place),
        ("Marking", {"O": "OFFICIAL", "OS": "OFFICIAL-SENSITIVE"}.get(case.marking, case.marking)),
        ("Retention class", names.words(case.retention_class)),
        {"key": "Due for disposal", "lines": schedule_case.due(case)},
    ]


def tasks(case: Case, called: Names, clock: Sequence[str] = (), copies: Sequence[Copy] = ()) -> list[Task]:
    """Every step in its order, done or not; ``clock`` is told of the first."""
    return [
        Task("The clock", "later" if case.state == "stopped" else "done", clock),
        _period(case, called),
        _ended(case),
        Task("Return to the source", _return_status(case), _return(case, called)),
        Task("Review", _status(case, "due", bool(case.reviewer)), _review(case, called)),
        Task("Approval", _status(case, "reviewed", bool(case.approver)), _approval(case, called)),
        Task("Cooling-off", _cooling(case), _cooling_lines(case)),
        _copies(copies),
        Task("Destruction and certificate", _destruction(case), _destroyed(case), _certificate(case)),
    ]


def copy_row(copy: Copy, called: Names) -> dict[str, Any]:
    """A copy of one item on paper or media as a page shows it."""
    way = METHODS.get(copy.method)
    return {
        "found": copy,
        "kind": KINDS[copy.kind],
        "body": names.party(copy.party),
        "method": f"{way.words} ({way.standard})" if way else "",
        "by": called.person(copy.accounted_by),
    }


def hold_row(hold: Hold, called: Names) -> dict[str, Any]:
    """A hold of one item as a page shows it."""
    return {
        "hold": hold,
        "body": names.party(hold.party),
        "owner": called.person(hold.owner),
        "lifted_by": called.person(hold.lifted_by),
    }


def _period(case: Case, called: Names) -> Task:
    if case.state == "stopped":
        return Task("Period", "later", ["It is found when the item is closed again."])
    if case.period_months is None:
        why = schedule_case.silence(case)
        return Task("Period", "to-do", [why, "A records manager of the originating body must confirm one."])
    months = filters.plural(case.period_months, "month")
    lines = [f"{months}, by authority of: {case.period_authority}"]
    if case.period_by:
        lines.append(f"Confirmed for this item by {called.person(case.period_by)}.")
    return Task("Period", "done", lines)


def _ended(case: Case) -> Task:
    if case.due_on is None:
        return Task("End of the period", "later", ["It never ends by itself while no period is in force."])
    over = _reached(case, "due")
    said = "Ended" if over else "Ends"
    return Task("End of the period", "done" if over else "later", [f"{said} on {filters.gds_date(case.due_on)}."])


def _return_status(case: Case) -> str:
    if case.return_state in RETURN_SETTLED:
        return "done"
    return "to-do" if case.state == "due" else "later"


def _return(case: Case, called: Names) -> list[str]:
    lines = [RETURN_WORDS[case.return_state]]
    if case.served_at is not None:
        files = f"{filters.plural(case.served_files or 0, 'file')}, {filters.filesize(case.served_bytes or 0)}"
        given = f"its text and {files}" if case.served_files else "its text; it has no files"
        lines.append(f"Given to it as one package on {filters.gds_datetime(case.served_at)} ({given}).")
    if case.received:
        how = "from that package" if case.received == "package" else "it had it already"
        lines.append(f"Confirmed by {called.person(case.received_by)}: {how}.")
    return lines


def _review(case: Case, called: Names) -> list[str]:
    if not case.reviewer:
        return ["Somebody proposes what should happen to it."]
    until = f" until {filters.gds_date(case.proposed_until)}" if case.proposed_until else ""
    by = f"Proposed by {called.person(case.reviewer)} on {filters.gds_datetime(case.reviewed_at)}."
    return [f"{PROPOSALS.get(case.proposal, case.proposal)}{until}.", f"Reason: {case.review_reason}", by]


def _approval(case: Case, called: Names) -> list[str]:
    if not case.approver:
        return ["Somebody else of the same body approves it, or sends it back."]
    return [f"Approved by {called.person(case.approver)} on {filters.gds_datetime(case.approved_at)}."]


def _cooling(case: Case) -> str:
    if case.state in ("kept", "transferring"):
        return "not-needed"
    return _status(case, "cooling-off", _reached(case, "destroying"))


def _cooling_lines(case: Case) -> list[str]:
    if case.state == "kept":
        return ["It is kept."]
    if case.state == "transferring":
        return ["It waits for its transfer."]
    if case.destroy_on is None:
        days = house().policies.schedules.disposal.cooling_off_days
        return [f"After approval its key is disabled at once; for {filters.plural(days, 'day')} all can be undone."]
    return [f"The key is disabled. Until {filters.gds_date(case.destroy_on)} all can be undone."]


def _copies(copies: Sequence[Copy]) -> Task:
    left = sum(copy.fate == "open" for copy in copies)
    if not copies:
        return Task("Copies on paper and media", "not-needed", ["None is registered."])
    said = f"{filters.plural(left, 'copy', 'copies')} still to be accounted for: no certificate is issued before."
    return Task("Copies on paper and media", "to-do" if left else "done", [said if left else "All accounted for."])


def _destruction(case: Case) -> str:
    if case.state == "kept":
        return "not-needed"
    if case.state == "transferring":
        return "later"
    return "done" if case.state == "destroyed" else _status(case, "destroying", False)


def _destroyed(case: Case) -> list[str]:
    if case.state == "kept":
        return ["It is not destroyed."]
    tried = [_failed(case)] if case.failures else []
    if case.erased_at is None:
        return [*tried, "Its keys are destroyed, its encrypted files removed, and their absence verified."]
    files = f"{filters.plural(case.parts or 0, 'file')}, {filters.filesize(case.size or 0)}"
    return [*tried, f"Destroyed on {filters.gds_datetime(case.erased_at)} ({files}); absence verified."]


def _failed(case: Case) -> str:
    times = filters.plural(case.failures, "time")
    if case.failed_at is None:
        return f"It failed {times} before it went well."
    return f"It failed {times}, last on {filters.gds_datetime(case.failed_at)} ({case.failure}). It is tried again."


def _certificate(case: Case) -> Mapping[str, str]:
    if not case.certificate:
        return {}
    return {"text": f"Certificate {case.certificate}", "href": f"/certificates/{case.certificate}"}


def _status(case: Case, now_at: str, done: bool) -> str:
    if done:
        return "done"
    return "to-do" if case.state == now_at else "later"


def _reached(case: Case, state: State) -> bool:
    if case.state in ("kept", "transferring"):
        return state == "due"
    return STATES.index(case.state) >= STATES.index(state)


def outcome(case: Case, today: date, cooled: date) -> list[str]:
    """What approving this proposal does, and by when."""
    if case.proposal == "extend":
        until = filters.gds_date(case.proposed_until)
        return [f"The item is kept until {until}. Then it is due again, and offered to its source again."]
    if case.proposal == "return":
        return ["The item is offered back to its source. Somebody else of the source answers; it stays due until then."]
    if case.proposal == "transfer":
        return ["The item waits for its transfer to The National Archives. It is not destroyed before."]
    if case.proposal == "keep":
        return ["The item is kept for good. It is never due again."]
    return [
        f"Today, {filters.gds_date(today)}, its key is disabled: nobody can open the item from now on.",
        f"Until {filters.gds_date(cooled)} you, or a records reviewer of your body, can still stop it.",
        f"On {filters.gds_date(cooled)} its keys are destroyed and its encrypted files removed. That cannot be undone.",
        "A certificate of destruction is issued, with proofs that anybody can check without trusting this service.",
    ]


def tier(cases: Iterable[Case]) -> str:
    """The marking of a page that speaks of these items, without a word of what is in them."""
    return "OFFICIAL-SENSITIVE" if any(case.marking == "OS" for case in cases) else "OFFICIAL"
