"""Turns facts into the rows of requests. The same code serves the act itself and a rebuild from entry zero."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import sqlalchemy as sa

from audit.fact import Fact, Kind, Value
from foundation.calendar import london_date
from sharing.events import rights as events
from sharing.model.rights import ANSWERED, DECLINED, IDENTITY, OPEN, REFERRED, REFUSED, TAKEN, WITHDRAWN
from sharing.ports import Words
from sharing.service.rights import followed_items
from sharing.service.rights.fields import day, text
from sharing.store.rights import RightsRows
from sharing.tables import rights as tables

Step = Callable[[RightsRows, Fact, Mapping[str, Value]], None]


class RequestFollower:
    """Follows the facts of requests (``audit.follow.Follower``)."""

    name = "requests"
    kinds = events.REQUEST_KINDS

    def __init__(self, words: Words) -> None:
        self._words = words

    def follow(self, conn: sa.Connection, fact: Fact) -> None:
        """Conclude what follows. Refusals do nothing."""
        if fact.outcome != "allowed":
            return
        rows = RightsRows(conn, self._words)
        _STEPS[fact.kind](rows, fact, fact.what)
        if fact.kind != events.REQUEST_LATE.name:
            _told(rows, fact)
        rows.change(tables.subject_request, {"id": fact.subject}, version=tables.subject_request.c.version + 1)


def _told(rows: RightsRows, fact: Fact) -> None:
    """A line of the history, with what was written."""
    what = fact.what
    rows.add(
        tables.request_event,
        note=text(what, "note"),
        request=fact.subject,
        act=fact.kind.partition(".")[2],
        party=text(what, "party"),
        by=str(fact.who["id"]),
        at=fact.at,
        detail=next((text(what, name) for name in _DETAILS if what.get(name)), ""),
        item=text(what, "item"),
        words=text(what, "words"),
    )


_DETAILS = ("outcome", "ground", "to", "other", "identifier_type", "about", "channel", "on")


def _received(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    rows.add(
        tables.subject_request,
        id=fact.subject,
        reference=text(what, "reference"),
        right=text(what, "right"),
        party=text(what, "party"),
        received_on=day(what, "received_on"),
        channel=text(what, "channel"),
        identity=bool(what["identity"]),
        received_by=str(fact.who["id"]),
        received_at=fact.at,
        state=OPEN,
        extended_on=None,
        closed_on=None,
        told=0,
        late=False,
        note=text(what, "note"),
        version=0,
    )
    _part(rows, fact.subject, text(what, "party"), TAKEN)


def _part(rows: RightsRows, request: str, party: str, state: str) -> None:
    rows.drop(tables.request_part, request=request, party=party)  # one that was declined may be asked again
    rows.add(
        tables.request_part,
        request=request,
        party=party,
        state=state,
        ground="",
        answered_on=None,
        digest="",
        searched_at=None,
        searched_for=0,
        drafts=0,
    )


def _paused(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    number = rows.number(tables.request_pause, request=fact.subject) + 1
    rows.add(
        tables.request_pause,
        request=fact.subject,
        number=number,
        about=text(what, "about"),
        since=day(what, "on"),
        until=None,
    )


def _resumed(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    key = {"request": fact.subject, "about": text(what, "about"), "until": None}
    rows.change(tables.request_pause, key, until=day(what, "on"))
    if text(what, "about") == IDENTITY:
        rows.change(tables.subject_request, {"id": fact.subject}, identity=True)
    _anew(rows, fact)


def _extended(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    rows.change(tables.subject_request, {"id": fact.subject}, extended_on=day(what, "on"))
    _anew(rows, fact)


def _anew(rows: RightsRows, fact: Fact) -> None:
    """With another last day it is reminded of again."""
    rows.change(tables.subject_request, {"id": fact.subject}, told=0, late=False)


def _alias_added(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    rows.add(
        tables.request_alias,
        id=text(what, "alias"),
        request=fact.subject,
        kind=text(what, "identifier_type"),
        token=bytes.fromhex(text(what, "token")),
        party=text(what, "party"),
        note=text(what, "note"),
        removed=False,
    )


def _alias_removed(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    rows.change(tables.request_alias, {"id": text(what, "alias"), "request": fact.subject}, removed=True)


def _joined(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    rows.add(tables.request_join, request=fact.subject, other=text(what, "other"))


def _parted(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    rows.drop(tables.request_join, request=fact.subject, other=text(what, "other"))


def _referred(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    _part(rows, fact.subject, text(what, "to"), REFERRED)


def _answers_referral(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    state = TAKEN if fact.kind == events.REFERRAL_TAKEN.name else DECLINED
    rows.change(tables.request_part, {"request": fact.subject, "party": text(what, "party")}, state=state)
    _close(rows, fact, london_date(fact.at))


def _answered(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    ground, on = text(what, "ground"), day(what, "on")
    key = {"request": fact.subject, "party": text(what, "party")}
    state = REFUSED if ground else ANSWERED
    rows.change(tables.request_part, key, state=state, ground=ground, answered_on=on, digest=text(what, "digest"))
    _close(rows, fact, on)


def _close(rows: RightsRows, fact: Fact, on: date) -> None:
    """It is answered when no body owes its part any more."""
    if not any(rows.number(tables.request_part, request=fact.subject, state=each) for each in (TAKEN, REFERRED)):
        rows.change(tables.subject_request, {"id": fact.subject}, state=ANSWERED, closed_on=on)


def _withdrawn(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    rows.change(tables.subject_request, {"id": fact.subject}, state=WITHDRAWN, closed_on=day(what, "on"))


def _late(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    rows.change(tables.subject_request, {"id": fact.subject}, told=int(str(what["told"])), late=bool(what["late"]))


_BY_KIND: Mapping[Kind, Step] = {
    events.REQUEST_RECEIVED: _received,
    events.REQUEST_PAUSED: _paused,
    events.REQUEST_RESUMED: _resumed,
    events.REQUEST_EXTENDED: _extended,
    events.ALIAS_ADDED: _alias_added,
    events.ALIAS_REMOVED: _alias_removed,
    events.REQUESTS_JOINED: _joined,
    events.REQUESTS_PARTED: _parted,
    events.PERSON_FOUND: followed_items.found,
    events.MATCH_EXCLUDED: followed_items.excluded,
    events.MATCH_RESTORED: followed_items.excluded,
    events.REQUEST_REFERRED: _referred,
    events.REFERRAL_TAKEN: _answers_referral,
    events.REFERRAL_DECLINED: _answers_referral,
    events.MATCH_DECIDED: followed_items.decided,
    events.DISCLOSURE_CHECKED: followed_items.checked,
    events.DISCLOSURE_SENT_BACK: followed_items.sent_back,
    events.RESTRICTION_LIFTED: followed_items.lifted,
    events.DISCLOSED: followed_items.disclosed,
    events.RECIPIENTS_TOLD: followed_items.recipients,
    events.RECIPIENT_KNOWS: followed_items.known,
    events.PART_ANSWERED: _answered,
    events.REQUEST_WITHDRAWN: _withdrawn,
    events.REQUEST_LATE: _late,
}
_STEPS = {kind.name: step for kind, step in _BY_KIND.items()}
