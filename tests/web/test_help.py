"""Help where a question arises: it stands below a field that there is, in the language of its page."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from app.web import helping
from tests.structure.test_routes import application

MADE = {"RequestForm"}  # put together for what is asked: its fields are in no class
PERIOD = re.compile(r"\b(?:\d+|one|two|three|six|seven|ten|twelve) (?:hours?|days?|weeks?|months?|years?)\b", re.I)


def form_of(place: str) -> tuple[Any, str]:
    module, name, field = place.split(".")
    try:
        found = import_module(f"app.web.{module}")
    except ModuleNotFoundError:
        found = import_module(f"app.web.pages.{module}")
    return (None if name in MADE else getattr(found, name)), field


def test_each_stands_below_a_field_that_there_is() -> None:
    places = helping.places()
    assert len(places) > 35
    for place, found in places.items():
        form, field = form_of(place)
        assert form is None or hasattr(form, field), place
        assert form is None or helping.of(form, field) is found


def test_no_field_has_two_and_none_is_a_period_that_no_source_gives() -> None:
    written = [line for line in helping.FILE.read_text("utf-8").splitlines() if line.startswith("on = ")]
    fields = re.findall(r'"([^"]+)"', " ".join(written))
    assert sorted(fields) == sorted(helping.places())
    assert [each.title for each in helping.places().values() if any(PERIOD.search(one) for one in each.points)] == []


@pytest.mark.once("it renders two forms")
def test_it_is_closed_below_its_field_in_the_language_of_the_page(tmp_path: Path) -> None:
    app = application(tmp_path, demonstration=True)
    client = app.test_client()
    english = client.get("/sign-in").text
    assert english.index('id="password"') < english.index("Help with signing in") < english.rindex("Continue")
    assert '<details class="govuk-details app-help">' in english
    client.set_cookie("custodes-language", "cy")
    welsh = client.get("/sign-in").text
    assert "Cymorth gyda mewngofnodi" in welsh
    assert "Help with signing in" not in welsh
