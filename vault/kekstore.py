"""What the key store knows of the keys that wrap: which there were, what stands under each; moving it to the newest.

A KEK is closed before it is destroyed. Whoever wraps a data key checks in the same transaction that its KEK is not
closed, and closing waits for whoever is wrapping: nothing is ever left under a key that is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from vault.errors import KekClosed, KekInUse
from vault.keydatabase import KeyDatabase
from vault.keyring import Kek
from vault.keystore_tables import KekRow, Key, erased, kek, key_of, object_key, remarking


@dataclass(frozen=True, slots=True)
class Counts:
    """What stands under one KEK. ``last`` is when something was last wrapped under it, or a key of it changed state."""

    pending: int = 0
    live: int = 0
    disabled: int = 0
    remarking: int = 0
    waiting: int = 0  # erased, and the KEK not destroyed yet
    final: int = 0
    last: datetime | None = None

    @property
    def used(self) -> int:
        """Wrapped keys under it: while there is one, the KEK must not go."""
        return self.pending + self.live + self.disabled + self.remarking


class KekStore:
    """The part of the key store about KEKs; never the keys themselves."""

    def __init__(self, db: KeyDatabase) -> None:
        self._db = db

    def know(self, found: Iterable[Kek], *, now: datetime) -> None:
        """Remember KEKs of the keyring not met before."""
        known = self.all()
        fresh = [one for one in found if one.id not in known]
        for one in fresh:
            with self._db.writing() as conn:
                values = {"id": one.id, "body": one.body, "seen": now, "told": False}
                here = sa.exists().where(kek.c.id == one.id)
                row = sa.select(*(sa.literal(value, kek.c[name].type) for name, value in values.items())).where(~here)
                conn.execute(sa.insert(kek).from_select(list(values), row))

    def all(self) -> dict[str, KekRow]:
        """Every KEK met, by id, those that are gone included."""
        with self._db.reading() as conn:
            return {row.id: KekRow(**row._mapping) for row in conn.execute(sa.select(kek))}  # noqa: SLF001 - public name

    def close(self, kek_id: str, *, now: datetime) -> None:
        """From now on nothing can be wrapped under it. Repeatable. Raises KekInUse while something is."""
        with self._db.writing() as conn:
            self._db.shut_out_writers(conn)
            conn.execute(sa.update(kek).where(kek.c.id == kek_id, kek.c.closed.is_(None)).values(closed=now))
            used = sum(
                conn.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.kek_id == kek_id)) or 0
                for table in (object_key, remarking)
            )
            if used:
                raise KekInUse(f"{used} keys are still wrapped under “{kek_id}”. Rewrap first, then repeat this.")

    def gone(self, kek_id: str, *, at: datetime) -> int:
        """The keyring holds nothing of it from ``at``; how many erasures are final with it."""
        with self._db.writing() as conn:
            conn.execute(sa.update(kek).where(kek.c.id == kek_id, kek.c.gone.is_(None)).values(gone=at, told=False))
            under = (erased.c.kek_id == kek_id, erased.c.final_at.is_(None))
            conn.execute(sa.update(erased).where(*under).values(final_at=at))
            final = sa.select(sa.func.count()).select_from(erased).where(erased.c.kek_id == kek_id)
            return conn.scalar(final) or 0

    def told(self, kek_id: str) -> None:
        """The log has it."""
        with self._db.writing() as conn:
            conn.execute(sa.update(kek).where(kek.c.id == kek_id).values(told=True))

    def counts(self) -> dict[str, Counts]:
        """What stands under each KEK, by id."""
        found: dict[str, dict[str, int]] = {}
        last: dict[str, datetime] = {}
        with self._db.reading() as conn:
            for kek_id, state, number, changed in conn.execute(_BY_STATE):
                found.setdefault(kek_id, {})[state] = number
                last[kek_id] = max(changed, last.get(kek_id, changed))
            for kek_id, number in conn.execute(_REMARKING):
                found.setdefault(kek_id, {})["remarking"] = number
            for kek_id, number, final in conn.execute(_ERASED):
                found.setdefault(kek_id, {}).update(waiting=number - final, final=final)
        return {kek_id: Counts(**counted, last=last.get(kek_id)) for kek_id, counted in found.items()}

    def bodies(self) -> list[str]:
        """Whose keys there are."""
        with self._db.reading() as conn:
            return list(conn.scalars(sa.select(object_key.c.body).distinct().order_by(object_key.c.body)))

    def not_under(self, body: str, newest: str, *, after: tuple[str, int], limit: int) -> list[Key]:
        """Keys of the body wrapped under another KEK, in order, from ``after`` (item, version) on."""
        beyond = sa.tuple_(object_key.c.item, object_key.c.version) > sa.tuple_(*map(sa.literal, after))
        query = (
            sa.select(object_key)
            .where(object_key.c.body == body, object_key.c.kek_id != newest, beyond)
            .order_by(object_key.c.item, object_key.c.version)
            .limit(limit)
        )
        with self._db.reading() as conn:
            return [key_of(row) for row in conn.execute(query)]

    def sample(self, body: str, kek_id: str, limit: int) -> list[Key]:
        """Some keys of the body that stand under it, whichever."""
        query = sa.select(object_key).where(object_key.c.body == body, object_key.c.kek_id == kek_id).limit(limit)
        with self._db.reading() as conn:
            return [key_of(row) for row in conn.execute(query)]

    def remaining(self, body: str, newest: str) -> int:
        """How many ``not_under`` would give in all."""
        mine = (object_key.c.body == body, object_key.c.kek_id != newest)
        with self._db.reading() as conn:
            return conn.scalar(sa.select(sa.func.count()).select_from(object_key).where(*mine)) or 0

    def move(self, wraps: Sequence[tuple[Key, str, bytes]]) -> int:
        """Put new wraps in place of those that were read, all in one transaction; how many still were as read.

        Raises KekClosed, and moves none, when one of the KEKs was closed since.
        """
        rows = [
            {"of": str(key.item), "nr": key.version, "was": key.wrapped, "to": kek_id, "new": wrapped}
            for key, kek_id, wrapped in wraps
        ]
        with self._db.writing() as conn:
            moved = conn.execute(_MOVE, rows).rowcount
            if closed_among(conn, {kek_id for _, kek_id, _ in wraps}):
                raise KekClosed("The keyring was rotated in the same moment. Try again.")
        return moved

    def forget_deleted(self) -> None:
        """Let go of the wraps that were replaced. Raises ErasureUnfinished."""
        self._db.forget_deleted()


def closed_among(conn: sa.Connection, ids: Iterable[str]) -> bool:
    """Was one of them closed? Asked after writing, in the same transaction."""
    return (
        conn.execute(sa.select(kek.c.id).where(kek.c.id.in_(sorted(ids)), kek.c.closed.is_not(None))).first()
        is not None
    )


_BY_STATE = sa.select(
    object_key.c.kek_id, object_key.c.state, sa.func.count(), sa.func.max(object_key.c.changed)
).group_by(object_key.c.kek_id, object_key.c.state)
_REMARKING = sa.select(remarking.c.kek_id, sa.func.count()).group_by(remarking.c.kek_id)
_ERASED = sa.select(erased.c.kek_id, sa.func.count(), sa.func.count(erased.c.final_at)).group_by(erased.c.kek_id)
_MOVE = (
    sa.update(object_key)
    .where(object_key.c.item == sa.bindparam("of"), object_key.c.version == sa.bindparam("nr"))
    .where(object_key.c.wrapped == sa.bindparam("was"))
    .values(kek_id=sa.bindparam("to"), wrapped=sa.bindparam("new"))
)
