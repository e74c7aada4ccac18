"""What every part of the outbox works with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from audit.fact import Kind, Value
from audit.trail import Trail
from foundation.actor import Actor
from foundation.errors import Reason
from outbox import events
from outbox.errors import OutboxRefused
from outbox.model.rules import Rules
from outbox.ports import Audience, Decider, People, Words
from outbox.store.rows import OutboxRows

ADMINISTERS = "manage-account"
OPERATES = "operate"
_NO_DUTY = "Your duties do not include this."


class Desk:
    """On one connection and trail, which an ``outbox.service.follower.Outbox`` follows. Never commits."""

    def __init__(
        self,
        conn: sa.Connection,
        trail: Trail,
        *,
        rules: Rules,
        audience: Audience,
        people: People,
        decider: Decider,
        words: Words,
        demonstration: bool = False,
    ) -> None:
        """``demonstration``: partner systems may be on this machine, without TLS."""
        self._rows = OutboxRows(conn)
        self._trail = trail
        self._rules = rules
        self._audience = audience
        self._people = people
        self._decider = decider
        self._words = words
        self._demonstration = demonstration

    def _say(self, kind: Kind, subject: str, what: Mapping[str, Value], *, actor: Actor, now: datetime) -> None:
        self._trail.record(kind, actor=actor, now=now, subject=subject, what=what)

    def _administers(self, actor: Actor, party: str, now: datetime) -> list[Reason]:
        """What stands against looking after the outbox of that body; nothing for its administrators."""
        verdict = self._decider.decide_duty(actor, ADMINISTERS, now=now, body=party)
        if verdict.allowed and actor.party == party:
            return []
        rules = ",".join(verdict.rules) or "no-permit"
        return [Reason(rules, text) for text in (() if verdict.allowed else verdict.why) or (_NO_DUTY,)]

    def _operates(self, actor: Actor, now: datetime) -> bool:
        return self._decider.decide_duty(actor, OPERATES, now=now).allowed

    def _refuse(self, reasons: list[Reason], act: str, subject: str = "") -> None:
        if reasons:
            what = {"act": act}
            raise OutboxRefused(reasons[0].text, reasons=reasons, fact=events.REFUSED, what=what, subject=subject)
