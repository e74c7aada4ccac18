"""The faults: where each may strike an act, and what is done there."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from app.bootstrap import logbook
from audit.errors import ClockNotBehind
from foundation.actor import SERVICE
from tests.reliability.tracing import CHANGING, GROWING, SYNCING, Call
from tests.reliability.world import World

Inside = Callable[[World], AbstractContextManager[object]]
DATABASE, KEY_STORE = "database", "key store"
WRITES = ("insert", "update", "delete")


@dataclass(frozen=True)
class Strike:
    """One fault at one place. ``inject``: what strace is told; ``inside``: around the act, in its process; ``lines``:
    what happens meanwhile on the line to each of these services; ``mend``: what an operator does when the fault is
    over; ``twice``: it may be done once more by whoever asks again.
    """

    where: str
    inject: Sequence[str] = ()
    inside: Inside = lambda _: nullcontext()
    mend: Callable[[World], None] = lambda _: None
    twice: bool = False
    lines: Mapping[str, Callable[[], Any]] = field(default_factory=dict)


class Tries(Protocol):
    """An act when nothing fails: the calls of the system that write, what each of its databases is told, and what is
    asked of each service.
    """

    calls: list[Call]
    told: dict[str, list[str]]
    asked: dict[str, list[str]]


@dataclass(frozen=True)
class Fault:
    """``what``: in the words of the page. ``strikes``: everything it does to an act, one after another."""

    name: str
    what: str
    strikes: Callable[[Tries], Sequence[Strike]]
    doors: tuple[str, ...] = ("api", "page", "job", "command")


# --- the disk, by strace(1)


def _of_calls(names: tuple[str, ...], inject: Callable[[Sequence[Call], int], list[str]]) -> Any:
    def strikes(tries: Tries) -> list[Strike]:
        calls = tries.calls
        at = [place for place, call in enumerate(calls) if call.ours and call.name in names]
        return [Strike(f"{calls[each].name} {calls[each].where}", inject(calls, each)) for each in at]

    return strikes


def _once(doing: str) -> Callable[[Sequence[Call], int], list[str]]:
    def inject(calls: Sequence[Call], place: int) -> list[str]:
        return [f"{calls[place].name}:{doing}:when={calls[place].nth}"]

    return inject


def _from_then_on(doing: str, names: tuple[str, ...]) -> Callable[[Sequence[Call], int], list[str]]:
    """Every call from there on of those kinds; of openat, which also reads, that one."""

    def inject(calls: Sequence[Call], place: int) -> list[str]:
        before = Counter(call.name for call in calls[:place])
        found = [f"?{name}:{doing}:when={before[name] + 1}+" for name in names]
        return found + _once(doing)(calls, place) if calls[place].name == "openat" else found

    return inject


def _slow(_: Tries) -> list[Strike]:
    return [Strike("all of them", [f"?{name}:delay_exit={SLOW * 1000}" for name in (*CHANGING, *SYNCING)])]


SLOW = 10  # milliseconds
WRITING = (*CHANGING, *SYNCING, "openat")
DISK = (
    Fault("kill -9", "the process dies before that write", _of_calls(WRITING, _once("signal=KILL"))),
    Fault("EIO", "that write fails, and no other", _of_calls(WRITING, _once("error=EIO"))),
    Fault(
        "ENOSPC",
        "the disk is full from that write on",
        _of_calls((*GROWING, "openat"), _from_then_on("error=ENOSPC", GROWING)),
    ),
    Fault(
        "read-only",
        "the file system can only be read from that write on (EROFS)",
        _of_calls((*CHANGING, "openat"), _from_then_on("error=EROFS", CHANGING)),
    ),
    Fault("slow disk", f"every write takes {SLOW} ms longer", _slow),
)


# --- databases that go away and come back, by what listens to every statement


class Told:
    """Told of every write of a database before it is done, of the key store of every statement; ``at``: the number of
    the first that fails, and all after it. ``kill``: instead this process dies there.
    """

    def __init__(self, world: World, name: str, at: int = -1, *, kill: bool = False) -> None:
        self.engine, self.at, self.kill, self.seen = engine_of(world, name), at, kill, list[str]()
        self._counted = WRITES if name == DATABASE else (*WRITES, "select", "pragma wal_checkpoint")
        self._on = {"before_cursor_execute": self._statement, "commit": self._commit, "do_connect": self._connect}

    def __enter__(self) -> Told:
        for name, heard in self._on.items():
            sa.event.listen(self.engine if name != "do_connect" else self.engine.dialect, name, heard)
        return self

    def __exit__(self, *_: object) -> None:
        for name, heard in self._on.items():
            sa.event.remove(self.engine if name != "do_connect" else self.engine.dialect, name, heard)

    @property
    def _away(self) -> bool:
        return 0 <= self.at < len(self.seen)

    def _statement(self, conn: Any, _cursor: Any, text: str, *_more: Any) -> None:
        words = text.strip().lower()
        if words.startswith(self._counted):
            self._write(conn, " ".join(words.split()[:3]))
        elif self._away:
            self._fail(conn)

    def _commit(self, conn: Any) -> None:
        self._write(conn, "commit")

    def _write(self, conn: Any, what: str) -> None:
        self.seen.append(what)
        if self._away:
            self._fail(conn)

    def _connect(self, *_: Any) -> None:
        if self._away and self.engine.dialect.name == "postgresql":
            raise psycopg.OperationalError("nobody answers")

    def _fail(self, conn: Any) -> None:
        """On PostgreSQL the server ends the connection, and what is asked next finds it so; a file cannot be read."""
        if self.kill:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.engine.dialect.name != "postgresql":
            raise sa.exc.OperationalError("", {}, sqlite3.OperationalError("disk I/O error"))
        raw = conn.connection.driver_connection
        url = make_url(self.engine.url).set(drivername="postgresql")
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s, 5000)", [raw.info.backend_pid])


def engine_of(world: World, name: str) -> sa.Engine:
    return {DATABASE: world.house.engine, KEY_STORE: world.house.keystore._engine}[name]


def away(*, kill: bool = False, **at: int) -> Inside:
    """Each of these from a statement of its own on; ``kill``: the process dies there."""

    @contextmanager
    def inside(world: World) -> Iterator[None]:
        with ExitStack() as stack:
            for name, number in at.items():
                stack.enter_context(Told(world, name.replace("_", " "), number, kill=kill))
            yield

    return inside


def _of_statements(name: str, *, kill: bool = False) -> Callable[[Tries], list[Strike]]:
    def strikes(tries: Tries) -> list[Strike]:
        told = tries.told[name]
        return [Strike(what, inside=away(kill=kill, **{name.replace(" ", "_"): at})) for at, what in enumerate(told)]

    return strikes


def _pairs(tries: Tries) -> list[Strike]:
    """Every write of the key store with every third of the database, from the same one on for both."""
    keys, rows = tries.told[KEY_STORE], tries.told[DATABASE]
    return [
        Strike(f"{keys[one]} and {rows[other]}", inside=away(key_store=one, database=other))
        for one in range(len(keys))
        for other in range(one % 3, len(rows), 3)
    ]


AWAY = (
    Fault("database away", "from that statement on, until the act is over", _of_statements(DATABASE)),
    Fault("key store away", "from that statement on, until the act is over", _of_statements(KEY_STORE)),
    Fault("key store and database away", "each from a statement of its own on", _pairs),
)

# Where the files are a server's: a process that dies leaves it a transaction that nobody ends.
KILLED = Fault("kill -9", "the process dies before that statement", _of_statements(DATABASE, kill=True))


# --- the clock


def _clock(**by: float) -> Callable[[Tries], list[Strike]]:
    step = timedelta(**by)

    @contextmanager
    def inside(world: World) -> Iterator[None]:
        world.clock.at += step
        yield
        world.clock.at -= step

    strike = Strike(
        "before the act, and right again after it", inside=inside, mend=_corrected, twice=step > timedelta()
    )
    return lambda _: [strike]


def _corrected(world: World) -> None:
    """Where something was entered or signed while the clock was ahead, the operator says so, as the refusal asks."""
    with suppress(ClockNotBehind):
        logbook.correct_clock(world.house, "The time server was wrong.", SERVICE)


CLOCK = (
    Fault("clock 30 seconds back", "a step as NTP makes it", _clock(seconds=-30)),
    Fault("clock an hour back", "before the act", _clock(hours=-1)),
    Fault(
        "clock 10 minutes ahead",
        "before the act; what a recall ended then still stands when the clock is right, held back, until it is "
        "recalled again",
        _clock(minutes=10),
    ),
    # Whoever is signed in is not any more by then.
    Fault("clock ten years ahead", "before the act", _clock(days=3652), ("job", "command")),
)
