"""How the rooms of one unit of work are put together: each gets the same transaction and what it asks for by port."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from app.bootstrap.bags import Bag
from app.bootstrap.parcels import Zip
from foundation.actor import Actor
from foundation.errors import Unavailable
from identity.errors import SecretUnreadable
from identity.queries.people import People
from identity.rules.decide import Decider
from identity.service.identity import Identity
from identity.store.secrets import SecretBox
from retention.model.transfer import Label
from retention.ports import Erasure
from retention.ports import People as RetentionPeople
from retention.rules.steps.reasons import REVIEWER
from retention.service.batch_certifying import BatchCertifying
from retention.service.retention import Retention
from retention.service.schedules import Scheduling
from retention.service.witness import LogWitness
from sharing.errors.items import SearchFaulty
from sharing.model.upload import Limits
from sharing.queries.items import Items
from sharing.rules.blind import blind
from sharing.rules.identifiers import KINDS, Unreadable
from sharing.service.agreeing import Agreeing
from sharing.service.alerting import Alerting
from sharing.service.sharing import Sharing
from sharing.store import subjects

if TYPE_CHECKING:
    from app.bootstrap.house import House
    from app.bootstrap.work import Work


def identity(work: Work) -> Identity:
    """Accounts and sign-in; every act of an administrator is decided by the policies."""
    return _identity(work, work.house.decider)


def console_identity(work: Work) -> Identity:
    """The same for the machine's own console: the first administrator has nobody above to ask."""
    return _identity(work, None)


def _identity(work: Work, decider: Decider | None) -> Identity:
    house = work.house
    return Identity(
        work.conn,
        work.trail,
        parties=house.policies.parties,
        roles=house.policies.roles,
        gates=house.policies.gates,
        hasher=house.hasher,
        secrets=house.secrets,
        binder=house.binder,
        decider=decider,
    )


def sharing(work: Work) -> Sharing:
    """What people do with items."""
    house = work.house
    return Sharing(
        work.conn,
        work.trail,
        vault=work.vault,
        decider=house.decider,
        agreements=work.agreements,
        scheme=house.policies.scheme,
        parties=house.policies.parties,
        people=work.people,
        index_key=house.keys.index,
        binder=house.binder,
        limits=Limits(house.settings.file_limit, house.settings.files_per_item, house.settings.upload_hours),
        processing=house.policies.processing,
    )


def agreeing(work: Work) -> Agreeing:
    """What people and the clock do about duties."""
    return Agreeing(work.conn, work.trail, **_of_agreements(work))


def alerting(work: Work) -> Alerting:
    """What people and the clock do about alerts."""
    return Alerting(work.conn, work.trail, **_of_agreements(work))


def _of_agreements(work: Work) -> dict[str, Any]:
    house = work.house
    return {
        "agreements": work.agreements,
        "decider": house.decider,
        "people": work.people,
        "words": words(house),
    }


def items(work: Work) -> Items:
    """What people look at of items."""
    house = work.house
    return Items(
        work.conn,
        work.trail,
        decider=house.decider,
        agreements=work.agreements,
        people=work.people,
        index_key=house.keys.index,
        binder=house.binder,
    )


def retention(work: Work) -> Retention:
    """Disposal, with the vault and sharing behind its port."""
    house = work.house
    return Retention(
        work.conn,
        work.trail,
        schedules=house.policies.schedules,
        eraser=VaultEraser(work),
        decider=house.decider,
        witness=LogWitness(work.conn, house.keys.log),
        words=words(house),
        people=RetentionPeople(BlindPersons(work.conn, house.keys.index), Reviewers(work.people)),
        holder=house.settings.origin,
    )


def certifying(work: Work) -> BatchCertifying:
    """The certificates of batches, which need no key and no store."""
    house = work.house
    return BatchCertifying(
        work.conn,
        work.trail,
        witness=LogWitness(work.conn, house.keys.log),
        words=words(house),
        holder=house.settings.origin,
    )


def scheduling(work: Work) -> Scheduling:
    """What people do with schedules."""
    house = work.house
    return Scheduling(
        work.conn, work.trail, schedules=house.policies.schedules, decider=house.decider, words=words(house)
    )


def words(house: House) -> SealedWords:
    """What people wrote about disposal, sealed at rest."""
    return SealedWords(house.secrets)


