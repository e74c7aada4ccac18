"""What is shipped for monitoring speaks only of figures that the service gives."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.factory import create_app
from app.http.measured import Metrics
from app.jobs.schedule import JOBS, run_once
from tests.house import Live

SHIPPED = Path(__file__).parents[2] / "deploy" / "monitoring"
NAME = re.compile(r"\bcustodes_[a-z_]+")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Each figure there is, with its labels."""
    live = Live.create(tmp_path_factory.mktemp("monitored") / "state")
    run_once(live.house)
    metrics, found = Metrics(), dict[str, set[str]]()
    create_app(live.house).test_client().get("/health/live")
    metrics.answered("GET", "/", 200, 0.1)
    with live.house.work() as work:
        from app.bootstrap.events import BACKUP_MADE, DRILL_PASSED
        from foundation.actor import SERVICE

        drill = {"backup": "b", "seconds": 3, "age_seconds": 60, "entries_after": 2, "faults": 0}
        for kind, what in ((BACKUP_MADE, {"backup": "b"}), (DRILL_PASSED, drill)):
            work.trail.record(kind, actor=SERVICE, now=work.now, what=what)
    run_once(live.house)
    text = metrics.text(live.house, JOBS).decode()
    for name, labels in re.findall(r"^([a-z_]+)(?:\{(.*)\})? ", text, re.M):
        found.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
    live.close()
    return found


def expressions() -> Iterator[tuple[str, str]]:
    rules = yaml.safe_load((SHIPPED / "alerts.yml").read_text("utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    board: dict[str, Any] = json.loads((SHIPPED / "dashboard.json").read_text("utf-8"))
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


@pytest.mark.parametrize(("where", "text"), list(expressions()), ids=lambda value: value[:40])
def test_an_expression_asks_for_figures_there_are_by_labels_they_have(
    given: dict[str, set[str]], where: str, text: str
) -> None:
    names = NAME.findall(text)
    assert names
    for name in names:
        assert name in given, f"{where}: {name}"
        for label in re.findall(rf"{name}\{{(\w+)[=!~]", text):
            assert label in given[name], f"{where}: {label}"
    assert text.count("(") == text.count(")")


def test_every_alert_says_what_it_means_and_what_to_do() -> None:
    rules = [
        rule
        for group in yaml.safe_load((SHIPPED / "alerts.yml").read_text("utf-8"))["groups"]
        for rule in group["rules"]
    ]
    assert len({rule["alert"] for rule in rules}) == len(rules) >= 7
    for rule in rules:
        assert {"summary", "action"} <= set(rule["annotations"])
        assert rule["labels"]["severity"] in {"page", "ticket"}


def test_panels_do_not_lie_on_each_other_and_have_numbers_of_their_own() -> None:
    panels = json.loads((SHIPPED / "dashboard.json").read_text("utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
