"""A page as other people have it: on paper, in colours of their own, on a very narrow screen, with wider spacing.

Each kind of page once in a process (its address in the map and the parts it is made of), since nothing here depends on
what the words are. What is asserted stands in ``otherwise.js``; axe knows none of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, ViewportSize

from tools import tour

SCREEN: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 640}
SHEET: ViewportSize = {"width": 680, "height": 960}  # A4 within its margins, at 96 dots an inch
_done: set[str] = set()
VISITED: set[str] = set()  # addresses of the map that were looked at in this process


def otherwise(page: Page) -> None:
    """Nothing is amiss with the page that stands there; at once where one of its kind was looked at before."""
    rule = rule_of(page.url)
    VISITED.add(rule)
    (parts,) = found(page, "kinds")
    if f"{rule} {parts}" in _done:
        return
    faults = faults_of(page)
    assert not faults, f"{page.url}\n" + "\n".join(faults)
    _done.add(f"{rule} {parts}")


def rule_of(url: str) -> str:
    """Its address in the map; the path itself where the map has none."""
    path = urlsplit(url).path
    return "/api/docs/<section>" if path.startswith("/api/docs/") else tour.rule_of(path) or path


def faults_of(page: Page) -> list[str]:
    """What is wrong with it, each line with the way it was looked at. The page stands as before afterwards."""
    told: list[str] = []
    with _as(page, SHEET, media="print"):
        told += [f"on paper, {each}" for each in found(page, "print")]
    with _as(page, SCREEN, forced_colors="active", color_scheme="dark"):
        told += [f"in forced colours, {each}" for each in found(page, "forced")]
    with _as(page, NARROW):
        told += [f"at 320 px, {each}" for each in found(page, "narrow")]
        told += [f"with wider spacing, {each}" for each in found(page, "spaced")]
    return told


def found(page: Page, what: str) -> list[str]:
    """What one of the looks of ``otherwise.js`` tells."""
    told: list[str] = page.evaluate(_source(), what)
    return told


@cache
def _source() -> str:
    text = Path(__file__).with_name("otherwise.js").read_text(encoding="utf-8")
    return text[text.index("\n(what) =>") :].strip()  # an expression begins with no comment


@contextmanager
def _as(page: Page, size: ViewportSize, **media: Any) -> Iterator[None]:
    page.set_viewport_size(size)
    if media:
        page.emulate_media(**media)
    yield
    if media:
        page.emulate_media(**dict.fromkeys(media, "null"))
    page.set_viewport_size(SCREEN)
