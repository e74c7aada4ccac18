"""A list with nothing in it says what would stand there and what to do: each, in a house where nothing happened."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from item_house import Person, said

from tests.house import Live

# Each list that is empty in a fresh house, with one who may look at it.
LISTS = (
    ("/access-review", "inspector"),
    ("/accounts/recoveries", "imb-admin"),
    ("/accounts/to-confirm", "imb-admin"),
    ("/alerts", "inspector"),
    ("/certificates", "compliance"),
    ("/corrections", "staff"),
    ("/data-protection/abroad", "compliance"),
    ("/data-protection/decisions", "compliance"),
    ("/directory?q=nowhere", "staff"),
    ("/disposals", "records"),
    ("/disposals/batches", "records"),
    ("/disposals/day", "records"),
    ("/disposals/returns", "records"),
    ("/drafts", "staff"),
    ("/foresight/owed", "records"),
    ("/holds", "records"),
    ("/incidents", "security"),
    ("/items", "staff"),
    ("/media", "staff"),
    ("/my-reports", "staff"),
    ("/name-instead", "staff"),
    ("/outbox", "imb-admin"),
    ("/partner-systems", "imb-admin"),
    ("/requests", "compliance"),
    ("/safety-override", "staff"),
    ("/unsent", "staff"),
)
EMPTY = re.compile(r'<(p|div) class="(?:govuk-body )?app-empty">(.*?)</\1>', re.DOTALL)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("empty") / "state")
    yield made
    made.close()


@pytest.fixture(scope="module")
def people(live: Live) -> dict[str, Person]:
    return {key: Person(live, key) for key in sorted({key for _, key in LISTS})}


@pytest.mark.parametrize(("address", "key"), LISTS)
def test_it_says_what_would_stand_there(people: dict[str, Person], address: str, key: str) -> None:
    answer = people[key].get(address)
    found = [re.sub(r"<[^>]+>|\s+", " ", each).strip() for _, each in EMPTY.findall(answer.text)]
    assert found, said(answer)
    short = [each for each in found if len(each.split()) < 4]
    assert short == [], "an empty list that leaves its reader alone"
