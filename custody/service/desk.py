"""The desk both parts work at: find, ask may I, record the fact, see that it moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from audit.fact import Kind, Value
from audit.trail import Trail
from custody import events
from custody.errors import AskedWrong, CustodyRefused, MediumNotFound, PaperNotFound, StateOver
from custody.model import Ended, Export, Paper, Rules
from custody.ports import Decider, Items, Method, People, Words
from custody.store.rows import Exports, Papers, Reminders
from foundation.actor import Actor
from foundation.bound import Binder
from foundation.errors import NotFound, Reason

MOST_WORDS = 1000  # characters of a reason
MOST_LINE = 400  # of a place, a witness, a number
KEEPS = "keep-media-register"
WRITES = "write-media"
_NO_DUTY = "Your duties do not include this."
# What is over by the time somebody presses the button is no refusal of access.
_OVER = frozenset({"CUS-over", "CUS-not-written"})


class Desk:
    """Holds what the parts share. The trail must be followed by ``custody.service.follower.Register``."""

    def __init__(
        self,
        conn: sa.Connection,
        trail: Trail,
        *,
        rules: Rules,
        items: Items,
        people: People,
        decider: Decider,
        words: Words,
        methods: Mapping[str, Method],
        binder: Binder,
    ) -> None:
        """``methods``: ways to destroy a copy, by code. ``binder`` binds a passphrase to what it was made for."""
        self._exports = Exports(conn, words)
        self._papers = Papers(conn, words)
        self._reminders = Reminders(conn)
        self._trail = trail
        self._rules = rules
        self._items = items
        self._people = people
        self._decider = decider
        self._words = words
        self._methods = methods
        self._binder = binder

    def _medium(self, id_: str) -> Export:
        found = self._exports.find(id_)
        if found is None:
            raise MediumNotFound("Look at the register of media.", subject=id_)
        return found

    def _sheet(self, id_: str) -> Paper:
        found = self._papers.find(id_)
        if found is None:
            raise PaperNotFound("Look at the register of paper.", subject=id_)
        return found

    def _person(self, id_: str, field: str, now: datetime) -> Actor:
        try:
            return self._people.actor(id_, now=now)
        except NotFound:
            text = "Choose somebody of the list"
            raise AskedWrong(f"{text}.", fields={field: [text]}) from None

    def _keeps(self, actor: Actor, party: str, now: datetime) -> bool:
        """Whether they look after the register of that body."""
        return self._decider.decide_duty(actor, KEEPS, now=now, body=party).allowed

    def _has_left(self, person: str) -> bool:
        """Nobody acts for whoever left: the register does."""
        return self._people.person(person).standing == "left"

    def _ask(
        self,
        actor: Actor,
        act: str,
        reasons: Iterable[Reason],
        *,
        now: datetime,
        duty: str = "",
        body: str = "",
        other: str = "",
        subject: str = "",
    ) -> None:
        """Refuse with every reason of rules and policies together."""
        against = list(reasons)
        verdict = (
            self._decider.decide_duty(actor, duty, now=now, body=body, other=other)
            if duty
            else self._decider.standing(actor, now=now)
        )
        if not verdict.allowed:
            against += [Reason(",".join(verdict.rules), text) for text in verdict.why or (_NO_DUTY,)]
        if not against:
            return
        if all(each.rule in _OVER for each in against):
            raise StateOver(against[0].text, reasons=against, subject=subject)
        what = {"act": act}
        raise CustodyRefused(against[0].text, reasons=against, fact=events.REFUSED, what=what, subject=subject)

    def _say_export(
        self, kind: Kind, export: Export, what: Mapping[str, Value], *, actor: Actor, now: datetime, why: str = ""
    ) -> Export:
        fields: dict[str, Value] = {"step": export.version, **what, "by": actor.id}
        self._trail.record(kind, actor=actor, now=now, subject=export.id, what=fields, why=why)
        return self._medium(export.id)

    def _say_paper(
        self, kind: Kind, paper: Paper, what: Mapping[str, Value], *, actor: Actor, now: datetime, why: str = ""
    ) -> Paper:
        fields: dict[str, Value] = {"step": paper.version, "copy": paper.id, **what, "by": actor.id}
        self._trail.record(kind, actor=actor, now=now, subject=paper.item, what=fields, why=why)
        return self._sheet(paper.id)


def words(field: str, value: str, most: int = MOST_WORDS) -> str:
    """What somebody wrote, its white space made single. Raises AskedWrong when empty or too long."""
    text = " ".join(value.split())
    fault = "Enter this" if not text else f"Use {most} characters or fewer" if len(text) > most else ""
    if fault:
        raise AskedWrong(f"{fault}.", fields={field: [fault]})
    return text


def must(faults: Mapping[str, list[str]]) -> None:
    """Raises AskedWrong where there are any."""
    if faults:
        raise AskedWrong(next(iter(faults.values()))[0] + ".", fields=dict(faults))


def told(said: Ended) -> dict[str, str]:
    """The words of an ending, checked."""
    return {
        "witness": words("witness", said.witness, MOST_LINE),
        "evidence": words("evidence", said.evidence, MOST_LINE),
    }
