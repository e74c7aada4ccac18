"""One house with records of every kind, each somebody's: what the access matrix asks for by its real id."""

from __future__ import annotations

from datetime import timedelta

from tests.house import Live, _join

OS = "OFFICIAL-SENSITIVE"
MORE = {
    "dpo": ("hmip", "hmip-data-protection-officer"),
    "auditor": ("hmip", "hmip-auditor"),
    "leader": ("hmip", "hmip-team-leader"),
}


def furnish(live: Live) -> dict[str, str]:
    """The names that addresses use, each with the id of a record; the item is HMIP's, for the Board of Leeds."""
    for key, (party, role) in MORE.items():
        live.ids[key], live.secrets[key] = _join(live.house, key, party, role, "")
    found = _items(live) | _people(live) | _agreed(live)
    return found | _kept(live, found)


def _items(live: Live) -> dict[str, str]:
    officer, staff = live.api("officer"), live.api("staff")
    body = {
        "agreement": "hmip-imb", "kind": "correspondence", "route": "inspectorate-to-board", "marking": OS,
        "title": "Use of force on B wing", "text": "Three people told us.", "purpose": "To follow it up.",
        "establishment": "LEI",
        "subjects": [{"name": "Joan Smith", "identifiers": [{"type": "prison-number", "value": "A1234BC"}]}],
    }  # fmt: skip
    draft = officer.ok("POST", "/drafts", body)["id"]
    officer.ok("PUT", f"/drafts/{draft}/files/a.txt", data=b"x" * 900, content_type="text/plain")
    other = officer.ok("POST", "/drafts", body)["id"]
    officer.ok("PUT", f"/drafts/{other}/files/a.txt", data=b"x" * 900, content_type="text/plain")
    item = officer.ok("POST", f"/drafts/{draft}/send")["reference"]
    given = {**body, "kind": "intelligence", "route": "national-to-inspectorate"}
    closing = staff.ok("POST", f"/drafts/{staff.ok('POST', '/drafts', given)['id']}/send")["reference"]
    officer.ok("POST", f"/items/{closing}/acknowledge")
    officer.ok("POST", f"/items/{closing}/close", {"note": "Filed."})
    return {"reference": item, "draft": other, "part": "1", "name": "b.txt", "closed": closing}


def _people(live: Live) -> dict[str, str]:
    admin = live.api("imb-admin")
    group = admin.ok("POST", "/groups", {"name": "The inquiry", "party": "imb"})["id"]
    asked = {"person": live.ids["vice"], "words": "Sits on it."}
    conferral = admin.ok("POST", f"/groups/{group}/members", asked)["id"]
    appointment = admin.ok("GET", f"/accounts/{live.ids['vice']}")["appointments"][0]["id"]
    until = (live.now + timedelta(days=9)).isoformat()
    token = live.prove("vice").ok("POST", "/me/tokens", {"name": "Import", "until": until})["id"]
    session = live.api("vice").ok("GET", "/session/list")["sessions"][0]["id"]
    return {
        "account": live.ids["vice"], "person": live.ids["vice"], "appointment": appointment, "group": group,
        "conferral": conferral,
        "token": token, "session": session, "office": live.boards["Leeds Board"], "establishment": "LEI", "key": "LEI",
    }  # fmt: skip


def _agreed(live: Live) -> dict[str, str]:
    given = {"establishment": "LEI", "to": ["imb/board"], "urgency": "now", "gist": "He is at risk.", "marking": "OS"}
    alert = live.api("inspector").ok("POST", "/agreements/hmip-imb/alerts/serious-issue-to-boards", given)["id"]
    live.api("officer").post(
        "/drafts", {"marking": "TOP SECRET", "title": "x", "agreement": "hmip-imb", "kind": "correspondence"}
    )
    (incident,) = live.api("security").ok("GET", "/incidents")["items"]
    return {"agreement": "hmip-imb", "alert": alert, "call": "1", "incident": str(incident["number"])}


def _kept(live: Live, found: dict[str, str]) -> dict[str, str]:
    today = live.now.date().isoformat()
    hold = live.api("imb-records").ok(
        "POST", f"/disposals/{found['closed']}/holds", {"reason": "A claim.", "issuer": "A court"}
    )["id"]
    paper = {"reference": found["closed"], "place": "Cabinet 3", "locked": True, "made_on": today}
    paper_id = live.api("staff").ok("POST", "/papers", paper)["id"]
    request = live.api("dpo").ok(
        "POST",
        "/requests",
        {
            "right": "access", "received_on": today, "channel": "post", "requester": "Joan Smith",
            "subject": "Joan Smith", "gist": "All of it.", "identity": "Seen.",
        },
    )["reference"]  # fmt: skip
    decision = live.api("officer").ok("GET", "/sharing-decisions")["items"][0]["id"]
    entry = live.api("compliance").ok("GET", "/audit/entries?limit=1")["items"][0]["id"]
    return {"hold": hold, "paper": paper_id, "request": request, "decision": decision, "entry": entry}
