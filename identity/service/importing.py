"""Bringing in many people, or many results, at once: all of the file or none of it, with a report line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from foundation.actor import FOREVER, Actor
from foundation.calendar import london_date, london_midnight
from foundation.errors import ServiceError
from foundation.ident import new_id
from identity import events
from identity.errors import ImportFaulty
from identity.model import Invitation, Office
from identity.rules import importing as rules
from identity.rules.importing import Faults, Row
from identity.rules.naming import fold_email
from identity.service.conferring import Conferring
from identity.service.joining import Joining
from identity.service.training import Training
from identity.store import offices, people
from identity.tables import office


@dataclass(frozen=True, slots=True)
class Brought:
    """What was brought in. ``invitations`` are shown once: one for each new person, by address.

    ``file``: the appointments of it wait under this id for a second administrator; empty where none waits.
    """

    lines: int
    invitations: tuple[tuple[str, Invitation], ...] = ()
    file: str = ""


class Importing(Joining, Conferring, Training):
    """Each line goes through the same acts as a page: what an administrator may not do, no file does for them."""

    def import_people(self, *, data: bytes, actor: Actor, now: datetime) -> Brought:
        """Invite and appoint everybody of the file (``rules.importing.PEOPLE``). One account holds several lines.

        Raises ImportFaulty with every fault by line, and then nothing may be kept: whoever calls this rolls back.
        """
        self._may_manage(actor, now, body=actor.party)
        rows, faults = rules.read(data, "people")
        faults |= rules.twice(rows, ("email", "role", "office"))
        self._each(rows, faults, lambda row: rules.people_faults(row, self._parties, self._roles))
        self._one_name(rows, faults)
        made: dict[str, Invitation] = {}
        file = str(new_id(now))
        if not faults:
            self._try(rows, faults, lambda row: self._person(row, made, file, actor, now))
        return self._done("people", rows, faults, tuple(made.items()), actor, now, file=file)

    def import_training(self, *, data: bytes, actor: Actor, now: datetime) -> Brought:
        """Record every result of the file (``rules.importing.TRAINING``). Raises ImportFaulty as above."""
        self._may_manage(actor, now, body=actor.party)
        rows, faults = rules.read(data, "training")
        faults |= rules.twice(rows, ("email", "module", "on"))
        self._each(rows, faults, lambda row: rules.training_faults(row, self._gates, london_date(now)))
        if not faults:
            self._try(rows, faults, lambda row: self._result(row, actor, now))
        return self._done("training", rows, faults, (), actor, now)

    def _done(
        self,
        what: str,
        rows: Sequence[Row],
        faults: Faults,
        made: tuple[tuple[str, Invitation], ...],
        actor: Actor,
        now: datetime,
        *,
        file: str = "",
    ) -> Brought:
        if faults:
            count = sum(map(len, faults.values()))
            said = f"Nothing was imported: {count} {'fault' if count == 1 else 'faults'}. Correct the lines named."
            raise ImportFaulty(said, fields=rules.shown(faults))
        self._record(events.PEOPLE_IMPORTED, actor=actor, now=now, kind=what, lines=len(rows), new=len(made))
        return Brought(len(rows), made, file if self._decider is not None else "")

    def _each(self, rows: Sequence[Row], faults: Faults, wrong: Callable[[Row], list[str]]) -> None:
        for row in rows:
            if found := wrong(row):
                faults.setdefault(f"line {row.line}", []).extend(found)

    def _one_name(self, rows: Sequence[Row], faults: Faults) -> None:
        """One address is one account of one body: somebody with roles in both has two addresses, and two accounts."""
        first: dict[str, Row] = {}
        for row in rows:
            before = first.setdefault(fold_email(row.cells["email"]), row)
            for column in ("name", "party"):
                if row.cells[column] != before.cells[column]:
                    said = f"{column} differs from line {before.line}, which has the same address"
                    more = ". Roles in both bodies need two addresses" if column == "party" else ""
                    faults.setdefault(f"line {row.line}", []).append(said + more)

    def _try(self, rows: Sequence[Row], faults: Faults, act: Callable[[Row], None]) -> None:
        for row in rows:
            try:
                act(row)
            except ServiceError as error:
                told = [each for found in error.fields.values() for each in found]
                told += [reason.text for reason in error.reasons]
                faults.setdefault(f"line {row.line}", []).extend(told or [error.detail])

    def _person(self, row: Row, made: dict[str, Invitation], file: str, actor: Actor, now: datetime) -> None:
        email = fold_email(row.cells["email"])
        if email not in made:
            made[email] = self.invite(
                email=email, name=row.cells["name"], party=row.cells["party"], actor=actor, now=now
            )
        since, until = row.day("from"), row.day("until")
        given: dict[str, Any] = {
            "person_id": made[email].person_id,
            "role": row.cells["role"],
            "office_id": self._office_named(row).id,
            "since": max(now, london_midnight(since)) if since else None,
            "until": london_midnight(until + timedelta(days=1)) if until else FOREVER,
        }
        if self._decider is None:
            self.appoint(**given, actor=actor, now=now)
        else:
            self.propose_appointment(**given, words=f"Line {row.line} of a file", file=file, actor=actor, now=now)

    def _result(self, row: Row, actor: Actor, now: datetime) -> None:
        person = people.find_by_email(self._conn, fold_email(row.cells["email"]))
        if person is None or (self._decider is not None and person.party != actor.party):
            raise ImportFaulty("No account of your organisation has this address")
        self.record_training(
            person_id=person.id,
            module=row.cells["module"],
            on=row.day("on") or london_date(now),
            passed=rules.RESULTS[row.cells["result"]],
            provider=row.cells["provider"],
            evidence=row.cells["evidence"],
            actor=actor,
            now=now,
        )

    def _office_named(self, row: Row) -> Office:
        """By name; where it is blank, the one office of the role's kind."""
        role, name = self._roles[row.cells["role"]], row.cells["office"]
        there = offices.find_offices(self._conn, office.c.party == role.party, office.c.kind == role.office)
        fitting = [each for each in there if each.active and (each.name == name or (not name and len(there) == 1))]
        if not fitting:
            raise ImportFaulty(f"office “{name[:60]}” is none that has the role “{role.name}”")
        return fitting[0]
