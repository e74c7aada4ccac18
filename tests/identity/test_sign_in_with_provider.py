"""Signing in with a certified provider of OpenID Connect, over HTTP, from the page of sign-in to the home page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import audit.tables
from tests.at_work import RETURN, RefusedThere, Work, asked_for, at_work, house, link, words
from tests.house import Live
from tests.taken_in import take_in
from tests.web.record_pages import hidden

CHAIR = {"groups": ["leeds-chair"], "amr": ["pwd", "mfa"]}


@pytest.fixture(scope="module")
def work() -> Iterator[Work]:
    with at_work() as found:
        yield found


@pytest.fixture(scope="module")
def live(work: Work, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = house(tmp_path_factory.mktemp("work"), work.issuer, member="staff-of-boards")
    for key in ("chair", "vice", "hull", "national"):
        link(made, key, key)
    yield made
    made.close()


def begin(client: FlaskClient, back: str = "") -> str:
    answer = client.get("/sign-in/with/work", query_string={"back": back} if back else None)
    assert answer.status_code == 303, words(answer.text)
    return answer.location


def come(client: FlaskClient, address: str) -> TestResponse:
    return client.get(address.removeprefix("http://localhost"))


def signed_in(live: Live, work: Work, who: str, **says: Any) -> tuple[FlaskClient, TestResponse]:
    work.knows(**{who: {"groups": ["staff-of-boards"], **says}})
    client = live.app.test_client()
    return client, come(client, work.walk(begin(client), who))


def facts(live: Live) -> list[tuple[str, str]]:
    """Acts and outcomes, oldest first."""
    take_in(live.house.engine)
    index = audit.tables.audit_index
    with live.house.engine.begin() as conn:
        return [(row.act, row.outcome) for row in conn.execute(sa.select(index).order_by(index.c.seq))]


def test_what_goes_to_the_provider_is_a_code_flow_with_state_nonce_and_pkce(live: Live, work: Work) -> None:
    asked = asked_for(begin(live.app.test_client()))
    assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", "custodes", "openid")
    assert (asked["redirect_uri"], asked["code_challenge_method"]) == (RETURN, "S256")
    again = asked_for(begin(live.app.test_client()))
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name]) == 43
        assert asked[name] != again[name]


def test_a_proved_second_factor_signs_in_and_leads_where_they_were_going(live: Live, work: Work) -> None:
    work.knows(chair={**CHAIR, "groups": ["staff-of-boards", "leeds-chair"]})
    client = live.app.test_client()
    before = client.get("/sign-in").headers.get("Set-Cookie")
    answer = come(client, work.walk(begin(client, "/items?state=open"), "chair"))
    assert (answer.status_code, answer.location) == (303, "/items?state=open"), words(answer.text)
    assert before != answer.headers["Set-Cookie"]
    assert client.get("/items").status_code == 200
    assert "with Work sign-in" in words(client.get("/account").text)
    assert {"identity.provider-accepted", "identity.signed-in"} <= {act for act, _ in facts(live)[-6:]}


def test_without_a_proved_second_factor_ours_is_asked_and_nothing_is_reached_before(live: Live, work: Work) -> None:
    client, answer = signed_in(live, work, "hull", amr=["pwd"])
    assert (answer.status_code, answer.location) == (303, "/sign-in/code?back=/")
    assert client.get("/items").location == "/sign-in?back=/items"
    page = client.get("/sign-in/code").text
    assert "Work sign-in has said who you are" in words(page)
    wrong = client.post("/sign-in/code", data={**hidden(page), "code": "000 000"})
    assert "wrong or was used before" in words(wrong.text)
    right = client.post("/sign-in/code", data={**hidden(page), "code": live.code("hull")})
    assert right.status_code == 303
    assert client.get("/items").status_code == 200
    assert "identity.local-sign-in" not in [act for act, _ in facts(live)][-2:]


def test_who_is_linked_to_nobody_is_told_how_to_be(live: Live, work: Work) -> None:
    _, answer = signed_in(live, work, "stranger", amr=["mfa"])
    assert answer.status_code == 403
    assert "No account here is linked to you at Work sign-in" in words(answer.text)
    assert facts(live)[-1] == ("identity.provider-failed", "refused")


def test_an_answer_is_taken_once_in_the_browser_that_asked(live: Live, work: Work) -> None:
    work.knows(chair={**CHAIR, "groups": ["staff-of-boards", "leeds-chair"]})
    client, other = live.app.test_client(), live.app.test_client()
    other.get("/sign-in")
    back = work.walk(begin(client), "chair")
    for one in (live.app.test_client(), other):  # somebody else's browser, with a session and without
        assert come(one, back).status_code == 400
    state = asked_for(back)["state"]
    assert come(client, back.replace(state, "x" + state[1:])).status_code == 400
    assert come(client, back).status_code == 303
    again = come(client, back)
    assert again.status_code == 400
    assert "This sign-in was used or took too long" in words(again.text)


def test_a_code_of_another_sign_in_is_worth_nothing(live: Live, work: Work) -> None:
    """Put into the answer of one's own sign-in, it fails at the provider: the verifier is another (RFC 7636)."""
    work.knows(chair={**CHAIR, "groups": ["staff-of-boards", "leeds-chair"]})
    thief = live.app.test_client()
    stolen = asked_for(work.walk(begin(live.app.test_client()), "chair"))["code"]
    own = asked_for(begin(thief))
    answer = thief.get("/sign-in/with/work/return", query_string={
        "state": own["state"], "code": stolen, "iss": work.issuer})  # fmt: skip
    assert answer.status_code == 400
    assert thief.get("/items").status_code == 303


