"""The changes of agreements as the log has them, made again in memory, and held against the rows and their texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from audit.replica import Replica
from sharing.policy.files import digest_of
from sharing.ports import Words
from sharing.service.version_follower import Versions
from sharing.store.versions import VersionRows
from sharing.tables.versions import agreement_text, agreement_version, agreement_version_act

TABLES = [agreement_version, agreement_version_act, agreement_text]


class VersionReplay(Replica):
    """Versions, who said what of each, and the texts that were proposed."""

    def __init__(self, words: Words) -> None:
        self._words = words
        super().__init__(Versions(words), TABLES, self._read, "agreement versions")

    def differences(self, conn: sa.Connection) -> Iterator[str]:
        """What in the rows does not follow from the facts, in words; nothing when all does."""
        yield from super().differences(conn)
        # The digests are columns in clear: they are read even where what was written does not open.
        proposed = set(self._conn.execute(sa.select(agreement_version.c.sha256)).scalars())
        texts = VersionRows(conn, self._words).texts()
        for sha256 in sorted(texts.keys() - proposed):
            yield f"agreement version: text {sha256} was never proposed"
        for sha256 in sorted(proposed):
            if digest_of(texts.get(sha256, "")) != sha256:
                yield f"agreement version: text {sha256} is not the one that was proposed"

    def _read(self, conn: sa.Connection) -> dict[str, Any]:
        return {f"agreement version {each.id}": each for each in VersionRows(conn, self._words).all()}
