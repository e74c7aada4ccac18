"""What of a unit of work serves data protection: decisions to share, and the registers made from them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from app.bootstrap import wiring
from identity.queries.consents import Consents
from sharing.queries.decisions import DecisionList
from sharing.queries.overrides import OverrideList
from sharing.service.deciding import Deciding

if TYPE_CHECKING:
    from app.bootstrap.work import Work


class Protection:
    """Each is built in the transaction of its work when it is first asked for."""

    def __init__(self, work: Work) -> None:
        self._work = work

    @cached_property
    def deciding(self) -> Deciding:
        """What people do with the records of decisions to share."""
        work, policies = self._work, self._work.house.policies
        return Deciding(
            work.conn,
            work.trail,
            vault=work.vault,
            agreements=work.agreements,
            processing=policies.processing,
            decider=work.house.decider,
            people=work.people,
            words=wiring.words(work.house),
        )

    @cached_property
    def consents(self) -> Consents:
        """What bodies consented to for their information abroad."""
        return Consents(self._work.conn, self._work.house.secrets)

    @cached_property
    def overrides(self) -> OverrideList:
        """When the glass was broken."""
        return OverrideList(self._work.conn, self._work.house.decider, self._work.vault)

    @cached_property
    def decisions(self) -> DecisionList:
        """What people look at of those."""
        work = self._work
        return DecisionList(work.conn, work.house.decider, work.vault, wiring.words(work.house))
