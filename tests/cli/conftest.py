"""The command line as installed: the real entry point, an environment of its own, what it said and how it ended."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.cli.main import main
from tests import databases
from tests.ready import HERE

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    def refused(self, *words: str) -> None:
        """A refusal: exit code 2, said on the error stream, no traceback, and these words in it."""
        assert self.code == 2, self
        assert "Traceback" not in self.err
        assert self.out == ""
        for word in words:
            assert word in self.err, self.err


Command = Callable[..., Said]


@pytest.fixture
def anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    """``anywhere("policies", "check", folder)``: what asks for no service, so for no database of this run's kind."""
    mask = os.umask(0o022)
    for name in [name for name in os.environ if name.startswith("CUSTODES_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CUSTODES_POLICIES", str(ROOT / "policies"))
    monkeypatch.setenv("CUSTODES_STATE", str(tmp_path / "state"))

    def run(*words: object, **settings: str) -> Said:
        with monkeypatch.context() as changed:
            changed.setattr("sys.argv", ["custodes", *map(str, words)])
            for name, value in settings.items():
                changed.setenv(name, value)
            capsys.readouterr()
            try:
                main()
                code = 0
            except SystemExit as stopped:
                code = int(stopped.code or 0)
        return Said(code, *capsys.readouterr())

    yield run
    os.umask(mask)


@pytest.fixture
def custodes(anywhere: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """``custodes("audit", "verify", CUSTODES_PORT="1")``: run it on the state folder of this test."""
    if databases.on_postgresql():
        monkeypatch.setenv("CUSTODES_DATABASE_URL", databases.empty(tmp_path))
    return anywhere


@pytest.fixture
def ready(custodes: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The same, after ``custodes init``: in a copy of what the first who asked made with it."""
    state = tmp_path / "state"

    def made(first: Path) -> None:
        url = databases.HERE.houses[first] = databases.empty(first)
        assert custodes("init", CUSTODES_STATE=str(first), CUSTODES_DATABASE_URL=url).code == 0

    HERE.stand("initialised", state, made)
    if databases.on_postgresql():
        monkeypatch.setenv("CUSTODES_DATABASE_URL", databases.HERE.houses[state])
    return custodes
