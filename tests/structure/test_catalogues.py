"""What is said in Welsh, held against what the service and its policies say: whole, and with nothing left over."""

from __future__ import annotations

import re
from gettext import c2py  # type: ignore[attr-defined]
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message
from flask import Flask
from jinja2 import Environment, nodes

from app.http import language
from tests.structure.test_routes import application
from tools import messages

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "app" / "web" / "templates"
PLACE = re.compile(r"%\(\w+\)s|%\{\w+\}")
# Said on the pages that are done, wherever they stand; the rest of their words come from these and from Python.
DONE_TEMPLATES = (
    *(f"auth/{name}.html" for name in ("_hand_back", "code", "provider_trouble", "sign_in", "signed_out",
                                   "welcome_back", "_passkey")),
    *(f"invitations/{name}.html" for name in ("accept", "code")),
    *(f"items/{name}.html" for name in ("_head", "_may_not", "_overtaken", "act", "name", "show", "content", "file",
                                        "inbox")),
    *(f"layouts/{name}.html" for name in ("base", "confirm", "error", "plain", "wide")),
    *(f"components/{name}.html" for name in ("alert", "filter", "form", "marking", "navigation", "status", "table",
                                             "timeline")),
    *sorted(f"errors/{path.name}" for path in (TEMPLATES / "errors").glob("*.html")),
    "overrides/_told.html",
    "helping/below.html",
    "drafts/_found.html",
)  # fmt: skip
TAG = re.compile(r"<!--.*?-->|<(script|style|svg)\b.*?</\1>|<[^<>]*>", re.DOTALL)
SPOKEN = re.compile(r'\b(?:aria-label|alt|title|placeholder)="([^"{}]*[A-Za-z]{2}[^"{}]*)"')
WORD = re.compile(r"[A-Za-z]{2,}")


@pytest.fixture(scope="module", params=list(messages.WHERE), ids=["interface", "policies"])
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture(scope="module")
def catalogue(path: Path) -> Catalog:
    return messages.kept(path)


def forms(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def originals(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def said(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def test_every_sentence_is_in_the_catalogue_and_none_besides(path: Path, catalogue: Catalog) -> None:
    wanted = {message.id for message in said(messages.found_in(path))}
    assert {message.id for message in said(catalogue)} ^ wanted == set(), "python -m tools.messages"


def test_every_sentence_has_its_welsh_in_every_form(catalogue: Catalog) -> None:
    assert [message.id for message in said(catalogue) if not all(forms(message)) or message.fuzzy] == []
    plural = [message for message in said(catalogue) if message.pluralizable]
    assert all(len(forms(message)) == 6 for message in plural)


def test_what_is_put_into_a_sentence_is_put_into_its_welsh(catalogue: Catalog) -> None:
    for message in said(catalogue):
        wanted = {place for text in originals(message) for place in PLACE.findall(text)}
        for form in forms(message):
            assert set(PLACE.findall(form)) == wanted, (message.id, form)


def test_no_per_cent_sign_stands_alone(catalogue: Catalog) -> None:
    """What has a place for a value is a format; what has none is used as it is."""
    loose = re.compile(r"%(?!\(\w+\)s|\{)")
    assert [
        text for message in said(catalogue) for text in (*originals(message), *forms(message)) if loose.search(text)
    ] == []


def test_the_six_forms_are_those_of_the_language(catalogue: Catalog) -> None:
    order = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 4, "other": 5}
    rule = Locale("cy").plural_form
    chosen = c2py(catalogue.plural_expr)
    assert catalogue.num_plurals == 6
    assert [chosen(n) for n in range(201)] == [order[rule(n)] for n in range(201)]


def test_markings_stand_in_the_welsh_as_they_are(catalogue: Catalog) -> None:
    """A mark is not a word: OFFICIAL-SENSITIVE is never said otherwise."""
    mark = re.compile(r"OFFICIAL(?:-SENSITIVE)?|RECIPIENTS ONLY|HMG USE ONLY|EMBARGOED|USE ONLY")
    for message in said(catalogue):
        wanted = {found for text in originals(message) for found in mark.findall(text)}
        for form in forms(message):
            assert set(mark.findall(form)) == wanted, (message.id, form)


def test_who_read_the_welsh_is_said(catalogue: Catalog) -> None:
    assert catalogue.last_translator.strip() not in {"", "FULL NAME <EMAIL@ADDRESS>"}


@pytest.mark.parametrize("name", DONE_TEMPLATES)
def test_a_template_that_is_done_says_nothing_unmarked(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    env = Environment(extensions=["jinja2.ext.i18n"], autoescape=True, trim_blocks=True, lstrip_blocks=True)
    shown = "".join(
        part.data if isinstance(part, nodes.TemplateData) else "\x00"
        for output in env.parse(source).find_all(nodes.Output)
        for part in output.nodes
    )
    found = [*WORD.findall(TAG.sub(" ", shown)), *SPOKEN.findall(shown)]
    assert found == [], 'mark it: {{ _("…") }}'
    assert re.findall(r'ui\.(?:button|alert|warning|panel|post_button)\((?:"", "\w+", )?"[^"]+', source) == []


def test_the_pages_that_are_done_are_there(tmp_path: Path) -> None:
    app: Flask = application(tmp_path, demonstration=True)
    sections = {name.partition(".")[0] for name in app.view_functions}
    assert sections | set(app.view_functions) >= language.DONE
