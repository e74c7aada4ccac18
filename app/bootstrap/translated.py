"""Whether somebody who may has read what the pages say in Welsh: the header of each catalogue names them, or nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from app.bootstrap.finding import ATTENTION, WELL, Finding

INTERFACE = Path(__file__).parents[1] / "web" / "catalogues" / "cy.po"
UNREVIEWED = "UNREVIEWED"
_READ_BY = re.compile(r'^"Last-Translator: *(.*?) *\\n"$', re.MULTILINE)


def theirs(policies: Path) -> Path:
    """The catalogue of these policies; there may be none."""
    return policies / "catalogues" / INTERFACE.name


def translated(policies: Path) -> Iterator[Finding]:
    """A finding for the interface and one for the policies, where they bring any Welsh."""
    for what, path in (("pages", INTERFACE), ("policies", theirs(policies))):
        if not path.exists():
            continue
        named = _READ_BY.search(path.read_text(encoding="utf-8"))
        if named is None or named[1] == UNREVIEWED:
            text = f"No translator has read the Welsh of the {what}."
            yield Finding("welsh", ATTENTION, text, "Have it read before it is offered to the public; docs/welsh.md.")
        else:
            yield Finding("welsh", WELL, f"The Welsh of the {what} was read by {named[1]}.")
