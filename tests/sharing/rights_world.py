"""A house with data protection officers: two of one body, so that one can check the other, and one of the other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from foundation.policy import Faults
from sharing.model.item import Subject, Written
from sharing.model.rights import Case, Kept, Request
from sharing.policy.rights import load_rights
from sharing.queries.rights import RequestList
from sharing.service.rights.receiving import Asked
from sharing.service.rights.requests import DataRequests
from tests.duty_tables import Words
from tests.sharing.world import ADMIN, BINDER, POLICIES, World, _join, written_of
from tests.trained import train

WORDS = Words()
OFFICERS = {"dora": "imb", "dan": "imb", "hope": "hmip", "hugh": "hmip"}
JOAN = (("prison-number", "a1234bc"),)


def rights_of(folder: Path = POLICIES) -> Any:
    faults = Faults()
    found = load_rights(folder, faults)
    faults.raise_any()
    return found


RIGHTS = rights_of()


class Shelf:
    """How items stand with disposal, as a test says."""

    def __init__(self) -> None:
        self.said: dict[str, Kept] = {}

    def kept(self, items: Any) -> Mapping[str, Kept]:
        return {item: self.said[item] for item in items if item in self.said}


class Office:
    """What the officers of a house do."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.shelf = Shelf()
        with world.work() as made:
            offices = {(one.party, one.kind): one.id for one in made.people.offices()}
            year = world.now + timedelta(days=365)
            for name, party in OFFICERS.items():
                person = _join(made.identity, name, party, world.now)
                given = {"actor": ADMIN, "now": world.now}
                role = f"{party}-data-protection-officer"
                made.identity.appoint(person_id=person, role=role, office_id=offices[party, "records"], **given)
                train(made.identity, world.gates, person, until=year, **given)
                made.identity.record_vetting(person_id=person, until=year, **given)
                world.ids[name] = person

    def act(self, who: str, method: str, *args: Any, **given: Any) -> Any:
        actor = self.world.actor(who)
        return self.world.do(
            lambda work: getattr(self._service(work), method)(*args, actor=actor, now=self.world.now, **given)
        )

    def receive(self, who: str = "dora", **changed: Any) -> Request:
        values = {
            "right": "access",
            "received_on": self.world.now.date(),
            "channel": "post",
            "requester": "Joan Smith, 1 Invented Row",
            "subject": "Joan Smith",
            "gist": "Everything about her",
            "identity": "Passport seen",
            "identifiers": JOAN,
            **changed,
        }
        found: Request = self.act(who, "receive", Asked(**values))
        return found

    def case(self, request: Request, party: str = "imb", *, words: bool = True) -> Case:
        with self.world.engine.connect() as conn:
            return RequestList(conn, WORDS, RIGHTS).case(request.id, party, words=words)

    def listed(self, party: str = "imb") -> Any:
        with self.world.engine.connect() as conn:
            return RequestList(conn, WORDS, RIGHTS).requests(party, now=self.world.now)

    def _service(self, work: Any) -> DataRequests:
        world = self.world
        return DataRequests(
            work.conn,
            work.trail,
            rights=RIGHTS,
            decider=world.decider,
            people=work.people,
            parties=world.parties,
            words=WORDS,
            kept=self.shelf,
            index_key=bytes(range(32)),
            binder=BINDER,
        )


def about(name: str, *identifiers: tuple[str, str], **changed: Any) -> Written:
    return written_of(subjects=(Subject(name, identifiers),), **changed)


def on(world: World, days: int = 0) -> date:
    return (world.now + timedelta(days=days)).date()
