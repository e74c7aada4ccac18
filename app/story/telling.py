"""How the story is told: each step in a line or two, and the first thing that is not as expected ends it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

INDENT = "     "
WIDTH = 118


class Unexpected(Exception):
    """Something expected did not come. Says both."""

    def __init__(self, expected: str, came: str) -> None:
        super().__init__(f"expected {expected}; {came} came")
        self.expected, self.came = expected, came


@dataclass(slots=True)
class Telling:
    """Prints as it goes."""

    steps: int = 0

    def title(self, text: str) -> None:
        """A new chapter."""
        print(f"\n{text}", flush=True)

    def step(self, text: str) -> None:
        """Somebody does something."""
        self.steps += 1
        print(textwrap.fill(f"{self.steps:3}  {text}", WIDTH, subsequent_indent=INDENT), flush=True)

    def said(self, text: str) -> None:
        """What came of it."""
        print(textwrap.fill(text, WIDTH, initial_indent=INDENT, subsequent_indent=f"{INDENT}  "), flush=True)

    def failed(self, error: Unexpected) -> None:
        """The story ends here."""
        print(f"\nNOT AS EXPECTED after step {self.steps}")
        print(f"{INDENT}expected: {error.expected}")
        print(f"{INDENT}came:     {error.came}", flush=True)


def expect(held: bool, expected: str, came: object) -> None:
    """Raises Unexpected."""
    if not held:
        raise Unexpected(expected, str(came))
