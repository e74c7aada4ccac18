"""How pages say what a file says of its own marking, and the form on which its sender says why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.http.language import _, in_number
from app.web import forms
from classification.rules.search import Found
from sharing.model.inspected import WORDS
from sharing.model.item import DraftOpened, FileShown

PREFIX = "why_"


def said(found: Iterable[Found]) -> list[str]:
    """A line for each marking: “OFFICIAL-SENSITIVE: page 1, page 2 and 3 more places”."""
    places: dict[str, list[str]] = {}
    for each in found:
        places.setdefault(each.says, []).append(each.place)
    return [f"{says}: {', '.join(where[:3])}{_more(where[3:])}" for says, where in places.items()]


def note(file: FileShown) -> str:
    """What a sender should know of a file that nobody could look into."""
    return "" if file.inspected.searched else _("We could not read text in it: check for yourself how it is marked.")


def form_for(draft: DraftOpened) -> Any:
    """A form with a field for each file, and for the words, that ask for a reason."""
    names = {file.part: file.name for file in draft.files}
    asked = {
        f"{PREFIX}{part}": forms.long_text(
            f"Why is “{names[part]}” right as it is?" if part in names else "Why are your words right as they are?",
            hint="For example: it quotes an old letter, or it is about markings.",
            most=2000,
        )
        for part in sorted(draft.asked)
    }
    return type("MarkingsForm", (forms.Form,), asked)()


def given(form: Any, draft: DraftOpened) -> dict[int, str]:
    """The reasons written, by part."""
    return {part: text for part in sorted(draft.asked) if (text := form[f"{PREFIX}{part}"].data)}


def heading(part: int, draft: DraftOpened) -> str:
    """The file by its name, or the words."""
    names = {file.part: file.name for file in draft.files}
    return "What you wrote" if part == WORDS else names[part]


def _more(rest: list[str]) -> str:
    return in_number(" and %(num)s more place", " and %(num)s more places", len(rest)) if rest else ""
