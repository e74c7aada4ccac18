"""Writers killed, the server killed: what was acknowledged is in the log, once, and the log is sound."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.bootstrap.engines import make_engine
from app.bootstrap.schema import upgrade
from audit.examine import verify_database
from audit.keys import LogKeys
from audit.sequence import integrate
from audit.tables import audit_leaf
from bench.postgresql import Server
from tests.databases import on_postgresql
from tests.taken_in import take_in

ROOT = Path(__file__).parents[2]
WRITERS, ROUNDS = 3, 2


class Scene:
    """A database that keeps its promises, and processes that write its log."""

    def __init__(self, folder: Path) -> None:
        self.server = Server(durable=True).start() if on_postgresql() else None
        self.url = self.server.url(self.server.create()) if self.server else f"sqlite:///{folder}/log.db"
        self.engine = make_engine(self.url)
        upgrade(self.engine)
        self.folder = folder / "keys"
        self.keys = LogKeys.create(self.folder, "custodes.test/log")
        self.acknowledged: list[str] = []

    def close(self) -> None:
        self.engine.dispose()
        if self.server:
            self.server.remove()

    def round(self, seconds: float, how: str = "") -> None:
        """Some write, one takes in; then all of them are killed, and on PostgreSQL the server at the same moment."""
        command = [sys.executable, "-m", "tests.faults.log_writer", self.url, str(self.folder), *([how] if how else [])]
        given = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True, "cwd": ROOT}
        writers = [subprocess.Popen(command, **given) for _ in range(WRITERS)]  # type: ignore[call-overload]
        readers = [threading.Thread(target=self._hear, args=(each,)) for each in writers]
        [reader.start() for reader in readers]
        with self._taking_in():
            before, until = len(self.acknowledged), time.monotonic() + 60
            while len(self.acknowledged) < before + 20 and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(seconds)
            writers[0].kill()  # one alone, in the middle of whatever it does
            time.sleep(seconds)
            if self.server:
                self.server.halt(signal.SIGQUIT)
            [writer.kill() for writer in writers]
        [writer.wait() for writer in writers]
        [reader.join() for reader in readers]
        if self.server:
            self.server.serve()
        self.engine.dispose()

    def _hear(self, writer: subprocess.Popen[str]) -> None:
        assert writer.stdout is not None
        with writer.stdout as said:
            for line in said:
                if line.endswith("\n"):
                    self.acknowledged.append(line.strip())

    @contextmanager
    def _taking_in(self) -> Iterator[None]:
        over = threading.Event()

        def run() -> None:
            while not over.wait(0.02):
                with suppress(sa.exc.DBAPIError), self.engine.connect() as conn:
                    chosen = conn.execution_options(isolation_level="READ COMMITTED") if self.server else conn
                    with chosen.begin():
                        integrate(chosen, batch=7)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def lost(self) -> int:
        """Acknowledged entries that are not in the tree; a log that is not sound fails the test."""
        take_in(self.engine)
        with self.engine.connect() as conn:
            kept = conn.scalars(sa.select(audit_leaf.c.entry_id)).all()
            report = verify_database(conn, self.keys)
        assert report.faults == ()
        assert len(kept) == len(set(kept))
        return len(set(self.acknowledged) - set(kept))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.close()


def test_nothing_acknowledged_is_lost_whoever_is_killed(scene: Scene) -> None:
    for _ in range(ROUNDS):
        scene.round(random.uniform(0.05, 0.4))
    assert len(scene.acknowledged) >= 20 * ROUNDS
    assert scene.lost() == 0


@pytest.mark.database("postgresql")
def test_the_control_that_does_not_wait_for_the_flush_loses_some(scene: Scene) -> None:
    for _ in range(8):
        scene.round(0.05, "careless")
        if scene.lost():
            return
    pytest.fail("nothing was lost, so this way of looking proves nothing")


@pytest.mark.database("sqlite")
def test_the_control_that_acknowledges_too_soon_loses_some(scene: Scene) -> None:
    for _ in range(8):
        scene.round(0.05, "early")
        if scene.lost():
            return
    pytest.fail("nothing was lost, so this way of looking proves nothing")
