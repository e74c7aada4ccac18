"""A batch taken to its end through the rooms, with copies on paper and media: for pages and files of certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.bootstrap import sweeps
from retention.model.batch import Wanted
from tests.house import Live
from tests.web.record_pages import by, closed_item, returnless, state_of, step

PAPER = {"kind": "printed", "holder": "Ermintrude Clerk", "place": "Cabinet 4"}
STICK = {"kind": "media", "holder": "Zebedee Keeper", "place": "A safe in Leeds"}
SAID = {"witness": "Dougal Witness", "evidence": "Receipt 12 of a contractor"}
PRIVATE = (PAPER["holder"], PAPER["place"], STICK["holder"], STICK["place"], *SAID.values())


@dataclass
class Ended:
    """References of what was destroyed (the first with two copies), of what was left out; the batch's id and number."""

    gone: list[str]
    held: str
    batch: str
    number: str


def approved(live: Live, number: int) -> tuple[list[str], str, str]:
    """(items approved for destruction, one left out since it is held, the batch)."""
    references = [closed_item(live) for _ in range(number + 1)]
    for ref in references:
        step(live, "imb-records", ref, "confirm_period", months=1, authority="Schedule 7, paragraph 3")
    live.later(days=32)
    sweeps.dispose(live.house)
    for ref in references:
        returnless(live, ref)
    *gone, held = references
    step(live, "imb-records", held, "place_hold", reason="An inquiry asks.", issuer="The inquiry")
    wanted = Wanted(retention_class=state_of(live, held).retention_class)

    def review(work: Any) -> str:
        given: dict[str, Any] = {"actor": work.actor, "now": work.now}
        batch = str(work.retention.open_batch(wanted, **given).batch.id)
        items = [work.disposals.case(ref).item for ref in gone]
        work.retention.propose_in_batch(batch, items, proposal="destroy", reason="Nobody needs them.", **given)
        work.retention.submit_batch(batch, **given)
        return batch

    batch = by(live, "imb-records", review)
    by(live, "imb-owner", lambda w: w.retention.approve_batch(
        batch, seen=w.batches.batch(batch).stamp, actor=w.actor, now=w.now
    ))  # fmt: skip
    return gone, held, batch


def copy(live: Live, ref: str, said: dict[str, str], key: str = "imb-records") -> str:
    """Registered today."""
    item = state_of(live, ref).item
    made = by(live, key, lambda w: w.retention.register_copy(
        item, **said, made_on=today(live), actor=w.actor, now=w.now
    ))  # fmt: skip
    return str(made.id)


def account(live: Live, id_: str, key: str = "imb-records", **given: str) -> None:
    by(live, key, lambda w: w.retention.account_copy(
        id_, **given, **SAID, on=today(live), actor=w.actor, now=w.now
    ))  # fmt: skip


def today(live: Live) -> date:
    return live.now.date()


def ended(live: Live, number: int = 2) -> Ended:
    """All destroyed and certified, the batch too."""
    gone, held, batch = approved(live, number)
    paper, stick = copy(live, gone[0], PAPER), copy(live, gone[0], STICK, "records")
    live.later(days=15)
    sweeps.dispose(live.house)
    account(live, paper, fate="destroyed", method="shred-paper")
    account(live, stick, "records", fate="returned")
    sweeps.dispose(live.house)
    with live.house.work() as work:
        return Ended(gone, held, batch, work.batches.certificate(batch).number)
