"""Somebody who only looks at many files, and downloads none, is noticed as one who takes them away is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.bootstrap import watching
from tests.api.api_acts import sent
from tests.house import Live
from tests.incidents.registered import rules
from tests.web.record_pages import Visitor

FILES = 20
RULE = "unusual-export"
COUNT = next(each.count for each in rules().detectors if each.code == RULE)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("looking") / "state", CUSTODES_FILES_PER_ITEM=str(FILES))
    yield made
    made.close()


def opened_of(live: Live) -> list[str]:
    """The incidents of the rule, after a walk through the log."""
    watching.watch(live.house)
    rows = live.api("security").ok("GET", "/incidents?state=open")["items"]
    return [each["number"] for each in rows if each["rule"] == RULE]


def received(live: Live) -> str:
    return sent(live, files={f"{number}.txt": b"One line." for number in range(FILES)})


def test_looking_at_many_files_is_noticed_and_leafing_through_one_is_not(live: Live) -> None:
    items = [received(live) for _ in range(1 + COUNT // FILES)]
    reader = Visitor(live, "staff")
    for ref in items:
        reader.post(f"/items/{ref}/open", page=f"/items/{ref}", purpose="follow-up")
    for page in range(1, COUNT + 2):
        assert reader.raw(f"/items/{items[0]}/files/1/view?page={page}").status_code == 200
    assert opened_of(live) == [], "one file, however many of its pages"
    others = [(ref, part) for ref in items for part in range(1, FILES + 1)][1:COUNT]
    for ref, part in others[:-1]:
        assert reader.raw(f"/items/{ref}/files/{part}/view").status_code == 200
    assert opened_of(live) == []
    ref, part = others[-1]
    assert reader.raw(f"/items/{ref}/files/{part}/view").status_code == 200
    assert len(opened_of(live)) == 1
