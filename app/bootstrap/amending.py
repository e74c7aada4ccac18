"""What somebody may see of a change to an agreement, and may do about it, for pages and the API alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from foundation.calendar import london_date
from foundation.errors import Reason
from sharing.model.coverage import Occurrence
from sharing.model.version import PROPOSED, Proposal
from sharing.queries.versions import DryRun
from sharing.rules.duties import recording
from sharing.rules.versions import steps
from sharing.service.recording import held_by

if TYPE_CHECKING:
    from app.bootstrap.work import Work


def dry_run(work: Work, found: Proposal) -> DryRun | None:
    """What it would do, while nothing is decided, for those who propose, assess or sign and those who oversee; or None.

    Its counts name nothing; which duties are owed about which establishment is for those they concern.
    """
    newest = work.agreements.of(found.agreement)[-1]
    held = held_by(work.people, work.actor, work.now)
    rule = newest.change
    places = (*rule.propose, *rule.assess, *rule.sign) if rule else ()
    looks = steps.place_of(places, held) or not recording.OVERSEERS.isdisjoint(work.actor.duties)
    if found.state != PROPOSED or not looks:
        return None
    return work.versions.dry_run(found, work.now, knows=work.agreed.knows(work.actor.id))


def listed(work: Work, found: Proposal, run: DryRun) -> Sequence[Occurrence]:
    """The open duties of a dry run that this person may see with what they are about."""
    base = work.versions.base(found)
    held = held_by(work.people, work.actor, work.now)
    return [
        each
        for each in run.occurrences
        if (duty := base.duties.get(each.duty))
        and recording.concerned(duty, each.who, held, each.establishment, work.actor.duties)
    ]


def against(work: Work, act: str, found: Proposal) -> Sequence[Reason]:
    """Why this person may not assess, sign, decline or withdraw it now; nothing where they may."""
    newest = work.agreements.of(found.agreement)[-1]
    held = held_by(work.people, work.actor, work.now)
    me = work.actor.id
    stands = {
        "assess": lambda: steps.may_assess(newest, found, held),
        "sign": lambda: steps.may_sign(newest, found, held, me, london_date(work.now)),
        "decline": lambda: steps.may_decline(newest, found, held),
        "withdraw": lambda: steps.may_withdraw(newest, found, held, me),
    }[act]()
    return _whole(work, stands)


def against_proposing(work: Work, agreement: str) -> Sequence[Reason]:
    """Why this person may propose nothing."""
    newest = work.versions.of(agreement)[-1]
    return _whole(work, steps.may_propose(newest, held_by(work.people, work.actor, work.now)))


def _whole(work: Work, stands: tuple[Reason, ...]) -> Sequence[Reason]:
    verdict = work.house.decider.standing(work.actor, now=work.now)
    return recording.reasons(verdict.why, verdict.rules, stands) if stands or not verdict.allowed else ()
