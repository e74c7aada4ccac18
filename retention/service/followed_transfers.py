"""What the follower makes of a package for the archive and of the archive's receipt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import cast

import sqlalchemy as sa

from audit.fact import Fact
from retention import events
from retention.model.transfer import Closure, Transfer
from retention.store.transfers import TransferRows


def moved(conn: sa.Connection, fact: Fact) -> None:
    """A fact that its case has just taken in."""
    rows = TransferRows(conn)
    if fact.kind == events.TRANSFER_PACKAGED.name:
        rows.put(_packaged(fact))
    elif fact.kind == events.TRANSFER_RECEIVED.name and (known := rows.find(fact.subject)):
        what = fact.what
        rows.put(
            replace(
                known,
                receipt_entry=fact.id,
                received_by=str(what["by"]),
                received_on=date.fromisoformat(str(what["received_on"])),
                archive_reference=str(what["archive_reference"]),
            )
        )


def _packaged(fact: Fact) -> Transfer:
    what = fact.what
    return Transfer(
        item=fact.subject,
        packaged_entry=fact.id,
        packaged_at=fact.at,
        packaged_by=str(what["by"]),
        recipient=str(what["recipient"]),
        files=int(str(what["files"])),
        size=int(str(what["bytes"])),
        sha256=str(what["sha256"]),
        closure=cast(Closure, what["closure"]),
        closure_years=cast("int | None", what["closure_years"]),
    )
