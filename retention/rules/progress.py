"""How each fact moves a case. The one place where a state changes, used live and on a rebuild from entry zero."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast

from retention import events
from retention.model.case import Case, Proposal, Received, Return, State


@dataclass(frozen=True, slots=True)
class Told:
    """A fact as progress needs it. ``what`` as recorded, ``why`` the words given."""

    kind: str
    at: datetime
    what: Mapping[str, Any]
    why: str = ""


def advance(case: Case, told: Told) -> Case:
    """The case after the fact. Every fact adds one to ``version``, so that whoever looked before it is noticed.

    Whether the fact may happen was decided before it was recorded (``rules.steps``); here it did happen. The version
    follows the fact's own ``step``, so that a rebuild over a redacted log counts as the first time did.
    """
    return replace(_STEPS[told.kind](case, told), version=_after(told))


def _clock_logged(case: Case, _: Told) -> Case:
    return replace(case, clock_logged=True)


def _period(case: Case, told: Told) -> Case:
    return replace(
        case,
        state="running",
        period_months=int(told.what["months"]),
        period_authority=told.why,
        period_by=str(told.what["by"]),
        due_on=_day(told, "due_on"),
    )


def _recomputed(case: Case, told: Told) -> Case:
    what = told.what
    state = cast(State, what["state"])
    # What was due and is not any more begins anew: the source is asked again when it ends.
    fresh = unreviewed(case, state, returns=state != case.state and state != "due")
    return replace(
        fresh,
        schedule_version=what["version_after"],
        schedule_digest=str(what["schedule_digest"]),
        also_version=what["also_version"],
        action=str(what["action"]),
        verified=bool(what["verified"]),
        trigger_kind=str(what["trigger_kind"]),
        trigger_entry=str(what["trigger"]),
        trigger_on=date.fromisoformat(str(what["trigger_on"])),
        period_months=what["period_months"],
        period_authority=told.why,
        period_by=str(what["period_by"]),
        due_on=_day(told, "due_after"),
        least_on=_day(told, "least_on"),
        longest_on=_day(told, "longest_on"),
        stale=False,
    )


def _due(case: Case, _: Told) -> Case:
    return replace(case, state="due")


def _offered(case: Case, told: Told) -> Case:
    return replace(case, return_state="offered", offered_by=str(told.what["by"]), offered_at=told.at)


def _answered(case: Case, told: Told) -> Case:
    answer = cast(Return, told.what["answer"])
    return replace(case, return_state=answer, answered_by=str(told.what["by"]), answered_at=told.at)


def _served(case: Case, told: Told) -> Case:
    return replace(
        case,
        served_at=told.at,
        served_files=int(told.what["files"]),
        served_bytes=int(told.what["bytes"]),
        served_sha256=str(told.what["sha256"]),
    )


def _returned(case: Case, told: Told) -> Case:
    received = cast(Received, told.what["manner"])
    return replace(case, return_state="returned", received=received, received_by=str(told.what["by"]))


def _unchanged(case: Case, _: Told) -> Case:
    return case


def _reviewed(case: Case, told: Told) -> Case:
    return replace(
        case,
        state="reviewed",
        proposal=cast(Proposal, told.what["proposal"]),
        proposed_until=_day(told, "until"),
        review_reason=told.why,
        reviewer=str(told.what["by"]),
        reviewed_at=told.at,
        reviewed_version=_after(told),
    )


def _approved(case: Case, told: Told) -> Case:
    if case.proposal == "extend":
        # A new period: the source is asked again when it ends.
        fresh = unreviewed(case, "running", returns=True)
        return replace(fresh, due_on=case.proposed_until, extended_until=case.proposed_until)
    by = str(told.what["by"])
    if case.proposal == "return":
        # The source asks for it: it is offered, and somebody of the source answers.
        return replace(unreviewed(case, "due"), return_state="offered", offered_by=by, offered_at=told.at)
    return replace(
        case, state=_APPROVED[case.proposal], approver=by, approved_at=told.at, destroy_on=_day(told, "destroy_on")
    )


def _archived(case: Case, told: Told) -> Case:
    """The archive has it: what is here waits for its cooling-off like anything two people agreed to destroy."""
    return replace(case, state="cooling-off", destroy_on=_day(told, "destroy_on"))


def _back_to_due(case: Case, _: Told) -> Case:
    return unreviewed(case, "due")


def _begun(case: Case, _: Told) -> Case:
    return replace(case, state="destroying", failed_at=None, failure="")


def _failed(case: Case, told: Told) -> Case:
    counted = replace(case, failures=case.failures + 1)
    if case.state == "destroyed":
        return counted  # a proof is wanting, and no fact says when it is there
    return replace(counted, failed_at=told.at, failure=str(told.what["cause"]))


def _erased(case: Case, told: Told) -> Case:
    what = told.what
    return replace(
        case,
        state="erased",
        key_entry=str(what["key_entry"]),
        content_entry=str(what["content_entry"]),
        parts=int(what["parts"]),
        size=int(what["size"]),
        erased_at=told.at,
        failed_at=None,
        failure="",
    )


def _replayed(case: Case, told: Told) -> Case:
    """Gone before, by the ledger; the certificate is owed where review and approval are still there to be named."""
    at = datetime.fromisoformat(str(told.what["destroyed_at"]))
    return replace(_erased(case, replace(told, at=at)), state=cast(State, told.what["state"]))


def _certified(case: Case, told: Told) -> Case:
    return replace(case, state="destroyed", certificate=str(told.what["number"]), failed_at=None, failure="")


def unreviewed(case: Case, state: State, *, returns: bool = False) -> Case:
    """Without its review and approval; ``returns``: the source is asked again too."""
    more = {"return_state": "none", **_NO_RETURN} if returns else {}
    return replace(
        case,
        state=state,
        proposal="",
        proposed_until=None,
        review_reason="",
        reviewer="",
        reviewed_at=None,
        reviewed_version=None,
        approver="",
        approved_at=None,
        destroy_on=None,
        failed_at=None,
        failure="",
        **more,
    )


def _after(told: Told) -> int:
    return int(told.what["step"]) + 1


def _day(told: Told, key: str) -> date | None:
    value = told.what.get(key)
    return date.fromisoformat(value) if value else None


_NO_RETURN: Mapping[str, Any] = {
    "offered_by": "", "offered_at": None, "answered_by": "", "answered_at": None, "served_at": None,
    "served_files": None, "served_bytes": None, "served_sha256": "", "received": "", "received_by": "",
}  # fmt: skip
_APPROVED: Mapping[str, State] = {"destroy": "cooling-off", "keep": "kept", "transfer": "transferring"}

_STEPS: Mapping[str, Callable[[Case, Told], Case]] = {
    events.CLOCK_STARTED.name: _clock_logged,
    events.CLOCK_RECOMPUTED.name: _recomputed,
    events.PERIOD_CONFIRMED.name: _period,
    events.ITEM_DUE.name: _due,
    events.RETURN_OFFERED.name: _offered,
    events.RETURN_ANSWERED.name: _answered,
    events.RETURN_SERVED.name: _served,
    events.ITEM_RETURNED.name: _returned,
    events.HOLD_CAUGHT.name: _unchanged,
    events.HOLD_PASSED_OVER.name: _unchanged,
    events.DISPOSAL_REVIEWED.name: _reviewed,
    events.DISPOSAL_APPROVED.name: _approved,
    events.REVIEW_REFUSED.name: _back_to_due,
    events.REVIEW_WITHDRAWN.name: _back_to_due,
    events.APPROVAL_WITHDRAWN.name: _back_to_due,
    events.TRANSFER_PACKAGED.name: _unchanged,
    events.TRANSFER_RECEIVED.name: _archived,
    events.DESTRUCTION_BEGUN.name: _begun,
    events.DESTRUCTION_FAILED.name: _failed,
    events.ITEM_DESTROYED.name: _erased,
    events.DESTRUCTION_REPLAYED.name: _replayed,
    events.CERTIFICATE_ISSUED.name: _certified,
}
