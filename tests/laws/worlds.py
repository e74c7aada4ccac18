"""Small worlds of people and items, random or crossed, and their rows: what the laws of access are tried on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from hypothesis import strategies as st

from foundation.actor import BEGINNING, FOREVER, Actor
from foundation.policy import Faults
from identity.model import Grant, ItemFacts, Window
from identity.policy.access import AccessPolicy, load_access
from identity.rules.decide import Decider
from sharing.queries.visible import Filters
from sharing.store.access import printed
from sharing.tables.items import item, item_access, item_recusal, item_subject
from tests import databases

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MS, DAYS = timedelta(milliseconds=1), timedelta(days=3)
EDGES = (NOW - DAYS, NOW - MS, NOW, NOW + MS, NOW + DAYS)
PARTIES = {"one": True, "two": False, "someone": True}  # whether it counts as HM Government; one name within another
GROUPS, OFFICES = (101, 102), (201, 202)
STATES = ("open", "closed", "withdrawn", "destroyed")
STANDINGS = ("invited", "active", "suspended", "left", "unknown")
DUTIES = (
    *("account-admin", "compliance-officer", "breach-lead", "auditor"),
    *("router", "records-reviewer", "disposal-approver", "operator", "removable-media", "media-approver"),
    "data-protection",
    "safety-override",
    "oversight",
)
EVERY, ODD = b"A" * 16, b"B" * 16  # two blind-index values: one that every item carries, one of the odd ids
FILTERS = (
    Filters(kind="alpha"),
    Filters(state="closed", marking_code="OS"),
    Filters(establishment="place", direction="received"),
    Filters(since=EDGES[1], until=EDGES[3]),
    Filters(direction="sent"),
    Filters(direction="received", kind="beta"),
)
POLICIES = Path(__file__).parents[2] / "policies"


def policy() -> AccessPolicy:
    """The rules as they stand in policies/access."""
    faults = Faults()
    loaded = load_access(POLICIES, faults)
    faults.raise_any()
    assert loaded is not None
    return loaded


def decider() -> Decider:
    return Decider(policy())


@dataclass(frozen=True)
class Stored:
    """What the row of an item says besides its facts: what lists are narrowed by. Derived from the id."""

    kind: str
    marking_code: str
    establishment: str | None
    sent_at: datetime
    sender_office: int


def stored(i: int) -> Stored:
    return Stored(
        ("alpha", "beta")[i % 2],
        ("O", "OS")[i % 3 == 0],
        "place" if i % 5 < 3 else None,
        EDGES[i % 5],
        OFFICES[i % 2],
    )


def matches(actor: Actor, facts: ItemFacts, wanted: Filters) -> bool:
    """Whether a filter keeps an item, said in Python."""
    row = stored(facts.id)
    sent = facts.sender == actor.principal or row.sender_office in actor.offices
    return (
        wanted.kind in ("", row.kind)
        and wanted.state in ("", facts.state)
        and wanted.marking_code in ("", row.marking_code)
        and wanted.establishment in ("", row.establishment)
        and (wanted.since is None or row.sent_at >= wanted.since)
        and (wanted.until is None or row.sent_at < wanted.until)
        and wanted.direction in ("", "sent" if sent else "received")
    )


def engine() -> sa.Engine:
    return databases.memory()


def access_rows(facts: ItemFacts) -> Iterator[tuple[int, str, datetime, datetime]]:
    """The need-to-know rows that say these facts, with lapsed and coming ones that must say nothing."""
    yield facts.sender, "sender", BEGINNING, FOREVER
    for basis, named in (("recipient", facts.recipients), ("group", facts.groups), ("route", facts.offices)):
        for principal in named:
            yield principal, basis, NOW - (principal % 2) * MS, FOREVER
    if 1 not in facts.recipients and facts.id % 2:
        yield 1, "recipient", BEGINNING, NOW
    if GROUPS[0] not in facts.groups:
        yield GROUPS[0], "group", NOW + MS, FOREVER
    for grant in facts.grants:
        yield grant.principal, grant.basis, grant.window.since, grant.window.until


def item_row(facts: ItemFacts) -> dict[str, object]:
    row = stored(facts.id)
    return {
        "id": facts.id,
        "uuid": f"00000000-0000-7000-8000-{facts.id:012d}",
        "reference": f"ONE-2026-{facts.id:05d}",
        "kind": row.kind,
        "agreement": "a",
        "agreement_version": 1,
        "route": "r",
        "originator": "one",
        "owners": printed(facts.owners),
        "sender_id": facts.sender,
        "sender_office": row.sender_office,
        "marking": "OFFICIAL",
        "marking_code": row.marking_code,
        "recipients_only": facts.recipients_only,
        "org_only": facts.org_only,
        "hmg_only": facts.hmg_only,
        "released_to": f",{','.join(sorted(facts.released_to))}," if facts.released_to or facts.id % 2 else "",
        "embargo_until": facts.embargo_until,
        "embargo_lead": facts.embargo_lead,
        "quarantined": facts.quarantined,
        "state": facts.state,
        "step": 1,
        "establishment": row.establishment,
        "retention_class": "c",
        "reply_to": None,
        "sent_at": row.sent_at,
        "closed_at": None,
        "version": 1,
    }


# Rows of a wrong sort: a group as a recipient, an office as a group, a person as a route. They must be no basis.
STRAYS = ((GROUPS[0], "recipient"), (GROUPS[0], "route"), (OFFICES[0], "group"), (OFFICES[0], "grant"), (1, "route"))


def fill(conn: sa.Connection, items: Sequence[ItemFacts], *, without: str = "", strays: bool = False) -> None:
    """Replace every row by those of ``items``. ``without`` leaves one basis unwritten, as a mistake would."""
    for table in (item_subject, item_recusal, item_access, item):
        conn.execute(table.delete())
    conn.execute(item.insert(), [item_row(facts) for facts in items])
    access = [
        {"principal": p, "item_id": i.id, "basis": b, "valid_from": f, "valid_until": u, "granted_by": i.sender}
        for i in items
        for p, b, f, u in access_rows(i)
        if b != without
    ]
    access += [
        {"principal": p, "item_id": i.id, "basis": b, "valid_from": BEGINNING, "valid_until": FOREVER, "granted_by": 1}
        for i in items
        for p, b in STRAYS
        if strays
    ]
    recused = [{"principal": p, "item_id": i.id, "by": i.sender, "at": NOW} for i in items for p in sorted(i.recused)]
    subjects = [{"bidx": b, "item_id": i.id} for i in items for b in (EVERY, ODD) if b == EVERY or i.id % 2]
    for table, rows in ((item_access, access), (item_recusal, recused), (item_subject, subjects)):
        if rows:
            conn.execute(table.insert(), rows)


# ---- random worlds


def _rarely(usual: object, *others: object) -> st.SearchStrategy:
    return st.sampled_from([usual] * (4 * len(others)) + list(others))


ACTORS = st.builds(
    Actor,
    id=st.just(""),
    name=st.just(""),
    party=st.sampled_from(sorted(PARTIES)),
    principal=st.just(0),
    groups=st.frozensets(st.sampled_from(GROUPS)),
    offices=st.frozensets(st.sampled_from(OFFICES)),
    duties=_rarely(frozenset(), *(frozenset({duty}) for duty in DUTIES), frozenset({"router", "auditor"})),
    standing=_rarely("active", *STANDINGS[2:]),
    vetted_until=_rarely(EDGES[4], *EDGES[:4]),
    handling_until=_rarely(EDGES[4], *EDGES[:4]),
    informed_until=_rarely(EDGES[4], *EDGES[:4]),
    abroad=_rarely(False, True),
    cleared=st.frozensets(st.sampled_from(sorted(PARTIES))),
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Actor], list[ItemFacts]]:
    """One to three people, one to seven items; the ids of people reach one beyond those there are."""
    people = []
    for principal in range(1, draw(st.integers(1, 3)) + 1):
        actor = draw(ACTORS)
        people.append(replace(actor, id=f"p{principal}", principal=principal, hmg=PARTIES[actor.party]))
    who = st.integers(1, len(people) + 1)
    some = st.frozensets(who, max_size=2)
    windows = st.lists(st.tuples(who, st.sampled_from(("grant", "break-glass")), st.sampled_from(EDGES)), max_size=2)
    items = []
    for i in range(1, draw(st.integers(1, 7)) + 1):
        keys = {(who_, basis): since for who_, basis, since in draw(windows)}
        grants = tuple(
            Grant(principal, basis, Window(since, draw(st.sampled_from(EDGES))))
            for (principal, basis), since in sorted(keys.items())
        )
        items.append(
            ItemFacts(
                id=i,
                sender=draw(who),
                recipients=draw(some),
                groups=draw(st.frozensets(st.sampled_from(GROUPS))),
                offices=draw(st.frozensets(st.sampled_from(OFFICES))),
                grants=grants,
                recused=draw(st.one_of(st.just(frozenset()), st.just(frozenset()), some)),
                owners=draw(st.frozensets(st.sampled_from(sorted(PARTIES)))),
                released_to=draw(st.frozensets(st.sampled_from(sorted(PARTIES)))),
                recipients_only=draw(st.booleans()),
                org_only=draw(_rarely(False, True)),
                hmg_only=draw(_rarely(False, True)),
                embargo_until=draw(_rarely(None, *EDGES)),
                embargo_lead=draw(st.one_of(st.none(), who)),
                quarantined=draw(_rarely(False, True)),
                state=draw(_rarely("open", *STATES[1:])),
            )
        )
    return people, items
