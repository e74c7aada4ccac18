"""Changes to the shipped agreement in a house of real rooms: texts of a next version, and acts by those who may."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.bootstrap import policies, versions
from app.bootstrap.policies import Policies
from foundation.policy import Faults
from sharing.model.agreement import Agreement, Agreements
from sharing.model.version import Proposal
from sharing.queries.versions import VersionList
from sharing.service.changing import Changing
from sharing.service.duty_follower import Duties
from sharing.service.version_follower import Versions
from tests.duty_tables import Words
from tests.sharing.world import POLICIES, World

AGREEMENT = "hmip-imb"
WORDS = Words()
FILE = (POLICIES / "agreements" / "hmip-imb.toml").read_text("utf-8")
# From “every three months” to “every two”, and one duty less that time brings.
QUARTERLY = 'every = { months = 3, source = "clause" }'


@cache
def shipped() -> Policies:
    return policies.load(Path(POLICIES))


def next_text(text: str = FILE, *, version: int = 2, on: str = "2026-12-01", **changed: str) -> str:
    """The shipped file as the next version; ``changed``: more replacements, each of which must change something."""
    found = text.replace("\nversion = 1\n", f"\nversion = {version}\n", 1)
    found = found.replace("\nin_force = 2024-09-17\n", f"\nin_force = {on}\n", 1)
    for was, now in changed.items():
        assert was in found
        found = found.replace(was, now)
    return found


def followed(world: World) -> World:
    """Every fact is followed from now on, by the agreements as they then stand."""
    agreements = in_force(world)
    world.agreements = agreements
    world.followers = (Duties(agreements, WORDS), Versions(WORDS))
    return world


def in_force(world: World) -> Agreements:
    """Files and what the database says is signed, proven, as a process that just started reads them."""
    known = versions.Known(shipped(), world.log_keys)
    return world.do(lambda w: known.agreements(w.conn))


def check(text: str, agreements: Agreements, faults: Faults) -> Agreement | None:
    return versions.check(shipped(), shipped().schedules, text, agreements, faults)


def changing(world: World, who: str, act: str, *args: Any, **given: Any) -> Proposal:
    actor = world.actor(who)

    def do(w: Any) -> Proposal:
        room = Changing(
            w.conn,
            w.trail,
            agreements=world.agreements,
            check=check,
            decider=world.decider,
            people=w.people,
            words=WORDS,
        )
        found: Proposal = getattr(room, act)(*args, **given, actor=actor, now=world.now)
        return found

    return world.do(do)


def propose(world: World, who: str = "olu", text: str = "", reason: str = "Meet more often.") -> Proposal:
    return changing(world, who, "propose", AGREEMENT, file=(text or next_text()).encode(), reason=reason)


def assess(world: World, found: Proposal, decision: str = "not-needed", who: str = "gil") -> Proposal:
    return changing(world, who, "assess", found.id, decision=decision, reason="No other data is processed.")


def sign(world: World, who: str, found: Proposal) -> Proposal:
    return changing(world, who, "sign", found.id, sha256=found.sha256)


def signed(world: World, text: str = "") -> Proposal:
    """Proposed, assessed, signed by both; the house goes on with it."""
    found = assess(world, propose(world, text=text))
    sign(world, "nia", found)
    found = sign(world, "ines", found)
    followed(world)
    return found


def listed(world: World, act: str, *args: Any) -> Any:
    def do(w: Any) -> Any:
        return getattr(VersionList(w.conn, world.agreements, WORDS, check), act)(*args)

    return world.do(do)


def tampered(world: World, statement: sa.Executable) -> None:
    with world.engine.begin() as conn:
        conn.execute(statement)


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")
