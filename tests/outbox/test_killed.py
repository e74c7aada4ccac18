"""A mail server that is away, and a process that dies between handing over and setting that down, cost no act and no
message; at most a duplicate under the same id."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.bootstrap import posting
from outbox.model.message import FAILED, Outcome
from tests.api.api_acts import sent
from tests.house import Live
from tests.outbox.postbox import Taken, emptied, next_day, states, swept

ROOT = Path(__file__).parents[2]
SCRIPT = """
import os, signal
from pathlib import PosixPath
from app.config import Settings
from app.bootstrap import outbox, posting
from app.bootstrap.house import build

house = build({settings!r})
real = outbox.carrier(house)

class Dying:
    name = "dying"
    def send(self, letter):
        if {after}:
            real.send(letter)
        os.kill(os.getpid(), signal.SIGKILL)
    def ask(self, remotes):
        return {{}}

posting.sweep(house, carrier=Dying())
"""


@pytest.mark.parametrize("after", [False, True], ids=["before it is handed over", "after it"])
def test_a_process_that_dies_leaves_the_message_to_the_next(live: Live, after: bool) -> None:
    emptied(live)
    sent(live)
    next_day(live)
    before = states(live).count("waiting")
    script = SCRIPT.format(settings=live.house.settings, after=after)
    died = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert states(live).count("waiting") > before, "it was made, and waits"
    written = {path.stem for path in (live.house.settings.state / "outbox").glob("*.eml")}
    assert posting.sweep(live.house).elsewhere, "the lease of the dead is not over yet"
    release(live)
    taken = swept(live)
    assert len(taken.letters) == len({each.id for each in taken.letters}) > 0
    assert "waiting" not in states(live)
    if after:
        assert [each.id for each in taken.letters if each.id in written], "once more, under the id it went with"


def test_a_mail_server_that_is_away_holds_up_no_act(live: Live) -> None:
    emptied(live)
    away = Taken([Outcome(FAILED, "unreachable")] * 99)
    reference = sent(live)
    next_day(live)
    assert posting.sweep(live.house, carrier=away).failed > 0
    assert live.api("officer").ok("GET", f"/items/{reference}")["reference"] == reference
    sent(live)
    live.later(minutes=2)
    assert swept(live).letters


def test_nothing_of_a_person_comes_into_the_log_of_the_process(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    emptied(live)
    caplog.set_level("DEBUG")
    sent(live)
    next_day(live)
    swept(live, Taken([Outcome(FAILED, "address-refused", permanent=True)]))
    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("custodes"))
    assert "address-refused" in said
    assert "@" not in said
    assert "Staff" not in said


def release(live: Live) -> None:
    """As if the thirty seconds of the lease had passed."""
    with live.house.engine.connect() as conn, conn.begin():
        conn.exec_driver_sql("delete from lease where name = 'outbox'")
