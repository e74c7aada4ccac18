"""Partner systems: registered, given another secret, left alone, told again, removed. By administrators, per body."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audit.fact import Kind, Value
from foundation.actor import Actor
from foundation.errors import Reason
from foundation.ident import new_id
from outbox import events
from outbox.errors import SystemFaulty, SystemMovedOn, SystemUnknown
from outbox.model.message import Hook
from outbox.rules import destinations
from outbox.rules.signing import secret_of
from outbox.service.desk import Desk
from outbox.tables import outbox_system

MOST_SYSTEMS = 10  # of one body
_MANY = Reason("OUT-systems", f"Your body has {MOST_SYSTEMS} partner systems already. Remove one first.")


@dataclass(frozen=True, slots=True)
class Opened:
    """Where a system is, and its valid secrets, the newest first."""

    url: str
    secrets: tuple[str, ...]


class Systems(Desk):
    """Every act is an administrator's, for their own body. Raises OutboxRefused, SystemUnknown, SystemMovedOn."""

    def register(self, url: str, random: bytes, *, actor: Actor, now: datetime) -> tuple[Hook, str]:
        """A new one, and its secret, which is shown this once. ``random``: 32 bytes. Raises SystemFaulty besides."""
        self._refuse(self._administers(actor, actor.party, now), "register-system")
        address = url.strip()
        if fault := destinations.fault(address, demonstration=self._demonstration):
            raise SystemFaulty(f"{fault}.", fields={"url": [fault]})
        mine = [each for each in self._rows.systems() if each.party == actor.party]
        if len(mine) >= MOST_SYSTEMS:
            self._refuse([_MANY], "register-system")
        id_, secret = str(new_id(now)), secret_of(random)
        what: dict[str, Value] = {
            "party": actor.party,
            "url": self._words.seal(events.hook_about(id_, "url"), address),
            "secret": self._words.seal(events.hook_about(id_, "secret"), secret),
            "by": actor.id,
        }
        self._say(events.HOOK_REGISTERED, id_, what, actor=actor, now=now)
        return self._found(id_, actor), secret

    def rotate(self, system: str, random: bytes, *, actor: Actor, now: datetime) -> tuple[Hook, str]:
        """Another secret, shown this once. That before stays valid beside it for as long as the policy says."""
        found = self._mine(system, "rotate-secret", actor, now)
        secret = secret_of(random)
        what: dict[str, Value] = {
            "step": found.version,
            "secret": self._words.seal(events.hook_about(system, "secret"), secret),
            "before_until": (now + self._rules.hooks.overlap).isoformat(),
            "by": actor.id,
        }
        self._say(events.HOOK_ROTATED, system, what, actor=actor, now=now)
        return self._found(system, actor), secret

    def disable(self, system: str, *, actor: Actor, now: datetime) -> Hook:
        """Tell it nothing any more."""
        return self._turn(system, events.HOOK_DISABLED, "active", actor, now, cause="by-hand")

    def enable(self, system: str, *, actor: Actor, now: datetime) -> Hook:
        """Tell it again. What was dropped meanwhile stays dropped."""
        return self._turn(system, events.HOOK_ENABLED, "disabled", actor, now)

    def unregister(self, system: str, *, actor: Actor, now: datetime) -> None:
        """For good; its secrets with it."""
        found = self._mine(system, "remove-system", actor, now)
        self._say(events.HOOK_REMOVED, system, {"step": found.version, "by": actor.id}, actor=actor, now=now)

    def opened(self, system: str, *, actor: Actor, now: datetime) -> Opened | None:  # noqa: ARG002 - the clock asks
        """Where it is and what signs for it now; None where nothing is to be sent."""
        found = self._rows.system(system)
        if found is None or found.state != "active":
            return None
        sealed = [found.secret]
        if found.before and found.before_until is not None and now < found.before_until:
            sealed.append(found.before)
        about = events.hook_about(system, "secret")
        secrets = tuple(self._words.open(about, each) for each in sealed)
        return Opened(self._words.open(events.hook_about(system, "url"), found.url), secrets)

    def url(self, found: Hook, *, actor: Actor, now: datetime) -> str:  # noqa: ARG002 - shown to who was decided upon
        """Where it is."""
        return self._words.open(events.hook_about(found.id, "url"), found.url)

    def listed(self, *, actor: Actor, now: datetime) -> list[Hook]:
        """Those of the asker's body."""
        self._refuse(self._administers(actor, actor.party, now), "list-systems")
        return self._rows.systems(outbox_system.c.party == actor.party)

    def _turn(self, system: str, kind: Kind, state: str, actor: Actor, now: datetime, **more: Value) -> Hook:
        found = self._mine(system, kind.name.rpartition(".")[2], actor, now)
        if found.state != state:
            raise SystemMovedOn("It is so already.", subject=system)
        self._say(kind, system, {"step": found.version, **more, "by": actor.id}, actor=actor, now=now)
        return self._found(system, actor)

    def _mine(self, system: str, act: str, actor: Actor, now: datetime) -> Hook:
        self._refuse(self._administers(actor, actor.party, now), act, system)
        return self._found(system, actor)

    def _found(self, system: str, actor: Actor) -> Hook:
        found = self._rows.system(system)
        if found is None or found.party != actor.party:
            raise SystemUnknown("Look at the list of partner systems.", subject=system)
        return found
