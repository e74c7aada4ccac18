"""The tables of duties alone, in memory, and words sealed well enough to see that nothing is kept in clear."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import metadata
from sharing.service.duty_replay import TABLES


def tables() -> sa.Engine:
    """An empty database with the tables that follow from duties, and no others."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    metadata.create_all(engine, tables=TABLES)
    return engine


class Words:
    """Each text turned round and bound to its place."""

    def seal(self, about: str, text: str) -> str:
        return f"{about}|{text[::-1]}" if text else ""

    def open(self, about: str, kept: str) -> str:
        place, _, text = kept.partition("|")
        assert place == about
        return text[::-1]
