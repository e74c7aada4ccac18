"""Turns facts into proposals and what was done about them. The same code serves the act and a rebuild from the log."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from audit.fact import Fact
from sharing.errors.versions import VersionChanged
from sharing.events import versions as events
from sharing.model.version import (
    ASSESS,
    DECLINED,
    PROPOSED,
    SIGN,
    SIGNED,
    WITHDRAWN,
    Proposal,
    VersionAct,
    VersionState,
)
from sharing.ports import Words
from sharing.store.versions import VersionRows

_ACTS = {
    events.VERSION_ASSESSED.name: ASSESS,
    events.VERSION_SIGNED.name: SIGN,
    events.VERSION_DECLINED.name: "decline",
    events.VERSION_WITHDRAWN.name: "withdraw",
}


class Versions:
    """Follows what is done about changes to agreements (``audit.follow.Follower``)."""

    name = "agreement-versions"
    kinds = events.VERSION_KINDS

    def __init__(self, words: Words) -> None:
        self._words = words

    def follow(self, conn: sa.Connection, fact: Fact) -> None:
        """Add the proposal, or the act. Raises VersionChanged where another act came first. Refusals do nothing."""
        if fact.outcome != "allowed":
            return
        rows = VersionRows(conn, self._words)
        if fact.kind == events.VERSION_PROPOSED.name:
            rows.add(_proposal(fact))
        elif not rows.act(fact.subject, _act(fact), _state(fact)):
            found = rows.find(fact.subject)
            if found is None or all(each.entry != fact.id for each in found.acts):
                raise VersionChanged("Look at it again: somebody acted on it a moment ago.", subject=fact.subject)


def _proposal(fact: Fact) -> Proposal:
    what = fact.what
    return Proposal(
        id=fact.subject,
        agreement=str(what["agreement"]),
        number=int(str(what["number"])),
        in_force=date.fromisoformat(str(what["in_force"])),
        sha256=str(what["sha256"]),
        state="proposed",
        reason=fact.why,
        party=str(what["party"]),
        proposed_by=str(what["by"]),
        proposed_at=fact.at,
    )


def _act(fact: Fact) -> VersionAct:
    what = fact.what
    return VersionAct(
        number=int(str(what["step"])),
        act=_ACTS[fact.kind],
        decision=str(what.get("decision") or ""),
        party=str(what["party"]),
        place=str(what["place"]),
        reason=fact.why,
        by=str(what["by"]),
        at=fact.at,
        entry=fact.id,
    )


def _state(fact: Fact) -> VersionState:
    if fact.kind == events.VERSION_DECLINED.name:
        return DECLINED
    if fact.kind == events.VERSION_WITHDRAWN.name:
        return WITHDRAWN
    return SIGNED if fact.what.get("complete") is True else PROPOSED
