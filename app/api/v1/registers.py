"""Registers: what an agreement asks to be kept, with what is in each and when it is next due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.api.reply import Reply
from app.api.schemas import registers as schemas
from app.api.section import Section
from app.api.shown import whole
from app.bootstrap import registry
from app.http.house import actor, house
from sharing.model.coverage import Line
from sharing.model.register import Register

bp = Section("registers", "Registers of an agreement: what is in each, and when it is next due.")


@bp.op("GET", "/agreements/<agreement>/registers", gives=schemas.AgreementRegisters)
def registers(agreement: str) -> Reply:
    """Every register with how its duties stand. Nothing of what is kept to named people shows in it."""
    with house().work(actor()) as work:
        found = registry.books(work, work.agreed.agreement(agreement, work.now))
    return Reply(whole([_shown(each, lines) for each, lines in found]))


@bp.op("GET", "/agreements/<agreement>/registers/<register>", gives=schemas.RegisterSeen)
def register(agreement: str, register: str) -> Reply:
    """One register as the asker may see it, words where they may read those. That somebody looked is recorded."""
    with house().work(actor()) as work:
        book = registry.book(work, agreement, register)
    return Reply(
        {
            "register": _shown(book.register, book.lines),
            "entries": book.entries,
            "making": sorted(book.making),
            "more": book.more,
        }
    )


def _shown(register: Register, lines: Sequence[Line]) -> dict[str, Any]:
    own = {name: getattr(register, name) for name in ("id", "name", "what", "records", "stale", "clauses")}
    return own | {
        "duties": [line.duty.number for line in lines],
        "last": registry.last(lines),
        "next_due": registry.next_due(lines),
        "overdue_since": registry.overdue_since(lines),
    }
