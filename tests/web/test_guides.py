"""The guides of docs/ say what the pages say: a browser walks each of them, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tools.guides import DOCS, GUIDES, GuideWrong, Walk, steps
from tools.screenshots import demonstration


@pytest.fixture(scope="module")
def walk(browser: Browser) -> Iterator[Walk]:
    """One reader for all: a code is good once, and some people stand in two guides."""
    with demonstration() as address:
        found = Walk(browser, address)
        yield found
        found.close()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda each: each.stem)
def test_a_guide_can_be_followed(guide: Path, walk: Walk) -> None:
    walk.follow(guide.read_text(encoding="utf-8"))


def test_a_guide_that_parts_from_the_pages_is_told(walk: Walk) -> None:
    with pytest.raises(GuideWrong, match=r"step 2, select [^\n]*\nnothing is called “Nowhere at all” here"):
        walk.follow("Sign in as **Greta Loosemoor**. Select **Nowhere at all**.")
    with pytest.raises(GuideWrong, match="does not say so"):
        walk.follow("Sign in as **Greta Loosemoor**. You see “words that no page has”.")


def test_nothing_stands_in_bold_that_instructs_nothing() -> None:
    with pytest.raises(GuideWrong, match="“Send” stands in bold"):
        steps("Sign in as **Nobody**, then press **Send**.")


def test_every_guide_is_in_the_index_and_has_pictures() -> None:
    listed = re.findall(r"^([a-z-]+)$", (DOCS / "guides/index.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(guide.stem for guide in GUIDES if guide.parent.name == "guides")
    taken = [step.words[0] for guide in GUIDES for step in steps(guide.read_text("utf-8")) if step.act == "picture"]
    assert len(set(taken)) == len(taken), "one picture, one place"
    assert all(any(step.act == "picture" for step in steps(guide.read_text("utf-8"))) for guide in GUIDES)
