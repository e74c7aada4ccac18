"""The form with which the log, or a range of it, is taken away."""

from __future__ import annotations

from app.web import forms, listing

LONGEST = 20


class ExportForm(forms.Form):
    """Both ends may be left out. ``range()`` says them as ``app.bootstrap.logbook`` takes them."""

    first = forms.text(
        "From entry (optional)", hint="Its number, like 1200, or a day, like 27/3/2026. Days are in UTC.", most=LONGEST
    )
    end = forms.text("To entry (optional)", hint="The last one in the file: its number, or a day.", most=LONGEST)

    def range(self) -> dict[str, str] | None:
        """None where something typed is neither a number nor a day; then the form says so."""
        found = {name: _place(self[name].data, after=name == "end") for name in ("first", "end")}
        for name, text in found.items():
            if text is None:
                label = self[name].label.text.removesuffix(" (optional)")
                self.say(f"{label} must be the number of an entry, or a real date like 27/3/2026", name)
        given = {name: text for name, text in found.items() if text is not None}
        return given if len(given) == len(found) else None


def _place(text: str, *, after: bool) -> str | None:
    """People count the last entry in; the log's own ranges end before theirs."""
    number = text.replace(",", "")
    if number.isascii() and number.isdecimal():
        return str(int(number) + after)
    day = listing.day(text)
    return "" if not text else day.isoformat() if day else None
