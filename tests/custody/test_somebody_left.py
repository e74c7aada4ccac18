"""What those who leave held or asked for comes to somebody else; what is restricted or recalled goes nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import logbook
from app.bootstrap.wiring import console_identity
from app.http import downloads
from custody.errors import CustodyRefused, StateOver
from foundation.actor import SERVICE
from tests.custody.desk import (
    APPROVER,
    ASKER,
    HOLDER,
    act,
    act_refused,
    approved,
    desk_of,
    do,
    item,
    paper,
    rules,
)
from tests.house import CONSOLE, Live, _join
from tests.web.item_house import fields_of
from tests.web.record_pages import Visitor

REGISTER = "imb-records"
HERE: dict[str, Any] = {"place": "Safe 2", "locked": True}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Live]:
    made = Live.create(tmp_path / "state")
    desk_of(made)
    yield made
    report = logbook.verify(made.house, SERVICE)
    made.close()
    assert report.faults == ()


def leaves(live: Live, key: str) -> None:
    with live.house.work(CONSOLE) as work:
        console_identity(work).leave(person_id=live.ids[key], actor=CONSOLE, now=work.now)


def despatch(live: Live) -> dict[str, Any]:
    return {"to": live.ids[HOLDER], "way": "courier", "covered": True}


def test_the_register_takes_over_what_somebody_who_left_held_or_was_sent(own: Live) -> None:
    ref = item(own)
    held, due = paper(own, ref), paper(own, ref, key=HOLDER)
    act(own, HOLDER, "send", due.id, **{**despatch(own), "to": own.ids[ASKER]})
    for sheet in (held, due):
        assert isinstance(act_refused(own, REGISTER, "find", sheet.id, **HERE), StateOver)
    leaves(own, ASKER)
    register = Visitor(own, REGISTER)
    assert "Take it over from somebody who left" in register.get(f"/papers/{held.id}")
    register.post(f"/papers/{held.id}/found", place="Safe 2", locked="yes")
    assert act(own, REGISTER, "find", due.id, **HERE).keeper == own.ids[REGISTER]
    assert act(own, REGISTER, "confirm", held.id, locked=True).state == "held"


def test_the_register_takes_back_what_somebody_who_left_asked_for(own: Live) -> None:
    ref = item(own)
    medium = approved(own, ref)
    assert isinstance(act_refused(own, REGISTER, "withdraw", medium.id), CustodyRefused)
    leaves(own, ASKER)
    for key in (HOLDER, APPROVER):
        assert isinstance(act_refused(own, key, "withdraw", medium.id), CustodyRefused)
    assert act(own, REGISTER, "withdraw", medium.id).state == "withdrawn"


def test_paper_of_what_is_restricted_stays_where_it_is(own: Live) -> None:
    own.ids["dora"], own.secrets["dora"] = _join(own.house, "dora", "imb", "imb-data-protection-officer", "")
    ref = item(own)
    sheet = paper(own, ref)
    today = own.now.date().isoformat()
    asked = {
        "right": "restriction", "received_on": today, "channel": "post", "requester": "Joan Smith",
        "subject": "Joan Smith", "gist": "Do not use it.", "identity": "Seen.",
    }  # fmt: skip
    dora = own.api("dora")
    at = f"/requests/{dora.ok('POST', '/requests', asked)['reference']}"
    dora.ok("POST", f"{at}/find")
    dora.ok("POST", f"{at}/items/{ref}/decide", {"outcome": "restricted", "words": "She asked."})
    assert "CUS-restricted" in rules(act_refused(own, ASKER, "send", sheet.id, **despatch(own)))
    assert act(own, ASKER, "confirm", sheet.id, locked=True).state == "held"
    dora.ok("POST", f"{at}/items/{ref}/lift", {"words": "Over."})
    assert act(own, ASKER, "send", sheet.id, **despatch(own)).state == "on-the-way"


def test_a_container_breaks_off_when_one_of_its_items_is_recalled(own: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    refs = [item(own, {f"a{number}": b"x" * 200_000}) for number in (1, 2)]
    medium = approved(own, *refs)
    monkeypatch.setattr(downloads, "_EVERY", 0.0)
    asker = own.api(ASKER)
    made = asker.ok("POST", f"/media/{medium.id}/passphrase")
    headers = {"Authorization": f"Bearer {asker.token}"}
    sent = asker.client.post(f"/api/v1/media/{medium.id}/container", json=made, headers=headers, buffered=False)
    pieces = sent.iter_encoded()
    next(pieces)
    own.api("staff").ok("POST", f"/items/{refs[1]}/recall", {"reason": ""})
    with pytest.raises(downloads.Stopped):
        list(pieces)
    sent.close()
    assert do(own, APPROVER, lambda w: w.kept.medium(medium.id, actor=w.actor, now=w.now).thing.state) == "writing"


def test_a_passphrase_does_not_go_through_sign_in_when_the_session_ended(own: Live) -> None:
    medium, asker = approved(own, item(own)), Visitor(own, ASKER)
    shown = asker.post(f"/media/{medium.id}/write", 200).text
    given = fields_of(shown, "passphrase")
    assert given["passphrase"] in shown
    own.later(hours=13)
    ended = asker.client.post(f"/media/{medium.id}/container", data=given)
    assert ended.status_code == 401
    assert given["passphrase"] not in unescape(ended.text)
    assert given["seal"] not in unescape(ended.text)
