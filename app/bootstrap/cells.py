"""Cells of a file for a spreadsheet. No cell begins like a formula: what somebody typed must not run elsewhere."""

from __future__ import annotations

# Also as they are written in full width: some spreadsheets take them for the same.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: object) -> str:
    """The text of one, with an apostrophe before what a spreadsheet would run."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