def test_an_answer_that_took_too_long_is_not_taken(live: Live, work: Work) -> None:
    work.knows(chair={**CHAIR, "groups": ["staff-of-boards", "leeds-chair"]})
    client = live.app.test_client()
    back = work.walk(begin(client), "chair")
    live.later(minutes=10)
    assert come(client, back).status_code == 400


def test_the_answer_of_another_provider_is_not_taken(live: Live, work: Work) -> None:
    work.knows(chair={**CHAIR, "groups": ["staff-of-boards", "leeds-chair"]})
    for turned in ("&iss=http%3A%2F%2Flocalhost%3A1", ""):
        client = live.app.test_client()
        back, _, _ = work.walk(begin(client), "chair").partition("&iss=")
        answer = come(client, back + turned)
        assert answer.status_code == 403
        assert "cannot be trusted" in words(answer.text)


def test_who_refuses_there_is_told_so(live: Live, work: Work) -> None:
    client = live.app.test_client()
    answer = come(client, work.walk(begin(client), ""))
    assert "Work sign-in did not sign you in" in words(answer.text)


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere_afterwards(live: Live, work: Work, back: str) -> None:
    work.knows(chair={**CHAIR, "groups": ["staff-of-boards", "leeds-chair"]})
    client = live.app.test_client()
    assert come(client, work.walk(begin(client, back), "chair")).location == "/"


def test_the_provider_refuses_another_address_to_come_back_to(live: Live, work: Work) -> None:
    address = begin(live.app.test_client()).replace("localhost%2Fsign-in", "localhost%2Felsewhere")
    with pytest.raises(RefusedThere, match="redirect_uri"):
        work.walk(address, "chair")


def test_a_link_is_made_by_its_owner_with_a_code_and_once(live: Live, work: Work) -> None:
    work.knows(staff={"groups": ["staff-of-boards"], "amr": ["mfa"]})
    client = live.app.test_client()
    for path, typed in (
        ("/sign-in", {"email": "staff@example.test", "password": "seven tall ships sailing by"}),
        ("/sign-in/code", {"code": live.code("staff")}),
    ):
        client.post(path, data={**hidden(client.get(path).text), **typed})
    form = client.get("/account/links/work/new")
    wrong = client.post("/account/links/work/new", data={**hidden(form.text), "code": "000000"})
    assert "wrong or was used before" in words(wrong.text)
    right = client.post("/account/links/work/new", data={**hidden(form.text), "code": live.code("staff")})
    address = right.text.partition(f'href="{work.issuer}/auth')[2].partition('"')[0].replace("&amp;", "&")
    answer = come(client, work.walk(f"{work.issuer}/auth{address}", "staff"))
    assert answer.location == "/account"
    assert "Your account is linked" in words(client.get("/account").text)
    assert "identity.provider-linked" in [act for act, _ in facts(live)]
    _, in_ = signed_in(live, work, "staff", amr=["mfa"])
    assert in_.location == "/"
    twice = client.post("/account/links/work/new", data={**hidden(form.text), "code": live.code("staff")})
    assert "linked already" in words(twice.text)


def test_a_link_is_removed_by_its_owner_with_a_code(live: Live, work: Work) -> None:
    link(live, "staff2", "staff2")
    api = live.api("staff2")
    (held,) = api.ok("GET", "/session/links")["links"]
    refused = api("DELETE", f"/session/links/{held['id']}")
    assert (refused.status_code, refused.json["code"]) == (403, "identity.proof-needed")
    assert live.prove("staff2")("DELETE", f"/session/links/{held['id']}").status_code == 204
    assert api.ok("GET", "/session/links")["links"] == []
    again = api("DELETE", f"/session/links/{held['id']}")
    assert (again.status_code, again.json["code"]) == (404, "identity.link-unknown")


def test_a_group_that_is_gone_ends_the_appointment_and_one_that_is_new_gives_nothing(live: Live, work: Work) -> None:
    client, answer = signed_in(live, work, "vice", amr=["mfa"], groups=["staff-of-boards", "leeds-chair"])
    assert answer.location == "/"
    with live.house.work() as unit:
        assert unit.people.appointments(live.ids["vice"], now=unit.now) == []
    said = [act for act, _ in facts(live)]
    assert {"identity.appointment-ended", "identity.provider-says"} <= set(said)
    assert client.get("/account").status_code == 200


def test_an_appointment_no_group_stands_for_is_left_alone(live: Live, work: Work) -> None:
    signed_in(live, work, "national", amr=["mfa"], groups=["staff-of-boards"])
    with live.house.work() as unit:
        (held,) = unit.people.appointments(live.ids["national"], now=unit.now)
    assert held.role == "national-chair"


def test_a_leaver_is_suspended_at_once_and_not_let_in_again_by_the_group_alone(live: Live, work: Work) -> None:
    here, _ = signed_in(live, work, "hull", acr="two-factors")
    assert here.get("/items").status_code == 200
    _, answer = signed_in(live, work, "hull", acr="two-factors", groups=[])
    assert "you no longer use this service" in words(answer.text)
    assert here.get("/items").status_code == 303
    _, again = signed_in(live, work, "hull", acr="two-factors")
    assert "Your account is not in use" in words(again.text)


def test_a_provider_that_says_nothing_of_groups_takes_nothing_away(live: Live, work: Work) -> None:
    _, answer = signed_in(live, work, "national", amr=["mfa"], groups=None)
    assert "did not say which groups you are in" in words(answer.text)
    with live.house.work() as unit:
        assert unit.people.person(live.ids["national"]).standing == "active"


def test_a_sign_in_without_the_provider_is_a_fact_of_its_own(live: Live, work: Work) -> None:
    live.sign_in("national")
    assert "identity.local-sign-in" in [act for act, _ in facts(live)][-2:]
