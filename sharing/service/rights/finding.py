"""Finding everything that a body originated about the person of a request, and saying what is about somebody else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from foundation.actor import Actor
from foundation.errors import Reason
from sharing.errors.rights import RequestFaulty
from sharing.events import rights as events
from sharing.model.rights import ANSWER, ANSWERS, NAMED, SENT, Case, Elsewhere, Request
from sharing.rules.rights.steps import ART_12
from sharing.service.rights.desk import written
from sharing.service.rights.receiving import Receiving
from sharing.store import items as item_rows
from sharing.store import subjects
from sharing.store.rights import threads
from sharing.tables.items import item, item_recusal

MOST = 2000  # items of one request


@dataclass(frozen=True, slots=True)
class Looked:
    """What a search came to: new ``found`` items of this body, ``drafts`` of its own, and whom else to ask."""

    request: Request
    found: int
    drafts: int
    elsewhere: tuple[Elsewhere, ...]


class Finding(Receiving):
    """Find, name, exclude, restore."""

    def find(self, key: str, *, actor: Actor, now: datetime) -> Looked:
        """Look for the person by every name and number, and add what this body originated to the request.

        Of other bodies' items only the references of those that an office of this one may see; how many more there are
        is not said, since a number would tell something about somebody: the other body is asked, and looks itself.
        What the officer is barred from by name is left out. Raises RequestNotFound, RequestRefused, RequestUnready.
        """
        case = self._working(key, actor, now, act="find-person")
        rows, how = self._carrying(self._rows.tokens([case.request.id]), actor)
        known = {each.item for each in case.matches}
        mine = [row for row in rows if row.originator == actor.party and row.uuid not in known]
        if len(mine) + len(known) > MOST:
            text = f"More than {MOST:,} items are found. Take away a name that many people have, and use numbers."
            self._require("find-person", case, [Reason("too-many", text, ART_12)])
        drafts = self._drafts(self._rows.tokens([case.request.id]), actor.party)
        elsewhere = self._elsewhere([row for row in rows if row.originator != actor.party], actor, now)
        named = len(self._rows.tokens([case.request.id]))
        after = self._found(case, mine, how, drafts, elsewhere, named, actor=actor, now=now)
        return Looked(after, len(mine), drafts, elsewhere)

    def name_item(self, key: str, reference: str, *, words: str, actor: Actor, now: datetime) -> Request:
        """Add one of this body's items by its reference: they gave it, or the name is only in its words or files.

        Raises RequestFaulty, alike for what is not there and for what is another body's.
        """
        case = self._working(key, actor, now, act="name-item")
        said = written({"words": words}, "words", words="Say why it belongs here")
        row = item_rows.by_reference(self._conn, reference.strip().upper())
        if row is None or row.originator != actor.party or self._barred([row.id], actor):
            raise RequestFaulty("Check it.", fields={"reference": ["Give the reference of an item of your body"]})
        if case.match(row.uuid) is not None:
            raise RequestFaulty("Check it.", fields={"reference": ["It is there already"]})
        return self._found(case, [row], {row.id: NAMED}, 0, (), 0, actor=actor, now=now, words=said["words"])

    def exclude(self, key: str, item_: str, *, words: str, actor: Actor, now: datetime) -> Request:
        """Say that an item found is about somebody else, and why. Raises RequestNotFound, RequestFaulty."""
        case = self._working(key, actor, now, act="exclude-match")
        found = self._match(case, item_, actor)
        if found.excluded or found.outcome:
            text = "It was left out already, or decided."
            self._require("exclude-match", case, [Reason("match-settled", text, ART_12)])
        said = written({"words": words}, "words", words="Say how you know that it is about somebody else")
        return self._tell(events.MATCH_EXCLUDED, case.request, said, actor=actor, now=now, item=found.item)

    def restore(self, key: str, item_: str, *, words: str, actor: Actor, now: datetime) -> Request:
        """Undo ``exclude``."""
        case = self._working(key, actor, now, act="restore-match")
        found = self._match(case, item_, actor)
        if not found.excluded:
            self._require("restore-match", case, [Reason("match-settled", "It was not left out.", ART_12)])
        said = written({"words": words}, "words")
        return self._tell(events.MATCH_RESTORED, case.request, said, actor=actor, now=now, item=found.item)

    def elsewhere(self, key: str, *, actor: Actor, now: datetime) -> tuple[Elsewhere, ...]:
        """Whom else to ask, as of now, without looking anew for one's own."""
        case = self._case(key, actor, now, act="find-person")
        rows, _ = self._carrying(self._rows.tokens([case.request.id]), actor)
        return self._elsewhere([row for row in rows if row.originator != actor.party], actor, now)

    # --- inside ----------------------------------------------------------------------------------------------------

    def _carrying(self, tokens: Collection[bytes], actor: Actor) -> tuple[list[sa.Row[Any]], Mapping[int, str]]:
        """The items about the person, with what answers them and what they answer."""
        named = subjects.carrying(self._conn, tokens) if tokens else frozenset()
        answers, answered = threads(self._conn, named)
        how = {**dict.fromkeys(answered, ANSWERS), **dict.fromkeys(answers, ANSWER), **dict.fromkeys(named, SENT)}
        barred = self._barred(how, actor)
        wanted = sorted(number for number in how if number not in barred)
        rows: list[sa.Row[Any]] = []
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            rows += self._conn.execute(sa.select(item).where(item.c.id.in_(some)).order_by(item.c.id))
        return rows, how

    def _barred(self, items: Collection[int], actor: Actor) -> frozenset[int]:
        barred = sa.select(item_recusal.c.item_id).where(item_recusal.c.principal == actor.principal)
        return frozenset(self._conn.execute(barred).scalars()) & frozenset(items)

    def _drafts(self, tokens: Collection[bytes], party: str) -> int:
        if not tokens:
            return 0
        by_office = subjects.drafts_about(self._conn, tokens)
        return sum(number for office, number in by_office.items() if self._people.office(office).party == party)

    def _elsewhere(self, rows: Collection[sa.Row[Any]], actor: Actor, now: datetime) -> tuple[Elsewhere, ...]:
        """Of another body's items, those that an office of this one may see as its own: need to know says so.

        So neither an embargo nor RECIPIENTS ONLY shows, nor what was recalled, nor what may not go where they work.
        """
        ours = frozenset(office.principal for office in self._people.offices(party=actor.party))
        anybody = replace(actor, offices=ours, groups=frozenset(), duties=frozenset())
        facts = self._bound.facts([row.id for row in rows], now)
        verdicts = self._decider.decide_many(anybody, "see", facts, now=now)
        seen = [row for row, verdict in zip(rows, verdicts, strict=True) if verdict.allowed]
        return tuple(
            Elsewhere(body, tuple(row.reference for row in seen if row.originator == body))
            for body in sorted({row.originator for row in seen})
        )

    def _found(
        self,
        case: Case,
        rows: Collection[sa.Row[Any]],
        how: Mapping[int, str],
        drafts: int,
        elsewhere: Collection[Elsewhere],
        searched_for: int,
        *,
        actor: Actor,
        now: datetime,
        words: str = "",
    ) -> Request:
        return self._tell(
            events.PERSON_FOUND,
            case.request,
            {"words": words},
            actor=actor,
            now=now,
            searched_for=searched_for,
            items=[f"{row.uuid}|{row.id}|{row.reference}|{how[row.id]}" for row in rows],
            drafts=drafts,
            elsewhere=[reference for each in elsewhere for reference in each.references],
        )
