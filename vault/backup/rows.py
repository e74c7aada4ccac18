"""Tables as lines of JSON and back (docs/formats/backup.md, section 3): no tool of the database's own is needed.

Values go as the driver has them, so that a row somebody altered is kept as it was altered. Flat memory.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from vault.backup.errors import BackupDamaged

FORMAT = "custodes-tables/1"
_STEP = 1000
_PIECE = 1 << 18
_LONGEST = 1 << 28  # bytes of a line: beyond any row the service writes

Row = list[Any]


def lines(conn: sa.Connection, tables: Sequence[sa.Table], counted: dict[str, int]) -> Iterator[bytes]:
    """Every row of the tables at one moment, in pieces. ``counted`` is filled with how many rows each has."""
    kept: list[bytes] = []
    size = 0
    for line in _lines(conn, tables, counted):
        kept.append(line)
        size += len(line)
        if size > _PIECE:
            yield b"".join(kept)
            kept, size = [], 0
    yield b"".join(kept)


def _lines(conn: sa.Connection, tables: Sequence[sa.Table], counted: dict[str, int]) -> Iterator[bytes]:
    yield _line({"format": FORMAT})
    for table in tables:
        names = [column.name for column in table.c]
        yield _line({"columns": names, "table": table.name})
        plain = sa.table(table.name, *(sa.column(name) for name in names))
        order = [plain.c[column.name] for column in table.primary_key]
        query = sa.select(*(plain.c[name] for name in names)).order_by(*order)
        number = 0
        with conn.execute(query.execution_options(yield_per=_STEP)) as rows:
            for row in rows:
                number += 1
                yield _line(list(row))
        counted[table.name] = number
        yield _line({"rows": number})
    yield _line({"counters": counters(conn, tables)})


def counters(conn: sa.Connection, tables: Sequence[sa.Table]) -> dict[str, int]:
    """The last number given out for tables whose keys the database numbers: none is ever given out again."""
    if conn.dialect.name == "sqlite":
        if not sa.inspect(conn).has_table("sqlite_sequence"):
            return {}
        found = conn.exec_driver_sql("select name, seq from sqlite_sequence").all()
        names = {table.name for table in tables}
        return {name: int(seq) for name, seq in found if name in names}
    given = {}
    for table, sequence in _sequences(conn, tables).items():
        last, called = conn.exec_driver_sql(f"select last_value, is_called from {sequence}").one()  # noqa: S608 - its own name
        given[table] = int(last) if called else 0
    return given


def _sequences(conn: sa.Connection, tables: Sequence[sa.Table]) -> dict[str, str]:
    found = {}
    for table in tables:
        for column in table.primary_key:
            query = sa.select(sa.func.pg_get_serial_sequence(table.name, column.name))
            if name := conn.scalar(query):
                found[table.name] = str(name)
    return found


class Loader:
    """Puts what ``lines`` wrote into empty tables, within one transaction. Give it pieces, then ``finish``."""

    def __init__(
        self,
        conn: sa.Connection,
        tables: Sequence[sa.Table],
        change: Callable[[str, Row], Row] | None = None,
        seen: Callable[[], None] = lambda: None,
    ) -> None:
        """``change`` is given each row with its table's name; ``seen`` is called now and then, while it works."""
        self._conn, self._tables = conn, {table.name: table for table in tables}
        self._change, self._seen = change, seen
        self._rest = bytearray()
        self._rows: list[Row] = []
        self._table, self._columns = "", list[str]()
        self._number, self._begun, self._over = 0, False, False
        self.counted: dict[str, int] = {}

    def take(self, piece: memoryview) -> None:
        """The next bytes. Raises BackupDamaged."""
        self._rest += piece
        *whole, rest = self._rest.split(b"\n")
        self._rest = rest
        for line in whole:
            self._take(bytes(line))
        if len(rest) > _LONGEST:
            raise _damaged("a line without an end")

    def finish(self, expected: Mapping[str, int]) -> None:
        """Everything came. Raises BackupDamaged unless the rows are as many as ``expected`` says."""
        if self._rest or not self._over or self.counted != dict(expected):
            raise _damaged("other rows than its manifest says")

    def _take(self, line: bytes) -> None:
        try:
            value = json.loads(line)
        except ValueError:
            raise _damaged("a line that is no JSON") from None
        if not self._begun:
            self._begun = value == {"format": FORMAT}
            if not self._begun:
                raise _damaged("another format")
        elif isinstance(value, list):
            self._add(value)
        elif isinstance(value, dict):
            self._told(value)
        else:
            raise _damaged("a line of another kind")

    def _told(self, value: dict[str, Any]) -> None:
        if value.keys() == {"columns", "table"} and value["table"] in self._tables and not self._table:
            self._table, self._columns, self._number = value["table"], value["columns"], 0
            if self._columns != [column.name for column in self._tables[self._table].c]:
                raise _damaged(f"other columns of {self._table}")
        elif value == {"rows": self._number} and self._table and self._table not in self.counted:
            self._flush()
            self.counted[self._table], self._table = self._number, ""
        elif value.keys() == {"counters"} and not self._table and not self._over:
            self._over = True
            self._set(value["counters"])
        else:
            raise _damaged("a line that does not belong there")

    def _add(self, row: Row) -> None:
        if not self._table or len(row) != len(self._columns):
            raise _damaged("a row of no table")
        plain = [_plain(value) for value in row]
        self._rows.append(self._change(self._table, plain) if self._change else plain)
        self._number += 1
        if len(self._rows) == _STEP:
            self._flush()

    def _flush(self) -> None:
        rows, self._rows = self._rows, []
        self._seen()
        if not rows:
            return
        names = ", ".join(f'"{name}"' for name in self._columns)
        if self._conn.dialect.name == "sqlite":
            marks = ", ".join("?" * len(self._columns))
            statement = f'insert into "{self._table}" ({names}) values ({marks})'  # noqa: S608 - our own names
            self._conn.exec_driver_sql(statement, [tuple(row) for row in rows])
            return
        raw: Any = self._conn.connection.driver_connection
        with raw.cursor() as cursor, cursor.copy(f'copy "{self._table}" ({names}) from stdin') as into:
            for row in rows:
                into.write_row(row)

    def _set(self, given: dict[str, int]) -> None:
        if self._conn.dialect.name == "sqlite":
            # Rows with a greater number have moved it on already; where there is none, it must be said.
            for name, last in given.items():
                table = self._tables.get(name)
                if table is not None and table.dialect_options["sqlite"]["autoincrement"]:
                    self._conn.exec_driver_sql("delete from sqlite_sequence where name = ?", (name,))
                    self._conn.exec_driver_sql("insert into sqlite_sequence values (?, ?)", (name, last))
            return
        for name, sequence in _sequences(self._conn, list(self._tables.values())).items():
            if last := given.get(name, 0):
                self._conn.execute(sa.select(sa.func.setval(sequence, last)))


def _line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=_said, sort_keys=True).encode() + b"\n"


def _said(value: object) -> object:
    if isinstance(value, bytes | memoryview):
        return {"b": base64.b64encode(value).decode()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    msg = f"{type(value).__name__} stands in no table of the service"
    raise TypeError(msg)


def _plain(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    try:
        ((kind, text),) = value.items()
        return base64.b64decode(text, validate=True) if kind == "b" else _DAY[kind](text)
    except (KeyError, TypeError, ValueError):
        raise _damaged("a value of an unknown kind") from None


_DAY = {"d": date.fromisoformat}


def _damaged(what: str) -> BackupDamaged:
    return BackupDamaged(f"There is {what} in it. Nothing of it was kept. Take another backup.")
