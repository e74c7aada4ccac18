"""Disposal waits for every medium and every sheet, and the certificate says what became of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap import logbook, sweeps
from foundation.actor import SERVICE
from retention.queries.verify import verify_certificate
from tests.custody.desk import ASKER, HOLDER, act, approved, desk_of, end, gone, item, read_back, write
from tests.house import Live
from tests.web.record_pages import returnless, state_of, step


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Live]:
    made = Live.create(tmp_path / "state")
    desk_of(made)
    yield made
    made.close()


@pytest.mark.once("the register’s rows were tried on both; this is the path to the certificate")
def test_no_certificate_while_a_medium_or_a_sheet_is_out(own: Live) -> None:
    ref = item(own)
    (sheet,) = act(own, ASKER, "print_copies", ref, "follow-up", copies=1, place="Cabinet 1", locked=True)
    medium = approved(own, ref)
    data, _ = write(own, medium)
    read_back(own, medium, data)
    own.api("officer").ok("POST", f"/items/{ref}/acknowledge")
    own.api("officer").ok("POST", f"/items/{ref}/close", {"note": "Filed."})
    step(own, "imb-records", ref, "confirm_period", months=1, authority="Schedule 7, paragraph 3")
    own.later(days=32)
    own.tokens.clear()
    sweeps.dispose(own.house)
    returnless(own, ref)
    step(own, "imb-records", ref, "review", proposal="destroy", reason="Its time is over.")
    step(own, "imb-owner", ref, "approve")
    own.later(days=15)
    assert sweeps.dispose(own.house).certified == 0
    act(own, ASKER, "end_paper", sheet.id, gone(own, method="shred-paper"))
    assert sweeps.dispose(own.house).certified == 0, "the medium is still out"
    end(own, medium, HOLDER)
    assert sweeps.dispose(own.house).certified == 1
    own.tokens.clear()
    text = own.api("compliance").get(f"/certificates/{state_of(own, ref).certificate}").data
    found = verify_certificate(text, own.house.keys.log.trust)
    assert found.faults == ()
    told = {(each["kind"], each["fate"]) for each in found.body["copies"]["accounted"]}
    assert told == {("printed", "destroyed"), ("media", "destroyed")}
    assert "DIN 66399" in str(found.body["copies"])
    assert "Wilma Witness" not in str(found.body)
    assert logbook.verify(own.house, SERVICE).faults == ()
