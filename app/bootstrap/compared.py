"""What the tables say held against what the log says: who may see which item, who is who, what is disposed of when.

It runs beside the verification of the log, in one pass over it. What rows cannot show by themselves shows here: that
they were put back to how they once were, with what bound them then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from app.bootstrap import wiring
from app.bootstrap.engines import reading
from app.bootstrap.schema import altered
from app.bootstrap.stood_on import BOUND
from audit import leaf as form
from audit.erasures import Erasures
from audit.events import ENTRY_REDACTED
from audit.fact import kinds
from audit.follow import make_fact
from audit.replica import Replica
from custody.service.replay import CustodyReplay
from identity.service.conferral_replay import ConferralReplay
from identity.service.consent_replay import ConsentReplay, RecoveryReplay, SealReplay
from identity.service.token_replay import TokenReplay
from identity.store.bound import Bound as Accounts
from identity.tables import person
from incidents.service.replay import IncidentReplay
from outbox.service.replay import OutboxReplay
from retention.service.replay import Replay
from retention.store.schedules import ScheduleRows
from sharing.service.alert_follower import AlertReplay
from sharing.service.decision_replay import DecisionReplay
from sharing.service.duty_replay import DutyReplay
from sharing.service.override_follower import OverrideReplay
from sharing.service.rights.replay import RequestReplay
from sharing.service.version_replay import VersionReplay
from sharing.store.access import read
from sharing.store.bound import Bound as Items
from sharing.tables.items import item
from vault.events import KEY_DESTROYED
from vault.tables import vault_object

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from app.bootstrap.house import House

Replayed = Replica | SealReplay | TokenReplay | ConferralReplay
ITEM, ACCOUNT = "sharing", "identity"
_STEP = 500
_AFTER_ITEM = sa.select(item.c.id).where(item.c.id > sa.bindparam("last")).order_by(item.c.id).limit(_STEP)


class Comparison:
    """Told every entry in order (``audit.examine``), then asked for the differences. ``close`` it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._binding = {name for name, kind in kinds().items() if BOUND in kind.fields}
        self._bound: dict[str, dict[str, str]] = {ITEM: {}, ACCOUNT: {}}
        self._erased: set[str] = set()
        self._erasures = Erasures()
        self._destroyed: set[str] = set()
        self._unread: set[str] = set()  # kinds of entries whose disclosure is gone
        words = wiring.words(house)
        with reading(house.engine) as conn:
            texts = ScheduleRows(conn, words).texts()
            agreements = house.known.readable(conn)
        self._replay = Replay(house.policies.schedules, words, house.policies.digest, texts)
        self._agreed = DutyReplay(agreements, words, house.policies.digest)
        self._outbox = OutboxReplay(house.policies.notifications, house.policies.digest)
        # Each told what is of its kinds, whatever policies it was recorded under.
        self._rest: dict[str, Replayed] = {
            "alerts": AlertReplay(words),
            "incidents": IncidentReplay(),
            "media and paper": CustodyReplay(words),
            "sharing decisions": DecisionReplay(),
            "requests": RequestReplay(words),
            "conferrals": ConferralReplay(),
            "consents": ConsentReplay(),
            "recoveries": RecoveryReplay(),
            "tokens": TokenReplay(),
            "overrides": OverrideReplay(),
            "versions": VersionReplay(words),
        }

    def close(self) -> None:
        self._replay.close()
        self._agreed.close()
        self._outbox.close()
        for replay in self._rest.values():
            replay.close()

    def told(self, leaf: form.Leaf, values: Mapping[str, str], erased: bool) -> None:
        """One entry of the log."""
        if erased:
            self._erased.add(leaf.id)
        if not values:
            self._unread.add(leaf.act)
        elif leaf.out == "allowed":
            self._fact(leaf, values)

    def _fact(self, leaf: form.Leaf, values: Mapping[str, str]) -> None:
        if leaf.act in self._binding:
            room = leaf.act.partition(".")[0]
            self._bound[room][values["subject"]] = str(make_fact(leaf, values).what.get(BOUND, ""))
        if leaf.act == ENTRY_REDACTED.name:
            self._erased.discard(str(make_fact(leaf, values).what["entry"]))
        elif leaf.act in self._erasures.kinds:
            self._erased -= self._erasures.told(make_fact(leaf, values))
        elif leaf.act == KEY_DESTROYED.name:
            self._destroyed.add(values["subject"])
        self._replayed(leaf, values)

    def _replayed(self, leaf: form.Leaf, values: Mapping[str, str]) -> None:
        if leaf.act in self._replay.kinds:
            self._replay.follow(make_fact(leaf, values), leaf.pol)
        if leaf.act in self._agreed.kinds:
            self._agreed.follow(make_fact(leaf, values), leaf.pol)
        if leaf.act in self._outbox.kinds:
            self._outbox.follow(make_fact(leaf, values), leaf.pol)
        for replay in self._rest.values():
            if leaf.act in replay.kinds:
                replay.follow(make_fact(leaf, values))

    def differences(self, conn: Connection) -> Iterator[str]:
        """Each row that is not what the log says, in words that name no content."""
        for name in altered(conn):
            yield f"the database’s own “{name}” is not as the service made it"
        for entry in sorted(self._erased):
            yield f"entry {entry}: its disclosure was erased, and no entry says by whom"
        parts = {"items": self._items, "accounts": self._accounts, "keys": self._keys}
        if not self._unread & self._replay.kinds:
            parts["disposal"] = self._replay.differences
        if not self._unread & self._agreed.kinds:
            parts["agreements"] = self._agreed.differences
        if not self._unread & self._outbox.kinds:
            parts["outbox"] = self._outbox.differences
        parts |= {name: each.differences for name, each in self._rest.items() if not self._unread & each.kinds}
        for name, part in parts.items():
            try:
                yield from part(conn)
            except (ArithmeticError, LookupError, TypeError, ValueError):
                yield f"{name}: a row holds what the service never writes, so they cannot be compared"

    def _items(self, conn: Connection) -> Iterator[str]:
        checked, last, seen = Items(conn, self._house.binder), 0, set[str]()
        while ids := list(conn.execute(_AFTER_ITEM, {"last": last}).scalars()):
            last = ids[-1]
            for found in read(conn, ids).values():
                seen.add(found.row.uuid)
                if fault := self._fault(ITEM, found.row.uuid, found.row.bound, holds=checked.holds(found)):
                    yield f"item {found.row.reference}: {fault}"
        for missing in sorted(self._bound[ITEM].keys() - seen):
            yield f"item {missing}: is missing"

    def _accounts(self, conn: Connection) -> Iterator[str]:
        checked, seen = Accounts(conn, self._house.binder), set[str]()
        for row in conn.execute(sa.select(person.c.id, person.c.bound).order_by(person.c.id)).all():
            seen.add(row.id)
            if fault := self._fault(ACCOUNT, row.id, row.bound, holds=checked.holds(row.id)):
                yield f"account {row.id}: {fault}"
        for missing in sorted(self._bound[ACCOUNT].keys() - seen):
            yield f"account {missing}: is missing"

    def _keys(self, conn: Connection) -> Iterator[str]:
        """What the log says is destroyed, and is not, here or in the key store."""
        wanted = sorted(self._destroyed)
        for start in range(0, len(wanted), _STEP):
            some = wanted[start : start + _STEP]
            back = {str(key.item) for key in self._house.keystore.of_items(UUID(each) for each in some)}
            rows = sa.select(vault_object.c.item).where(
                vault_object.c.item.in_(some), vault_object.c.state != "destroyed"
            )
            for found in sorted(back | set(conn.execute(rows).scalars())):
                yield f"item {found}: was destroyed, and has a key or a row that says otherwise"

    def _fault(self, room: str, subject: str, bound: bytes, *, holds: bool) -> str:
        if not holds:
            return "its rows were edited behind the service"
        said = self._bound[room].get(subject)
        if said is None:
            return "" if self._binding & self._unread else "the log knows nothing of it"
        return "" if said == bound.hex() else "its rows were put back to how they once were"
