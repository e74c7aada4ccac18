"""An act in a process of its own, held by strace(1): which calls it makes that write, and what if one of them fails.

The process is forked from this one and waits until it is held. What it did comes back through shared memory and no call
of the system, so that nothing but the act itself is counted. Counted are the calls of each kind from the moment it is
held: so “the 7th pwrite64” is the same place every time.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import mmap
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.reliability.acts import BROKE, DIED, Saw

# What changes a file or the names of files; and of those what needs room.
GROWING = ("write", "writev", "pwrite64", "pwritev", "mkdir", "mkdirat", "link", "linkat", "fallocate", "ftruncate")
CHANGING = (*GROWING, "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir")
SYNCING = ("fsync", "fdatasync")
WRITING = (*CHANGING, *SYNCING, "openat")
PATIENCE = 60.0
Around = Callable[[int, Path], contextlib.AbstractContextManager[object]]
_ROOM = 1 << 16
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)")
_ANY_TRACER = 0x59616D61, ctypes.c_ulong(-1)


@dataclass(frozen=True)
class Call:
    """The ``nth`` of its name, counted from 1; ``where``: what it wrote to, for people."""

    name: str
    nth: int
    where: str
    ours: bool


class Child:
    """A fork that does an act while it is held, waits, and then does what follows, no longer held."""

    def __init__(self, act: Callable[[], Saw], then: Callable[[Saw], Any], said: Path) -> None:
        self._shared = mmap.mmap(-1, _ROOM)
        self._go, go = os.pipe()
        self._on, on = os.pipe()
        self._ends = (go, on)
        self.pid = os.fork()
        if not self.pid:
            self._live(act, then, said)
        if fault := self._hear().get("fault"):  # held before it is ready, its own first calls would be counted too
            raise RuntimeError(fault)
        self._unhear()

    def _live(self, act: Callable[[], Saw], then: Callable[[Saw], Any], said: Path) -> None:
        try:
            sys.dont_write_bytecode = True
            _let_hold()
            for end in self._ends:
                os.close(end)
            errors = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(errors, 2)
            before = set(sys.modules)
            self._tell({})
            os.read(self._go, 1)
            try:
                saw = act()
            except BaseException as error:
                saw = Saw(BROKE, type(error).__name__, repr(error)[:500])
            self._tell({"saw": asdict(saw), "modules": sorted(set(sys.modules) - before)[:400]})
            os.read(self._on, 1)
            self._tell({"then": then(saw)})
        except BaseException as error:
            self._tell({"fault": repr(error)[:4000]})
        finally:
            os._exit(0)

    def _tell(self, what: Any) -> None:
        data = json.dumps(what).encode()
        assert len(data) < _ROOM - 8
        self._shared[8 : 8 + len(data)] = data
        self._shared[:8] = len(data).to_bytes(8, "big")

    def go(self) -> dict[str, Any]:
        """Let it act; what it says when it has, nothing where it died."""
        os.write(self._ends[0], b".")
        return self._hear()

    def go_on(self) -> dict[str, Any]:
        self._unhear()
        os.write(self._ends[1], b".")
        found = self._hear()
        os.waitpid(self.pid, 0)
        return found

    def _unhear(self) -> None:
        self._shared[:8] = bytes(8)

    def _hear(self) -> dict[str, Any]:
        looked = 0
        while not (size := int.from_bytes(self._shared[:8], "big")):
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if not int.from_bytes(self._shared[:8], "big"):
                    return {}
                continue
            looked += 1
            if looked > PATIENCE * 1000:  # looks, not the clock: it may be that both of them were made to stand still
                os.kill(self.pid, signal.SIGKILL)
                raise TimeoutError(f"nothing was heard of it for {PATIENCE:.0f} s")
            time.sleep(0.001)
        return dict(json.loads(self._shared[8 : 8 + size]))

    def end(self) -> None:
        for end in (self._go, self._on, *self._ends):
            os.close(end)
        self._shared.close()


def _let_hold() -> None:
    """Where a process may be held by its ancestors alone: strace is none."""
    ctypes.CDLL(None).prctl(*_ANY_TRACER, 0, 0, 0)


@contextlib.contextmanager
def held(pid: int, log: Path, inject: Sequence[str]) -> Iterator[None]:
    """By strace, until the end of the block: then it goes on as if nothing had been."""
    chosen = [word for each in inject for word in ("-e", f"inject={each}")]
    names = ",".join(f"?{name}" for name in WRITING)
    command = ["strace", "-f", "-q", "-y", "-s", "0", "-o", str(log), "-e", f"trace={names}", *chosen, "-p", str(pid)]
    tracer = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        status = Path(f"/proc/{pid}/status")
        until = time.monotonic() + 10
        while "TracerPid:\t0\n" in status.read_text():
            if tracer.poll() is not None or time.monotonic() > until:
                assert tracer.stderr is not None
                raise RuntimeError(f"strace cannot hold a process here: {tracer.stderr.read()}")
            time.sleep(0.001)
        yield
    finally:
        if tracer.poll() is None:
            tracer.send_signal(signal.SIGINT)
        _, said = tracer.communicate(timeout=20)
        if "invalid" in said:
            raise RuntimeError(said)


def run(act: Callable[[], Saw], then: Callable[[Saw], Any], folder: Path, around: Around) -> tuple[Saw, Any, list[str]]:
    """What its caller saw; what ``then`` said in the same process, None where it died; the lines of strace.

    ``around``: what holds while it acts, by its process and where strace is to write.
    """
    log = folder / "calls"
    log.write_text("")
    child = Child(act, then, folder / "said")
    try:
        with around(child.pid, log):
            told = child.go()
        lines = log.read_text(errors="replace").splitlines()
        if "saw" not in told:
            os.waitpid(child.pid, 0)
            if told:
                raise RuntimeError(told["fault"])
            return Saw(DIED), None, lines
        _warm(told["modules"])
        then_said = child.go_on()
        if "fault" in then_said:
            raise AssertionError(then_said["fault"])
        return Saw(**told["saw"]), then_said.get("then"), lines
    finally:
        child.end()


def _warm(modules: Sequence[str]) -> None:
    """What it had to load is loaded here, so that the next need not."""
    for name in modules:
        with contextlib.suppress(Exception):
            __import__(name)


def calls(lines: Sequence[str], folder: Path) -> list[Call]:
    """Every call in order; ``ours``: it writes below ``folder``."""
    counted: Counter[str] = Counter()
    found = []
    for line in lines:
        told = _CALL.match(line)
        if told is None:
            continue
        name, rest = told.groups()
        counted[name] += 1
        ours = str(folder) in rest and (name != "openat" or "O_CREAT" in rest)
        found.append(Call(name, counted[name], _where(rest, folder) if ours else "", ours))
    return found


def _where(rest: str, folder: Path) -> str:
    """Below the folder, without what is different every time."""
    path = re.search(re.escape(str(folder)) + r"/([^>\"]*)", rest)
    return re.sub(r"[0-9a-f-]{8,}", "…", path[1]) if path else ""


def injected(lines: Sequence[str]) -> int:
    """How many calls were failed or killed."""
    return sum("INJECTED" in line or "(DELAYED)" in line or "+++ killed by SIGKILL" in line for line in lines)
