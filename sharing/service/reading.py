"""Reading: every read decides, is entered in the log, and only then serves, in one transaction. No entry, no read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from audit.fact import Kind
from classification.rules.parse import recall
from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.errors import Reason
from identity.model import Office, Verdict
from sharing.errors.items import FileNotFound
from sharing.events import items as events
from sharing.model.agreement import ACTS, CLOSE, PASS_ON, Step
from sharing.model.item import Basis, Decision, EventShown, Explained, ItemOpened, ItemSeen, MayDo, StepShown
from sharing.rules import acts
from sharing.service.found import Found
from sharing.service.naming import Naming
from sharing.service.stuck import stuck
from sharing.store import drafts, items
from sharing.store.content import event
from vault.parts import PartReader

NAMING = ("share", "recuse", "grant")


@dataclass(frozen=True, slots=True)
class Download:
    """One file, ready to stream: ``reader.stream(start, length)`` needs no database. Close the reader."""

    name: str
    media_type: str
    size: int
    marking: str
    reader: PartReader


class Reading(Naming):
    """See, open, download, explain."""

    def see(self, reference: str, *, actor: Actor, now: datetime) -> ItemSeen:
        """What may be known of an item unopened, with what this person may do. Entered in the log as a list of one.

        Raises ItemNotFound, or ActRefused with the reasons they may hear.
        """
        found, _ = self._find(reference, "see", actor=actor, now=now)
        explained = self._decider.explain(actor, "see", found.facts, now=now)
        self._record(
            events.ITEMS_LISTED,
            actor=actor,
            now=now,
            subject=found.row.uuid,
            marking=found.row.marking_code,
            rules=explained.bases,
            list="item",
            shown=1,
        )
        return ItemSeen(
            **self._outside(found, explained, actor, now),
            files=len(drafts.files(self._conn, found.uuid)),
            purposes=tuple(found.agreement.purposes.values()),
        )

    def open(self, reference: str, purpose: str, *, actor: Actor, now: datetime) -> ItemOpened:
        """Everything of the item, with what this person may do next.

        ``purpose`` is a purpose id of the agreement. Raises ItemNotFound, ActRefused, PurposeUnknown.
        """
        found, _ = self._find(reference, "open", actor=actor, now=now, purpose=purpose)
        self._purpose(found.agreement, purpose)
        self._as_marked(found, actor, now)
        explained = self._decider.explain(actor, "see", found.facts, now=now)
        self._record(
            events.ITEM_OPENED,
            actor=actor,
            now=now,
            subject=found.row.uuid,
            marking=found.row.marking_code,
            rules=explained.bases,
            reference=reference,
            purpose=purpose,
        )
        return self._shown(found, explained, actor, now)

    def download(
        self, reference: str, part: int, purpose: str, *, again: bool = False, actor: Actor, now: datetime
    ) -> Download:
        """One file. Raises as ``open``, FileNotFound.

        ``again``: one more range of what was entered in the log a moment ago. It is decided anew, and not entered.
        """
        found, verdict = self._may_have(reference, purpose, actor, now)
        row = self._file_row(found, part)
        if not again:
            what = {"part": part, "size": row.size}
            self._record_served(events.FILE_DOWNLOADED, found, verdict, purpose, what, actor, now)
        return self._handed(found, row, actor, now)

    def _may_have(self, reference: str, purpose: str, actor: Actor, now: datetime) -> tuple[Found, Verdict]:
        found, verdict = self._find(reference, "download", actor=actor, now=now, purpose=purpose)
        self._purpose(found.agreement, purpose)
        self._as_marked(found, actor, now)
        return found, verdict

    def _file_row(self, found: Found, part: int) -> sa.Row[Any]:
        row = next((row for row in drafts.files(self._conn, found.uuid) if row.part == part), None)
        if row is None:
            raise FileNotFound("The item has no file of that number.", subject=found.row.uuid)
        return row

    def _record_served(
        self,
        kind: Kind,
        found: Found,
        verdict: Verdict,
        purpose: str,
        what: Mapping[str, int],
        actor: Actor,
        now: datetime,
    ) -> None:
        self._record(
            kind,
            actor=actor,
            now=now,
            subject=found.row.uuid,
            marking=found.row.marking_code,
            rules=verdict.rules,
            reference=found.row.reference,
            purpose=purpose,
            **what,
        )

    def _handed(self, found: Found, row: sa.Row[Any], actor: Actor, now: datetime) -> Download:
        name, media_type = self._sealed(found.uuid, actor, now).files([row.part])[row.part]
        reader = self._vault.open_part(item=found.uuid, part=row.part, actor=actor, now=now)
        return Download(name, media_type, row.size, found.row.marking, reader)

    def explain(self, reference: str, *, actor: Actor, now: datetime) -> Explained:
        """Why this person sees the item. Raises ItemNotFound, or ActRefused with the reasons they may hear."""
        found, _ = self._find(reference, "see", actor=actor, now=now)
        explained = self._decider.explain(actor, "see", found.facts, now=now)
        return Explained(reference, self._bases(found, explained, actor), explained.policy)

    def _as_marked(self, found: Found, actor: Actor, now: datetime) -> None:
        """Line and code are what the key is bound to: a marking edited in the database alone opens nothing."""
        for code in {found.row.marking_code, recall(found.row.marking, self._scheme).code}:
            self._vault.must_be_marked(item=found.uuid, marking=code, actor=actor, now=now)

    def _shown(self, found: Found, explained: Verdict, actor: Actor, now: datetime) -> ItemOpened:
        row = found.row
        content = self._sealed(found.uuid, actor, now).content()
        return ItemOpened(
            **self._outside(found, explained, actor, now),
            originator=row.originator,
            sender=self._names((row.sender_id,)).get(row.sender_id, ""),
            retention_class=row.retention_class,
            title=content.title,
            text=content.text,
            sharing_purpose=content.sharing_purpose,
            subjects=content.subjects,
            files=self._files(found.uuid, actor, now),
            explained=self._explained(found.uuid, actor, now),
            events=self._events(found, actor, now),
        )

    def _outside(self, found: Found, explained: Verdict, actor: Actor, now: datetime) -> dict[str, Any]:
        """What is on the outside of an item: the fields that ``ItemSeen`` and ``ItemOpened`` have in common."""
        row = found.row
        answer = items.answer_to(self._conn, row.id)
        standing = self._standing(found)
        reached = items.offices(self._conn, row.id)
        names = self._names(reached)
        return {
            "ref": found.ref,
            "kind": row.kind,
            "kind_name": found.agreement.kinds[row.kind].name,
            "agreement": row.agreement,
            "agreement_title": found.agreement.title,
            "route_title": found.route.title,
            "clauses": found.route.clauses,
            "marking": row.marking,
            "marking_code": row.marking_code,
            "state": row.state,
            "sender_office": names.get(row.sender_office, ""),
            "offices": tuple(names.get(number, "") for number in reached[1:]),
            "establishment": row.establishment,
            "sent_at": row.sent_at,
            "closed_at": row.closed_at,
            "steps": self._steps(found, standing, london_date(now)),
            "bases": self._bases(found, explained, actor),
            "may": self._may(found, standing, actor, now),
            "reply_to": self._seen(row.reply_to, actor, now),
            "answered_by": self._seen(answer.id if answer else None, actor, now),
            "to_offices": self._targets(standing, actor),
            "stuck": stuck(self._people, self._parties, standing, actor, now),
        }

    def _seen(self, item_id: int | None, actor: Actor, now: datetime) -> str:
        """The reference of an item joined to this one, if they may see that one too."""
        if item_id is None:
            return ""
        joined = self._found(items.by_id(self._conn, item_id), now)
        allowed = self._decider.decide(actor, "see", joined.facts, now=now).allowed
        return joined.row.reference if allowed else ""

    def _events(self, found: Found, actor: Actor, now: datetime) -> tuple[EventShown, ...]:
        rows = items.events(self._conn, found.row.id)
        said = self._sealed(found.uuid, actor, now).get(event(row.number) for row in rows)
        names = self._names(number for row in rows for number in (row.by, row.office))
        return tuple(
            EventShown(
                row.number,
                row.act,
                names.get(row.by, ""),
                names.get(row.office, ""),
                row.at,
                said.get(event(row.number), ""),
            )
            for row in rows
        )

    def _steps(self, found: Found, standing: acts.Standing, today: date) -> tuple[StepShown, ...]:
        reached = {row.number: row for row in items.steps(self._conn, found.row.id)}
        shown = []
        for number, step in enumerate(found.route.steps, 1):
            row = reached.get(number)
            offices = acts.owed_by(step, standing)
            shown.append(_step(number, step, row, offices, standing, today))
        return tuple(shown)

    def _bases(self, found: Found, explained: Verdict, actor: Actor) -> tuple[Basis, ...]:
        """Each rule that lets them see it, with the office or group it came through."""
        through = self._names((actor.offices & found.facts.offices) | (actor.groups & found.facts.groups))
        return tuple(
            Basis(rule, self._decider.rules[rule].why, tuple(sorted(through.values()))) for rule in explained.bases
        )

    def _may(self, found: Found, standing: acts.Standing, actor: Actor, now: datetime) -> Mapping[str, MayDo]:
        """What they may do next; the pages ask nothing else."""
        decided = {act: acts.may_take(act, standing, actor.offices) for act in ACTS}
        decided[acts.REOPEN] = acts.may_reopen(standing, actor.offices)
        decided |= {"withdraw": acts.may_withdraw(standing), **{act: Decision() for act in NAMING}}
        if found.handling.recipients_only:
            against = Reason("recipients-only", "RECIPIENTS ONLY may not be passed on.", acts.HANDLING)
            decided[PASS_ON] = Decision((*decided[PASS_ON].reasons, against))
        row = found.row
        ours = row.sender_office in actor.offices or row.sender_id == actor.principal
        return {**dict(self._judged(found, decided, actor, now)), "recall": MayDo("recall", ours, ())}

    def _judged(
        self, found: Found, decided: Mapping[str, Decision], actor: Actor, now: datetime
    ) -> Iterator[tuple[str, MayDo]]:
        for act, decision in decided.items():
            # A purpose is asked for when it is done, not before it is offered.
            asked = CLOSE if act == acts.REOPEN else act  # whoever may end it may take it up again
            verdict = self._decider.decide(actor, asked, found.facts, now=now, purpose="asked")
            told = () if verdict.allowed else tuple(Reason("access", why) for why in verdict.why)
            reasons = (*decision.reasons, *told)
            yield act, MayDo(act, not reasons, reasons)

    def _targets(self, standing: acts.Standing, actor: Actor) -> tuple[Office, ...]:
        """The offices it may be passed on to by this person now."""
        step = standing.current
        if step is None or step.act != PASS_ON or acts.acting_office(step, standing, actor.offices) is None:
            return ()
        party, _, kind = step.to.partition("/")
        return tuple(self._people.offices(party=party, kind=kind, establishment=standing.establishment))


def _step(
    number: int, step: Step, row: sa.Row[Any] | None, offices: Sequence[Office], standing: acts.Standing, today: date
) -> StepShown:
    due = row.due_on if row is not None else None
    done = row.done_at if row is not None else None
    current = step is standing.current
    return StepShown(
        number=number,
        act=step.act,
        title=step.title,
        office=offices[0].name if offices else "",
        clauses=step.clauses,
        due_on=due,
        done_at=done,
        late=current and done is None and due is not None and due < today,
        basis=step.within.basis if step.within else "",
        current=current,
    )
