"""What key store and object store are told once the application has committed, or has not.

Nothing here can be undone by a rollback, so nothing here is done before the commit. A process that dies in between
leaves it to the sweep; until then the application's own row says no (docs/formats/envelope.md, section 4).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from uuid import UUID

from foundation.errors import Unavailable
from vault.backend import Backend
from vault.keystore import KeyStore
from vault.parts import PartWriter


class Afterwards:
    """The debts of one unit of work."""

    def __init__(self, keystore: KeyStore, backend: Backend) -> None:
        self._keystore, self._backend = keystore, backend
        self._forget()

    def _forget(self) -> None:
        self._committed: list[Callable[[], object]] = []
        self._rolled_back: list[Callable[[], object]] = []
        self._condemned: list[UUID] = []
        self._known: list[tuple[UUID, int]] = []

    def settle(self, item: UUID, version: int) -> None:
        """The key, or its destruction, is known to the application."""
        if not self._known:
            self._committed.append(partial(self._keystore.settle_all, self._known))
        self._known.append((item, version))

    def keep(self, name: str) -> None:
        """The object belongs to a file."""
        self._committed.append(partial(self._backend.settle, name))

    def drop(self, name: str) -> None:
        """The object belongs to none."""
        self._committed.append(partial(self._backend.delete, name))

    def begun(self, writer: PartWriter) -> None:
        """A rollback takes its row away: then it must leave no file either."""
        self._rolled_back.append(writer.abort)

    def then(self, act: Callable[[], object], *, else_: Callable[[], object] | None = None) -> None:
        """One more act of the commit, and what undoes its preparation."""
        self._committed.append(act)
        if else_ is not None:
            self._rolled_back.append(else_)

    def condemn(self, item: UUID, destroy: Callable[[], object]) -> None:
        """The item's keys go; that they went is to be recorded in a unit of work of its own."""
        self._committed.append(destroy)
        self._condemned.append(item)

    def commit(self) -> list[UUID]:
        """Do it all; whatever fails, the sweep does. The items that were condemned."""
        condemned = self._condemned
        self._run(self._committed)
        return condemned

    def rollback(self) -> None:
        """Undo what was prepared."""
        self._run(self._rolled_back)

    def _run(self, acts: list[Callable[[], object]]) -> None:
        self._forget()
        for act in acts:
            with contextlib.suppress(Unavailable):
                act()
