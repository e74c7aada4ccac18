"""Schedules on the command line: written, checked and compared as tables; nothing is taken in."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.main import cli
from foundation.errors import ServiceError
from tests.house import Live


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    live = Live.create(tmp_path / "state")
    monkeypatch.setattr("app.cli.schedules.house", lambda: live.house)

    def run(*words: str) -> Result:
        return CliRunner().invoke(cli, ["schedules", *words], catch_exceptions=False)

    yield run
    live.close()


def test_what_is_exported_is_checked_and_differs_in_nothing(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "schedule.csv"
    file.write_bytes(run("export", "imb").stdout_bytes)
    assert "4 classes; without a verified period: correspondence, inspection-report" in run("check", str(file)).output
    assert run("diff", "imb", str(file)).output == "0 differences from version 1\n"
    data = file.read_bytes().replace(b"M29; M71a", b"M71a")
    file.write_bytes(data)
    assert "inspection-report clauses: M29, M71a, M71b -> M71a, M71b" in run("diff", "imb", str(file)).output


def test_each_fault_of_a_file_is_named_by_line_and_column(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "schedule.csv"
    file.write_bytes(run("export", "imb").stdout_bytes.replace(b"first,,", b"first,-3,", 1))
    with pytest.raises(ServiceError) as refused:
        run("check", str(file))
    assert "line 2, period_months" in refused.value.fields


def test_a_body_or_a_version_there_is_not_is_refused(run) -> None:  # type: ignore[no-untyped-def]
    for words in (("export", "nobody"), ("export", "imb", "--version", "9")):
        with pytest.raises(ServiceError):
            run(*words)
