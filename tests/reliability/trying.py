"""One fault at one place of one act, and what came of it."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from tests.reliability import tracing
from tests.reliability.acts import DIED, DONE, Act, Saw
from tests.reliability.breaking import DATABASE, KEY_STORE, Strike, Told
from tests.reliability.judging import Before, Found, judged
from tests.reliability.tracing import Call
from tests.reliability.world import World

T = TypeVar("T")


@dataclass(frozen=True)
class Tried:
    """``struck``: whether the fault happened; else the act never came there."""

    where: str
    struck: bool
    saw: Saw
    found: Found


class Trying:
    """An act, and what it does when nothing fails."""

    def __init__(self, world: World, act: Act) -> None:
        self.world, self.act = world, act

    @cached_property
    def before(self) -> Before:
        self.world.put_back()
        return in_a_fork(lambda: Before.of(self.world, self.act))

    @cached_property
    def calls(self) -> list[Call]:
        """Every call of the system that writes."""
        for _ in range(2):  # the first loads what is loaded once
            self.world.put_back()
            lines = self._alone(lambda pid, log: tracing.held(pid, log, ()))
        return tracing.calls(lines, self.world.folder)

    @cached_property
    def told(self) -> dict[str, list[str]]:
        """Every write that its databases are told of."""
        self.world.put_back()

        def act() -> dict[str, list[str]]:
            with Told(self.world, DATABASE) as rows, Told(self.world, KEY_STORE) as keys:
                assert self.act.ask(self.world).how == DONE
            return {DATABASE: rows.seen, KEY_STORE: keys.seen}

        return in_a_fork(act)

    @cached_property
    def asked(self) -> dict[str, list[str]]:
        """Every request to a service behind a line."""
        if not self.world.lines:
            return {}
        for _ in range(2):
            self.world.put_back()
            self._alone(lambda *_: nullcontext())
        return dict(self.world.lines.asked())

    def _alone(self, around: tracing.Around) -> list[str]:
        saw, _, lines = tracing.run(self._ask(Strike("")), lambda _: None, self.world.folder.parent, around)
        assert saw.how == DONE, (self.act.name, saw)
        return lines

    def at(self, strike: Strike) -> Tried:
        """That fault, there."""
        world, act, before = self.world, self.act, self.before
        world.put_back()

        def then(saw: Saw) -> Any:
            strike.mend(world)
            return asdict(judged(world, act, before, saw, twice=strike.twice))

        def around(pid: int, log: Path) -> AbstractContextManager[object]:
            if strike.lines:
                return _troubled(world, strike)
            return tracing.held(pid, log, strike.inject) if strike.inject else nullcontext()

        saw, said, lines = tracing.run(self._ask(strike), then, world.folder.parent, around)
        if saw.how == DIED:
            said = in_a_fork(lambda: then(saw))
        struck = not strike.inject or tracing.injected(lines) > 0
        return Tried(strike.where, struck, saw, Found(said["done"], tuple(said["faults"])))

    def _ask(self, strike: Strike) -> Callable[[], Saw]:
        def ask() -> Saw:
            with strike.inside(self.world):
                return self.act.ask(self.world)

        return ask


@contextmanager
def _troubled(world: World, strike: Strike) -> Iterator[None]:
    with ExitStack() as stack:
        for name, plan in strike.lines.items():
            stack.enter_context(world.lines.lines[name].troubled(plan()))
        yield


def in_a_fork(act: Callable[[], T]) -> T:
    """What it returns, of which this process remembers nothing."""
    end, other = os.pipe()
    child = os.fork()
    if not child:
        try:
            found: Any = (True, act())
        except BaseException as error:
            found = (False, repr(error))
        with os.fdopen(other, "wb") as out:
            out.write(pickle.dumps(found))
        os._exit(0)
    os.close(other)
    with os.fdopen(end, "rb") as told:
        data = told.read()
    os.waitpid(child, 0)
    well, found = pickle.loads(data)
    if not well:
        raise AssertionError(found)
    return found  # type: ignore[no-any-return]
