"""Who else needs to know, and who must not: naming a further person or group, barring somebody, sight for a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from foundation.actor import Actor
from foundation.errors import Reason
from sharing.errors.items import TimeWrong, WhoUnknown
from sharing.events import items as events
from sharing.model.item import Decision, ItemRef
from sharing.rules.sending import ABROAD, parties_of
from sharing.service.closing import Closing
from sharing.service.found import Found
from sharing.store import access, items
from sharing.store.content import recusal

LONGEST_GRANT = timedelta(days=90)


class Naming(Closing):
    """Share, recuse, grant."""

    def share(
        self,
        reference: str,
        principal: int,
        purpose: str,
        *,
        expected: int | None = None,
        actor: Actor,
        now: datetime,
    ) -> ItemRef:
        """Name one more person or group, of a party on the item’s route.

        Raises ItemNotFound, ActRefused, PurposeUnknown, WhoUnknown, Changed.
        """
        found, _ = self._find(reference, "share", actor=actor, now=now, purpose=purpose)
        self._purpose(found.agreement, purpose)
        basis, party = self._named(principal)
        self._require("share", found, self._may_name(found, party, principal, now))
        self._expect(found, expected)
        ref = self._write(found, {})
        access.give(self._conn, item_id=found.row.id, principal=principal, basis=basis, by=actor.principal, since=now)
        self._tell(found, "shared", actor=actor, now=now, office=principal)
        self._record(
            events.ITEM_SHARED,
            actor=actor,
            now=now,
            subject=found.row.uuid,
            marking=found.row.marking_code,
            reference=reference,
            principal=principal,
            basis=basis,
            **self._decided_again(found, [principal], {party}, "", actor, now, purpose=purpose),
            bound=self._bound.seal(found.row.id),
        )
        return ref

    def recuse(
        self,
        reference: str,
        principal: int,
        reason: str,
        *,
        expected: int | None = None,
        actor: Actor,
        now: datetime,
    ) -> ItemRef:
        """Bar a person by name, whatever else they hold. The reason is sealed. Raises as ``share``, WordsMissing.

        The person named in a complaint finds nothing; nobody is barred from what they sent themselves.
        """
        found, _ = self._find(reference, "recuse", actor=actor, now=now)
        said = self._words(reason, "reason", needed=True)
        if self._people.by_principal(principal) is None or principal == found.row.sender_id:
            raise WhoUnknown("Choose a person from the list, not the sender.", fields={"person": ["Choose a person"]})
        self._expect(found, expected)
        ref = self._write(found, {})
        if access.recuse(self._conn, item_id=found.row.id, principal=principal, by=actor.principal, now=now):
            self._sealed(found.uuid, actor, now).put(recusal(principal), said)
            items.tell(self._conn, found.row.id, act="recused", by=actor.principal, office=principal, now=now)
        self._record(
            events.PERSON_RECUSED,
            actor=actor,
            now=now,
            subject=found.row.uuid,
            marking=found.row.marking_code,
            reference=reference,
            principal=principal,
            bound=self._bound.seal(found.row.id),
        )
        return ref

    def grant(
        self,
        reference: str,
        principal: int,
        until: datetime,
        reason: str,
        *,
        expected: int | None = None,
        actor: Actor,
        now: datetime,
    ) -> ItemRef:
        """Sight of it for a time: to see and open, not to download or act. Raises as ``share``, TimeWrong."""
        found, _ = self._find(reference, "grant", actor=actor, now=now)
        said = self._words(reason, "reason", needed=True)
        party = self._person_until(principal, until, now)
        self._require("grant", found, self._may_name(found, party, principal, now))
        self._expect(found, expected)
        ref = self._write(found, {})
        window = {"since": now, "until": until}
        access.give(
            self._conn, item_id=found.row.id, principal=principal, basis=access.GRANT, by=actor.principal, **window
        )
        self._tell(found, "granted", actor=actor, now=now, office=principal, words=said)
        self._record(
            events.ACCESS_GRANTED,
            actor=actor,
            now=now,
            subject=found.row.uuid,
            marking=found.row.marking_code,
            reference=reference,
            principal=principal,
            until=until.isoformat(),
            **self._decided_again(found, [principal], {party}, said, actor, now),
            bound=self._bound.seal(found.row.id),
        )
        return ref

    def _person_until(self, principal: int, until: datetime, now: datetime) -> str:
        """The party of a person who may be granted sight until then. Raises TimeWrong, WhoUnknown."""
        if not now < until <= now + LONGEST_GRANT:
            fault = f"Choose a time from now to {LONGEST_GRANT.days} days ahead"
            raise TimeWrong(f"{fault}.", fields={"until": [fault]})
        basis, party = self._named(principal)
        if basis != access.RECIPIENT:
            raise WhoUnknown("Sight for a time is granted to a person.", fields={"person": ["Choose a person"]})
        return party

    def _named(self, principal: int) -> tuple[str, str]:
        """(basis, party) of a person or group. Raises WhoUnknown."""
        person = self._people.by_principal(principal)
        if person is not None and person.standing == "active":
            return access.RECIPIENT, person.party
        group = self._group(principal)
        if group is None:
            raise WhoUnknown("Choose a person or group from the list.", fields={"person": ["Choose from the list"]})
        return access.GROUP, group.party

    def _may_name(self, found: Found, party: str, principal: int, now: datetime) -> Decision:
        """Only within the bodies the item’s route comes to, and those its marking names (M64b)."""
        standing = self._standing(found)
        reached = parties_of(found.route, standing.sender, standing.origin)
        reasons = []
        if party not in reached:
            reasons.append(Reason("recipient-party", "They are of a body that this way does not come to.", "M64b"))
        if found.handling.org_only and party not in found.handling.organisations:
            text = "The USE ONLY instruction does not name their body."
            reasons.append(Reason("organisations", text, "gscp24 handling instructions"))
        named = self._person_named(principal, now)
        if named is not None and not named.may_have(found.facts.owners):
            reasons.append(Reason("recipient-abroad", ABROAD, "M66"))
        return Decision(tuple(reasons))
