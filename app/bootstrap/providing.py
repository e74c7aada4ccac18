"""A sign-in with an identity provider, from the first step to the last: acts of identity, and questions between them.

What a provider publishes of itself is kept for a while by each process; a key nobody knows is asked for at once, but
not for every token that names one.
"""

from __future__ import annotations

import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from app.bootstrap.clock import SystemClock
from app.config import SettingsFaulty
from app.outbound import provider as outbound
from app.outbound.provider import Described, NotAnswered
from foundation.actor import Actor
from identity.errors import ProviderUnknown
from identity.model import SignIn
from identity.policy.providers import KEY, Provider
from identity.rules.providers import Told, against, told
from identity.service.providing import LINK, Asked, Question
from identity.store.idtoken import NotSigned, assertion, is_key, verified

if TYPE_CHECKING:
    from app.bootstrap.house import House
    from app.bootstrap.work import Work
    from app.config import Settings

RETURN = "/sign-in/with/{}/return"
ANEW = 10.0  # seconds: how often a key nobody knows is asked for
REFUSED = frozenset({"access_denied", "login_required", "interaction_required", "consent_required"})


@dataclass(slots=True)
class _Published:
    read: float
    described: Described
    keys: dict[str, Any] = field(default_factory=dict)
    anew: float = float("-inf")


class Published:
    """What providers publish of themselves, as this process read it last. For many threads."""

    def __init__(self, *, demonstration: bool, ticks: Callable[[], float] = time.monotonic) -> None:
        self._demonstration, self._ticks = demonstration, ticks
        self._known: dict[str, _Published] = {}
        self._lock = threading.Lock()

    def described(self, provider: Provider, keep: timedelta) -> Described:
        """Raises NotAnswered."""
        return self._of(provider, keep).described

    def keys(self, provider: Provider, keep: timedelta) -> Mapping[str, Any]:
        """Raises NotAnswered."""
        found = self._of(provider, keep)
        if not found.keys:
            found.keys = outbound.keys(provider, found.described, demonstration=self._demonstration)
        return found.keys

    def keys_anew(self, provider: Provider, keep: timedelta) -> Mapping[str, Any]:
        """The keys, asked for again unless that was done just now. Raises NotAnswered."""
        found, at = self._of(provider, keep), self._ticks()
        with self._lock:
            due = at - found.anew >= ANEW
            found.anew = at if due else found.anew
        if due:
            found.keys = outbound.keys(provider, found.described, demonstration=self._demonstration)
        return found.keys

    def end_session(self, provider: Provider) -> str:
        """Where somebody signs out there as well; empty where it has said nothing of that. Nothing is asked for it."""
        found = self._known.get(provider.id)
        return outbound.leave(found.described, provider.client) if found and found.described.end_session else ""

    def _of(self, provider: Provider, keep: timedelta) -> _Published:
        at, found = self._ticks(), self._known.get(provider.id)
        if found is None or at - found.read >= keep.total_seconds():
            described = outbound.describe(provider, demonstration=self._demonstration)
            found = self._known[provider.id] = _Published(at, described)
        return found


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a provider's answer. ``answer`` is None where it was not taken; ``cause`` is the code of why."""

    answer: SignIn | None = None
    purpose: str = ""
    back: str = "/"
    cause: str = ""


def startable(settings: Settings, known: Mapping[str, Provider]) -> None:
    """Raises SettingsFaulty for a provider that could never be asked: found out at the start, not by people."""
    faults: dict[str, list[str]] = {}
    for each in known.values():
        for name, fault in faulty(settings, each):
            faults.setdefault(name, []).append(fault)
    if faults:
        raise SettingsFaulty("; ".join(f"{name}: {', '.join(all_)}" for name, all_ in faults.items()), fields=faults)


def faulty(settings: Settings, provider: Provider) -> list[tuple[str, str]]:
    """What of the settings keeps this provider from being asked: the variable, and what is wrong."""
    found = []
    if settings.site is None:
        found.append(("CUSTODES_ADDRESS", f"must say where people come back to from {provider.name}"))
    if provider.plain and not settings.demonstration:
        found.append(("CUSTODES_POLICIES", f"{provider.id}: an issuer without https is for a demonstration"))
    try:
        secret = secret_of(settings, provider)
    except OSError:
        found.append(("CUSTODES_PROVIDER_SECRETS", f"has no file “{provider.id}” that can be read"))
    else:
        if provider.authentication == KEY and not is_key(secret):
            found.append(("CUSTODES_PROVIDER_SECRETS", f"the file “{provider.id}” is no private key (PEM)"))
        elif not secret:
            found.append(("CUSTODES_PROVIDER_SECRETS", f"the file “{provider.id}” is empty"))
    return found


