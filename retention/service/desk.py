"""The desk every part of the service works at: find the case, ask may I, record the fact, see that it moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from audit.fact import Kind, Value
from audit.trail import Act, Entry, Trail
from foundation.actor import Actor
from foundation.errors import Reason, rules_of
from retention.errors import CaseChanged, CaseNotFound, DetailsInvalid, DisposalRefused
from retention.model.case import Case
from retention.model.schedule import Schedules
from retention.ports import Decider, Eraser, People, Witness, Words
from retention.store.batches import BatchRows, ReminderRows
from retention.store.cases import Cases, Holdings
from retention.store.certificates import Certificates
from retention.store.copies import Copies
from retention.store.schedules import ScheduleRows
from retention.store.transfers import TransferRows

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
        self._certificates = Certificates(conn)
        self._batches = BatchRows(conn, words)
        self._reminders = ReminderRows(conn)
        self._holdings = Holdings(conn, words)
        self._rows = ScheduleRows(conn, words)
        self._copies = Copies(conn, words)
        self._transfers = TransferRows(conn)
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
        case = self._all_cases([item])[0]
        if version is not None and version != case.version:
            raise CaseChanged("Look at the case as it is now, and decide again.", subject=item)
        return case

    def _all_cases(self, items: Sequence[str]) -> list[Case]:
        found = self._cases.all(items)
        for item in items:
            if item not in found:
                raise CaseNotFound("No retention clock runs for this item.", subject=item)
        return [found[item] for item in items]

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

    def _refused(
        self, kind: Kind, case: Case, reasons: Sequence[Reason], *, actor: Actor, now: datetime, batch: str = ""
    ) -> None:
        """Enter that one of many was refused, while the others go on: a refusal by itself would undo them."""
        what: dict[str, Value] = {"reference": case.reference, **({"batch": batch} if batch else {})}
        self._trail.record(
            kind, actor=actor, now=now, subject=case.item, what=what, marking=case.marking, outcome="refused",
            rules=rules_of(reasons),
        )  # fmt: skip

    def _record(self, kind: Kind, case: Case, *, actor: Actor, now: datetime, why: str = "", **what: Value) -> Case:
        """Write the fact and return the case as the follower left it."""
        return self._record_all(kind, [(case, what)], actor=actor, now=now, why=why)[0][0]

    def _record_all(
        self,
        kind: Kind,
        told: Sequence[tuple[Case, Mapping[str, Value]]],
        *,
        actor: Actor,
        now: datetime,
        why: str = "",
    ) -> list[tuple[Case, Entry]]:
        """Write a fact of each case and return the cases as the follower left them, each with its entry."""
        acts = [
            Act(case.item, {"step": case.version, "reference": case.reference, **what}, why, case.marking)
            for case, what in told
        ]
        entries = self._trail.record_all(kind, acts, actor=actor, now=now)
        after = self._all_cases([case.item for case, _ in told])
        if any(now_.version == case.version for now_, (case, _) in zip(after, told, strict=True)):
            raise RuntimeError(UNFOLLOWED)
        return list(zip(after, entries, strict=True))


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
