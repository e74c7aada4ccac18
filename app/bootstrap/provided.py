"""What the doctor finds out about identity providers: asked as a sign-in asks them, and nobody signs in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.bootstrap.finding import ATTENTION, WELL, WRONG, Finding
from app.bootstrap.providing import faulty
from app.outbound.provider import Described, NotAnswered, describe, keys
from identity.policy.providers import Provider
from identity.store.idtoken import usable

if TYPE_CHECKING:
    from app.bootstrap.house import House

CHECK = "provider"
SIGN_IN = "People sign in by passkey, or password and code, meanwhile: docs/runbooks/provider-down.md."


def looked_at(house: House) -> list[Finding]:
    """Of every provider that is set up."""
    return [each for provider in house.policies.gates.providers.known.values() for each in _of(house, provider)]


def _of(house: House, provider: Provider) -> list[Finding]:
    do = "See docs/sign-in.md."
    if wrong := faulty(house.settings, provider):
        return [Finding(CHECK, WRONG, f"{provider.name}: {name} {fault}.", do) for name, fault in wrong]
    try:
        described = describe(provider, demonstration=house.demonstration)
        published = keys(provider, described, demonstration=house.demonstration)
    except NotAnswered as error:
        text = f"{provider.name} does not answer as a provider does: {error.cause}."
        return [Finding(CHECK, WRONG, text, f"See its issuer in people/providers.toml, and the way there. {SIGN_IN}")]
    found = list(_fits(house, provider, described))
    if not usable(published):
        text = f"{provider.name} publishes no key that an answer could be verified with."
        do = "Have it publish an RSA key of 2048 bits, or one of an elliptic curve."
        found.append(Finding(CHECK, WRONG, text, do))
    if not any(each.word == WRONG for each in found):
        found.append(Finding(CHECK, WELL, f"{provider.name} answers, and can be used to sign in."))
    return found


def _fits(house: House, provider: Provider, described: Described) -> Iterator[Finding]:
    name, do = provider.name, "Change what it offers, or people/providers.toml."
    if "S256" not in described.challenges:
        yield Finding(CHECK, ATTENTION, f"{name} does not say that it checks PKCE (S256).", do)
    if described.algorithms.isdisjoint(house.policies.gates.providers.algorithms):
        yield Finding(CHECK, WRONG, f"{name} signs with no algorithm that is taken here.", do)
    if provider.authentication.replace("-", "_") not in described.methods:
        yield Finding(CHECK, WRONG, f"{name} does not take the authentication {provider.authentication}.", do)
    if not described.says_who:
        text = f"{name} does not say in its answers whose they are (RFC 9207)."
        yield Finding(CHECK, ATTENTION, text, "With one provider no harm; with several, have it say so.")
