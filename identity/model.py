"""The nouns of identity: parties, offices, roles, people, and the facts about an item that access is decided from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

# What somebody may be charged with. Access rules name these; a role may name no other.
DUTIES = frozenset(
    {
        "account-admin",
        "compliance-officer",
        "breach-lead",
        "auditor",
        "router",
        "records-reviewer",
        "disposal-approver",
        "operator",
    }
)

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
    """An account as others may see it. ``locked``: too many failures in a row, waiting to be unlocked."""

    id: str
    principal: int
    email: str
    name: str
    party: str
    standing: str
    vetted_until: datetime
    trained_until: datetime
    created: datetime
    version: int
    locked: bool = False


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
class SignIn:
    """The answer to one attempt. A failure is an answer, not an error: its count and its log entry must be kept.

    ``token`` is the session's new token, and empty on failure: the old session then stands as it was.
    """

    ok: bool
    token: str = ""
    stage: str = ""
    person_id: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in rows."""

    new: int
    changed: int
    same: int
