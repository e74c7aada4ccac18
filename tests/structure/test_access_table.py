"""The reviewed table of access covers the whole address map, and the page in docs/security is made from it."""

from __future__ import annotations

import json

from tests.matrix import table


def test_every_address_has_its_row_and_every_row_its_address() -> None:
    found, known = set(table.addresses()), {(row.method, row.rule) for row in table.read()}
    assert sorted(found - known) == [], "an address without a row: say who may reach it (tests/matrix/table.txt)"
    assert sorted(known - found) == []


def test_the_table_is_written_in_its_one_form_and_its_page_is_made_from_it() -> None:
    rows = table.read()
    assert table.TABLE.read_text(encoding="utf-8") == table.written(rows)
    assert table.PAGE.read_text(encoding="utf-8") == table.page(rows), "python -m tools.access_matrix"


def test_what_the_reference_of_the_api_says_of_who_may_is_what_the_table_says() -> None:
    said, made = json.loads(table.WHO_PAGE.read_text(encoding="utf-8")), json.loads(table.who(table.read()))
    wrong = {name for name in said.keys() | made.keys() if said.get(name) != made.get(name)}
    assert wrong == set(), "python -m tools.access_matrix"
