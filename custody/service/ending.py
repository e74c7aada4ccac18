"""A medium is lost, returned or destroyed; and what is due is entered in the log once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from audit.fact import Value
from custody import events
from custody.model import OUT, Ended, Export
from custody.rules import due
from custody.rules import media as rules
from custody.service.desk import must, told, words
from custody.service.writing import Writing
from custody.tables import custody_export, custody_paper
from foundation.actor import Actor
from foundation.calendar import london_date


class Ending(Writing):
    """The end of a medium."""

    def lose(self, medium: str, what: str, *, actor: Actor, now: datetime) -> Export:
        """It is lost: what happened, and that it was reported. Its copies stay open until it is found or written off.

        Raises MediumNotFound, CustodyRefused, StateOver, AskedWrong.
        """
        export = self._medium(medium)
        keeps = self._keeps(actor, export.party, now)
        self._ask(actor, "lose-medium", rules.may_lose(export, actor, keeps=keeps), now=now, subject=medium)
        return self._say_export(events.EXPORT_LOST, export, {}, actor=actor, now=now, why=words("what", what))

    def end(self, medium: str, said: Ended, *, actor: Actor, now: datetime) -> Export:
        """It was destroyed, or returned and erased, before a witness. Its copies are accounted for with it.

        Raises MediumNotFound, CustodyRefused, StateOver, AskedWrong.
        """
        export = self._medium(medium)
        keeps = self._keeps(actor, export.party, now)
        self._ask(actor, "end-medium", rules.may_end(export, actor, keeps=keeps), now=now, subject=medium)
        since, today = london_date(export.asked_at), london_date(now)
        must(rules.ended(said, self._methods, paper=False, since=since, today=today, by=actor.name))
        text = told(said)
        for each in export.chosen:
            sealed = self._words.seal(events.copy_about(each.copy, "witness"), text["witness"])
            what: dict[str, Value] = {
                "reference": each.reference,
                "copy": each.copy,
                **_plain(said),
                "witness": sealed,
                "by": actor.id,
            }
            why = text["evidence"]
            self._trail.record(events.COPY_ENDED, actor=actor, now=now, subject=each.item, what=what, why=why)
        sealed = self._words.seal(events.about(medium, "witness"), text["witness"])
        return self._say_export(
            events.EXPORT_ENDED, export, {**_plain(said), "witness": sealed}, actor=actor, now=now, why=text["evidence"]
        )

    def remind(self, *, actor: Actor, now: datetime) -> int:
        """Enter in the log what has come to be due since the last time, once for each stage; how much."""
        found = [each for each in self._due(london_date(now)) if not self._reminders.was(*each)]
        for thing, stage, since in found:
            what: dict[str, Value] = {"stage": stage, "since": since.isoformat()}
            self._trail.record(events.REMINDED, actor=actor, now=now, subject=thing, what=what)
        return len(found)

    def _due(self, today: date) -> Iterator[tuple[str, str, date]]:
        for export in self._exports.where(custody_export.c.state.in_(sorted(OUT))):
            for stage, since in due.of_export(export, self._rules, today):
                yield export.id, stage, since
        for paper in self._papers.where(custody_paper.c.state != "ended"):
            for stage, since in due.of_paper(paper, self._rules, today):
                yield paper.id, stage, since


def _plain(said: Ended) -> dict[str, Value]:
    return {"fate": said.fate, "method": said.method, "on": said.on.isoformat()}
