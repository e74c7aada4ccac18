"""What data subjects asked for is held: from a request's facts to retention's holds, in one unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.bootstrap import wiring
from audit.fact import Fact
from retention.service.sparing import Wanted
from retention.store.cases import Cases
from sharing.events import rights as events
from sharing.rules.rights import sparing as rules
from sharing.store import subjects
from sharing.store.rights import RightsRows

if TYPE_CHECKING:
    from app.bootstrap.work import Work

# Whatever changes which items a request may cover, or whether their use is restricted.
FOLLOWS = frozenset(
    each.name
    for each in (
        events.REQUEST_RECEIVED,
        events.ALIAS_ADDED,
        events.ALIAS_REMOVED,
        events.PERSON_FOUND,
        events.MATCH_EXCLUDED,
        events.MATCH_RESTORED,
        events.MATCH_DECIDED,
        events.RESTRICTION_LIFTED,
        events.REQUEST_REFERRED,
        events.REFERRAL_DECLINED,
        events.PART_ANSWERED,
        events.REQUEST_WITHDRAWN,
    )
)
_GONE = ("erased", "destroyed")


def spare(work: Work, facts: Sequence[Fact]) -> None:
    """Make the holds of each request spoken of be those it needs after these facts."""
    for request in dict.fromkeys(fact.subject for fact in facts if fact.outcome == "allowed"):
        _spare(work, request)


def _spare(work: Work, request: str) -> None:
    words = wiring.words(work.house)
    rows = RightsRows(work.conn, words)
    found = rows.find(request)
    if found is None:
        return
    case, right = rows.case(found), work.house.policies.rights.rights[found.right]
    found_by = rules.tokens(case, right)
    about = subjects.carrying(work.conn, sorted(found_by)) if found_by else frozenset()
    cases = Cases(work.conn, words).all([each.item for each in case.matches])
    gone = {item for item, each in cases.items() if each.state in _GONE}
    tokens = frozenset(token.hex() for token in found_by)
    wanted = {
        body: Wanted(
            tokens if rules.deals(case, body) else frozenset(),
            rules.items(case, right, body, about) - gone,
            rules.restricted(case, body) - gone,
        )
        for body in rules.bodies(case)
    }
    work.retention.spare(found.reference, wanted, actor=work.actor, now=work.now)
