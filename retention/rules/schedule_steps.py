"""May this version of a schedule be proposed, approved, rejected, by this person, now? Every reason against."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from foundation.actor import Actor
from foundation.errors import Reason
from retention.model.schedule import ScheduleVersion, Version
from retention.rules.steps.reasons import APPROVER, REVIEWER

_SCHEDULE = "M71a"


def may_propose(party: str, actor: Actor) -> tuple[Reason, ...]:
    """A records reviewer of the body whose schedule it is."""
    return (*_duty(actor, REVIEWER), *_own(party, actor))


def may_approve(version: ScheduleVersion, actor: Actor, newest: Version | None, today: date) -> tuple[Reason, ...]:
    """A disposal approver of the same body, never the proposer, before it is to begin, on the comparison they saw."""
    return (*may_reject(version, actor), *_begins(version.effective_from, today), *_unchanged(version, newest))


def may_reject(version: ScheduleVersion, actor: Actor) -> tuple[Reason, ...]:
    """Whoever could approve it."""
    return (*_duty(actor, APPROVER), *_own(version.party, actor), *_second(version, actor), *_open(version))


def _begins(effective_from: date, today: date) -> Iterator[Reason]:
    if effective_from < today:
        yield Reason(
            "RET-schedule-past",
            "It may not begin before the day it is approved. Reject it, and propose it again with a later date.",
            _SCHEDULE,
        )


def _unchanged(version: ScheduleVersion, newest: Version | None) -> Iterator[Reason]:
    if (newest.number if newest else 0) != version.base:
        yield Reason(
            "RET-schedule-base",
            "Another version was approved since, so that what was compared is out of date. Propose it again.",
            _SCHEDULE,
        )


def _duty(actor: Actor, duty: str) -> Iterator[Reason]:
    if duty not in actor.duties:
        yield Reason("RET-duty", f"This is for people appointed as {duty.replace('-', ' ')}.", "M59b")


def _own(party: str, actor: Actor) -> Iterator[Reason]:
    if not party or actor.party != party:
        yield Reason("RET-originator", "Only the originating body decides on its own schedule.", _SCHEDULE)


def _second(version: ScheduleVersion, actor: Actor) -> Iterator[Reason]:
    if actor.id == version.proposed_by:
        yield Reason("RET-second-person", "You proposed this version; somebody else must decide on it.", "M59b")


def _open(version: ScheduleVersion) -> Iterator[Reason]:
    if version.state != "proposed":
        yield Reason("RET-schedule-decided", f"This version is {version.state} already.", "M59b")
