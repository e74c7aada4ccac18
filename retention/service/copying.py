"""Copies on paper and media: said to be there, then what became of each. An open one holds its certificate open."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from audit.fact import Kind, Value
from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.errors import Reason
from foundation.ident import new_id
from retention import events
from retention.errors import CopyNotFound, DetailsInvalid, DisposalRefused
from retention.model.case import Case
from retention.model.copy import KINDS, Copy, CopyKind, Fate
from retention.rules.steps import copying
from retention.service.desk import UNFOLLOWED, Desk, words
from retention.service.follower import copy_about

FATES: tuple[Fate, ...] = ("destroyed", "returned")


class Copying(Desk):
    """The register of what the service cannot destroy itself."""

    def register_copy(
        self, item: str, *, kind: CopyKind, holder: str, place: str, made_on: date, actor: Actor, now: datetime
    ) -> Copy:
        """There is a copy of the item: who has it, where, since when. Holder and place are kept sealed.

        Raises DetailsInvalid, DisposalRefused (every reason), CaseNotFound.
        """
        case = self._case(item)
        self._ask(case, actor, "review-disposal", copying.may_register(case, actor), now=now, body=actor.party)
        said = {"holder": words("holder", holder), "place": words("place", place)}
        if kind not in KINDS:
            raise DetailsInvalid("Choose the kind of copy.", fields={"kind": ["Choose one of the kinds"]})
        if made_on > london_date(now):
            raise DetailsInvalid("That day is to come.", fields={"made_on": ["Enter today or an earlier day"]})
        copy = str(new_id(now))
        what: dict[str, Value] = {"copy_kind": kind, "party": actor.party, "made_on": made_on.isoformat()}
        sealed = {name: self._words.seal(copy_about(copy, name), text) for name, text in said.items()}
        return self._say(events.COPY_REGISTERED, case, copy, actor=actor, now=now, what={**what, **sealed})

    def account_copy(
        self,
        copy: str,
        *,
        fate: Fate,
        on: date,
        evidence: str,
        witness: str,
        method: str = "",
        actor: Actor,
        now: datetime,
    ) -> Copy:
        """What became of a copy: destroyed by one of ``METHODS``, seen by a witness, or returned to its source.

        ``evidence``: what shows it (a receipt's or certificate's number). Words are kept sealed; the certificate names
        method and standard, and that there was a witness. Raises DetailsInvalid, DisposalRefused, CopyNotFound.
        """
        found = self._copies.find(copy)
        if found is None:
            raise CopyNotFound("Look at the copies of the item.", subject=copy)
        case = self._case(found.item)
        self._ask(case, actor, "review-disposal", copying.may_account(found, actor), now=now, body=actor.party)
        if fate not in FATES:
            raise DetailsInvalid("Say what became of it.", fields={"fate": ["Choose one of the answers"]})
        method = method if fate == "destroyed" else ""
        seen, shown = words("witness", witness), words("evidence", evidence)
        if against := tuple(copying.accounted(found, fate, method, on, london_date(now))):
            raise DetailsInvalid(against[0].text, fields=_fields(against))
        what: dict[str, Value] = {"fate": fate, "method": method, "on": on.isoformat()}
        what["witness"] = self._words.seal(copy_about(copy, "witness"), seen)
        return self._say(events.COPY_ACCOUNTED, case, copy, actor=actor, now=now, what=what, why=shown)

    def certifiable(self, items: Collection[str], *, actor: Actor, now: datetime) -> list[str]:  # noqa: ARG002
        """Those of these items, in their order, that no open copy holds back."""
        waiting = self._copies.waited_for(items)
        return [item for item in items if item not in waiting]

    def _copies_gone(self, items: Collection[str]) -> dict[str, list[Copy]]:
        """What became of every copy of each item. Raises DisposalRefused while one is open."""
        found = self._copies.of(items)
        for item, copies in found.items():
            if against := copying.may_certify(copies):
                raise DisposalRefused(against[0].text, reasons=against, subject=item)
        return found

    def _say(
        self, kind: Kind, case: Case, copy: str, *, actor: Actor, now: datetime, what: dict[str, Value], why: str = ""
    ) -> Copy:
        fields: dict[str, Value] = {"reference": case.reference, "copy": copy, "by": actor.id, **what}
        self._trail.record(kind, actor=actor, now=now, subject=case.item, what=fields, why=why, marking=case.marking)
        found = self._copies.find(copy)
        if found is None:
            raise RuntimeError(UNFOLLOWED)
        return found


def _fields(against: tuple[Reason, ...]) -> dict[str, list[str]]:
    names = {"RET-copy-method": "method", "RET-copy-day": "on"}
    return {names[each.rule]: [each.text] for each in against}
