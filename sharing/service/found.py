"""An item as somebody met it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from classification.model import Handling
from identity.model import ItemFacts
from sharing.model.agreement import Agreement, Route
from sharing.model.item import ItemRef


@dataclass(frozen=True, slots=True)
class Found:
    """An item as this actor met it: its row, its access facts, its agreement and route."""

    row: sa.Row[Any]
    facts: ItemFacts
    agreement: Agreement
    route: Route
    handling: Handling

    @property
    def uuid(self) -> UUID:
        return UUID(self.row.uuid)

    @property
    def ref(self) -> ItemRef:
        return ItemRef(self.row.reference, self.uuid, self.row.id, self.row.version)
