"""Where work is held and what is watched over: offices, the establishments they cover, need-to-know groups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from foundation.actor import FOREVER, Actor
from foundation.ident import new_id
from identity import events
from identity.errors import (
    AccountInvalid,
    EstablishmentUnknown,
    GroupUnknown,
    NameTaken,
    OfficeInvalid,
    OfficeUnknown,
    StandingConflict,
)
from identity.model import Establishment, Group, Office, Person, Window
from identity.service.desk import Desk, named
from identity.store import offices
from identity.store.offices import Imported
from identity.tables import establishment, need_group, office


class Offices(Desk):
    """Acts of whoever manages accounts. Establishments not in an import stay as they are."""

    def create_office(self, *, party: str, kind: str, name: str, actor: Actor, now: datetime) -> str:
        """A new office of a kind its party has. Returns its id.

        Raises OfficeInvalid (no such kind, or there is one already and there can be no other), NameTaken,
        AccountInvalid (the name), ManagingRefused.
        """
        self._may_manage(actor, now, body=party)
        holder = self._parties.get(party)
        known = holder.office_kind(kind) if holder else None
        if known is None:
            raise OfficeInvalid("Choose a kind of office that the party has.")
        name = named(name)
        there = offices.find_offices(self._conn, office.c.party == party, office.c.kind == kind)
        if known.single and there:
            raise OfficeInvalid("There is one such office, and there can be no other.", subject=there[0].id)
        if any(one.name == name for one in there):
            raise NameTaken("Choose another name.", fields={"name": ["Choose another name"]})
        office_id = str(new_id(now))
        offices.add_office(self._conn, office_id=office_id, party=party, kind=kind, name=name)
        self._record(
            events.OFFICE_CREATED, actor=actor, now=now, subject=office_id, office=office_id, party=party, kind=kind
        )
        return office_id

    def create_single_offices(self, *, actor: Actor, now: datetime) -> list[str]:
        """Make every missing office of which there is exactly one, named as in the policies. Their ids."""
        made: list[str] = []
        for party in self._parties.values():
            there = {one.kind for one in offices.find_offices(self._conn, office.c.party == party.id)}
            made += [
                self.create_office(party=party.id, kind=kind.id, name=kind.name, actor=actor, now=now)
                for kind in party.office_kinds
                if kind.single and kind.id not in there
            ]
        return made

    def cover(self, *, office_id: str, establishment_key: str, actor: Actor, now: datetime) -> None:
        """Let an office cover an establishment; no harm when it does. Raises OfficeInvalid for other kinds."""
        found = self._office(office_id, actor, now)
        holder = self._parties.get(found.party)
        kind = holder.office_kind(found.kind) if holder else None
        if kind is None or not kind.per_establishment:
            raise OfficeInvalid("This office is for every establishment.", subject=office_id)
        if not offices.find_establishments(self._conn, establishment.c.key == establishment_key):
            raise EstablishmentUnknown("Choose an establishment from the list.", subject=office_id)
        if not offices.covers(self._conn, office_id, establishment_key):
            offices.cover(self._conn, office_id, establishment_key)
            self._record(
                events.OFFICE_COVERS,
                actor=actor,
                now=now,
                subject=office_id,
                office=office_id,
                establishment=establishment_key,
            )

    def uncover(self, *, office_id: str, establishment_key: str, actor: Actor, now: datetime) -> None:
        """Let an office no longer cover an establishment. Raises EstablishmentUnknown when it does not."""
        self._office(office_id, actor, now)
        if not offices.uncover(self._conn, office_id, establishment_key):
            raise EstablishmentUnknown("The office does not cover it.", subject=office_id)
        self._record(
            events.OFFICE_UNCOVERS,
            actor=actor,
            now=now,
            subject=office_id,
            office=office_id,
            establishment=establishment_key,
        )

    def import_establishments(self, *, rows: Sequence[Establishment], actor: Actor, now: datetime) -> Imported:
        """Bring in what ``identity.rules.establishments`` read: new rows added, changed rows set, the same left."""
        self._may_manage(actor, now)
        there = {one.key: one for one in offices.find_establishments(self._conn)}
        new = [row for row in rows if row.key not in there]
        changed = [row for row in rows if row.key in there and there[row.key] != row]
        offices.put_establishments(self._conn, new=new, changed=changed)
        done = Imported(new=len(new), changed=len(changed), same=len(rows) - len(new) - len(changed))
        self._record(
            events.ESTABLISHMENTS_IMPORTED,
            actor=actor,
            now=now,
            new=done.new,
            changed=done.changed,
            same=done.same,
        )
        return done

    def create_group(self, *, name: str, party: str, actor: Actor, now: datetime) -> str:
        """A need-to-know group of one party. Returns its id. Raises NameTaken, AccountInvalid, ManagingRefused."""
        self._may_manage(actor, now, body=party)
        name = named(name)
        if party not in self._parties:
            raise AccountInvalid("Choose one of the parties.", fields={"party": ["Choose one of the parties"]})
        if offices.find_groups(self._conn, need_group.c.name == name):
            raise NameTaken("Choose another name.", fields={"name": ["Choose another name"]})
        group_id = str(new_id(now))
        offices.add_group(self._conn, group_id=group_id, name=name, party=party)
        self._record(events.GROUP_CREATED, actor=actor, now=now, subject=group_id, group=group_id, party=party)
        return group_id

    def join_group(
        self, *, group_id: str, person_id: str, actor: Actor, now: datetime, until: datetime = FOREVER
    ) -> None:
        """Add somebody to a group until (excluded); no harm when they are in. Raises StandingConflict if they left.

        At the machine's console alone; whoever is asked for a duty proposes it (``Conferring``): ConferralNeeded.
        """
        person = self._managed(person_id, actor, now)
        self._alone(person_id)
        self._joined(person, group_id, until, actor=actor, now=now)

    def leave_group(self, *, group_id: str, person_id: str, actor: Actor, now: datetime) -> None:
        """Take somebody out of a group at once; no harm when they are not in it."""
        self._managed(person_id, actor, now)
        self._group(group_id)
        if offices.quit_groups(self._conn, person_id, now, group_id=group_id):
            self._record(events.GROUP_LEFT, actor=actor, now=now, subject=person_id, group=group_id)

    def _joining(self, person: Person, group_id: str, until: datetime, now: datetime) -> None:
        """Raises GroupUnknown, StandingConflict, AccountInvalid."""
        self._group(group_id)
        if person.standing == "left":
            raise StandingConflict("They have left.", subject=person.id)
        if until <= now:
            raise AccountInvalid("Give a later date.", fields={"until": ["Enter a date to come"]}, subject=person.id)

    def _joined(self, person: Person, group_id: str, until: datetime, *, actor: Actor, now: datetime) -> None:
        self._joining(person, group_id, until, now)
        if person.id in offices.members(self._conn, group_id, now):
            return
        offices.join_group(self._conn, group_id, person.id, Window(now, until))
        self._record(
            events.GROUP_JOINED,
            actor=actor,
            now=now,
            subject=person.id,
            group=group_id,
            until=until.isoformat(timespec="milliseconds"),
        )

    def _office(self, office_id: str, actor: Actor, now: datetime) -> Office:
        found = offices.find_office(self._conn, office_id)
        self._may_manage(actor, now, body=found.party if found else "")
        if found is None:
            raise OfficeUnknown("Choose an office from the list.")
        return found

    def _group(self, group_id: str) -> Group:
        found = offices.find_groups(self._conn, need_group.c.id == group_id)
        if not found:
            raise GroupUnknown("Choose a group from the list.")
        return found[0]
