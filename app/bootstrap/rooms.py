"""Rooms of a unit of work that need the whole of it, built when they are first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

from app.bootstrap import custody, sparing
from app.bootstrap import incidents as opening
from app.bootstrap import outbox as posting
from app.bootstrap.incidents import Noticing
from app.bootstrap.lists import Lists
from app.bootstrap.protecting import Protection
from custody.queries.register import RegisterList
from custody.service.custody import Custody
from identity.queries.tokens import TokenList
from incidents.model.incident import Incident
from incidents.service.ending import Incidents
from outbox.queries.lists import OutboxList
from outbox.service.outbox import Outboxes

if TYPE_CHECKING:
    from app.bootstrap.work import Work


class Rooms(Lists):
    """``Work`` is one of these."""

    @cached_property
    def protection(self) -> Protection:
        """Data protection: decisions to share, and what is made from them."""
        return Protection(self._whole)

    @cached_property
    def tokens(self) -> TokenList:
        """Leave for programs: one's own list, and who acts with one."""
        whole, house = self._whole, self.house
        return TokenList(
            whole.conn, people=whole.people, roles=house.policies.roles, binder=house.binder, secrets=house.secrets
        )

    @cached_property
    def custody(self) -> Custody:
        """What people do with removable media and paper."""
        return custody.custody(self._whole)

    @cached_property
    def kept(self) -> RegisterList:
        """What they look at of those."""
        return custody.register(self._whole)

    @cached_property
    def outbox(self) -> Outboxes:
        """What people and the clock do with what is told."""
        return posting.outbox(self._whole)

    @cached_property
    def outbox_list(self) -> OutboxList:
        """What people look at of that."""
        return posting.listed(self._whole)

    @cached_property
    def incidents(self) -> Incidents:
        """Running an incident."""
        return opening.incidents(self._whole)

    def notice(self) -> list[Incident]:
        """Open or join what was recorded so far in this unit of work, by the rules; done by itself when it ends.

        What a request asks for is held first, so that whatever destroys next finds it held.
        """
        whole = self._whole
        sparing.spare(whole, self._asked.taken())
        facts = self._noticing.taken()
        if not facts:
            return []
        return opening.detecting(whole.house, whole.conn, whole.trail).consider(facts, actor=whole.actor, now=whole.now)

    @cached_property
    def _noticing(self) -> Noticing:
        return opening.noticing(self.house.policies.incidents)

    @cached_property
    def _asked(self) -> Noticing:
        return Noticing(sparing.FOLLOWS)

    @property
    def _whole(self) -> Work:
        return cast("Work", self)
