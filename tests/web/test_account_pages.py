"""Accounts, offices and groups through their pages: what an administrator does, and to whom not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page
from shell_house import serving

from tests.house import PASSWORD, Live
from tests.web import browsing
from tests.web.record_pages import Visitor, acts, in_days, words


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("accounts") / "state")
    yield made
    made.close()


@pytest.fixture
def admin(live: Live) -> Visitor:
    return Visitor(live, "imb-admin")


def day(live: Live, days: int) -> list[str]:
    found = in_days(live, days)
    return [found["day"], found["month"], found["year"]]


def invite(admin: Visitor, email: str, name: str = "Ned Thistle") -> tuple[str, str]:
    """(person, link)"""
    answer = admin.post("/accounts/new", 200, name=name, email=email, party="imb")
    link = re.search(r"https?://[^<]*/invitations/[^<\s]+", answer.text)
    person = re.search(r'href="/accounts/([^"]+)">Go to', answer.text)
    assert link
    assert person
    return person[1], link[0]


def standing(live: Live, person: str) -> str:
    with live.house.work() as work:
        return work.people.person(person).standing


def test_an_invitation_is_shown_once_and_brings_somebody_in(live: Live, admin: Visitor) -> None:
    person, link = invite(admin, "ned@example.test")
    assert standing(live, person) == "invited"
    assert link not in admin.get(f"/accounts/{person}")
    newcomer = live.app.test_client()
    path = "/invitations/" + link.rpartition("/")[2]
    assert newcomer.get(path).status_code == 200
    assert "Ned Thistle" in admin.get("/accounts?text=ned&party=imb&standing=invited")
    assert "Ned Thistle" not in admin.get("/accounts?standing=active")


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"email": "no address", "name": "Ned", "party": "imb"}, 422, "address"),
        ({"email": "a@example.test", "name": "", "party": "imb"}, 422, "Enter their name"),
        ({"email": "a@example.test", "name": "Ned", "party": "other"}, 422, "Not a valid choice"),
        ({"email": "staff@example.test", "name": "Ned", "party": "imb"}, 409, "never used again"),
    ],
)
def test_what_cannot_be_an_account_is_refused(admin: Visitor, given: dict[str, str], status: int, said: str) -> None:
    answer = admin.post("/accounts/new", status, **given)
    assert said in answer.text
    assert "<title>Error: " in answer.text


def test_an_account_is_appointed_trained_vetted_suspended_reinstated_and_closed(live: Live, admin: Visitor) -> None:
    person, _ = invite(admin, "poppy@example.test", "Poppy Ashgrove")
    at = f"/accounts/{person}"
    office = live.boards["Leeds Board"]
    admin.post(f"{at}/appoint", 422, role="board-member", office=office)
    admin.post(f"{at}/appoint", role="board-member", office=office, words="Elected.")
    assert "Appointed to nothing" in admin.get(at)
    (asked,) = live.api("imb-admin").ok("GET", f"/conferrals?account={person}")["conferrals"]
    live.confirm(asked["id"])
    assert "Board member Leeds Board" in admin.get(at)
    passed = {"module": "handling", "passed": "yes", "provider": "Invented course", "evidence": "CERT-7"}
    admin.post(f"{at}/training", 422, **passed | {"on": day(live, 1)})
    admin.post(f"{at}/training", **passed | {"on": day(live, 0)})
    assert "CERT-7" in admin.get(f"{at}/training")
    admin.post(f"{at}/vetting", until=day(live, 10), words="Seen, V-1.")
    with live.house.work() as work:
        (held,) = work.people.appointments(person)
    admin.post(f"{at}/appointments/{held.id}/end", why="Moved on.")
    assert "Over" in admin.get(at)
    admin.post(f"{at}/appointments/{held.id}/end", 404)
    admin.post(f"{at}/suspend", 409)
    admin.post(f"{at}/leave", why="Left.")
    assert standing(live, person) == "left"
    assert "What you can do" not in admin.get(at)


def test_a_suspended_account_cannot_sign_in_until_it_is_reinstated(live: Live, admin: Visitor) -> None:
    at = f"/accounts/{live.ids['vice']}"
    signed_in = Visitor(live, "vice")
    admin.post(f"{at}/suspend", why="On leave.")
    assert signed_in.raw("/account").status_code == 303
    assert "Suspended" in admin.get(at)
    admin.post(f"{at}/reinstate")
    assert Visitor(live, "vice").raw("/account").status_code == 200


def test_a_locked_account_is_unlocked(live: Live, admin: Visitor) -> None:
    stranger = live.app.test_client()
    for _ in range(10):
        page = stranger.get("/sign-in").text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token
        given = {"csrf_token": token[1], "email": "hull@example.test", "password": "wrong, wrong, wrong"}
        stranger.post("/sign-in", data=given)
    at = f"/accounts/{live.ids['hull']}"
    assert "Locked" in admin.get(at)
    admin.post(f"{at}/unlock", why="It was she.")
    assert "Locked" not in admin.get(at)
    assert ("identity.account-unlocked", "allowed") in acts(live)


ACTS = ["suspend", "leave", "invite-again"]


@pytest.mark.parametrize("act", [*ACTS, "training", "vetting", "appoint"])
def test_nobody_manages_their_own_account(live: Live, act: str) -> None:
    admin = OWN.setdefault("imb-admin", Visitor(live, "imb-admin"))
    me = f"/accounts/{live.ids['imb-admin']}"
    assert "Nobody manages their own account" in admin.get(me)
    given = {"until": day(live, 99), "why": "", "role": "imb-operator", "office": _admin_office(live)}
    given |= {
        "module": "handling",
        "on": day(live, 0),
        "passed": "yes",
        "provider": "Me",
        "evidence": "CERT-1",
        "words": "x",
    }
    if act == "appoint":
        given["until"] = ["", "", ""]
    answer = admin.post(f"{me}/{act}", 403, **given)
    assert "Nobody manages their own account" in answer.text
    assert standing(live, live.ids["imb-admin"]) == "active"


OWN: dict[str, Visitor] = {}


def _admin_office(live: Live) -> str:
    return str(live.offices("administration", "imb")["id"])


def test_a_role_that_does_not_fit_is_refused_with_every_reason(live: Live, admin: Visitor) -> None:
    given = {"office": _admin_office(live), "words": "Wanted."}
    answer = admin.post(f"/accounts/{live.ids['staff']}/appoint", 422, role="board-chair", **given)
    assert "The role is not one of this office" in answer.text
    page = words(admin.post(f"/accounts/{live.ids['staff']}/appoint", 409, role="imb-administrator", **given).text)
    assert "need two accounts" in page


def test_a_board_is_created_and_covers_an_establishment(live: Live, admin: Visitor) -> None:
    answer = admin.post("/offices/new", kind="imb/board", name="Hull North Board")
    at = answer.location
    page = admin.get(at)
    assert "Nobody is appointed to it" in page
    assert "None yet" in page
    admin.post(at, establishment="HLI")
    assert "Hull (HMP)" in admin.get(at)
    admin.post(f"{at}/establishments/HLI/uncover")
    admin.get(f"{at}/establishments/NOWHERE/uncover", 404)
    assert "None yet" in admin.get(at)
    admin.post("/offices/new", 409, kind="imb/board", name="Hull North Board")
    admin.post("/offices/new", 422, kind="imb/secretariat", name="A second one")
    assert "Hull North Board" in admin.get("/offices")


def test_a_need_to_know_group_takes_people_in_and_lets_them_go(live: Live, admin: Visitor) -> None:
    at = admin.post("/groups/new", name="Leeds inspection", party="imb").location
    admin.post(at, person=live.ids["national"], until=["", "", ""], words="Leads it.")
    assert "Nobody." in admin.get(at)
    (asked,) = live.api("imb-admin").ok("GET", f"/conferrals?account={live.ids['national']}")["conferrals"]
    live.confirm(asked["id"])
    assert "National" in admin.get(at)
    assert "Leeds inspection" in admin.get(f"/accounts/{live.ids['national']}")
    admin.post(f"{at}/members/{live.ids['national']}/remove")
    assert "Nobody." in admin.get(at)
    admin.post("/groups/new", 409, name="Leeds inspection", party="imb")


def test_an_administrator_manages_the_accounts_of_their_own_party_alone(live: Live, admin: Visitor) -> None:
    other = f"/accounts/{live.ids['inspector']}"
    assert "You cannot manage this account" in admin.get(other)
    admin.post(f"{other}/suspend", 403, why="")
    admin.post("/accounts/new", 403, name="Ned", email="ned@hmip.example", party="hmip")
    assert standing(live, live.ids["inspector"]) == "active"


PATHS = ["/accounts", "/accounts/new", "/accounts/{person}", "/accounts/{person}/suspend", "/offices", "/groups/new"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("key", ["staff", "records", "compliance", "operator", "security"])
def test_nobody_without_the_duty_sees_or_changes_accounts(live: Live, key: str, path: str) -> None:
    visitor = OWN.setdefault(key, Visitor(live, key))
    person = live.ids["national"]
    page = visitor.get(path.format(person=person), 403)
    assert "national@example.test" not in page
    visitor.post(f"/accounts/{person}/suspend", 403, page="/account")
    assert standing(live, person) == "active"


def test_nobody_signed_out_sees_accounts(live: Live) -> None:
    for path in ("/accounts", "/offices", f"/accounts/{live.ids['staff']}"):
        assert live.app.test_client().get(path).location.partition("?")[0] == "/sign-in"


@pytest.mark.parametrize("path", ["/accounts/none", "/accounts/none/suspend", "/offices/none", "/groups/none"])
def test_what_there_is_not_is_not_found(admin: Visitor, path: str) -> None:
    admin.get(path, 404)


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as found:
        yield found


def test_the_pages_of_accounts_are_accessible_and_work_with_and_without_script(
    page: Page, url: str, live: Live, axe: Callable[[Page], None], script: bool
) -> None:
    checked = axe if script else None
    browsing.sign_in(page, url, live, "imb-admin")
    person = f"/accounts/{live.ids['staff2']}"
    paths = ["/accounts", person, f"{person}/appoint", f"{person}/training", f"{person}/leave", "/offices"]
    for path in [*paths, f"/offices/{live.boards['Leeds Board']}", "/offices/new", "/groups/new"]:
        browsing.look(page, url + path, checked)
    browsing.look(page, f"{url}/accounts/new", checked)
    page.fill("#name", "Ivy Marchbank")
    page.click("text=Invite this person")
    browsing.seen(page, checked)
    browsing.links_lead_to_fields(page, script)
    page.fill("#email", f"ivy-{script}@example.test".lower())
    page.click("text=Invite this person")
    assert "The link works once" in page.inner_text("main")
    browsing.seen(page, checked)
    page.goto(f"{url}{person}/appoint")
    page.click("main button:has-text('Propose this appointment')")
    browsing.seen(page, checked)
    browsing.links_lead_to_fields(page, script)
    assert PASSWORD not in page.content()
