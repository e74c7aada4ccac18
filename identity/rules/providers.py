"""What a provider's word is worth: whether an ID token holds, what it proves, and what it takes away (OpenID Connect).

Source: OpenID Connect Core 1.0, 3.1.3.7; RFC 9207 (which provider answers); RFC 8176 (what ``amr`` says).
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from identity.model import Appointment, Office, Role
from identity.policy.providers import Provider, Providers

MOST_SUBJECT = 255  # characters, by the standard
MOST_GROUPS = 1000
_LAST = 253_402_300_799  # the last second a calendar date can be


@dataclass(frozen=True, slots=True)
class Told:
    """What a verified ID token says, of what is of use here. ``groups`` is None where it says nothing of them."""

    subject: str
    second_factor: bool
    groups: frozenset[str] | None


def against(claims: Mapping[str, Any], provider: Provider, rules: Providers, *, nonce: str, now: datetime) -> str:
    """Why the claims of an ID token whose signature holds are not taken; empty when they are. A code, for the log.

    ``clock``: it is of a time to come, or over; ``nonce``: it answers another question; the others name the claim.
    """
    if claims.get("iss") != provider.issuer:
        return "issuer"
    if cause := _audience(claims, provider.client):
        return cause
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
        return "nonce"
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= MOST_SUBJECT:
        return "subject"
    return _times(claims, rules, now)


def told(claims: Mapping[str, Any], provider: Provider) -> Told:
    """What the claims, which hold, say."""
    amr = claims.get("amr")
    ways = {each for each in amr if isinstance(each, str)} if isinstance(amr, list) else set()
    second = claims.get("acr") in provider.acr or not ways.isdisjoint(provider.amr)
    return Told(str(claims["sub"]), second, _groups(claims.get(provider.groups)) if provider.groups else frozenset())


def means(provider: Provider, roles: Mapping[str, Role], offices: Sequence[Office]) -> dict[tuple[str, str], set[str]]:
    """Role and office id, and the groups that stand for them. A grant whose office is not there stands for nothing."""
    found: dict[tuple[str, str], set[str]] = {}
    for grant in provider.grants:
        for office in offices:
            role = roles.get(grant.role)
            fits = role is not None and (office.party, office.kind) == (role.party, role.office)
            if fits and office.active and grant.office in ("", office.name):
                found.setdefault((grant.role, office.id), set()).add(grant.group)
    return found


def says(meant: Mapping[tuple[str, str], Collection[str]], groups: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Role and office id of what somebody in these groups holds, as the provider has it. In order."""
    return tuple(sorted(what for what, by in meant.items() if not groups.isdisjoint(by)))


def gone(
    held: Sequence[Appointment], meant: Collection[tuple[str, str]], said: Collection[tuple[str, str]]
) -> list[Appointment]:
    """The appointments that the provider speaks of, and no longer says. Of others it has no say."""
    return [each for each in held if (one := (each.role, each.office_id)) in meant and one not in said]


def _audience(claims: Mapping[str, Any], client: str) -> str:
    """Us and nobody else: a token that others may use as well is one that others may pass on."""
    named = claims.get("aud")
    if named not in (client, [client]):
        return "audience"
    return "audience" if claims.get("azp", client) != client else ""


def _times(claims: Mapping[str, Any], rules: Providers, now: datetime) -> str:
    ends, made, begins = (_instant(claims.get(name)) for name in ("exp", "iat", "nbf"))
    if ends is None or made is None or ("nbf" in claims and begins is None):
        return "times"
    over = now >= ends + rules.skew or now - made >= rules.age + rules.skew
    to_come = made > now + rules.skew or (begins is not None and begins > now + rules.skew)
    return "clock" if over or to_come else ""


def _instant(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= _LAST:
        return None
    return datetime.fromtimestamp(value, UTC)


def _groups(value: object) -> frozenset[str] | None:
    """A list of texts, or one alone; what is anything else says nothing."""
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or len(listed) > MOST_GROUPS or not all(isinstance(each, str) for each in listed):
        return None
    return frozenset(listed)
