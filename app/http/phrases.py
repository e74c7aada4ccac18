"""What pages, files and printed papers say alike: dates, sizes, numbers, codes (GOV.UK style guide)."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date

from app.http.house import house
from app.http.language import ENGLISH, WELSH, _, shown
from audit.fact import kinds
from foundation.calendar import LONDON

_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def gds_date(value: date | datetime | None) -> str:
    """“20 November 2026”. An instant is shown as the date in London; nothing is shown as nothing."""
    if value is None:
        return ""
    day = value.astimezone(LONDON).date() if isinstance(value, datetime) else value
    return f"{day.day} {day:%B %Y}" if shown() == ENGLISH else format_date(day, "d MMMM y", locale=WELSH)


def gds_time(value: datetime) -> str:
    """“4:42pm”, “10am”, “midday”, “midnight”, in London."""
    wall = value.astimezone(LONDON)
    if wall.minute == 0 and wall.hour % 12 == 0:
        return _("midday") if wall.hour else _("midnight")
    half = "am" if wall.hour < 12 else "pm"
    return f"{wall.hour % 12 or 12}{f':{wall.minute:02}' if wall.minute else ''}{half}"


def gds_datetime(value: datetime | None) -> str:
    """“20 November 2026 at 4:42pm”, in London."""
    return "" if value is None else _("%(day)s at %(time)s", day=gds_date(value), time=gds_time(value))


def filesize(size: int) -> str:
    """“1.2GB”, “12MB”, “812 bytes”: thousands, as a file manager on a desk shows them."""
    if size == 1:
        return _("1 byte")
    amount, unit = float(size), 0
    # 999.95 and more would be shown as 1000: that is one of the next unit.
    while unit < len(_UNITS) - 1 and round(amount, 0 if amount >= 9.95 else 1) >= 1000:
        amount, unit = amount / 1000, unit + 1
    if unit == 0:
        return _("%(num)s bytes", num=size)
    text = f"{amount:.1f}" if amount < 9.95 else f"{amount:.0f}"
    return f"{text.removesuffix('.0')}{_UNITS[unit]}"


def plural(count: int, one: str, many: str = "") -> str:
    """“1 item”, “2 items”, “1,204 items”."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def party(id_: str) -> str:
    """A party's short name."""
    found = house().policies.parties.get(id_)
    return found.short if found else id_


def words(code: str) -> str:
    """ "inspection-report" as a page says it."""
    return code.replace("-", " ").capitalize()


def sentence(text: str) -> str:
    """With a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def act(kind: str) -> str:
    """A kind of fact in words."""
    found = kinds().get(kind)
    return found.meaning if found else words(kind.rpartition(".")[2])
