"""What an identity provider is asked over the network (OpenID Connect): what it is, its keys, and a code for a token.

Nothing is asked while somebody else waits for a database; nothing comes from an address that may not be reached; and
what comes is held against the issuer that is configured before anything in it is used.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from app.outbound.web import Answer, Unreachable, ask
from identity.policy.providers import BASIC, LOOPBACK, POST, Provider
from outbox.rules import destinations

SECONDS = 8.0  # somebody waits for the page
WELL_KNOWN = "/.well-known/openid-configuration"
MOST_URL = 2000


class NotAnswered(Exception):
    """Nothing that can be used came. ``cause`` is a code that names nobody."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Described:
    """Where a provider is asked what, as it says itself; ``says_who``: its answers name the issuer (RFC 9207)."""

    authorize: str
    token: str
    keys: str
    end_session: str
    says_who: bool
    methods: frozenset[str] = field(default_factory=frozenset)
    algorithms: frozenset[str] = field(default_factory=frozenset)
    challenges: frozenset[str] = field(default_factory=frozenset)


def describe(provider: Provider, *, demonstration: bool) -> Described:
    """Ask it what it is. Raises NotAnswered: unreachable, or ``described-…`` for what cannot be used."""
    found = _json("GET", provider.issuer.rstrip("/") + WELL_KNOWN, provider, demonstration=demonstration)
    if found.get("issuer") != provider.issuer:
        raise NotAnswered("described-issuer")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    authorize, token, jwks = (_endpoint(found.get(name), provider) for name in names)
    if not (authorize and token and jwks):
        raise NotAnswered("described-endpoint")
    return Described(
        authorize,
        token,
        jwks,
        end_session=_endpoint(found.get("end_session_endpoint"), provider),
        says_who=found.get("authorization_response_iss_parameter_supported") is True,
        methods=_texts(found, "token_endpoint_auth_methods_supported") or frozenset({"client_secret_basic"}),
        algorithms=_texts(found, "id_token_signing_alg_values_supported"),
        challenges=_texts(found, "code_challenge_methods_supported"),
    )


def keys(provider: Provider, described: Described, *, demonstration: bool) -> dict[str, Any]:
    """What it publishes of its keys, unread. Raises NotAnswered."""
    return _json("GET", described.keys, provider, demonstration=demonstration)


def exchange(
    provider: Provider,
    described: Described,
    asked: Mapping[str, str],
    *,
    secret: bytes,
    sign: Callable[[str], str],
    demonstration: bool,
) -> str:
    """The ID token for a code. ``asked``: the code, our address, the verifier. ``sign``: our word for an audience.

    Raises NotAnswered: ``code`` where the provider does not take the code, ``client`` where it does not take us.
    """
    form = {"grant_type": "authorization_code", **asked}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if provider.authentication == BASIC:
        said = f"{quote(provider.client, safe='')}:{quote(secret.decode(), safe='')}"
        headers["Authorization"] = f"Basic {b64encode(said.encode()).decode()}"
    elif provider.authentication == POST:
        form |= {"client_id": provider.client, "client_secret": secret.decode()}
    else:
        form |= {
            "client_id": provider.client,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": sign(described.token),
        }
    found = _json("POST", described.token, provider, urlencode(form).encode(), headers, demonstration=demonstration)
    token = found.get("id_token")
    if not isinstance(token, str) or not token:
        raise NotAnswered("no-token")
    return token


def address(described: Described, parameters: Mapping[str, str]) -> str:
    """Where the browser goes to sign in."""
    return _with(described.authorize, parameters)


def leave(described: Described, client: str) -> str:
    """Where the browser goes to sign out there as well (RP-Initiated Logout 1.0). It comes back from nowhere."""
    return _with(described.end_session, {"client_id": client})


def reachable(text: str, *, internal: bool, demonstration: bool) -> bool:
    """Whether an IP address may be connected to: as for partner systems, and private ones where the policy says so."""
    if destinations.allowed(text, demonstration=demonstration):
        return True
    found = ip_address(text.partition("%")[0])
    never = found.is_loopback or found.is_link_local or found.is_multicast or found.is_unspecified or found.is_reserved
    return internal and found.is_private and not never


def _with(url: str, parameters: Mapping[str, str]) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(parameters)}"


def _json(
    method: str,
    url: str,
    provider: Provider,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    demonstration: bool,
) -> dict[str, Any]:
    allowed = partial(reachable, internal=provider.internal, demonstration=demonstration)
    try:
        answer = ask(method, url, body, headers or {"Accept": "application/json"}, allowed=allowed, seconds=SECONDS)
    except Unreachable as error:
        raise NotAnswered(error.cause) from None
    found = _object(answer)
    if answer.status == 200 and found is not None:
        return found
    if method == "POST" and 400 <= answer.status < 500:
        raise NotAnswered("client" if (found or {}).get("error") == "invalid_client" else "code")
    raise NotAnswered(f"answered-{answer.status}")


def _object(answer: Answer) -> dict[str, Any] | None:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _endpoint(value: object, provider: Provider) -> str:
    """An address of a provider that can be used; empty for one that cannot. Under TLS, unless the provider is here."""
    if not isinstance(value, str) or len(value) > MOST_URL or not value.isascii() or not value.isprintable():
        return ""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return ""
    secure = parts.scheme == "https" or (provider.plain and parts.scheme == "http" and host in LOOPBACK)
    return value if secure and host and "@" not in parts.netloc and not parts.fragment and " " not in value else ""


def _texts(found: Mapping[str, Any], name: str) -> frozenset[str]:
    listed = found.get(name)
    return frozenset(each for each in listed if isinstance(each, str)) if isinstance(listed, list) else frozenset()
