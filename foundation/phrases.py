"""Words of the service as values: English that remembers what it was made of, so that a page can say it otherwise.

A room that says why gives ``Phrase("It is for another office: %(step)s.", step=…)``. Whoever reads it, writes it down
or sends it on has a plain English ``str``. A page in another language finds the pattern in its catalogue and puts the
values in (app/http/language.py). The room knows no language but its own, and no language is handed down to it.
"""

from __future__ import annotations

from typing import Self


class Phrase(str):
    """``pattern`` is the key of the catalogue, with places as %(name)s; ``values`` go there, as they are or as phrases.

    Without values the pattern is the text, and a per cent sign in it means itself.
    """

    __slots__ = ("pattern", "values")
    pattern: str
    values: dict[str, str]

    def __new__(cls, pattern: str, **values: str) -> Self:
        made = super().__new__(cls, pattern % values if values else pattern)
        made.pattern, made.values = pattern, values
        return made
