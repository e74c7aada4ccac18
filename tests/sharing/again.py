"""What tests of agreements share: a room that is built on them asked, and what was left followed again from the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy.engine import Connection

from audit.follow import facts
from tests.duty_tables import Words
from tests.sharing.world import World
from tests.taken_in import take_in

WORDS = Words()


def asking(room: Callable[..., Any]) -> Callable[..., Any]:
    """``asked(world, who, act, …)``: an act of that room, as somebody of the cast, in a unit of work of its own."""

    def asked(world: World, who: str, act: str, *args: object, **given: object) -> Any:
        actor = world.actor(who)

        def do(w: Any) -> Any:
            made = room(
                w.conn, w.trail, agreements=world.agreements, decider=world.decider, people=w.people, words=WORDS
            )
            return getattr(made, act)(*args, **given, actor=actor, now=world.now)

        return world.do(do)

    return asked


@contextmanager
def followed_again(world: World, check: Any, *more: object, start: int = 0) -> Iterator[Connection]:
    """A connection beside which ``check`` was told what the log has of its kinds from ``start`` on."""
    take_in(world.engine)
    with closing(check), world.engine.connect() as conn:
        for _, fact in facts(conn, world.log_keys, start):
            if fact is not None and fact.kind in check.kinds:
                check.follow(fact, *more)
        yield conn


def differences(world: World, check: Any, *more: object, start: int = 0) -> list[str]:
    """Between what the log says and what the rows say."""
    with followed_again(world, check, *more, start=start) as conn:
        return list(check.differences(conn))
