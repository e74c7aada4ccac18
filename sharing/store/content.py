"""What people wrote, sealed under the item's own key: in and out of the vault, by name."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from foundation.actor import Actor
from sharing.model.item import Content, Subject
from sharing.tables.items import item_field
from vault.service import Vault

TITLE, TEXT, PURPOSE, SUBJECTS = "title", "text", "purpose", "subjects"
WRITTEN = (TITLE, TEXT, PURPOSE, SUBJECTS)

# Without a look first: on PostgreSQL two who look at one page of the index and then write there have met.
_PUT = sa.text(
    "INSERT INTO item_field (item_uuid, name, sealed) VALUES (:item_uuid, :name, :sealed) "
    "ON CONFLICT (item_uuid, name) DO UPDATE SET sealed = excluded.sealed"
).bindparams(sa.bindparam("sealed", type_=sa.LargeBinary))


def event(number: int) -> str:
    """The words said with an event of the timeline."""
    return f"event/{number}"


def file(part: int) -> str:
    """Name and media type of a file."""
    return f"file/{part}"


def recusal(principal: int) -> str:
    """Why a person is barred."""
    return f"recusal/{principal}"


@dataclass(frozen=True, slots=True)
class Sealed:
    """The sealed words of one item, for one actor at one instant."""

    conn: sa.Connection
    vault: Vault
    item: UUID
    actor: Actor
    now: datetime

    def put(self, name: str, words: str) -> None:
        """Seal and keep, over what stood there."""
        sealed = self.vault.seal(item=self.item, name=name, value=words.encode("utf-8"), actor=self.actor, now=self.now)
        self.conn.execute(_PUT, {"item_uuid": str(self.item), "name": name, "sealed": sealed})

    def drop(self, name: str) -> None:
        """Forget it; nothing happens when it is not there."""
        self.conn.execute(sa.delete(item_field).filter_by(item_uuid=str(self.item), name=name))

    def get(self, names: Iterable[str]) -> dict[str, str]:
        """The words kept under these names; a name with nothing kept is left out."""
        found = self.conn.execute(
            sa.select(item_field.c.name, item_field.c.sealed)
            .filter_by(item_uuid=str(self.item))
            .where(item_field.c.name.in_(tuple(names)))
        ).all()  # before a key is asked for, which may fail: what was begun to be read would stay so
        return {row.name: self._open(row.name, row.sealed) for row in found}

    def put_content(self, content: Content) -> None:
        """All that an author writes."""
        for name, words in content.fields():
            self.put(name, words)
        self.put(SUBJECTS, _subjects_text(content.subjects))

    def content(self) -> Content:
        """All that an author wrote."""
        found = self.get(WRITTEN)
        return Content(
            found.get(TITLE, ""), found.get(TEXT, ""), found.get(PURPOSE, ""), _subjects(found.get(SUBJECTS, "[]"))
        )

    def put_file(self, part: int, name: str, media_type: str) -> None:
        self.put(file(part), json.dumps({"name": name, "media_type": media_type}, ensure_ascii=False))

    def files(self, parts: Iterable[int]) -> dict[int, tuple[str, str]]:
        """(name, media type) of each file."""
        names = {file(part): part for part in parts}
        opened = {names[name]: json.loads(words) for name, words in self.get(names).items()}
        return {part: (found["name"], found["media_type"]) for part, found in opened.items()}

    def _open(self, name: str, sealed: bytes) -> str:
        opened = self.vault.open(item=self.item, name=name, sealed=sealed, actor=self.actor, now=self.now)
        return opened.decode("utf-8")


def forget(conn: sa.Connection, *uuids: UUID) -> None:
    """Remove every sealed word of these items or drafts."""
    conn.execute(sa.delete(item_field).where(item_field.c.item_uuid.in_([str(uuid) for uuid in uuids])))


def _subjects_text(subjects: Iterable[Subject]) -> str:
    return json.dumps([[s.name, [list(pair) for pair in s.identifiers]] for s in subjects], ensure_ascii=False)


def _subjects(words: str) -> tuple[Subject, ...]:
    return tuple(Subject(name, tuple((kind, value) for kind, value in pairs)) for name, pairs in json.loads(words))
