"""The desk every part of the service works at: find the request, ask may I, record the fact, see that it moved."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from audit.fact import Kind, Value
from audit.trail import Trail
from foundation.actor import Actor
from foundation.bound import Binder
from foundation.calendar import london_date
from foundation.errors import Reason
from foundation.ident import new_id
from identity.model import Party
from identity.queries.people import People
from identity.rules.decide import Decider
from sharing.errors.rights import RequestFaulty, RequestNotFound, RequestRefused, RequestUnready
from sharing.events.items import ACCESS_REFUSED
from sharing.model.rights import Case, Match, Request, Rights
from sharing.ports import KeptItems, Words
from sharing.rules.rights import steps
from sharing.rules.rights.seen import deals
from sharing.store.bound import Bound
from sharing.store.rights import RightsRows, about

LINE, TEXT = 200, 4000  # characters
HANDLE, CHECK = "handle-request", "check-disclosure"
UNFOLLOWED = "the trail is not followed by sharing.service.rights.follower.RequestFollower"


class Desk:
    """Holds what the parts share. The trail must be followed by ``RequestFollower``. Never commits."""

    def __init__(  # noqa: PLR0913 - handed down once, by the composition root
        self,
        conn: sa.Connection,
        trail: Trail,
        *,
        rights: Rights,
        decider: Decider,
        people: People,
        parties: Mapping[str, Party],
        words: Words,
        kept: KeptItems,
        index_key: bytes,
        binder: Binder,
    ) -> None:
        self._conn = conn
        self._trail = trail
        self._rights = rights
        self._decider = decider
        self._people = people
        self._parties = parties
        self._words = words
        self._kept = kept
        self._index_key = index_key
        self._bound = Bound(conn, binder)
        self._rows = RightsRows(conn, words)

    # --- finding and asking ----------------------------------------------------------------------------------------

    def _case(self, key: str, actor: Actor, now: datetime, *, act: str) -> Case:
        """The request, for an officer of a body that deals with it.

        Raises RequestRefused for whoever holds no such duty, whatever they name; then, one like the other,
        RequestNotFound for what is not there and for what their body does not deal with.
        """
        self._must(HANDLE, actor, now, act=act)
        request = self._rows.find(key)
        case = self._rows.case(request) if request is not None else None
        if case is None or not deals(case, actor.party):
            raise RequestNotFound(
                "Check the reference, or ask whoever gave it to you.",
                fact=ACCESS_REFUSED,
                what={"act": act, "reference": ""},
                subject=request.id if request else "",
            )
        return case

    def _working(self, key: str, actor: Actor, now: datetime, *, act: str) -> Case:
        """The same, where their body is at work on its part. Raises RequestUnready too."""
        case = self._case(key, actor, now, act=act)
        self._require(act, case, steps.open_for(case, actor.party))
        return case

    def _leading(self, key: str, actor: Actor, now: datetime, *, act: str) -> Case:
        """The same, of the body the request came to: it alone keeps the clock."""
        case = self._case(key, actor, now, act=act)
        if case.request.party != actor.party:
            text = f"{self._parties[case.request.party].short} received the request and does this."
            self._refuse(act, case.request.id, [Reason("request-led-by-other", text, steps.ART_12)])
        self._require(act, case, steps.open_for(case, actor.party)[:1] if case.request.state != "open" else [])
        return case

    def _must(self, action: str, actor: Actor, now: datetime, *, act: str, other: str = "", subject: str = "") -> None:
        verdict = self._decider.decide_duty(actor, action, now=now, body=actor.party, other=other)
        if verdict.allowed:
            return
        known = self._decider.rules
        rules = verdict.rules or ("no-permit",)
        reasons = [
            Reason(rule, why, known[rule].source if rule in known else "")
            for rule, why in zip(rules, verdict.why, strict=False)
        ]
        self._refuse(act, subject, reasons)

    def _refuse(self, act: str, subject: str, reasons: Sequence[Reason]) -> None:
        raise RequestRefused(
            " ".join(each.text for each in reasons),
            reasons=reasons,
            fact=ACCESS_REFUSED,
            what={"act": act, "reference": ""},
            subject=subject,
        )

    def _require(self, act: str, case: Case, reasons: Sequence[Reason]) -> None:
        if reasons:
            raise RequestUnready(
                " ".join(each.text for each in reasons),
                reasons=reasons,
                fact=ACCESS_REFUSED,
                what={"act": act, "reference": ""},
                subject=case.request.id,
            )

    def _match(self, case: Case, item: str, actor: Actor) -> Match:
        """One of this body's items of the request. Raises RequestNotFound."""
        found = case.match(item)
        if found is None or found.party != actor.party:
            raise RequestNotFound("Choose one of the items found.", subject=case.request.id)
        return found

    # --- recording -------------------------------------------------------------------------------------------------

    def _tell(
        self, kind: Kind, request: Request, words: Mapping[str, str], *, actor: Actor, now: datetime, **what: Value
    ) -> Request:
        """Record the fact, its words sealed to the event they become. The request as it then is."""
        note = str(new_id(now))
        said = {name: text for name, text in words.items() if text}
        sealed = self._words.seal(about(request.id, note), json.dumps(said, sort_keys=True)) if said else ""
        stands = {"reference": request.reference, "party": actor.party, "note": note, "words": sealed}
        self._trail.record(kind, actor=actor, now=now, subject=request.id, what={**stands, **what})
        after = self._rows.find(request.id)
        if after is None or after.version <= request.version:
            raise RuntimeError(UNFOLLOWED)
        return after


def written(given: Mapping[str, str], *needed: str, most: int = TEXT, **labels: str) -> dict[str, str]:
    """What people wrote, trimmed. Raises RequestFaulty for what is needed and missing, or too long."""
    said = {name: text.strip() for name, text in given.items()}
    faults: dict[str, list[str]] = {}
    for name, text in said.items():
        if name in needed and not text:
            faults[name] = [labels.get(name, "Say why, in a sentence or two")]
        elif len(text) > most:
            faults[name] = [f"Use {most} characters or fewer"]
        elif "\0" in text:
            faults[name] = ["Remove the character that cannot be shown"]
    if faults:
        raise RequestFaulty("Correct what is named and send it again.", fields=faults)
    return said


def day_within(on: date, since: date, now: datetime, *, field: str = "on") -> date:
    """A day not before ``since`` and not to come. Raises RequestFaulty."""
    if on > london_date(now):
        raise RequestFaulty("Check the date.", fields={field: ["Enter a date that is today or in the past"]})
    if on < since:
        text = f"Enter a date on or after {since.day} {since:%B} {since.year}"
        raise RequestFaulty("Check the date.", fields={field: [text]})
    return on
