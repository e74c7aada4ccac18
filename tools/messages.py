"""The catalogues: what the service says, found where it is said, and put beside what is said in Welsh.

`python -m tools.messages` brings them up to date: what is new is added without Welsh, what vanished is left out.
Nothing is guessed and nothing fuzzy is kept: a sentence that changed is a new sentence. With `--check` nothing is
written and the answer is 1 where a catalogue is behind. tests/structure holds that they are whole.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "in_number": (1, 2), "N_": None, "Phrase": None}
ROOMS = ("app", "foundation", "identity", "sharing", "classification", "retention", "incidents", "custody", "outbox")
TEMPLATES = "app/web/templates"
HELP = "app/web/help.toml"
INTERFACE = ROOT / "app/web/catalogues/cy.po"
POLICIES = ROOT / "policies/catalogues/cy.po"
WHERE = {INTERFACE: "What the service says", POLICIES: "What the policies say on the pages that are done in Welsh"}
# What of the policies stands on those pages: (file, the tables it stands in, its keys).
SAID = (
    ("agreements/*.toml", "", ("title",)),
    ("agreements/*.toml", "kind", ("name",)),
    ("agreements/*.toml", "purpose", ("words",)),
    ("agreements/*.toml", "period", ("basis",)),
    ("agreements/*.toml", "route", ("title", "way")),
    ("agreements/*.toml", "route.step", ("title",)),
    ("people/sign-in.toml", "notice", ("text", "marking")),
    ("classification/markings.toml", "instruction", ("meaning",)),
)
WHY = re.compile(r'^@why\("(.*)"\)$', re.MULTILINE)


def main() -> None:
    """Bring both up to date, or say that one is behind."""
    behind = [path for path in WHERE if _brought(path, write="--check" not in sys.argv)]
    if behind and "--check" in sys.argv:
        sys.exit("\n".join(f"{path.relative_to(ROOT)} is behind: python -m tools.messages" for path in behind))


def found_in(path: Path) -> Catalog:
    """What its sources say today, in the order of files and lines."""
    whole = Catalog(locale="cy", charset="utf-8", fuzzy=False)
    for file, message, comments in _interface() if path == INTERFACE else _policies():
        whole.add(message, None, [(file, None)], auto_comments=comments)
    return whole


def kept(path: Path) -> Catalog:
    """As it lies there."""
    return read_po(BytesIO(path.read_bytes()), locale="cy")


def _interface() -> Iterator[tuple[str, Any, list[str]]]:
    options = {"newstyle_gettext": "true", "trimmed": "true", "silent": "false", "extensions": "jinja2.ext.do"}
    places = [(room, [("**.py", "python")], {}) for room in ROOMS]
    for folder, methods, given in (*places, (TEMPLATES, [("**.html", "jinja2")], {"**.html": options})):
        extracted = extract_from_dir(ROOT / folder, methods, given, keywords=KEYWORDS, comment_tags=("cy:",))
        for file, _line, message, comments, _context in extracted:
            yield f"{folder}/{file}", message, comments
    for row in tomllib.loads((ROOT / HELP).read_text(encoding="utf-8")).values():
        if row.get("welsh"):
            yield from ((HELP, text, []) for text in (row["title"], *row["points"]))


def _policies() -> Iterator[tuple[str, str, list[str]]]:
    folder = ROOT / "policies"
    for pattern, table, keys in SAID:
        for file in sorted(folder.glob(pattern)):
            for row in _rows(tomllib.loads(file.read_text(encoding="utf-8")), table):
                yield from ((f"policies/{file.relative_to(folder)}", row[key], []) for key in keys if row.get(key))
    for file in sorted((folder / "access").glob("[1-4]0-*.cedar")):
        for why in WHY.findall(file.read_text(encoding="utf-8")):
            yield f"policies/access/{file.name}", why, []


def _rows(table: dict[str, Any], path: str) -> Iterator[dict[str, Any]]:
    if not path:
        yield table
        return
    first, _, rest = path.partition(".")
    inner = table.get(first, [])
    for row in inner if isinstance(inner, list) else [inner]:
        yield from _rows(row, rest)


def _brought(path: Path, *, write: bool) -> bool:
    """Whether it was behind."""
    before, catalogue, now = path.read_bytes(), kept(path), found_in(path)
    catalogue.update(now, no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False)
    catalogue.obsolete.clear()
    for message in catalogue:
        message.locations.sort()
    catalogue.creation_date = catalogue.revision_date
    after = BytesIO()
    write_po(after, catalogue, width=120, include_lineno=False, sort_by_file=True)
    if write and before != after.getvalue():
        path.write_bytes(after.getvalue())
    return before != after.getvalue()


if __name__ == "__main__":
    main()
