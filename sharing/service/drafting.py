"""Writing an item before it is sent. A draft is its author's alone, and sealed like everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from classification.model import Marking
from classification.rules.show import show
from foundation.actor import Actor
from foundation.ident import new_id
from identity.errors import EstablishmentUnknown
from sharing.errors.items import DraftFaulty, DraftNotFound
from sharing.events import items as events
from sharing.model.agreement import Agreement
from sharing.model.decision import OFFERED
from sharing.model.item import Content, DraftRef, Written
from sharing.rules.blind import entries
from sharing.rules.subjects import subject_faults
from sharing.service.choosing import Choosing
from sharing.store import drafts, items, markings, subjects
from sharing.store.content import forget

MOST_TITLE, MOST_TEXT, MOST_PURPOSE = 200, 100_000, 2000  # characters
RECIPIENT, GROUP = "recipient", "group"


class Drafting(Choosing):
    """Start, revise, discard."""

    def start_draft(
        self,
        written: Written,
        *,
        agreement: str,
        kind: str,
        office: int,
        route: str = "",
        reply_to: str = "",
        actor: Actor,
        now: datetime,
    ) -> DraftRef:
        """A new draft, sent as ``office``. Without ``route`` it is the one way that leads straight to ``to_office``.

        ``reply_to`` is the reference of the item answered. Raises WrongWay (naming clause and right way), RouteUnknown,
        NotYourOffice, DraftFaulty, MarkingSpill, ItemNotFound, ActRefused, DoneAlready.
        """
        self._gate(actor, now, "draft")
        # The marking first: a spill is one whatever else is wrong with the draft, and must not go unrecorded.
        marking = self._marking(written.marking or "")
        found = self._agreement(agreement, now, items.by_reference(self._conn, reply_to) if reply_to else None)
        sending = self._own_office(office, actor)
        target = self._office_wanted(written.to_office, "to_office") if written.to_office else None
        way = self._route(found, kind, route, sending, target)
        answered = self._answered(reply_to, way, actor=actor, now=now)
        self._check(written, marking)
        uuid = new_id(now)
        self._vault.create(item=uuid, body=sending.party, marking=marking.code, actor=actor, now=now)
        chosen = {"agreement": found.id, "route": way.id, "kind": kind, "office": sending.principal}
        values = {"author": actor.principal, **chosen, **_first(written, marking, answered)}
        drafts.add(self._conn, uuid, values, now)
        self._keep(uuid, written, Content(), actor, now)
        self._record_started(uuid, values, found, marking, reply_to, actor=actor, now=now)
        return DraftRef(uuid, 1)

    def _record_started(
        self,
        uuid: UUID,
        values: Mapping[str, Any],
        agreement: Agreement,
        marking: Marking,
        reply_to: str,
        *,
        actor: Actor,
        now: datetime,
    ) -> None:
        self._record(
            events.DRAFT_STARTED,
            actor=actor,
            now=now,
            subject=str(uuid),
            marking=marking.code,
            agreement=agreement.id,
            agreement_version=agreement.version,
            route=values["route"],
            kind=values["kind"],
            office=values["office"],
            reply_to=reply_to,
        )

    def revise_draft(
        self, draft: UUID, written: Written, *, expected: int | None = None, actor: Actor, now: datetime
    ) -> DraftRef:
        """Change what is not None. Raises DraftNotFound, Changed, DraftFaulty, MarkingSpill, WrongWay."""
        row = self._draft(draft, actor, now, expected)
        values: dict[str, Any] = {}
        before = self._marking(row.marking)
        marking = before if written.marking is None else self._marking(written.marking)
        self._check(written, marking)
        if written.marking is not None:
            values["marking"] = show(marking)
            if marking.code != before.code:
                self._vault.remark(item=draft, marking=marking.code, actor=actor, now=now)
        values |= {
            key: getattr(written, key) or None
            for key in ("establishment", "to_office", "embargo_lead")
            if getattr(written, key) is not None
        }
        if row.reply_to is not None:
            values.pop("establishment", None)  # an answer is about the establishment of what it answers
        if written.told is not None:
            values["told"] = written.told
        if written.to_office:
            self._still_right(row, written.to_office, now)
        self._keep(draft, written, self._sealed(draft, actor, now).content(), actor, now)
        if not drafts.change(self._conn, draft, row.version, values, now):
            raise self._changed(str(draft))
        changed = sorted(key for key, value in asdict(written).items() if value is not None)
        self._record(
            events.DRAFT_REVISED,
            actor=actor,
            now=now,
            subject=str(draft),
            marking=marking.code,
            changed=changed,
            version=row.version + 1,
        )
        return DraftRef(draft, row.version + 1)

    def discard_draft(self, draft: UUID, *, expected: int | None = None, actor: Actor, now: datetime) -> None:
        """Throw it away: rows, words and files, and the key they were sealed under. Raises DraftNotFound, Changed."""
        row = self._draft(draft, actor, now, expected)
        parts = drafts.files(self._conn, draft)
        drafts.remove_files(self._conn, draft)
        markings.drop_all(self._conn, draft)
        forget(self._conn, draft)
        subjects.drop_drafts(self._conn, draft)
        if not drafts.remove(self._conn, draft, row.version):
            raise self._changed(str(draft))
        self._record(events.DRAFT_DISCARDED, actor=actor, now=now, subject=str(draft), files=len(parts))
        # Done once this is committed: a destroyed key would not come back with a transaction that is rolled back.
        self._vault.condemn(item=draft, actor=actor, now=now, why="draft-discarded")

    def _draft(self, draft: UUID, actor: Actor, now: datetime, expected: int | None = None) -> sa.Row[Any]:
        self._gate(actor, now, "draft")
        row = drafts.own(self._conn, draft, actor.principal)
        if row is None:
            raise DraftNotFound("It may have been sent or thrown away. Look among your drafts and what you have sent.")
        if expected is not None and expected != row.version:
            raise self._changed(str(draft))
        return row

    def _keep(self, uuid: UUID, written: Written, before: Content, actor: Actor, now: datetime) -> None:
        given = {
            key: tuple(value) if key == "subjects" else value.strip()
            for key in ("title", "text", "sharing_purpose", "subjects")
            if (value := getattr(written, key)) is not None
        }
        if given:
            content = Content(**{**_content(before), **given})
            self._sealed(uuid, actor, now).put_content(content)
            if "subjects" in given:
                subjects.index_draft(self._conn, uuid, entries(self._index_key, content.subjects))
        for basis, principals in ((RECIPIENT, written.recipients), (GROUP, written.groups)):
            if principals is not None:
                drafts.name(self._conn, uuid, basis, principals)

    def _check(self, written: Written, marking: Marking) -> None:
        """Raises DraftFaulty naming every field that cannot be used."""
        faults: dict[str, list[str]] = {}
        for field, most in (("title", MOST_TITLE), ("text", MOST_TEXT), ("sharing_purpose", MOST_PURPOSE)):
            if "\0" in (getattr(written, field) or ""):
                faults[field] = ["Remove the character that cannot be shown"]
            elif len(getattr(written, field) or "") > most:
                faults[field] = [f"Use {most} characters or fewer"]
        words = Content(written.title or "", written.text or "", written.sharing_purpose or "")
        self._refuse_spill(self._in_words(words))
        if wrong := subject_faults(written.subjects or ()):
            faults["subjects"] = wrong
        if written.establishment and not self._is_establishment(written.establishment):
            faults["establishment"] = ["Choose an establishment from the list: one that has closed is not in it"]
        if len(show(marking)) > 600:
            faults["marking"] = ["The marking line is too long to keep"]
        faults |= self._names_faults(written)
        if faults:
            raise DraftFaulty("Correct what is named and try again.", fields=faults)

    def _is_establishment(self, key: str) -> bool:
        """One that is open: of one that has closed nothing new is begun; what was sent of it goes on."""
        try:
            return self._people.establishment(key).active
        except EstablishmentUnknown:
            return False

    def _names_faults(self, written: Written) -> Mapping[str, list[str]]:
        people = {*(written.recipients or ()), *([written.embargo_lead] if written.embargo_lead else [])}
        faults = {}
        if any(self._people.by_principal(number) is None for number in people):
            faults["recipients"] = ["Choose people from the list"]
        if any(self._group(number) is None for number in written.groups or ()):
            faults["groups"] = ["Choose groups from the list"]
        if written.told and written.told not in OFFERED:
            faults["told"] = ["Choose one of the list"]
        return faults


def _content(before: Content) -> dict[str, Any]:
    return {key: getattr(before, key) for key in ("title", "text", "sharing_purpose", "subjects")}


def _first(written: Written, marking: Marking, answered: sa.Row[Any] | None) -> dict[str, Any]:
    """The clear columns of a new draft. An answer is about the establishment of what it answers."""
    return {
        "marking": show(marking),
        "establishment": (answered.establishment if answered is not None else written.establishment) or None,
        "to_office": written.to_office or None,
        "embargo_lead": written.embargo_lead or None,
        "told": written.told or "",
        "reply_to": answered.id if answered is not None else None,
    }
