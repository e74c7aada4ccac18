"""``custodes verify``, to compare with: the house's own verifier through its own command line."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """``custodes verify``: its exit code."""

    def verify(path: Path, *words: object) -> int:
        from app.cli.main import main as custodes_main  # only those who compare need the house

        mask = os.umask(0o022)
        with monkeypatch.context() as changed, contextlib.redirect_stdout(io.StringIO()):
            changed.setattr(sys, "argv", ["custodes", "verify", *map(str, words), str(path)])
            with contextlib.redirect_stderr(io.StringIO()):
                try:
                    custodes_main()
                    code = 0
                except SystemExit as stopped:
                    code = int(stopped.code or 0)
        os.umask(mask)
        return code

    return verify
