"""The service the story is played on: its own folder, its own port, a process of its own, gone at the end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

from app.bootstrap import house as houses
from app.config import MIB, Settings
from app.demo.build import begin, furnish
from app.story.telling import Telling, Unexpected, expect
from client.custodes_client import Custodes

ROOT = Path(__file__).parents[2]
DATABASE = "CUSTODES_DATABASE_URL"
LOG = "service.log"  # beside the state folder
READY_WITHIN, STOP_WITHIN = 30.0, 40.0


class Service:
    """``prepare``, then ``with running()``."""

    def __init__(self, state: Path, *, largest: int) -> None:
        """``largest``: bytes of the largest file that will be sent; the limit is raised to take it."""
        self.state, self.host, self.port = state, "127.0.0.1", _free_port()
        self.settings = {
            "CUSTODES_STATE": str(state),
            "CUSTODES_PORT": str(self.port),
            "CUSTODES_POLICIES": str(ROOT / "policies"),
            "CUSTODES_DEMONSTRATION": "1",
            "CUSTODES_SECURE": "0",
            "CUSTODES_FILE_LIMIT_MIB": str(max(5120, largest // MIB + 1)),
        }
        # Played on a server as well as on the embedded default: an empty database of its own.
        if DATABASE in os.environ:
            self.settings[DATABASE] = os.environ[DATABASE]

    @property
    def client(self) -> Custodes:
        """A client of it."""
        return Custodes(f"http://{self.host}:{self.port}")

    def prepare(self, telling: Telling, establishments: Path | None) -> None:
        """Make it, bring the cast in, import establishments if there are any."""
        settings = Settings.from_env(self.settings)
        begin(settings, items=False)
        telling.said(self.command("init"))
        house = houses.build(settings)
        furnish(house, items=False)
        house.engine.dispose()
        if establishments:
            telling.step(f"The operator imports {establishments.name}")
            telling.said(self.command("establishments", "import", str(establishments)))

    def command(self, *words: str) -> str:
        """``custodes WORDS``; what it said. Raises Unexpected when it fails."""
        done = subprocess.run(
            self._command(*words), env=self._env(), cwd=ROOT, capture_output=True, text=True, check=False
        )
        said = (done.stdout + done.stderr).strip()
        expect(done.returncode == 0, f"“custodes {words[0]}” to succeed", said)
        return said

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """The service, listening, until the block ends."""
        with (self.state.parent / LOG).open("wb") as log:
            process = subprocess.Popen(self._command("serve"), env=self._env(), cwd=ROOT, stdout=log, stderr=log)
            try:
                self._wait(process)
                yield
            finally:
                _stop(process)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until and process.poll() is None:
            with contextlib.suppress(OSError), urlopen(f"http://{self.host}:{self.port}/health/ready"):
                return
            time.sleep(0.1)
        said = (self.state.parent / LOG).read_text(encoding="utf-8", errors="replace")
        raise Unexpected("the service to be ready within half a minute", said[-2000:] or "nothing")

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "app.cli.main", *words]

    def _env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CUSTODES_")}
        return {**kept, **self.settings}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
