"""The door to sharing: one unit of work’s acts on items, put together."""

from __future__ import annotations

from sharing.service.overriding import Overriding
from sharing.service.renaming import Renaming


class Sharing(Overriding, Renaming):
    """Draft, attach, send, open, download, acknowledge, pass on, answer, close, withdraw, share, recuse, grant, recall.

    Each act decides, writes and records in the caller’s transaction and never commits. An error that carries ``fact``
    is recorded by whoever rolled back (see ``sharing.errors``). After the commit, call the vault’s ``after_commit``.
    """
