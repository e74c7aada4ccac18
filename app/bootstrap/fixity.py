"""The check of every stored object, a little each minute, at a bounded rate: where it is, it knows across restarts.

No transaction is open while an object is read, so nobody waits for it. A round begins half a period after the one
before did, and is to be over within the other half.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.bootstrap.backups import Turn, being_destroyed
from app.bootstrap.engines import reading
from foundation.actor import SERVICE, Actor
from vault.backup.errors import BackupRunning
from vault.fixity import SHARDS, UNKNOWN, Fault, Fixity, Round, fault_of, named, parts_after, strangers

if TYPE_CHECKING:
    from app.bootstrap.house import House

SLICE = 15.0  # seconds of each minute
MIB = 1 << 20
_TOGETHER = 50
_FOLDERS = 64
_LAST = f"{SHARDS - 1:02x}"


@dataclass(frozen=True, slots=True)
class Looked:
    """What one slice came to. ``over``: the round is done, or none is due."""

    objects: int
    over: bool

    def __str__(self) -> str:
        return f"{self.objects} objects read" + (", none left for now" if self.over else "")


@dataclass(frozen=True, slots=True)
class Standing:
    """How the stored objects stand: ``waiting`` before the first look, ``late``, ``faults`` or ``well``."""

    word: str
    round: Round | None
    faults: list[Fault] = field(default_factory=list)


class Pace:
    """Called with each piece read: waits where it goes faster than it may."""

    def __init__(self, rate: float, seen: Callable[[], None]) -> None:
        self._rate, self._seen = rate, seen
        self._began, self._bytes = time.monotonic(), 0

    def __call__(self, size: int) -> None:
        self._bytes += size
        self._seen()
        ahead = self._bytes / self._rate - (time.monotonic() - self._began)
        if ahead > 0:
            time.sleep(min(ahead, 5.0))


def run(house: House, actor: Actor = SERVICE, *, seconds: float = SLICE) -> Looked | str:
    """Look for so long; begin a round when one is due. Raises StorageFailed; then it goes on there the next time."""
    try:
        with Turn(house, "fixity") as turn:
            if not _due(house, actor):
                return Looked(0, over=True)
            pace = Pace(house.settings.fixity_mib * MIB, turn.seen)
            until, objects, over = time.monotonic() + seconds, 0, False
            while not over and time.monotonic() < until:
                count, over = _step(house, actor, pace, until)
                objects += count
            return Looked(objects, over)
    except BackupRunning:
        return "somebody else is looking"


def whole(house: House, actor: Actor = SERVICE) -> Looked | str:
    """To the end of a round, begun now if none is under way."""
    here = standing(house).round
    if here is None or here.ended is not None:
        house.do(lambda work: Fixity(work.conn, work.trail).begin(now=work.now), actor)
    return run(house, actor, seconds=float("inf"))


def standing(house: House, now: datetime | None = None) -> Standing:
    """As it is known now."""
    with reading(house.engine) as conn:
        fixity = Fixity(conn)
        return judged(fixity, house.policies.continuity.fixity, now or house.now())


def judged(fixity: Fixity, period: timedelta, now: datetime) -> Standing:
    """The same through a connection."""
    here, faults = fixity.standing(), fixity.faults()
    if faults:
        return Standing("faults", here, faults)
    if here is None:
        return Standing("waiting", None)
    return Standing("late" if now - (here.last_began or here.began) > period else "well", here)


def _due(house: House, actor: Actor) -> bool:
    here = standing(house).round
    if here is not None and here.ended is None:
        return True
    if here is not None and house.now() - here.began < house.policies.continuity.fixity / 2:
        return False
    house.do(lambda work: Fixity(work.conn, work.trail).begin(now=work.now), actor)
    return True


def _step(house: House, actor: Actor, pace: Pace, until: float) -> tuple[int, bool]:
    """Some objects of one folder, or, when those are done, what lies there beside them."""
    with reading(house.engine) as conn:
        here = Fixity(conn).standing()
        position = here.position if here else "00"
        parts = parts_after(conn, position, _TOGETHER)
    if not parts:
        return 0, _folders(house, actor, position, until)
    found, well, size = dict[str, str](), set[str](), 0
    for part in parts:
        position, size = part.name, size + part.size
        if fault := fault_of(house.backend, part, pace):
            found[part.name] = fault
        else:
            well.add(part.name)
        if time.monotonic() > until:
            break
    if found:  # dropped or destroyed while it was looked at: then nothing is wrong
        with reading(house.engine) as conn:
            still = named(conn, found)
        found = {name: fault for name, fault in found.items() if name in still and not being_destroyed(house, name)}
    _take(house, actor, position, len(well) + len(found), size, found, well)
    return len(well) + len(found), False


def _folders(house: House, actor: Actor, position: str, until: float) -> bool:
    """Compare the store's list of a folder with the rows, and of those after it that no row names; whether it was the
    last. Many at once: each writes as much as one.
    """
    unknown, gone = dict[str, str](), set[str]()
    for _ in range(_FOLDERS):
        folder = position[:2]
        _compare(house, position, unknown, gone)
        if folder == _LAST:
            break
        position = f"{int(folder, 16) + 1:02x}"
        with reading(house.engine) as conn:
            if parts_after(conn, position, 1) or time.monotonic() > until:
                break
    _take(house, actor, position, 0, 0, unknown, gone)
    if folder != _LAST:
        return False
    house.do(lambda work: Fixity(work.conn, work.trail).end(actor=actor, now=work.now), actor)
    return True


def _compare(house: House, position: str, unknown: dict[str, str], gone: set[str]) -> None:
    folder = position[:2]
    stored = set(house.backend.list(folder))
    with reading(house.engine) as conn:
        strange = strangers(conn, stored, position, house.now())
        known = [each for each in Fixity(conn).faults() if each.object[:2] == folder]
        live = named(conn, [each.object for each in known])
    unknown |= dict.fromkeys(strange, UNKNOWN)
    gone |= {each.object for each in known if each.object not in (strange if each.fault == UNKNOWN else live)}


def _take(
    house: House, actor: Actor, position: str, objects: int, size: int, found: dict[str, str], over: set[str]
) -> None:
    house.do(
        lambda work: Fixity(work.conn, work.trail).took(
            position, objects=objects, size=size, found=found, over=over, actor=actor, now=work.now
        ),
        actor,
    )
