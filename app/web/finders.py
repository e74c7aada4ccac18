"""Choosing one of very many: somebody types part of a name, presses Find, and chooses among those that fit.

It is a field of the form it stands in, so whatever else was typed stays, no name comes into an address, and nobody is
offered what the form would not take. Up to ``FEW`` it is a list like any other. Where script runs, static/js/finder.js
makes a combobox of it (WAI-ARIA: editable, list autocomplete) that asks this same form. The published
accessible-autocomplete writes its suggestions as HTML, which the content policy forbids (Trusted Types).
"""

from __future__ import annotations

from typing import Any

from flask import render_template
from markupsafe import Markup
from wtforms import SelectField

from app.web import widgets

FEW, LEAST, MOST = 15, 2, 20
PRESSED = "find"  # the name of the button; its value is the field
TYPED, LOOKED_FOR = "-find", "-found"  # behind the name of the field


class Widget:
    """A list of few; else the search with its matches."""

    def __init__(self, few: Any) -> None:
        self._few = few

    def __call__(self, field: Finder, **kwargs: Any) -> Markup:
        if not field.many:
            return Markup(self._few(field, **kwargs))  # noqa: S704  made by the widget of a list
        return Markup(render_template("finding/field.html", field=field))  # noqa: S704  a template escapes


class Finder(SelectField):
    """``sought``: what was typed. ``looking``: it was sent to look, and not to do what the form is for."""

    def __init__(self, *args: Any, few: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=Widget(few), **kwargs)
        self.sought = ""
        self._looked_for = ""
        self._pressed = False

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(formdata, *args, **kwargs)
        if formdata is None:
            return
        self.sought = _first(formdata, self.name + TYPED)
        self._looked_for = _first(formdata, self.name + LOOKED_FOR)
        self._pressed = _first(formdata, PRESSED) == self.name

    @property
    def many(self) -> bool:
        """Too many for a list."""
        return len(self._options) > FEW

    @property
    def looking(self) -> bool:
        """Find was pressed, or Enter after something else was typed: nothing is done that nobody looked at."""
        return self.many and (self._pressed or (self.sought != "" and self.sought != self._looked_for))

    @property
    def enough(self) -> bool:
        """Fewer letters would find nearly everybody."""
        return len(self.sought) >= LEAST

    @property
    def hits(self) -> list[tuple[str, str]]:
        """Those in which every word typed occurs, those that begin with it first."""
        parts = self.sought.casefold().split()
        if not self.enough:
            return []
        found = [each for each in self._options if all(part in each[1].casefold() for part in parts)]
        return sorted(found, key=lambda each: not each[1].casefold().startswith(parts[0]))

    @property
    def shown(self) -> list[tuple[str, str]]:
        """What can be chosen on this page: what is chosen, the matches, and nothing at all where that is allowed."""
        hits = self.hits[:MOST]
        chosen = [each for each in self._options if each[0] == self.data and each not in hits]
        none = [each for each in self._pairs() if not each[0] and not self.flags.required]
        return [*chosen, *hits, *(none if hits or chosen else [])]

    @property
    def more(self) -> int:
        """How many fit besides those shown."""
        return max(0, len(self.hits) - MOST)

    @property
    def _options(self) -> list[tuple[str, str]]:
        return [each for each in self._pairs() if each[0]]

    def _pairs(self) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label, *_ in self.iter_choices()]


def plain(few: str) -> Any:
    """What it is where there are few: radios, or a list to select from."""
    return widgets.Radios() if few == "radios" else widgets.Select()


def _first(formdata: Any, name: str) -> str:
    return str(next(iter(formdata.getlist(name)), "")).strip()
