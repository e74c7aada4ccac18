"""The register as the log has it, made again in memory, and held against the rows."""

from __future__ import annotations

from audit.replica import Replica, by_key
from incidents.service.register import Register
from incidents.store.rows import TABLES


class IncidentReplay(Replica):
    """Incidents, and everything told of them."""

    def __init__(self) -> None:
        super().__init__(Register(), TABLES, by_key({table: table.name for table in TABLES}))
