"""The nouns of identity: parties, offices, roles, people, and the facts about an item that access is decided from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from foundation.actor import BEGINNING

# What somebody may be charged with. Access rules name these; a role may name no other.
DUTIES = frozenset({
    "account-admin", "compliance-officer", "breach-lead", "auditor", "router", "records-reviewer", "disposal-approver",
    "removable-media", "media-approver", "safety-override", "operator", "data-protection", "oversight",
})  # fmt: skip

# What training gates, and until when an actor holds it. Rules name these; a module of policies/people names no other.
RIGHTS: Mapping[str, str] = {
    "handling": "handling_until",
    "disposal-review": "disposal_until",
    "removable-media": "media_until",
}

# Duties whose holder runs the service itself: longer password, and an account used for nothing else.
PRIVILEGED = frozenset({"account-admin", "operator"})


@dataclass(frozen=True, slots=True)
class OfficeKind:
    """A kind of office a party has. ``single``: there is exactly one (a secretariat); else many (Boards)."""

    id: str
    name: str
    single: bool
    per_establishment: bool


@dataclass(frozen=True, slots=True)
class Party:
    """One party to agreements. ``reference`` heads the references of what it originates (HMIP-2026-00412)."""

    id: str
    name: str
    short: str
    reference: str
    hmg: bool
    office_kinds: tuple[OfficeKind, ...]
    clauses: tuple[str, ...] = ()
    country: str = ""

    def office_kind(self, kind: str) -> OfficeKind | None:
        """The office kind of that id, if this party has it."""
        return next((one for one in self.office_kinds if one.id == kind), None)


@dataclass(frozen=True, slots=True)
class Role:
    """What somebody is appointed as. ``office`` is an office kind of ``party``; ``duties`` are Cedar duty ids."""

    id: str
    name: str
    party: str
    office: str
    duties: frozenset[str]
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """From (included) until (excluded)."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """A time-limited basis to see and open one item. ``basis`` is "grant" or "break-glass"."""

    principal: int
    basis: str
    window: Window


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What access to one item is decided from; rebuilt from its rows, never from what a request says."""

    id: int
    sender: int
    recipients: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()
    offices: frozenset[int] = frozenset()
    grants: tuple[Grant, ...] = ()
    recused: frozenset[int] = frozenset()
    owners: frozenset[str] = frozenset()
    released_to: frozenset[str] = frozenset()
    recipients_only: bool = False
    org_only: bool = False
    hmg_only: bool = False
    embargo_until: datetime | None = None
    embargo_lead: int | None = None
    quarantined: bool = False
    state: str = "open"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Cedar's answer with every rule that made it. ``tell`` says who may hear why: self, holders or nobody.

    ``rules`` are the bars if any stands, else the bases. ``bases`` is filled by ``explain`` alone: what would permit it
    if no bar stood. ``policy`` is the digest of the rules that decided.
    """

    allowed: bool
    rules: tuple[str, ...]
    why: tuple[str, ...]
    tell: str
    policy: str
    bases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """An account as others may see it. ``locked``: too many failures in a row, of password or code."""

    id: str
    principal: int
    email: str
    name: str
    party: str
    standing: str
    vetted_until: datetime
    created: datetime
    version: int
    locked: bool = False
    country: str = ""
    checked_until: datetime = BEGINNING
    passkeys: str = ""
    links: str = ""
    made_by: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """What one body consented to for its information abroad (M66-M68): to whom, where, from when until when.

    ``person``: id, or empty for everybody of ``to_party``; ``country``: code, or empty for wherever they work.
    """

    id: str
    owner: str
    to_party: str
    person: str
    country: str
    window: Window
    withdrawn: datetime | None
    by: str
    at: datetime
    written: str = ""
    conditions: str = ""
    instructions: str = ""

    def covers(self, person: str, country: str, now: datetime) -> bool:
        """Whether it lets this person, working there, have the owner's information now."""
        standing = self.withdrawn is None and self.window.since <= now < self.window.until
        return standing and self.person in ("", person) and self.country in ("", country)


@dataclass(frozen=True, slots=True)
class Office:
    """An office that can hold an item, with the keys of the establishments it covers."""

    id: str
    principal: int
    party: str
    kind: str
    name: str
    active: bool
    establishments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Appointment:
    """One person in one role in one office, from (included) until (excluded)."""

    id: str
    person_id: str
    role: str
    office_id: str
    office_name: str
    window: Window
    attested: datetime | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What somebody was recorded as having passed, or not. ``until``: when it ends; ``evidence``: a reference."""

    id: str
    person_id: str
    module: str
    on: date
    passed: bool
    until: datetime
    recorded: datetime
    provider: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """People brought together because they need to know the same things."""

    id: str
    principal: int
    name: str
    party: str


@dataclass(frozen=True, slots=True)
class Establishment:
    """A place of custody, as imported. ``key`` is the register's code, or an invented one where there is none."""

    key: str
    name: str
    name_welsh: str
    kind: str
    active: bool
    town: str
    country: str
    source: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time way in. ``token`` exists only here and in the invitation sent; the service keeps its digest."""

    person_id: str
    token: str

    def __iter__(self) -> Iterator[str]:
        """Unpacks as ``person_id, token``."""
        return iter((self.person_id, self.token))


@dataclass(frozen=True, slots=True)
class SessionView:
    """A live session. ``id`` is the digest of its token: it can be shown and logged, and opens nothing."""

    id: str
    person_id: str
    door: str
    stage: str
    created: datetime
    seen: datetime
    data: str


@dataclass(frozen=True, slots=True)
class Token:
    """Leave for a program to act for its person. ``appointment``: the one it is bound to, or empty for all they hold.

    ``until``: when it ends (excluded); ``used``: when it was used last, to the minute; ``name``: what it is for.
    """

    id: str
    person_id: str
    appointment: str
    reads_only: bool
    created: datetime
    until: datetime
    revoked: datetime | None = None
    used: datetime | None = None
    name: str = ""

    def good(self, now: datetime) -> bool:
        """Whether it opens anything at this instant."""
        return self.revoked is None and self.created <= now < self.until


@dataclass(frozen=True, slots=True)
class SignIn:
    """The answer to one attempt. A failure is an answer, not an error: its count and its log entry must be kept.

    ``token`` is the session's new token, and empty on failure: the old session then stands as it was. ``way``: by what
    it was, where there is more than one. ``shut``: until when no code is looked at; ``wrong_codes``: how many wrong
    ones were tried before this right one.
    """

    ok: bool
    token: str = ""
    stage: str = ""
    person_id: str = ""
    detail: str = ""
    way: str = ""
    shut: datetime | None = None
    wrong_codes: int = 0
