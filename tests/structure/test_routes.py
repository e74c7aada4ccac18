"""The whole address map against one reviewed table: a new address without its line, or without a door, fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from app.bootstrap.house import build, init
from app.config import Settings
from app.factory import create_app
from app.http.permissions import OPEN_ENDPOINTS

TABLE = Path(__file__).with_name("routes.txt")


def application(folder: Path, *, demonstration: bool) -> Flask:
    settings = Settings.from_env(
        {
            "CUSTODES_STATE": str(folder),
            "CUSTODES_DEMONSTRATION": str(int(demonstration)),
            "CUSTODES_SECURE": str(int(not demonstration)),
        }
    )
    init(settings)
    return create_app(build(settings))


def lines(app: Flask) -> set[str]:
    found = set()
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        door = "public" if rule.endpoint in OPEN_ENDPOINTS else getattr(view, "door", "CLOSED")
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        found.add(f"{rule.rule}  {methods}  {door}")
    return found


def test_the_address_map_is_the_reviewed_table(tmp_path: Path) -> None:
    written = {line for line in TABLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")}
    found = lines(application(tmp_path / "demo", demonstration=True))
    assert sorted(found - written) == []
    assert sorted(written - found) == []


def test_every_address_says_who_may_reach_it(tmp_path: Path) -> None:
    assert [line for line in lines(application(tmp_path / "demo", demonstration=True)) if "CLOSED" in line] == []


@pytest.mark.parametrize("word", ["demonstration"])
def test_the_demonstration_leaves_nothing_behind_outside_it(tmp_path: Path, word: str) -> None:
    assert [line for line in lines(application(tmp_path / "real", demonstration=False)) if word in line] == []