class SealedWords:
    """``retention.ports.Words`` over the service's own box of secrets.

    Not under the item's key: a hold is placed, and its reason read, while that key is disabled.
    """

    def __init__(self, box: SecretBox) -> None:
        self._box = box

    def seal(self, about: str, text: str) -> str:
        """Printable, so that the column stays text."""
        return b64encode(self._box.seal(about, text.encode())).decode() if text else ""

    def open(self, about: str, kept: str) -> str:
        """Raises WordsUnreadable for another key, another place or a changed byte."""
        if not kept:
            return ""
        try:
            return self._box.open(about, b64decode(kept, validate=True)).decode()
        except (ValueError, SecretUnreadable):
            raise WordsUnreadable("Restore the keys this service was started with.", subject=about) from None


class WordsUnreadable(Unavailable):
    """What somebody wrote about a disposal does not open: another key, or a changed row."""

    code = "app.words-unreadable"
    title = "A reason kept with a disposal cannot be read"


class BlindPersons:
    """``retention.ports.Persons`` over sharing's blind index."""

    def __init__(self, conn: sa.Connection, index_key: bytes) -> None:
        self._conn = conn
        self._index_key = index_key

    def token(self, kind: str, value: str) -> str:
        """Raises SearchFaulty."""
        try:
            return blind(self._index_key, kind, value).hex()
        except Unreadable as error:
            raise SearchFaulty(f"{error}.", fields={"people": [str(error)]}) from None

    def kinds(self) -> Sequence[str]:
        """As a search for a data subject knows them."""
        return tuple(KINDS)

    def tokens(self, item_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
        """By the numbers of items."""
        found = subjects.found_by(self._conn, item_ids)
        return {item: frozenset(entry.hex() for entry in entries) for item, entries in found.items()}

    def about(self, tokens: Collection[str]) -> frozenset[int]:
        """Need to know is no matter here: a hold binds what its keeper may not see."""
        return subjects.carrying(self._conn, [bytes.fromhex(token) for token in tokens])


class Reviewers:
    """``retention.ports.Colleagues`` over identity."""

    def __init__(self, people: People) -> None:
        self._people = people

    def reviewers(self, party: str, *, now: datetime) -> Mapping[str, str]:
        """By the appointments in force now."""
        active = self._people.people(party=party, standing="active")
        return {one.id: one.name for one in active if REVIEWER in self._people.actor(one.id, now=now).duties}


class VaultEraser:
    """``retention.ports.Eraser``: the vault destroys, sharing leaves the tombstone."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def disable(self, item: UUID, *, actor: Actor, now: datetime) -> None:
        """No version can be opened until ``enable``."""
        self._work.vault.disable(item=item, actor=actor, now=now)

    def enable(self, item: UUID, *, actor: Actor, now: datetime) -> None:
        """Undo ``disable``. What an incident keeps disabled stays so, until two security leads let it go."""
        if not self._work.incident_register.standing_on(str(item), "disable-key"):
            self._work.vault.enable(item=item, actor=actor, now=now)

    def destroy(self, items: Sequence[UUID], *, actor: Actor, now: datetime) -> Mapping[UUID, Erasure]:
        """Keys first, then ciphertext, then a look whether anything is left."""
        sizes = self._work.sharing.bytes_of(items=items, actor=actor, now=now)
        destroyed = self._work.vault.destroy_all(items=items, actor=actor, now=now)
        removed = self._work.vault.remove_all(items=items, actor=actor, now=now)
        return {
            item: Erasure(found.parts, sizes[item], found.absent, destroyed[item].entry_id, found.entry_id)
            for item, found in removed.items()
        }

    def parcel(self, item: UUID, *, actor: Actor, now: datetime) -> Zip:
        """Opens every file, so that what was lost is found before anything is said to be given."""
        return Zip(self._work.sharing.handing_back(item=item, actor=actor, now=now))

    def bag(self, item: UUID, label: Label, *, actor: Actor, now: datetime) -> Bag:
        """The same for the archive."""
        return Bag(self._work.sharing.handing_back(item=item, actor=actor, now=now), label)

    def tombstone(self, items: Sequence[UUID], *, actor: Actor, now: datetime, again: bool = False) -> None:
        """What remains of each is a row without words."""
        self._work.sharing.tombstone(items=items, actor=actor, now=now, again=again)
