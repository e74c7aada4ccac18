"""Reading policies/people/providers.toml: who else may say who somebody is, and what that is worth here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from foundation.policy import Faults, Table, read
from identity.model import Role

FILE = "people/providers.toml"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# Public keys alone: with a shared secret whoever knows it could sign, and `none` is signed by nobody.
ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
BASIC, POST, KEY = "client-secret-basic", "client-secret-post", "private-key-jwt"
EVERYBODY, ADMINISTRATORS = "everybody", "administrators"
_SELF = "openid"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a group stands for: a role in the office of that name; without a name, in the one office of its kind."""

    group: str
    role: str
    office: str


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider of OpenID Connect; the fields are those of the file."""

    id: str
    name: str
    party: str
    issuer: str
    client: str
    authentication: str
    key_id: str = ""
    scopes: tuple[str, ...] = ()
    internal: bool = False
    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()
    local: str = EVERYBODY
    groups: str = ""
    member: str = ""
    grants: tuple[Grant, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether it is asked without TLS: at this machine, in a demonstration."""
        return self.issuer.startswith("http:")


@dataclass(frozen=True, slots=True)
class Providers:
    """The rules for all of them, and each by its id. ``answer``: how long an answer may take."""

    known: Mapping[str, Provider] = field(default_factory=dict)
    answer: timedelta = timedelta()
    age: timedelta = timedelta()
    skew: timedelta = timedelta()
    keys: timedelta = timedelta()
    algorithms: tuple[str, ...] = ()


def load_providers(root: Path, roles: Mapping[str, Role], faults: Faults) -> Providers:
    """From ``root``. Every fault goes to ``faults``."""
    top = read(root / FILE, root, faults)
    if top is None:
        return Providers()
    rules = top.table("rules")
    known: dict[str, Provider] = {}
    for table in top.tables("provider"):
        found = _provider(table, roles)
        if found.id in known or found.issuer in {each.issuer for each in known.values()}:
            table.fault("id", "an id and an issuer are given once")
        known[found.id] = found
    top.done()
    return _ruled(rules, known) if rules else Providers(known)


def _ruled(table: Table, known: Mapping[str, Provider]) -> Providers:
    found = Providers(
        known,
        answer=timedelta(minutes=table.number("minutes", least=1)),
        age=timedelta(minutes=table.number("age_minutes", least=1)),
        skew=timedelta(seconds=table.number("skew_seconds")),
        keys=timedelta(minutes=table.number("keys_minutes", least=1)),
        algorithms=table.texts("algorithms", least=1),
    )
    for each in sorted(set(found.algorithms) - ALGORITHMS):
        table.fault("algorithms", f"“{each}” is not one of {', '.join(sorted(ALGORITHMS))}")
    table.text("basis")
    table.clauses()
    table.done()
    return found


def _provider(table: Table, roles: Mapping[str, Role]) -> Provider:
    found = Provider(
        id=table.code("id"),
        name=table.text("name"),
        party=table.code("party"),
        issuer=table.text("issuer"),
        client=table.text("client"),
        authentication=table.text("authentication"),
        key_id=table.text("key_id", default=""),
        scopes=table.texts("scopes", default=()),
        internal=table.flag("internal", default=False),
        acr=table.texts("acr", default=()),
        amr=table.texts("amr", default=()),
        local=table.text("local"),
        groups=table.text("groups", default=""),
        member=table.text("member", default=""),
        grants=tuple(_grant(each, roles, table.peek("party")) for each in table.tables("grant")),
    )
    _check(table, found, {role.party for role in roles.values()})
    table.done()
    return found


def _check(table: Table, found: Provider, parties: Collection[str]) -> None:
    if parties and found.party not in parties:
        table.fault("party", f"“{found.party}” is no party with a role")
    if found.issuer and not _is_issuer(found.issuer):
        table.fault("issuer", "must be https:// and a host, without query or fragment; http:// at localhost alone")
    if found.authentication not in (BASIC, POST, KEY):
        table.fault("authentication", f"must be {BASIC}, {POST} or {KEY}")
    if found.local not in (EVERYBODY, ADMINISTRATORS):
        table.fault("local", f"must be {EVERYBODY} or {ADMINISTRATORS}")
    if _SELF in found.scopes or any(" " in scope for scope in found.scopes):
        table.fault("scopes", f"is a list of single scopes, without {_SELF}")
    if (found.member or found.grants) and not found.groups:
        table.fault("groups", "is missing: which claim lists the groups?")
    if len({(each.group, each.role, each.office) for each in found.grants}) != len(found.grants):
        table.fault("grant", "names something twice")


def _grant(table: Table, roles: Mapping[str, Role], party: object) -> Grant:
    found = Grant(table.text("group"), table.text("role"), table.text("office", default=""))
    if roles and (found.role not in roles or roles[found.role].party != party):
        table.fault("role", f"“{found.role}” is no role of that party")
    table.done()
    return found


def _is_issuer(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    named = bool(host) and not parts.query and not parts.fragment and "@" not in parts.netloc and text.isascii()
    return named and " " not in text and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))
