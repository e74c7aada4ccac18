"""What a provider's word is worth: who may go round it, what ends a link, and what the doctor says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from joserfc.jwk import ECKey

from app.bootstrap import providing
from app.bootstrap.house import started
from app.bootstrap.policies import load
from app.bootstrap.provided import looked_at
from app.bootstrap.wiring import console_identity
from app.config import SettingsFaulty
from foundation.errors import ServiceError
from foundation.policy import PolicyFaulty
from identity.errors import FactsAltered
from identity.rules.providers import Told
from identity.tables import person, provider_link
from tests.at_work import HOME, POLICIES, RETURN, StandIn, asked_for, at_work, house, link, policies, stand_in, words
from tests.house import CONSOLE, PASSWORD, Live
from tests.served import app_over
from tests.web.record_pages import actor


@pytest.fixture(scope="module")
def served() -> Iterator[StandIn]:
    with stand_in() as found:
        yield found


@pytest.fixture(scope="module")
def live(served: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = house(tmp_path_factory.mktemp("rules"), served.issuer)
    link(made, "chair", "chair-at-work")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def honest(served: StandIn, live: Live) -> None:
    served.reset()
    live.house.published._known.clear()


def other(live: Live, **changed: Any) -> Live:
    """The same house under another word on the provider."""
    rules = live.house.policies.gates.providers
    known = {"work": replace(rules.known["work"], **changed)}
    gates = replace(live.house.policies.gates, providers=replace(rules, known=known))
    made = replace(live.house, policies=replace(live.house.policies, gates=gates))
    return Live(made, app_over(made), live.ids, live.secrets, live.boards)


def came(live: Live, served: StandIn, **claims: Any) -> Any:
    client = live.app.test_client()
    asked = asked_for(client.get("/sign-in/with/work").location)
    served.token = lambda: served.sign(served.claims(asked["nonce"], **claims))
    return client.get("/sign-in/with/work/return", query_string={"state": asked["state"], "code": "a-code"})


def try_password(live: Live, key: str) -> Any:
    client = live.app.test_client()
    first = client.post("/api/v1/session", json={"email": f"{key}@example.test", "password": PASSWORD})
    bearer = {"Authorization": f"Bearer {first.json['token']}"}
    return client.post("/api/v1/session/code", json={"code": live.code(key)}, headers=bearer)


def test_where_only_administrators_may_go_round_it_others_are_told_to_use_it(live: Live, served: StandIn) -> None:
    strict = other(live, local="administrators")
    link(strict, "imb-admin", "admin-at-work")
    refused = try_password(strict, "chair")
    assert refused.status_code == 401
    assert "Sign in with Work sign-in" in refused.json["detail"]
    assert try_password(strict, "imb-admin").status_code == 200
    assert try_password(strict, "vice").status_code == 200  # linked to nothing
    assert came(strict, served, amr=[]).location.startswith("/sign-in/code")
    assert came(strict, served).location == "/"


def test_a_link_opens_no_account_of_another_body(live: Live, served: StandIn) -> None:
    link(live, "national", "national-at-work")
    elsewhere = other(live, party="hmip")
    assert "No account here is linked" in words(came(elsewhere, served, sub="national-at-work").text)


def test_one_person_there_is_one_account_here(live: Live) -> None:
    token, who = live.sign_in("hull"), actor(live, "hull")
    with live.house.work() as work:
        given = {"actor": who, "now": work.now}
        told = Told("chair-at-work", second_factor=True, groups=frozenset())
        answer = work.identity.link_provider(session_token=token, provider_id="work", told=told, **given)
    assert (answer.ok, answer.detail) == (False, "linked")


def test_a_link_put_in_behind_the_service_opens_nothing(live: Live, served: StandIn) -> None:
    link(live, "staff", "staff-at-work")
    with live.house.engine.begin() as conn:
        conn.execute(sa.update(provider_link).where(provider_link.c.person_id == live.ids["staff"]).values(
            person_id=live.ids["staff2"]))  # fmt: skip
    assert "cannot be trusted" in words(came(live, served, sub="staff-at-work").text)
    with live.house.engine.begin() as conn:  # and with the digest in the account's row mended, the account is not whole
        theirs = conn.scalar(sa.select(person.c.links).where(person.c.id == live.ids["staff"]))
        conn.execute(sa.update(person).where(person.c.id == live.ids["staff2"]).values(links=theirs))
    assert came(live, served, sub="staff-at-work").status_code == 503
    with pytest.raises(FactsAltered), live.house.work() as work:
        work.people.actor(live.ids["staff2"], now=work.now)


def test_a_recovery_and_a_leaving_end_links(live: Live, served: StandIn) -> None:
    for key, act in (("imb-records", "invite_again"), ("imb-owner", "leave")):
        link(live, key, f"{key}-at-work")
        with live.house.work(CONSOLE) as work:
            getattr(console_identity(work), act)(person_id=live.ids[key], actor=CONSOLE, now=work.now)
        with live.house.engine.connect() as conn:
            theirs = provider_link.c.person_id == live.ids[key]
            assert conn.scalar(sa.select(sa.func.count()).select_from(provider_link).where(theirs)) == 0
        assert came(live, served, sub=f"{key}-at-work").status_code == 403


def test_the_api_shows_and_removes_links_and_nobody_elses(live: Live) -> None:
    link(live, "imb-security", "security-at-work")
    (mine,) = live.api("imb-security").ok("GET", "/session/links")["links"]
    assert live.api("chair")("DELETE", f"/session/links/{mine['id']}").status_code == 404
    account = f"/accounts/{live.ids['imb-security']}/links"
    assert live.api("admin")("GET", account).status_code == 403  # an administrator of the other body
    assert live.api("imb-admin").ok("GET", account)["links"] == [mine]
    live.api("imb-admin").ok("DELETE", f"{account}/{mine['id']}")
    assert live.api("imb-security").ok("GET", "/session/links")["links"] == []
    link(live, "imb-security", "security-at-work")
    (own,) = live.api("imb-security").ok("GET", "/session/links")["links"]
    assert live.api("imb-security")("DELETE", f"/session/links/{own['id']}").status_code == 403
    live.prove("imb-security").ok("DELETE", f"/session/links/{own['id']}")
    assert live.api("imb-security").ok("GET", "/session/links")["links"] == []


def test_our_own_key_and_a_secret_in_the_form_are_taken(live: Live, served: StandIn, tmp_path: Path) -> None:
    posted = other(live, authentication="client-secret-post")
    assert came(posted, served).location == "/"
    assert served.forms[0]["client_id"] == "custodes"
    key = ECKey.generate_key("P-256", {"kid": "ours"}, private=True)
    (tmp_path / "work").write_bytes(key.as_pem(private=True))
    public = {"keys": [key.as_dict(private=False)]}
    with at_work(RETURN, token_endpoint_auth_method="private_key_jwt", jwks=public) as work:
        work.knows(**{"chair-at-work": {"groups": ["leeds-chair"], "amr": ["mfa"]}})
        signed = other(live, authentication="private-key-jwt", issuer=work.issuer, key_id="ours")
        secrets = replace(signed.house.settings, provider_secrets=tmp_path)
        fresh = providing.Published(demonstration=True)
        at = replace(signed.house, settings=secrets, published=fresh)
        assert [each.word for each in looked_at(at)] == ["well"]
        client = app_over(at).test_client()
        back = work.walk(client.get("/sign-in/with/work").location, "chair-at-work")
        answer = client.get(back.removeprefix(HOME))
        assert "No account here is linked" in words(answer.text)  # the issuer is another: the same name is nobody here


def test_the_doctor_says_what_is_wrong_with_a_provider(live: Live, served: StandIn) -> None:
    def said(at: Live = live) -> list[tuple[str, str]]:
        return [(each.word, each.text) for each in looked_at(at.house)]

    served.described |= {
        "code_challenge_methods_supported": ["S256"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "authorization_response_iss_parameter_supported": True,
    }
    assert said() == [("well", "Work sign-in answers, and can be used to sign in.")]
    assert "is no private key" in said(other(live, authentication="private-key-jwt"))[0][1]
    assert (
        "does not take the authentication client-secret-post"
        in said(other(live, authentication="client-secret-post"))[0][1]
    )
    served.published = []
    assert "publishes no key" in said()[0][1]
    served.described |= {"id_token_signing_alg_values_supported": ["HS256"], "code_challenge_methods_supported": []}
    assert [word for word, _ in said()][:2] == ["attention", "wrong"]
    served.described["issuer"] = "https://other.example"
    assert said() == [("wrong", "Work sign-in does not answer as a provider does: described-issuer.")]


def test_what_could_never_be_used_does_not_start(live: Live, tmp_path: Path) -> None:
    settings, known = live.house.settings, live.house.policies.gates.providers.known
    for wrong, name in (
        ({"provider_secrets": tmp_path}, "CUSTODES_PROVIDER_SECRETS"),
        ({"demonstration": False}, "CUSTODES_POLICIES"),
        ({"demonstration": False, "address": ""}, "CUSTODES_ADDRESS"),
    ):
        with pytest.raises(SettingsFaulty) as found:
            providing.startable(replace(settings, **wrong), known)
        assert name in found.value.fields
    with pytest.raises(ServiceError):
        started(replace(live.house, settings=replace(settings, provider_secrets=tmp_path)))


@pytest.mark.once("files are read, and no row")
@pytest.mark.parametrize(("was", "is_", "fault"), [
    ("https://login.example", "http://login.example", "must be https://"),
    ("https://login.example", "https://login.example/?tenant=1", "without query"),
    ("https://login.example", "https://who@login.example", "must be https://"),
    ("client-secret-basic", "none", "must be client-secret-basic"),
    ('local = "everybody"', 'local = "nobody"', "must be everybody"),
    ('groups = "groups"', "", "which claim lists"),
    ('role = "board-chair"', 'role = "hmip-inspector"', "no role of that party"),
    ('party = "imb"', 'party = "moon"', "no party"),
    ('amr = ["mfa", "hwk"]', 'amr = ["mfa"]\nsecond_factor = "never"', "is not a key known here"),
    ('"RS256", ', '"HS256", ', "is not one of"),
    ('"RS256", ', '"none", ', "is not one of"),
    ("minutes = 10", "minutes = 0", "at least 1"),
])  # fmt: skip
def test_a_policy_that_would_weaken_it_is_refused(tmp_path: Path, was: str, is_: str, fault: str) -> None:
    made = policies(tmp_path / "policies", {"issuer": "https://login.example"})
    file = made / "people" / "providers.toml"
    text = file.read_text()
    assert was in text
    file.write_text(text.replace(was, is_))
    with pytest.raises(PolicyFaulty, match=fault):
        load(made)


@pytest.mark.once("files are read, and no row")
def test_two_providers_are_two_and_none_is_shipped(tmp_path: Path) -> None:
    two = ({"issuer": "https://one.example"}, {"issuer": "https://two.example", "id": "second", "name": "Second"})
    assert list(load(policies(tmp_path / "two", *two)).gates.providers.known) == ["work", "second"]
    with pytest.raises(PolicyFaulty, match="given once"):
        load(policies(tmp_path / "same", two[0], {**two[1], "issuer": "https://one.example"}))
    assert load(POLICIES).gates.providers.known == {}
