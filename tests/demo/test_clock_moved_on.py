"""The demonstration's clock is one, whichever door it is moved by: what falls due on the way is done, and once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from app.bootstrap import runs
from app.bootstrap.clock import SystemClock
from app.jobs.moving import FURTHEST
from app.jobs.schedule import JOBS
from foundation.calendar import london_date
from retention.service.retention import Retention
from tests.house import Live
from tests.web.record_pages import Visitor, hidden

Move = Callable[[Live, datetime], int]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("clock") / "state")
    yield made
    made.close()


def by_the_api(live: Live, to: datetime) -> int:
    live.tokens.clear()
    return live.api("staff").post("/demonstration/clock", {"to": to.isoformat()}).status_code


def by_the_page(live: Live, to: datetime) -> int:
    day = london_date(to)
    given = {"step": "date", "to": [str(day.day), str(day.month), str(day.year)]}
    visitor = Visitor(live, "staff")
    held = hidden(visitor.raw("/demonstration/clock").text)
    return visitor.client.post("/demonstration/clock", data={**held, **given}).status_code


DOORS = pytest.mark.parametrize("move", [by_the_api, by_the_page])


@DOORS
def test_every_job_runs_and_disposal_once(live: Live, move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    swept, real = [], Retention.sweep
    monkeypatch.setattr(Retention, "sweep", lambda self, **given: swept.append(given["actor"]) or real(self, **given))
    with live.house.engine.begin() as conn:
        conn.execute(sa.delete(runs.job_run))
    assert move(live, live.now + timedelta(days=3)) == 200
    with live.house.engine.connect() as conn:
        done = {row.name: row.code for row in conn.execute(sa.select(runs.job_run))}
    assert done == {job.name: "" for job in JOBS}
    assert [each.id for each in swept] == ["service"]


@DOORS
def test_it_goes_no_further_than_what_is_counted_with(live: Live, move: Move) -> None:
    before = live.now
    assert move(live, SystemClock().now() + FURTHEST + timedelta(days=2)) in (400, 422)
    assert live.now - before < timedelta(hours=1)
