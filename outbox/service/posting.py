"""What the clock does: find who hears of what, make messages of it, and set down what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from audit.fact import Kind, Value
from foundation.actor import Actor
from foundation.ident import new_id
from outbox import events
from outbox.model.message import DELIVERED, FAILED, SENT, SYSTEM, Message, Notice, Outcome
from outbox.model.rules import HOWS, Topic
from outbox.rules.naming import notice_id
from outbox.rules.timing import next_try, slot
from outbox.service.desk import Desk

MOST_TOLD = 200  # of one message; the rest goes in the next


class Posting(Desk):
    """Each step is safe to do again: what was done is not done twice."""

    def came_due(self, kind: Kind, person: str, what: dict[str, Value], *, actor: Actor, now: datetime) -> bool:
        """That something of a person came due which no other fact tells; whether it had not been said before."""
        topics = [each for each in self._rules.topics if each.fact == kind.name]
        ids = {notice_id(each.code, person, [what.get(name) for name in each.stage]) for each in topics}
        if ids <= self._rows.known(ids).keys():
            return False
        self._say(kind, person, what, actor=actor, now=now)
        return True

    def spread(self, most: int, *, actor: Actor, now: datetime) -> int:
        """Find who hears of what was noticed; how many notices were looked at."""
        found = self._rows.unspread(most)
        for notice in found:
            topic = self._rules.topic(notice.topic)
            people = list(dict.fromkeys(self._audience.of(notice, topic, now=now))) if topic else []
            what: dict[str, Value] = {
                "people": people,
                "systems": self._systems_for(notice, topic, people, now),
                "urgent": bool(topic and topic.urgent),
            }
            self._say(events.SPREAD, notice.id, what, actor=actor, now=now)
        return len(found)

    def gather(self, most: int, *, actor: Actor, now: datetime) -> int:
        """Make a message for each person whose time to hear has come; for how many people."""
        slots = {how: slot(how, self._rules, now) for how in HOWS}
        found = self._rows.waiting(slots, self._rules.default, most)
        for person, urgent in found:
            until = now if urgent else slots[self._rows.preference(person) or self._rules.default]
            ids = self._rows.waiting_for(person, until, MOST_TOLD, urgent=urgent)
            self._tell(person, ids, urgent=urgent, actor=actor, now=now)
        return len(found)

    def came_out(
        self, message: Message, outcome: Outcome, *, chance: float, actor: Actor, now: datetime, asked: bool = False
    ) -> bool:
        """Set down what became of one; whether anything changed. ``chance``: from 0 to 1, spreads the next attempt.

        ``asked``: its carrier was asked afterwards. What moved on meanwhile stays as it is.
        """
        found = self._rows.message(message.id)
        if found is None or (found.state, found.attempts, found.made_at) != (
            message.state,
            message.attempts,
            message.made_at,
        ):
            return False
        attempt = message.attempts + (not asked)
        remote = outcome.remote or message.remote
        what: dict[str, Value] = {"attempt": attempt, "remote": remote}
        if outcome.state in (SENT, DELIVERED):
            kind = events.SENT if outcome.state == SENT else events.DELIVERED
            self._say(kind, message.id, what, actor=actor, now=now)
        elif outcome.state == FAILED:
            again = None if outcome.permanent else next_try(self._rules.retry, attempt, message.made_at, now, chance)
            said: dict[str, Value] = {"cause": outcome.cause, "permanent": outcome.permanent}
            what |= said | {"next_at": again.isoformat() if again else "", "remote": ""}
            self._say(events.FAILED, message.id, what, actor=actor, now=now)
            self._leave_alone(message, actor, now)
        else:
            self.let_go(message, outcome.cause, actor=actor, now=now)
        return True

    def let_go(self, message: Message, cause: str, *, actor: Actor, now: datetime) -> None:
        """It has nobody to go to any more."""
        self._say(events.DROPPED, message.id, {"cause": cause}, actor=actor, now=now)

    def _tell(self, person: str, ids: Sequence[str], *, urgent: bool, actor: Actor, now: datetime) -> None:
        known = self._rows.known(ids)
        told = [(known[each], topic) for each in ids if each in known and (topic := self._topic(known[each]))]
        may = self._audience.may(person, told, now=now)
        left = [each for each in ids if each not in may]
        if left:
            self._say(events.NOT_TOLD, person, {"notices": left}, actor=actor, now=now)
        if may:
            what: dict[str, Value] = {"person": person, "notices": [e for e in ids if e in may], "urgent": urgent}
            self._say(events.MADE, str(new_id(now)), what, actor=actor, now=now)

    def _topic(self, notice: Notice) -> Topic | None:
        return self._rules.topic(notice.topic)

    def _systems_for(self, notice: Notice, topic: Topic | None, people: Sequence[str], now: datetime) -> list[str]:
        """The partner systems of the bodies that may hear of it."""
        active = [each for each in self._rows.systems() if each.state == "active"] if topic and topic.event else []
        if topic is None or not active:
            return []
        bodies = self._audience.systems(notice, topic, people, now=now)
        return [each.id for each in active if each.party in bodies]

    def _leave_alone(self, message: Message, actor: Actor, now: datetime) -> None:
        """What fails for as long as the policy says is not tried again until somebody saw to it."""
        system = self._rows.system(message.to) if message.sort == SYSTEM else None
        if system is None or system.state != "active" or system.failing_since is None:
            return
        if now - system.failing_since >= self._rules.hooks.disable_after:
            what: dict[str, Value] = {"step": system.version, "cause": "failing", "by": actor.id}
            self._say(events.HOOK_DISABLED, system.id, what, actor=actor, now=now)
