"""The desk every part of the service works at: find the case, ask may I, record the fact, see that it moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from audit.fact import Kind, Value
from audit.trail import Entry, Trail
from foundation.actor import Actor
from foundation.errors import Reason
from retention.errors import CaseChanged, CaseNotFound, DetailsInvalid, DisposalRefused
from retention.model.case import Case
from retention.model.schedule import Schedules
from retention.ports import Decider, Eraser, People, Witness, Words
from retention.store.cases import Cases, Holdings
from retention.store.schedules import ScheduleRows

WORDS = 400  # characters of a reason or an authority
UNFOLLOWED = "the trail is not followed by retention.service.follower.Clocks"
_NO_DUTY = "Your duties do not include this."


class Desk:
    """Holds what the parts of ``Retention`` share. The trail must be followed by ``Clocks``, else nothing moves."""

    def __init__(
        self,
        conn: sa.Connection,
        trail: Trail,
        *,
        schedules: Schedules,
        eraser: Eraser,
        decider: Decider,
        witness: Witness,
        words: Words,
        people: People,
        holder: str,
    ) -> None:
        self._cases = Cases(conn, words)
        self._holdings = Holdings(conn, words)
        self._rows = ScheduleRows(conn, words)
        self._words = words
        self._persons = people.subjects
        self._colleagues = people.colleagues
        self._trail = trail
        self._schedules = schedules
        self._eraser = eraser
        self._decider = decider
        self._witness = witness
        self._holder = holder

    def _case(self, item: str, version: int | None = None) -> Case:
        case = self._cases.find(item)
        if case is None:
            raise CaseNotFound("No retention clock runs for this item.", subject=item)
        if version is not None and version != case.version:
            raise CaseChanged("Look at the case as it is now, and decide again.", subject=item)
        return case

    def _ask(
        self,
        case: Case,
        actor: Actor,
        action: str,
        reasons: Sequence[Reason],
        *,
        now: datetime,
        body: str = "",
        other: str = "",
    ) -> None:
        """Refuse with every reason of rules and policies together. ``body`` is the originator's unless given."""
        if against := self._against(actor, action, reasons, now=now, body=body or case.originator, other=other):
            raise DisposalRefused(against[0].text, reasons=against, subject=case.item)

    def _against(
        self, actor: Actor, action: str, reasons: Sequence[Reason], *, now: datetime, body: str, other: str = ""
    ) -> list[Reason]:
        """Those of the rules, and those of the policies after them."""
        return [*reasons, *by_policy(self._decider, actor, action, now=now, body=body, other=other)]

    def _record(self, kind: Kind, case: Case, *, actor: Actor, now: datetime, why: str = "", **what: Value) -> Case:
        """Write the fact and return the case as the follower left it."""
        self._write(kind, case, actor=actor, now=now, why=why, what=what)
        return self._case(case.item)

    def _write(
        self, kind: Kind, case: Case, *, actor: Actor, now: datetime, what: Mapping[str, Value], why: str = ""
    ) -> Entry:
        fields = {"step": case.version, "reference": case.reference, **what}
        entry = self._trail.record(
            kind, actor=actor, now=now, subject=case.item, what=fields, why=why, marking=case.marking
        )
        if self._case(case.item).version == case.version:
            raise RuntimeError(UNFOLLOWED)
        return entry


def by_policy(
    decider: Decider, actor: Actor, action: str, *, now: datetime, body: str, other: str = ""
) -> list[Reason]:
    """What the policies say against a duty; nothing where they allow it."""
    verdict = decider.decide_duty(actor, action, now=now, body=body, other=other)
    return [] if verdict.allowed else [Reason(",".join(verdict.rules), text) for text in verdict.why or (_NO_DUTY,)]


def words(field: str, value: str) -> str:
    """What somebody wrote, trimmed; DetailsInvalid when empty or longer than ``WORDS``."""
    text = " ".join(value.split())
    if not text:
        raise DetailsInvalid("Say why.", fields={field: ["Enter the reason or the authority"]})
    if len(text) > WORDS:
        raise DetailsInvalid("That is too long.", fields={field: [f"Use {WORDS} characters or fewer"]})
    return text