def secret_of(settings: Settings, provider: Provider) -> bytes:
    """The first line of its file, or the whole of a private key. Raises OSError."""
    found = (settings.provider_secrets / provider.id).read_bytes()
    return found if provider.authentication == KEY else found.partition(b"\n")[0].strip()


def ask(house: House, question: Question, provider_id: str) -> str:
    """Where the browser goes with the question. Raises NotAnswered, ProviderUnknown."""
    provider, rules = known(house, provider_id), house.policies.gates.providers
    described = house.published.described(provider, rules.keys)
    digest = sha256(question.verifier.encode()).digest()
    parameters = {
        "response_type": "code",
        "client_id": provider.client,
        "redirect_uri": back_to(house, provider),
        "scope": " ".join(("openid", *provider.scopes)),
        "state": question.state,
        "nonce": question.nonce,
        "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    if provider.acr:
        parameters["acr_values"] = " ".join(provider.acr)
    return outbound.address(described, parameters)


def came_back(house: House, provider_id: str, said: Mapping[str, str], *, session_token: str, actor: Actor) -> Came:
    """Take what the browser brings back. Raises ProviderUnknown, SessionEnded."""
    provider = known(house, provider_id)

    def spend(work: Work) -> Asked | None:
        state = said.get("state", "")
        return work.identity.take_answer(
            session_token=session_token, provider_id=provider_id, state=state, actor=actor, now=work.now
        )

    asked = house.do(spend, actor)
    if asked is None:
        return Came(cause="state")
    try:
        word = _word(house, provider, said, asked.nonce, asked.verifier)
    except (NotAnswered, NotSigned) as error:
        failed(house, provider_id, error.cause, session_token=session_token, actor=actor)
        return Came(None, asked.purpose, asked.back, error.cause)

    def take(work: Work) -> SignIn:
        act = work.identity.link_provider if asked.purpose == LINK else work.identity.check_provider
        return act(session_token=session_token, provider_id=provider_id, told=word, actor=actor, now=work.now)

    answer = house.do(take, actor)
    return Came(answer if answer.ok else None, asked.purpose, asked.back, "" if answer.ok else answer.detail)


def failed(house: House, provider_id: str, cause: str, *, session_token: str, actor: Actor) -> None:
    """Enter in the log that a provider could not be used."""

    def enter(work: Work) -> None:
        work.identity.provider_failed(
            session_token=session_token, provider_id=provider_id, cause=cause, actor=actor, now=work.now
        )

    house.do(enter, actor)


def known(house: House, provider_id: str) -> Provider:
    """Raises ProviderUnknown, also where nobody said at which address people come back."""
    found = house.policies.gates.providers.known.get(provider_id)
    if found is None or house.settings.site is None:
        raise ProviderUnknown("Choose a way of signing in from the page of sign-in.")
    return found


def back_to(house: House, provider: Provider) -> str:
    """Where the provider sends the browser: never taken from a request."""
    site = house.settings.site
    return f"{site.origin if site else ''}{RETURN.format(provider.id)}"


def _word(house: House, provider: Provider, said: Mapping[str, str], nonce: str, verifier: str) -> Told:
    """What the provider says of who came, verified. Raises NotAnswered, NotSigned."""
    rules = house.policies.gates.providers
    described = house.published.described(provider, rules.keys)
    if said.get("iss", "" if described.says_who else provider.issuer) != provider.issuer:
        raise NotAnswered("issuer")  # another provider's answer (RFC 9207)
    if said.get("error"):
        raise NotAnswered("refused" if said["error"] in REFUSED else "error")
    if not said.get("code"):
        raise NotAnswered("code")
    asked = {"code": said["code"], "redirect_uri": back_to(house, provider), "code_verifier": verifier}
    token = _token(house, provider, described, asked)
    try:
        claims = verified(token, house.published.keys(provider, rules.keys), rules.algorithms)
    except NotSigned as error:
        if error.cause != "key-unknown":
            raise
        claims = verified(token, house.published.keys_anew(provider, rules.keys), rules.algorithms)
    # A provider counts in the world's time, whatever a demonstration's clock says.
    if cause := against(claims, provider, rules, nonce=nonce, now=SystemClock().now()):
        raise NotAnswered(cause)
    return told(claims, provider)


def _token(house: House, provider: Provider, described: Described, asked: Mapping[str, str]) -> str:
    try:
        secret = secret_of(house.settings, provider)
    except OSError:
        raise NotAnswered("client") from None

    def sign(audience: str) -> str:
        made = {"client": provider.client, "audience": audience, "key_id": provider.key_id}
        return assertion(secret, **made, jti=token_urlsafe(16), now=SystemClock().now())

    try:
        return outbound.exchange(
            provider, described, asked, secret=secret, sign=sign, demonstration=house.demonstration
        )
    except ValueError:  # a key that cannot sign, a secret that is no text
        raise NotAnswered("client") from None
