"""A file of people or of training results: brought in whole, or tried and undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.bootstrap import wiring
from app.bootstrap.duties import must
from foundation.actor import Actor
from identity.service.importing import Brought

if TYPE_CHECKING:
    from app.bootstrap.house import House


class _Tried(Exception):
    def __init__(self, brought: Brought) -> None:
        self.brought = brought


def bring(house: House, kind: str, data: bytes, *, actor: Actor, trial: bool, console: bool = False) -> Brought:
    """Everything of the file, or, as a ``trial``, nothing of it after all was done. Raises ImportFaulty, DutyRefused.

    ``console``: at the machine itself, where nobody is asked for a duty. A trial shows no invitation.
    """
    try:
        with house.work(actor) as work:
            if not console:
                must(work, "view-accounts")
            desk = wiring.console_identity(work) if console else work.identity
            act = desk.import_people if kind == "people" else desk.import_training
            done = act(data=data, actor=actor, now=work.now)
            if trial:
                raise _Tried(Brought(done.lines))
            return done
    except _Tried as tried:
        return tried.brought
