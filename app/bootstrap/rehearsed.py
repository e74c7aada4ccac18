"""Whether the custodians' shares would bring back the keys in use: for each set of keys that lies here, by the log.

A rehearsal counts for the set it was of, and only where it held. It counts no more when the set is another one, when it
is older than the policy lets it be, and while the recovery file lacks a key that is in use, or holds one that is gone:
that last is mended by renewing the file, without custodians, since the shares are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.bootstrap import recovery
from audit import reading as log
from audit.reading import Row
from foundation.errors import ServiceError
from vault.errors import RecoverySetUnknown
from vault.events import COPY_RENEWED, SHARES_MADE, SHARES_REHEARSED
from vault.keyring import LocalKeyring
from vault.recovery.sealed import SERVICE, scope_of, set_id_of
from vault.recovery.service import held

if TYPE_CHECKING:
    from app.bootstrap.house import House

WELL, LATE, BEHIND, FAILED, NEVER = "well", "late", "behind", "failed", "never"
WORST = (NEVER, FAILED, BEHIND, LATE, WELL)
_RUNBOOK = "docs/runbooks/recover-the-keyring.md"
_AGAIN = "Rehearse with the custodians: “custodes vault shares rehearse”"
_MOST = 200  # facts of a kind looked through: a set has some a year


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One set of keys. ``word``: well, late (rehearsed too long ago), behind (the recovery file is not of the keys in
    use), failed (not every key would have come back) or never; ``last`` rehearsal that held, of the set in force.
    """

    scope: str
    word: str
    last: datetime | None
    text: str
    do: str


def standing(house: House, conn: sa.Connection, now: datetime) -> list[Rehearsed]:
    """Every set of keys that lies in files of this service. Keys in a key service are its own to keep."""
    facts = [
        row
        for kind in (SHARES_MADE, COPY_RENEWED, SHARES_REHEARSED)
        for row in log.page(conn, house.keys.log, n=_MOST, act=kind.name, outcome="allowed").rows
    ]
    return [_of(house, scope, facts, now) for scope in scopes(house)]


def scopes(house: House) -> Iterator[str]:
    """The service's own keys, and each body's whose keyring is a folder here."""
    yield SERVICE
    for body in sorted(house.policies.parties):
        rings = house.keys.vault
        if rings.holds(body) and isinstance(rings.of(body), LocalKeyring):
            yield scope_of(body)


def _of(house: House, scope: str, facts: list[Row], now: datetime) -> Rehearsed:
    body = scope.removeprefix("body/")
    if scope == SERVICE:
        whose, how = "the service’s own keys", "--service"
    else:
        whose, how = f"the keys of {house.policies.parties[body].short}", f"--body {body}"
    try:
        named = set_id_of(recovery.in_force(house, scope))
    except RecoverySetUnknown:
        text = f"Shares of {whose}: there are none. If the folder of keys is lost, what they closed is lost."
        return Rehearsed(scope, NEVER, None, text, f"Divide them: “custodes vault shares make {how}”; {_RUNBOOK}.")
    # What was erased from the log since says nothing any more.
    own = [row for row in facts if (row.what.get("scope"), row.what.get("set")) == (scope, named)]
    tried = [row for row in own if row.act == SHARES_REHEARSED.name]
    last = next((row.at for row in tried if row.what["ok"]), None)
    word, told = _judged(house, scope, own, tried, now)
    do = "Renew the file, which needs no custodian: “custodes vault shares refresh”" if word == BEHIND else _AGAIN
    return Rehearsed(scope, word, last, f"Shares of {whose}: {told}", f"{do}; {_RUNBOOK}.")


def _judged(house: House, scope: str, own: list[Row], tried: list[Row], now: datetime) -> tuple[str, str]:
    if not tried:
        return NEVER, "nobody has tried yet whether they join."
    good = next((row for row in tried if row.what["ok"]), None)
    if good is None:
        return FAILED, f"on {tried[0].at:%d %B %Y} not every key would have come back."
    if not _current(house, scope, own):
        return BEHIND, "the recovery file is not of the keys that are in use now."
    most = house.policies.continuity.rehearsal
    if now - good.at > most:
        return LATE, f"rehearsed on {good.at:%d %B %Y}; no longer ago than {most.days} days is asked for."
    return WELL, f"rehearsed on {good.at:%d %B %Y}."


def _current(house: House, scope: str, own: list[Row]) -> bool:
    """Does the newest recovery file of the set, by the log, hold the keys in use and no other?"""
    try:
        now = held(recovery.files_of(house, scope))
    except ServiceError:
        return False
    files = [row for row in own if row.act != SHARES_REHEARSED.name]
    newest = max(files, key=lambda row: row.seq, default=None)
    return newest is not None and newest.what.get("held") == now
