"""Which pages of the address map no browser looked at in a whole run (``--every-page``).

What is looked at is told by ``tests/web/otherwise.py`` in each process; what is a page, by ``tools/tour.txt``: an
address asked for by GET that is neither a file nor a way onward. No page may be left out by a list kept by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from tools import tour

REFERENCE = {"/api/docs", "/api/docs/<section>"}  # the tour has no pictures of the API's reference


def pages() -> set[str]:
    """Every address of the map that answers with a page."""
    return {each.rule for each in tour.lines() if each.who or each.why == "state"} | REFERENCE


def visited() -> set[str]:
    """What was looked at in this process so far."""
    looked = sys.modules.get("otherwise")
    return set(looked.VISITED) if looked else set()


def unseen(looked: Iterable[str]) -> list[str]:
    """The pages that are not among ``looked``."""
    return sorted(pages() - set(looked))
