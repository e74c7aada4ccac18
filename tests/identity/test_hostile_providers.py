"""Answers no honest provider gives, from one that gives them: each is refused with a page, and opens nothing."""

from __future__ import annotations

import hmac
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from werkzeug.test import TestResponse

from app.bootstrap import providing
from app.outbound import provider as outbound
from app.outbound.provider import reachable
from identity.store.idtoken import assertion, is_key, usable
from tests.at_work import SECRET, StandIn, asked_for, house, link, stand_in, words
from tests.house import Live

pytestmark = pytest.mark.once("what is refused here is refused before a row is read")
UNTRUSTED = "The answer of Work sign-in cannot be trusted"
AWAY = "Work sign-in cannot be reached"


@pytest.fixture(scope="module")
def served() -> Iterator[StandIn]:
    with stand_in() as found:
        yield found


@pytest.fixture(scope="module")
def live(served: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = house(tmp_path_factory.mktemp("hostile"), served.issuer)
    link(made, "chair", "chair-at-work")
    yield made
    made.close()


@pytest.fixture
def wrong(served: StandIn, live: Live, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Honest until told otherwise, and asked anew."""
    served.reset()
    live.house.published._known.clear()
    monkeypatch.setattr(providing, "ANEW", 0.0)
    return served


Made = Callable[[StandIn, str], str]


def sign_in(live: Live, wrong: StandIn, made: Made, **said: str) -> tuple[FlaskClient, TestResponse]:
    """Begin, and come back with a code; the token for it is ``made`` of the nonce."""
    client = live.app.test_client()
    begun = client.get("/sign-in/with/work")
    if begun.status_code != 303:
        return client, begun
    asked = asked_for(begun.location)
    wrong.token = lambda: made(wrong, asked["nonce"])
    query = {"state": asked["state"], "code": "a-code", **said}
    return client, client.get("/sign-in/with/work/return", query_string=query)


def good(wrong: StandIn, nonce: str) -> str:
    return wrong.sign(wrong.claims(nonce))


def refused(live: Live, wrong: StandIn, made: Made, said: str, **query: str) -> None:
    client, answer = sign_in(live, wrong, made, **query)
    assert said in words(answer.text), words(answer.text)
    assert answer.status_code in {400, 403, 503}
    assert client.get("/items").status_code == 303  # to the page of sign-in


def test_the_stand_in_signs_in_where_it_is_honest(live: Live, wrong: StandIn) -> None:
    client, answer = sign_in(live, wrong, good)
    assert answer.location == "/", words(answer.text)
    assert client.get("/items").status_code == 200
    assert {"grant_type", "code", "redirect_uri", "code_verifier"} <= wrong.forms[0].keys()
    assert SECRET not in json.dumps(wrong.forms)  # it goes in the header


def claims(**changed: Any) -> Made:
    return lambda wrong, nonce: wrong.sign(wrong.claims(nonce, **changed))


def _at(**shift: int) -> Made:
    """Times moved by so many seconds from now."""
    return lambda wrong, nonce: wrong.sign(
        wrong.claims(nonce, **{key: int(time.time()) + by for key, by in shift.items()})
    )


def _other_key(wrong: StandIn, nonce: str) -> str:
    other = ECKey.generate_key("P-256", {"kid": "one"}, private=True)
    return jwt.encode({"alg": "ES256", "kid": "one"}, wrong.claims(nonce), other, algorithms=["ES256"])


def _own_key_inside(wrong: StandIn, nonce: str) -> str:
    other = ECKey.generate_key("P-256", {"kid": "two"}, private=True)
    header = {"alg": "ES256", "kid": "two", "jwk": other.as_dict(private=False), "jku": f"{wrong.issuer}/evil"}
    return jwt.encode(header, wrong.claims(nonce), other, algorithms=["ES256"])


def _by_hand(header: dict[str, str], claims: dict[str, Any], key: bytes) -> str:
    """What no library makes any more; without a key, signed by nobody."""
    parts = [urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in (header, claims)]
    tail = hmac.digest(key, b".".join(parts), "sha256") if key else b""
    return b".".join([*parts, urlsafe_b64encode(tail).rstrip(b"=")]).decode()


def _unsigned(wrong: StandIn, nonce: str) -> str:
    return _by_hand({"alg": "none"}, wrong.claims(nonce), b"")


def _by_public_key(wrong: StandIn, nonce: str) -> str:
    """HS256 with what everybody may read of the provider's key: the confusion of algorithms."""
    return _by_hand({"alg": "HS256", "kid": "one"}, wrong.claims(nonce), wrong.key.as_pem(private=False))


def _by_secret(wrong: StandIn, nonce: str) -> str:
    return _by_hand({"alg": "HS256"}, wrong.claims(nonce), SECRET.encode())


def _changed(wrong: StandIn, nonce: str) -> str:
    head, body, tail = good(wrong, nonce).split(".")
    return f"{head}.{body[:-2]}{'AA' if body[-2:] != 'AA' else 'BB'}.{tail}"


def _no_object(wrong: StandIn, nonce: str) -> str:
    return jws.serialize_compact({"alg": "ES256", "kid": "one"}, b'["no", "object"]', wrong.key, algorithms=["ES256"])


WRONG: dict[str, tuple[Made, str]] = {
    "another issuer": (claims(iss="https://other.example"), UNTRUSTED),
    "its issuer with a stroke": (lambda w, n: w.sign(w.claims(n, iss=f"{w.issuer}/")), UNTRUSTED),
    "for another": (claims(aud="another"), UNTRUSTED),
    "for us and another": (claims(aud=["custodes", "another"]), UNTRUSTED),
    "for nobody": (claims(aud=[]), UNTRUSTED),
    "by way of another": (claims(azp="another"), UNTRUSTED),
    "another nonce": (claims(nonce="n" * 43), UNTRUSTED),
    "no nonce": (claims(nonce=None), UNTRUSTED),
    "a nonce that is no text": (claims(nonce=["n"]), UNTRUSTED),
    "nobody": (claims(sub=None), UNTRUSTED),
    "an empty name": (claims(sub=""), UNTRUSTED),
    "a name too long": (claims(sub="s" * 256), UNTRUSTED),
    "no end": (claims(exp=None), UNTRUSTED),
    "an end that is no time": (claims(exp="tomorrow"), UNTRUSTED),
    "an end beyond all time": (claims(exp=10**30), UNTRUSTED),
    "no beginning": (claims(iat=None), UNTRUSTED),
    "over": (_at(exp=-61), "The clocks of Work sign-in and this service differ"),
    "made long ago": (_at(iat=-661), "The clocks of"),
    "made in time to come": (_at(iat=120), "The clocks of"),
    "good later": (_at(nbf=120), "The clocks of"),
    "signed by nobody": (_unsigned, UNTRUSTED),
    "signed with the public key": (_by_public_key, UNTRUSTED),
    "signed with our secret": (_by_secret, UNTRUSTED),
    "signed by another under its name": (_other_key, UNTRUSTED),
    "signed with a key it brings along": (_own_key_inside, UNTRUSTED),
    "changed afterwards": (_changed, UNTRUSTED),
    "no object": (_no_object, UNTRUSTED),
    "no token": (lambda _w, _n: "no.token.", UNTRUSTED),
    "nothing": (lambda _w, _n: "", UNTRUSTED),
    "very long": (lambda _w, _n: "x" * 200_000, UNTRUSTED),
    "groups that are no list": (claims(groups={"leeds-chair": True}), "did not say which groups"),
    "groups elsewhere": (claims(groups=None, _claim_names={"groups": "src1"}), "did not say which groups"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_token_that_is_wrong_opens_nothing(live: Live, wrong: StandIn, name: str) -> None:
    refused(live, wrong, *WRONG[name])


def test_within_the_allowed_difference_of_clocks_it_is_taken(live: Live, wrong: StandIn) -> None:
    for made in (_at(exp=-50), _at(iat=50), _at(nbf=50)):
        assert sign_in(live, wrong, made)[1].location == "/"


def test_a_key_that_is_new_is_asked_for_and_one_withdrawn_no_longer_taken(live: Live, wrong: StandIn) -> None:
    assert sign_in(live, wrong, good)[1].location == "/"
    old, wrong.key = wrong.key, ECKey.generate_key("P-384", {"kid": "two", "use": "sig"}, private=True)
    wrong.published = [wrong.key.as_dict(private=False)]

    def by_new(wrong: StandIn, nonce: str) -> str:
        return jwt.encode({"alg": "ES384", "kid": "two"}, wrong.claims(nonce), wrong.key, algorithms=["ES384"])

    assert sign_in(live, wrong, by_new)[1].location == "/"
    wrong.key = old
    refused(live, wrong, good, UNTRUSTED)


def test_keys_are_not_asked_for_again_for_every_token(
    live: Live, wrong: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providing, "ANEW", 3600.0)
    for _ in range(3):
        refused(live, wrong, _own_key_inside, UNTRUSTED)
    assert wrong.asked.count("/keys") == 2
    assert wrong.asked.count("/.well-known/openid-configuration") == 1


@pytest.mark.parametrize("changed", [
    {"issuer": "https://other.example"},
    {"token_endpoint": "http://169.254.169.254/token"},
    {"token_endpoint": "ftp://localhost/token"},
    {"jwks_uri": None},
    {"authorization_endpoint": "https://user:secret@login.example/authorize"},
    {"authorization_endpoint": "javascript:alert(1)"},
    {"authorization_endpoint": "https://[/"},
])  # fmt: skip
def test_a_provider_that_describes_itself_wrongly_is_not_used(
    live: Live, wrong: StandIn, changed: dict[str, Any]
) -> None:
    wrong.described |= changed
    refused(live, wrong, good, AWAY)


@pytest.mark.parametrize(("status", "body", "said"), [
    (500, b"oops", AWAY),
    (200, b"no object", AWAY),
    (200, b"[]", AWAY),
    (302, b"", AWAY),
    (200, b"x" * (2 << 20), AWAY),
    (200, b"[" * 100_000, AWAY),
])  # fmt: skip
def test_what_is_no_answer_is_said_to_be_none(live: Live, wrong: StandIn, status: int, body: bytes, said: str) -> None:
    wrong.answer = (status, body)
    refused(live, wrong, good, said)


@pytest.mark.parametrize(("error", "said"), [
    ("invalid_grant", "This sign-in was used or took too long"),
    ("invalid_client", "Work sign-in does not accept this service"),
])  # fmt: skip
def test_a_refusal_of_the_code_and_one_of_us_are_told_apart(live: Live, wrong: StandIn, error: str, said: str) -> None:
    client = live.app.test_client()
    asked = asked_for(client.get("/sign-in/with/work").location)
    wrong.answer = (400, json.dumps({"error": error}).encode())
    answer = client.get("/sign-in/with/work/return", query_string={"state": asked["state"], "code": "a-code"})
    assert said in words(answer.text)


def test_a_provider_that_hangs_is_given_up(live: Live, wrong: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "SECONDS", 0.3)
    wrong.hang = threading.Event()
    refused(live, wrong, good, AWAY)
    wrong.hang.set()


def test_one_that_is_not_there_is_said_to_be_away_and_the_other_ways_go_on(live: Live, wrong: StandIn) -> None:
    wrong.described["token_endpoint"] = "http://localhost:1/token"
    refused(live, wrong, good, AWAY)
    live.sign_in("chair")


def test_who_answers_must_be_named_where_the_provider_names_itself(live: Live, wrong: StandIn) -> None:
    wrong.described["authorization_response_iss_parameter_supported"] = True
    refused(live, wrong, good, UNTRUSTED)
    refused(live, wrong, good, UNTRUSTED, iss="https://other.example")
    assert sign_in(live, wrong, good, iss=wrong.issuer)[1].location == "/"


@pytest.mark.parametrize(("address", "inside", "outside"), [
    ("93.184.216.34", True, True),
    ("10.1.2.3", True, False),
    ("fd00::1", True, False),
    ("169.254.169.254", False, False),
    ("127.0.0.1", False, False),
    ("::1", False, False),
    ("::ffff:169.254.169.254", False, False),
    ("0.0.0.0", False, False),
    ("224.0.0.1", False, False),
])  # fmt: skip
def test_what_may_be_reached(address: str, inside: bool, outside: bool) -> None:
    assert reachable(address, internal=True, demonstration=False) is inside
    assert reachable(address, internal=False, demonstration=False) is outside


def test_only_public_keys_of_some_strength_are_used() -> None:
    weak = {"kty": "RSA", "n": urlsafe_b64encode(b"\xff" * 128).rstrip(b"=").decode(), "e": "AQAB"}
    secret = OctKey.generate_key(256)
    published: dict[str, Any] = {"keys": [
        weak, secret.as_dict(private=True), {"kty": "RSA"}, "no key",
        {"kty": "EC", "crv": "P-256"},
        {**ECKey.generate_key("P-256").as_dict(private=False), "use": "enc"},
    ]}  # fmt: skip
    assert usable(published) == []
    assert usable({"keys": None}) == []


def test_our_own_word_is_signed_with_whatever_private_key_there_is() -> None:
    at = datetime.fromisoformat("2030-01-01T00:00:00+00:00")
    for key in (RSAKey.generate_key(2048, private=True), ECKey.generate_key("P-256", private=True)):
        pem = key.as_pem(private=True)
        said = assertion(pem, client="custodes", audience="https://a.example", key_id="k", jti="1", now=at)
        found = jwt.decode(said, key, algorithms=["PS256", "ES256"])
        assert (found.claims["aud"], found.header["kid"]) == ("https://a.example", "k")
        assert found.claims["exp"] - found.claims["iat"] == 60
        assert not is_key(key.as_pem(private=False))
    for nothing in (b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"):
        assert not is_key(nothing)
        with pytest.raises(ValueError, match="no private key"):
            assertion(nothing, client="c", audience="a", key_id="", jti="1", now=at)
