"""Media and paper through the API: every act, and what is refused at the door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from foundation.orm import metadata
from tests.custody.desk import APPROVER, ASKER, FILES, HOLDER, approved, item, opened
from tests.house import Live


def body_of(live: Live, ref: str, **changed: Any) -> dict[str, Any]:
    return {
        "items": [{"reference": ref, "text": True, "parts": [1, 2]}],
        "purpose": "follow-up",
        "medium": "usb-stick",
        "serial": f"api-{ref}",
        "issued": True,
        "holder": live.ids[HOLDER],
        "why": "No network where it is heard.",
        "least": "These two files are what is asked about.",
        "to": "The panel.",
        "outside": False,
        "back_on": (live.now.date() + timedelta(days=5)).isoformat(),
        **changed,
    }


def test_a_medium_from_its_request_to_its_end(live: Live) -> None:
    ref = item(live)
    asker, approver, holder = live.api(ASKER), live.api(APPROVER), live.api(HOLDER)
    answer = asker.post("/media", body_of(live, ref), headers={"Idempotency-Key": "one"})
    assert answer.status_code == 201, answer.text
    again = asker.post("/media", body_of(live, ref), headers={"Idempotency-Key": "one"})
    assert again.json == answer.json, "asked twice, asked for once"
    at = f"/media/{answer.json['id']}"
    assert asker.post(f"{at}/passphrase").json["reasons"][0]["rule"] == "CUS-not-approved"
    own = asker.post(f"{at}/decision", {"choice": "approved", "note": "x"})
    assert own.status_code == 403
    assert approver.ok("POST", f"{at}/decision", {"choice": "approved", "note": "So be it."})["state"] == "approved"
    made = asker.ok("POST", f"{at}/passphrase")
    data = asker.post(f"{at}/container", made)
    assert data.status_code == 200
    assert "OFFICIAL-SENSITIVE MED-" in data.headers["Content-Disposition"]
    assert data.headers["Cache-Control"] == "no-store"
    files = opened(data.data, made["passphrase"])
    assert {files[f"{ref}/0001 notes one.txt"], files[f"{ref}/0002 Bericht äöü.pdf"]} == set(FILES.values())
    used = asker.post(f"{at}/container", made)
    assert (used.status_code, used.json["code"]) == (409, "custody.passphrase-unknown")
    bad = holder.put(f"{at}/read-back", data=data.data[:-1])
    assert (bad.status_code, bad.json["code"]) == (400, "custody.read-back-differs")
    long = holder.put(f"{at}/read-back", data=data.data + bytes(2 << 20))
    assert long.status_code == 413
    other = live.api("chair").put(f"{at}/read-back", data=data.data)
    assert (other.status_code, other.json["code"]) == (404, "custody.medium-not-found")
    assert holder.ok("GET", at)["state"] == "written"
    assert holder.ok("PUT", f"{at}/read-back", data=data.data)["state"] == "exported"
    assert holder.put(f"{at}/read-back", data=data.data).status_code == 409
    shown = holder.ok("GET", at)
    assert (shown["state"], shown["size"], shown["chosen"][0]["parts"]) == ("exported", len(data.data), [1, 2])
    listed = {each["id"] for each in live.api("imb-records").ok("GET", "/media")["items"]}
    assert shown["id"] in listed
    assert holder.ok("POST", f"{at}/loss", {"what": "Left on a train; reported."})["state"] == "lost"
    end = {"fate": "returned", "on": live.now.date().isoformat(), "witness": "W. Witness", "evidence": "Receipt 4"}
    assert holder.ok("POST", f"{at}/end", end)["state"] == "ended"
    assert shown["id"] in {each["id"] for each in holder.ok("GET", "/media?over=true")["items"]}
    assert live.api("chair").ok("GET", "/media")["items"] == []


def test_the_passphrase_is_kept_nowhere(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    medium = approved(live)
    asker = live.api(ASKER)
    key = {"Idempotency-Key": "words"}
    made = asker.post(f"/media/{medium.id}/passphrase", headers=key).json
    assert asker.post(f"/media/{medium.id}/passphrase", headers=key).json["passphrase"] != made["passphrase"]
    data = asker.post(f"/media/{medium.id}/container", made).data
    assert opened(data, made["passphrase"])
    with live.house.work() as work:
        for table in metadata.sorted_tables:
            for row in work.conn.execute(sa.select(table)):
                assert made["passphrase"] not in str(tuple(row)), table.name
    assert made["passphrase"] not in caplog.text


def test_a_request_is_taken_back(live: Live) -> None:
    ref = item(live)
    at = f"/media/{live.api(ASKER).ok('POST', '/media', body_of(live, ref))['id']}"
    assert live.api(HOLDER).post(f"{at}/withdraw").status_code == 403
    assert live.api(ASKER).ok("POST", f"{at}/withdraw")["state"] == "withdrawn"
    assert live.api(ASKER).post(f"{at}/withdraw").status_code == 409
    wrong = live.api(ASKER).post("/media", body_of(live, ref, serial="a b", why=" "))
    assert (wrong.status_code, list(wrong.json["errors"])) == (400, ["serial"])


def test_paper_from_its_registration_to_its_end(live: Live) -> None:
    ref = item(live, files={})
    asker, holder = live.api(ASKER), live.api(HOLDER)
    today = live.now.date().isoformat()
    given = {"reference": ref, "place": "Cabinet 3", "locked": True, "made_on": today}
    at = f"/papers/{asker.ok('POST', '/papers', given)['id']}"
    assert asker.ok("POST", f"{at}/lock", {"locked": True})["state"] == "held"
    despatch = {"to": live.ids[HOLDER], "way": "courier", "covered": True}
    assert asker.ok("POST", f"{at}/despatch", despatch)["state"] == "on-the-way"
    assert asker.post(f"{at}/despatch", despatch).status_code == 409
    assert holder.ok("POST", f"{at}/missing", {"what": "Not there."})["state"] == "missing"
    here = {"place": "Safe 2", "locked": True}
    assert live.api("imb-records").ok("POST", f"{at}/found", here)["state"] == "held"
    despatch = {**despatch, "to": live.ids[HOLDER]}
    assert live.api("imb-records").post(f"{at}/despatch", despatch).status_code in (200, 403)
    shown = live.api("imb-records").ok("GET", at)
    if shown["state"] == "on-the-way":
        assert holder.ok("POST", f"{at}/receipt", here)["state"] == "held"
    end = {"fate": "destroyed", "method": "pulp", "on": today, "witness": "W. Witness", "evidence": "Log 7"}
    assert live.api("imb-records").ok("POST", f"{at}/end", end)["state"] == "ended"
    prints = {"purpose": "follow-up", "copies": 2, "place": "Cabinet 3", "locked": True}
    assert len(asker.ok("POST", f"/items/{ref}/prints", prints)["items"]) == 2
    assert asker.post(f"/items/{ref}/prints", {**prints, "purpose": ""}).status_code == 403
    assert live.api("chair").post(f"/items/{ref}/prints", prints).status_code == 404
    assert live.api("chair").get(at).json["code"] == "custody.paper-not-found"
    assert len(asker.ok("GET", "/papers")["items"]) >= 2
