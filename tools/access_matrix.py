"""Writes the table of access in its one form and what is made of it (docs/security/access-matrix.md,
the API’s reference): python -m tools.access_matrix.

With `--new` addresses without a row are tried as each of the cast and added with what was told: read them before you
commit them. Rows whose address is gone are taken out.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.house import Live
from tests.matrix import table
from tests.matrix.table import Row
from tests.matrix.trying import NOBODY, WHO, Tried, nothing_kept


def main() -> None:
    """The table is the source."""
    kept = {(row.method, row.rule): row for row in table.read()}
    wanted = list(table.addresses())
    missing = [each for each in wanted if each not in kept]
    if missing and "--new" in sys.argv:
        kept |= _tried(missing)
    rows = [kept[each] for each in wanted if each in kept]
    table.TABLE.write_text(table.written(rows), encoding="utf-8")
    table.PAGE.write_text(table.page(rows), encoding="utf-8")
    table.WHO_PAGE.write_text(table.who(rows), encoding="utf-8")


def _tried(missing: list[tuple[str, str]]) -> dict[tuple[str, str], Row]:
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        tried = Tried.create(Live.create(Path(folder) / "state"))
        with nothing_kept():
            for method, rule in missing:
                row = Row(method, rule, {who: tried.outcome(who, method, rule) for who in (*WHO, NOBODY)})
                print(row.line())
                found[method, rule] = row
        tried.live.close()
    return found


if __name__ == "__main__":
    main()
