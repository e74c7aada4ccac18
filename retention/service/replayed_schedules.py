"""What a replay says of schedules: their versions, their texts, the facts clocks count from, dates found anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

import sqlalchemy as sa

from foundation.errors import Unavailable
from retention.policy import text as text_rules
from retention.ports import Words
from retention.store.schedules import ScheduleRows
from retention.tables.cases import disposal_recomputed, disposal_tally, disposal_transfer, disposal_trigger
from retention.tables.schedules import schedule_text, schedule_version

TABLES = (disposal_recomputed, disposal_tally, disposal_transfer, disposal_trigger, schedule_version, schedule_text)


def kept(conn: sa.Connection, words: Words, texts: Mapping[str, str]) -> bool:
    """Put the texts where the replay finds them; False where one is not what its digest says."""
    rows = ScheduleRows(conn, words)
    return all(rows.keep(text) == sha256 for sha256, text in texts.items())


def differences(here: sa.Connection, there: sa.Connection, words: Words) -> Iterator[str]:
    """``here`` follows from the log; ``there`` is what is found."""
    try:
        follows, found = ScheduleRows(here, words).versions(), ScheduleRows(there, words).versions()
    except Unavailable:
        yield "schedules: what was written about one does not open"
        return
    if follows != found:
        odd = {each.id for each in follows} ^ {each.id for each in found} or {
            one.id for one, other in zip(follows, found, strict=True) if one != other
        }
        yield f"schedules: version {', '.join(sorted(odd))} not as recorded"
    proposed = {each.sha256 for each in follows}
    if stray := sorted(ScheduleRows(there, words).texts().keys() - proposed):
        yield f"schedules: text {', '.join(stray)} was never proposed"
    for text in sorted(proposed):
        if text_rules.digest(ScheduleRows(there, words).texts().get(text, "")) != text:
            yield f"schedules: text {text} is not the one that was proposed"
    for table in (disposal_trigger, disposal_recomputed, disposal_tally, disposal_transfer):
        yield from _rows(here, there, table)


def _rows(here: sa.Connection, there: sa.Connection, table: sa.Table) -> Iterator[str]:
    """Both in the order of their keys, side by side: the first that differs is told."""
    query = sa.select(table).order_by(*table.primary_key.columns)
    for one, other in zip_longest(_of(here, query), _of(there, query)):
        if one != other:
            item = (one or other or {}).get("item", "")
            yield f"disposal of item {item}: {table.name} not as recorded"
            return


def _of(conn: sa.Connection, query: sa.Select[Any]) -> Iterator[dict[str, Any]]:
    for row in conn.execute(query).mappings():
        yield dict(row)
