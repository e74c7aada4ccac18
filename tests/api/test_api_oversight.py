"""Accounts, offices, groups, the log, incidents, people: what is watched over, through the API."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
from api_acts import body_of, sent

from audit.verify import verify_bundle
from tests.house import Live
from tests.served import app_over


def test_an_account_comes_in_acts_and_leaves(live: Live) -> None:
    admin = live.api("imb-admin")
    invited = admin.ok("POST", "/accounts", {"email": "ned@example.test", "name": "Ned Thistle", "party": "imb"})
    weak = live.api().post("/invitations/accept", {"token": invited["invitation"], "password": "short"})
    assert weak.json["code"] == "identity.password-refused"
    password = "crimson otter maps twelve"
    factor = live.api().ok("POST", "/invitations/accept", {"token": invited["invitation"], "password": password})
    assert urlsplit(factor["totp_uri"]).scheme == "otpauth"
    code = pyotp.TOTP(factor["secret"]).at(live.now)
    live.api().ok("POST", "/invitations/confirm", {"token": invited["invitation"], "code": code})
    account = f"/accounts/{invited['person']}"
    office = live.offices("secretariat")["id"]
    given = {"role": "imb-staff", "office": office, "words": "Joins the team."}
    made = live.confirm(admin.ok("POST", f"{account}/appointments", given)["id"])
    until = (live.now + timedelta(days=300)).date().isoformat()
    passed = {"module": "handling", "on": live.now.date().isoformat(), "provider": "Course", "evidence": "CERT-1"}
    admin.ok("POST", f"{account}/training", passed)
    live.confirm(admin.ok("POST", f"{account}/vetting", {"until": until, "words": "Seen, V-1."})["id"])
    seen = admin.ok("GET", account)
    assert (seen["standing"], seen["appointments"][0]["role"]) == ("active", "imb-staff")
    admin.ok("POST", f"{account}/suspend", {"reason": "On leave."})
    admin.ok("POST", f"{account}/reinstate", {})
    admin.ok("DELETE", f"{account}/appointments/{made}")
    again = admin.post(f"{account}/appointments/{made}")
    assert again.status_code == 405
    again = admin.post(f"{account}/invite-again", {"reason": "Lost."})
    assert (again.status_code, again.json["code"]) == (409, "identity.recovery-needed")
    admin.ok("POST", f"{account}/leave", {"reason": "Left."})
    assert admin.ok("GET", account)["standing"] == "left"


def test_nobody_manages_their_own_account(live: Live) -> None:
    own = live.api("imb-admin").post(
        f"/accounts/{live.ids['imb-admin']}/vetting", {"until": "2030-01-01", "words": "x"}
    )
    assert (own.status_code, own.json["code"]) == (403, "identity.managing-refused")
    assert own.json["reasons"][0]["rule"] == "identity.own-account"


def test_an_administrator_reaches_no_item(live: Live) -> None:
    reference = sent(live)
    for who in ("admin", "operator", "compliance"):
        assert live.api(who).ok("GET", "/items")["items"] == []
        answer = live.api(who).get(f"/items/{reference}")
        assert answer.status_code in (403, 404)


def test_accounts_are_paged_by_name(live: Live) -> None:
    names: list[str] = []
    cursor = ""
    while cursor is not None:
        page = live.api("admin").ok("GET", f"/accounts?limit=5&cursor={cursor}")
        names += [one["name"] for one in page["items"]]
        cursor = page["next"]
    assert names == sorted(names)
    assert len(names) == page["count"]["value"] >= 17


def test_offices_groups_and_members(live: Live) -> None:
    admin = live.api("imb-admin")
    made = admin.ok(
        "POST", "/offices", {"party": "imb", "kind": "board", "name": "Third Board", "establishments": ["LEI"]}
    )
    boards = admin.ok("GET", "/offices?kind=board&establishment=LEI")["items"]
    assert made["id"] in [office["id"] for office in boards]
    group = admin.ok("POST", "/groups", {"name": "Winter plan", "party": "imb"})["id"]
    given = {"person": live.ids["chair"], "words": "Works on it."}
    live.confirm(admin.ok("POST", f"/groups/{group}/members", given)["id"])
    assert [one["id"] for one in admin.ok("GET", f"/groups/{group}/members")["items"]] == [live.ids["chair"]]
    admin.ok("DELETE", f"/groups/{group}/members/{live.ids['chair']}")
    assert admin.ok("GET", f"/groups/{group}/members")["items"] == []
    refused = live.api("chair").post("/groups", {"name": "Mine", "party": "imb"})
    assert refused.status_code == 403


def test_a_register_of_establishments_is_imported(live: Live) -> None:
    data = "key,name,name_welsh,kind,active,town,country,source\n"
    answer = live.api("admin")("PUT", "/establishments", data=data + "broken", content_type="text/csv")
    assert (answer.status_code, answer.json["code"]) == (400, "identity.establishments-faulty")
    refused = live.api("chair")("PUT", "/establishments", data=data, content_type="text/csv")
    assert refused.status_code == 403
    assert [one["key"] for one in live.api("chair").ok("GET", "/establishments?text=leeds")["items"]] == ["LEI"]


def test_the_log_is_read_signed_and_taken_away(live: Live, tmp_path: Path) -> None:
    reference = sent(live)
    live.api("officer").ok("POST", f"/items/{reference}/open", {"purpose": "follow-up"})
    api = live.api("compliance")
    (entry,) = api.ok("GET", "/audit/entries?act=sharing.item-opened&limit=1")["items"]
    assert entry["what"]["reference"] == reference
    assert api.ok("GET", f"/audit/entries/{entry['id']}") == entry
    first = api.ok("GET", "/audit/entries?limit=3")
    second = api.ok("GET", f"/audit/entries?limit=3&cursor={first['next']}")
    assert first["items"][-1]["seq"] - 1 == second["items"][0]["seq"]
    made = api.ok("POST", "/audit/checkpoint")
    assert api.get("/audit/checkpoint").text == made["note"]
    assert api.ok("GET", "/audit/state")["sound"]
    bundle = tmp_path / "audit.zip"
    bundle.write_bytes(api.get("/audit/bundle").data)
    key = live.api().get("/audit/key").text.strip()
    report = verify_bundle(bundle, [key])
    assert report.ok, report.faults


def test_a_range_of_the_log_is_taken_away_and_a_wrong_one_is_refused_by_field(live: Live, tmp_path: Path) -> None:
    api = live.api("compliance")
    part = tmp_path / "part.zip"
    part.write_bytes(api.get("/audit/bundle?from=3&to=9").data)
    report = verify_bundle(part, [live.api().get("/audit/key").text.strip()])
    assert (report.faults, report.first, report.end) == ((), 3, 9)
    (taken,) = api.ok("GET", "/audit/entries?act=app.log-exported&limit=1")["items"]
    assert taken["what"] == {"first": 3, "end": 9, "recipient": None}
    days = tmp_path / "days.zip"
    days.write_bytes(api.get(f"/audit/bundle?from=2020-01-01&to={live.now:%Y-%m-%d}").data)
    assert verify_bundle(days, [live.api().get("/audit/key").text.strip()]).first == 0
    wrong = {"from=soon": "from", "from=2026-W01-1": "from", "to=99999999": "to", "from=5&to=5": "to", "to=-1": "to"}
    for query, field in wrong.items():
        answer = api.get(f"/audit/bundle?{query}")
        assert (answer.status_code, answer.json["code"]) == (400, "audit.range-unusable"), query
        assert list(answer.json["errors"]) == [field]
    assert api.ok("GET", "/audit/entries?act=app.log-exported&limit=1")["items"][0]["what"]["first"] == 0
    assert api.get("/audit/bundle?first=3").status_code == 400


def test_an_incident_is_run_to_its_end(live: Live) -> None:
    live.api("officer").post("/drafts", body_of(marking="SECRET"))
    api = live.api("security")
    number = api.ok("GET", "/incidents?state=open")["items"][0]["number"]
    early = api.post(f"/incidents/{number}/close", {"outcome": "nonsense"})
    assert early.status_code in (400, 409)
    found = api.ok("GET", f"/incidents/{number}")
    for owed in found["owed"]:
        if not owed["only_if"]:
            api.ok("POST", f"/incidents/{number}/duties/{owed['code']}", {"note": "Done."})
    twice = api.post(f"/incidents/{number}/duties/{found['owed'][0]['code']}", {})
    assert (twice.status_code, twice.json["code"]) == (409, "incidents.already-done")
    ended = api.ok("POST", f"/incidents/{number}/close", {"outcome": found["outcomes"][0]["code"]})
    assert ended["state"] == "closing"
    mine = api.post(f"/incidents/{number}/agree", {})
    assert (mine.status_code, mine.json["code"]) == (403, "incidents.second-person")
    assert live.api("imb-security").ok("POST", f"/incidents/{number}/agree", {})["state"] == "closed"


def test_what_one_may_send_is_told(live: Live) -> None:
    ways = live.api("officer").ok("GET", "/ways")
    (way,) = [one for one in ways["ways"] if one["route"] == "inspectorate-to-board"]
    assert way["clauses"][0] == "M30"
    assert way["needs_establishment"]
    assert {office["kind"] for office in way["to"]} == {"national-chair", "secretariat"}
    assert {purpose["id"] for purpose in ways["purposes"]} >= {"follow-up", "pass-on"}
    assert ways["markings"]["grades"] == ["OFFICIAL", "OFFICIAL-SENSITIVE"]
    assert live.api("chair").ok("GET", "/me")["party"] == "imb"


def test_people_are_searched_for_recused_and_granted_sight(live: Live) -> None:
    reference = sent(live)
    board = {"office": live.boards["Leeds Board"]}
    live.api("staff").ok("POST", f"/items/{reference}/pass-on", board)
    body = {"type": "prison-number", "value": "a1234bc", "purpose": "follow-up"}
    found = live.api("vice").ok("POST", "/people/search", body)
    assert reference in [item["reference"] for item in found["items"]]
    assert live.api("hull").ok("POST", "/people/search", body)["items"] == []
    wrong = live.api("vice").post("/people/search", {**body, "value": "12"})
    assert wrong.json["code"] == "sharing.search-faulty"
    why = live.api("vice").ok("GET", f"/items/{reference}/why?action=withdraw")
    assert not why["allowed"]
    assert why["reasons"]
    assert live.api("vice").ok("GET", f"/items/{reference}/why?action=open")["allowed"]
    live.api("officer").ok("POST", f"/items/{reference}/recuse", {"person": live.ids["vice"], "reason": "Named in it."})
    assert live.api("vice").get(f"/items/{reference}").status_code == 404
    assert live.api("vice").get(f"/items/{reference}/why?action=open").status_code == 404
    until = (live.now + timedelta(days=3)).isoformat()
    body = {"person": live.ids["hull"], "until": until, "reason": "Cover."}
    live.api("officer").ok("POST", f"/items/{reference}/grants", body)
    assert live.api("hull").ok("GET", f"/items/{reference}")["reference"] == reference


def test_what_is_late_is_listed_as_late(live: Live) -> None:
    reference = sent(live)
    assert reference not in [one["reference"] for one in live.api("staff").ok("GET", "/items?due=late")["items"]]
    live.later(days=20)
    live.tokens.clear()
    late = live.api("staff").ok("GET", "/items?due=late")
    assert reference in [one["reference"] for one in late["items"]]


def test_an_item_is_shared_and_withdrawn(live: Live) -> None:
    reference = sent(live)
    api = live.api("officer")
    both = api.post(f"/items/{reference}/share", {"purpose": "follow-up"})
    assert both.json["code"] == "api.fields-invalid"
    api.ok("POST", f"/items/{reference}/share", {"person": live.ids["inspector"], "purpose": "follow-up"})
    assert live.api("inspector").ok("GET", f"/items/{reference}")["state"] == "open"
    nobody = api.post(f"/items/{reference}/share", {"person": "nonsense", "purpose": "follow-up"})
    assert (nobody.status_code, nobody.json["code"]) == (400, "sharing.who-unknown")
    api.ok("POST", f"/items/{reference}/withdraw", {"reason": "Sent in error."})
    assert live.api("staff").get(f"/items/{reference}").status_code in (403, 404)


def test_the_password_is_changed_and_the_old_token_ends(live: Live) -> None:
    old = live.api("vice").token
    body = {"current": "seven tall ships sailing by", "new": "forty lanterns over water", "code": live.code("vice")}
    fresh = live.api("vice").ok("POST", "/session/password", body)["token"]
    bearer = {"Authorization": f"Bearer {fresh}"}
    assert live.api()("GET", "/me", headers=bearer).status_code == 200
    assert live.api()("GET", "/me", headers={"Authorization": f"Bearer {old}"}).status_code == 401
    assert live.api()("POST", "/session/end-all", {}, headers=bearer).json["ended"] == 1


def test_the_clock_moves_forward_alone(live: Live) -> None:
    body = {"to": (live.now - timedelta(days=1)).isoformat()}
    back = live.api("operator").post("/demonstration/clock", body)
    assert (back.status_code, back.json["code"]) == (400, "app.clock-refused")
    assert live.api().get("/demonstration").json["now"]


def test_outside_a_demonstration_its_addresses_do_not_exist(live: Live) -> None:
    from dataclasses import replace

    real = replace(live.house, settings=replace(live.house.settings, demonstration=False))
    client = app_over(real).test_client()
    assert client.get("/api/v1/demonstration").status_code == 404
    assert client.post("/api/v1/demonstration/clock", json={}).status_code == 404
    assert "/api/v1/demonstration" not in client.get("/api/v1/openapi.json").json["paths"]
