"""A medium is asked for, decided on by a second person, or taken back (M55, M56, M58)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from audit.fact import Value
from custody import events
from custody.model import OUT, WAITING, Asked, Choice, Chosen, Export, Seen
from custody.rules import media as rules
from custody.service.desk import WRITES, Desk, must, words
from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.ident import new_id

APPROVES = "approve-media"
MOST_ITEMS = 20  # of one medium: what was chosen is looked at by a second person


class Asking(Desk):
    """The part before anything is written."""

    def ask(self, said: Asked, *, actor: Actor, now: datetime) -> Export:
        """Ask for a medium: why nothing else serves, and the least that does.

        Raises AskedWrong by field; CustodyRefused (the right, the holder's need to know, a marking); what sharing says
        against each item.
        """
        said = replace(said, serial=said.serial.strip().upper())
        self._ask(actor, "ask-medium", (), now=now, duty=WRITES, body=actor.party)
        must(rules.asked(said, self._rules, london_date(now)) | self._in_use(said.serial))
        why, least, to = (words(name, getattr(said, name)) for name in ("why", "least", "to"))
        chosen, seen = self._chosen(said, actor, now)
        holder = self._person(said.holder, "holder", now)
        against = [*rules.of_body(actor, holder), *rules.may_leave(said.outside, seen)]
        against += rules.holder_sees(seen, self._items.seen_by([x.item for x in seen], actor=holder, now=now))
        self._ask(actor, "ask-medium", against, now=now)
        id_ = str(new_id(now))
        what: dict[str, Value] = {
            "number": self._exports.next_number(london_date(now).year),
            "party": actor.party,
            "office": min(actor.offices, default=0),
            "medium": said.medium,
            "serial": said.serial,
            "holder": holder.id,
            "items": [each.line for each in chosen],
            "purpose": said.purpose,
            "least": self._words.seal(events.about(id_, "least"), least),
            "to": self._words.seal(events.about(id_, "to"), to),
            "outside": said.outside,
            "back_on": said.back_on.isoformat(),
            "by": actor.id,
        }
        self._trail.record(events.EXPORT_ASKED, actor=actor, now=now, subject=id_, what=what, why=why)
        return self._medium(id_)

    def decide(self, medium: str, choice: Choice, note: str, *, actor: Actor, now: datetime) -> Export:
        """Approve it or refuse it, with a word why. Raises MediumNotFound, CustodyRefused, StateOver, AskedWrong."""
        export = self._medium(medium)
        self._ask(
            actor,
            "decide-medium",
            rules.may_decide(export, actor),
            now=now,
            duty=APPROVES,
            body=export.party,
            other=export.asked_by,
            subject=medium,
        )
        if choice not in ("approved", "refused"):
            must({"choice": ["Choose whether to approve it"]})
        return self._say_export(
            events.EXPORT_DECIDED, export, {"decision": choice}, actor=actor, now=now, why=words("note", note)
        )

    def withdraw(self, medium: str, *, actor: Actor, now: datetime) -> Export:
        """Take one's own request back; the register, that of whoever left. Raises MediumNotFound, CustodyRefused."""
        export = self._medium(medium)
        instead = self._has_left(export.asked_by) and self._keeps(actor, export.party, now)
        against = rules.may_withdraw(export, actor, instead=instead)
        self._ask(actor, "withdraw-medium", against, now=now, subject=medium)
        return self._say_export(events.EXPORT_WITHDRAWN, export, {}, actor=actor, now=now)

    def _chosen(self, said: Asked, actor: Actor, now: datetime) -> tuple[list[Chosen], list[Seen]]:
        if len(said.items) > MOST_ITEMS:
            must({"items": [f"Choose from {MOST_ITEMS} items or fewer"]})
        seen = [
            self._items.take(
                each.reference, "share" if said.outside else "download", said.purpose, actor=actor, now=now
            )
            for each in said.items
        ]
        wrong = [fault for each, one in zip(said.items, seen, strict=True) if (fault := rules.chosen(each, one))]
        must({"items": wrong} if wrong else {})
        if said.outside:  # naming a further reader is one thing, taking a copy another
            for each in said.items:
                self._items.take(each.reference, "download", said.purpose, actor=actor, now=now)
        chosen = [
            Chosen(one.item, one.reference, each.text, tuple(sorted(each.parts)), str(new_id(now)))
            for each, one in zip(said.items, seen, strict=True)
        ]
        return chosen, seen

    def _in_use(self, serial: str) -> rules.Faults:
        taken = self._exports.out_with(serial, [*WAITING, *OUT])
        return {"serial": [f"That medium is asked for or out already: {taken}"]} if taken else {}
