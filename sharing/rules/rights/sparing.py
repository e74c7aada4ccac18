"""What may not be destroyed because somebody asked about it, or because its use is restricted. Pure."""

from __future__ import annotations

from collections.abc import Collection

from sharing.model.rights import OPEN, Case, Right
from sharing.rules.rights.seen import deals
from sharing.rules.rights.steps import own

__all__ = ["bodies", "deals", "items", "restricted", "tokens"]


def tokens(case: Case, right: Right) -> frozenset[bytes]:
    """The blind tokens everything is found by that the request may cover, searched for or not; nothing once closed.

    An item left out as somebody else's stays among it until the request is answered: that is for whoever asked to
    contest.
    """
    if not _open(case, right):
        return frozenset()
    return frozenset(each.token for each in case.aliases if not each.removed)


def bodies(case: Case) -> frozenset[str]:
    """The bodies that anything is to be said to: those that deal with it, or once did."""
    return frozenset({part.party for part in case.parts} | {each.party for each in case.matches})


def items(case: Case, right: Right, body: str, about: Collection[int]) -> frozenset[str]:
    """What a body found otherwise than by those tokens, which find the items numbered ``about``: answers, references.

    What the body found before it declined its part is somebody else's to answer no longer.
    """
    if not _open(case, right) or not deals(case, body):
        return frozenset()
    return frozenset(each.item for each in own(case, body) if each.item_id not in about)


def restricted(case: Case, body: str) -> frozenset[str]:
    """What is kept and not used, in an open request or a closed one (UK-GDPR art. 18(2))."""
    return frozenset(each.item for each in case.matches if each.party == body and each.restricted)


def _open(case: Case, right: Right) -> bool:
    return right.spares and case.request.state == OPEN
