"""Objects in memory: for trying things out, and to fail on purpose. It polices the law of the port on its callers.

A fault is of one of two kinds, and callers must survive both: *failed and not kept* (the store did nothing) and
*failed and kept* (the store did it, and the answer was lost).
"""

from __future__ import annotations

from vault.backend import Reader, Writer, checked, storage_failed
from vault.envelope import tampered
from vault.errors import PartGone


class MemoryBackend:
    """Keeps everything until the process ends. ``fail`` plans the faults."""

    def __init__(self) -> None:
        self._objects: dict[str, bytes] = {}
        self._begun: dict[str, bytearray] = {}
        self._unsettled: set[str] = set()
        self._names: set[str] = set()
        self._faults: dict[str, list[bool]] = {}

    def fail(self, act: str, *, kept: bool) -> None:
        """The next ``act`` (create, write, publish, open, settle, unsettled, delete, list) fails, kept or not."""
        self._faults.setdefault(act, []).append(kept)

    def create(self, name: str) -> Writer:
        if checked(name) in self._names:
            msg = f"{name!r} was used before: every attempt has a name of its own"
            raise RuntimeError(msg)
        kept = self._fault("create")
        if kept is not False:
            self._names.add(name)
            self._begun[name] = bytearray()
            self._unsettled.add(name)
        self._raise(kept)
        return _Writer(self, name)

    def open(self, name: str) -> Reader:
        self._raise(self._fault("open"))
        if checked(name) not in self._objects:
            raise PartGone("The stored file is not there.", subject=name)
        return _Reader(self._objects[name])

    def settle(self, name: str) -> None:
        kept = self._fault("settle")
        if kept is not False:
            self._unsettled.discard(checked(name))
        self._raise(kept)

    def unsettled(self) -> list[str]:
        self._raise(self._fault("unsettled"))
        return sorted(self._unsettled)

    def delete(self, name: str) -> None:
        kept = self._fault("delete")
        if kept is not False:
            self._objects.pop(checked(name), None)
            self._begun.pop(name, None)
            self._unsettled.discard(name)
        self._raise(kept)

    def empty(self) -> bool:
        return not (self._objects or self._begun or self._unsettled)

    def list(self, folder: str) -> list[str]:
        self._raise(self._fault("list"))
        under = checked(folder) + "/"
        return sorted(name for name in {*self._objects, *self._begun} if name.startswith(under))

    def extend(self, name: str, data: memoryview) -> None:
        """Called by the writer."""
        kept = self._fault("write")
        if kept is not False and name in self._begun:
            self._begun[name] += data
        self._raise(kept)

    def appear(self, name: str) -> None:
        """Called by the writer: publish."""
        kept = self._fault("publish")
        if kept is not False:
            if name in self._objects or name not in self._begun:
                raise storage_failed()
            self._objects[name] = bytes(self._begun.pop(name))
        self._raise(kept)

    def forget(self, name: str) -> None:
        """Called by the writer: abort."""
        if self._begun.pop(name, None) is not None:
            self._unsettled.discard(name)

    def _fault(self, act: str) -> bool | None:
        planned = self._faults.get(act)
        return planned.pop(0) if planned else None

    def _raise(self, kept: bool | None) -> None:
        if kept is not None:
            raise storage_failed()


class _Writer:
    def __init__(self, backend: MemoryBackend, name: str) -> None:
        self._backend, self._name = backend, name

    def write(self, data: memoryview) -> None:
        self._backend.extend(self._name, data)

    def publish(self) -> None:
        self._backend.appear(self._name)

    def abort(self) -> None:
        self._backend.forget(self._name)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read_into(self, offset: int, into: memoryview) -> None:
        piece = self._data[offset : offset + len(into)]
        if len(piece) != len(into):
            raise tampered()
        into[:] = piece

    def close(self) -> None:
        return None
