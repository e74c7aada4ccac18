"""A person at their browser, without the browser: signed in through the pages, sending the forms the pages show."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.house import PASSWORD, Live

WAY = "hmip-imb/national-to-inspectorate/intelligence"
DOWN = "hmip-imb/inspectorate-to-board/correspondence"


class _Form(HTMLParser):
    """The values a browser would send of the main form of a page, untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[list[tuple[str, str]]] = []
        self._open = False
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = given.get("method") == "post"
            self.found += [[]] if self._open else []
        elif self._open and tag == "input":
            ticked = given.get("type") not in ("checkbox", "radio") or "checked" in given
            if given.get("name") and ticked and given.get("type") != "file":
                self.found[-1].append((given["name"], given.get("value", "")))
        elif self._open and tag == "select":
            self._select = given.get("name", "")
        elif self._open and tag == "option" and "selected" in given:
            self.found[-1].append((self._select, given.get("value", "")))
        elif self._open and tag == "textarea":
            self._text = given.get("name", "")
            self.found[-1].append((self._text, ""))

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "form"
        self._text = "" if tag == "textarea" else self._text

    def handle_data(self, data: str) -> None:
        if self._text:
            name, before = self.found[-1][-1]
            self.found[-1][-1] = (name, before + data)


def fields_of(text: str, having: str = "") -> dict[str, Any]:
    """The last form of the page (of those that have the field ``having``), as a browser would send it."""
    parser = _Form()
    parser.feed(text)
    chosen = [form for form in parser.found if not having or having in dict(form)]
    sent: dict[str, Any] = {}
    for name, value in chosen[-1]:
        sent.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in sent.items()}


@dataclass
class Person:
    """One of the cast at the pages."""

    live: Live
    key: str
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.live.app.test_client()
        self.sign_in()

    def sign_in(self) -> None:
        first = self.client.get("/sign-in")
        body = {**fields_of(first.text), "email": f"{self.key}@example.test", "password": PASSWORD}
        second = self.client.get(self.client.post("/sign-in", data=body).headers["Location"])
        body = {**fields_of(second.text), "code": self.live.code(self.key)}
        done = self.client.post("/sign-in/code", data=body)
        assert done.status_code == 303, done.text

    def get(self, path: str, status: int = 200, **given: Any) -> TestResponse:
        answer = self.client.get(path, **given)
        assert answer.status_code == status, f"{path}: {answer.status_code}\n{said(answer)}"
        return answer

    def send(self, path: str, status: int = 303, *, page: str = "", **typed: Any) -> TestResponse:
        """Open the page, fill in, press the button."""
        body = {**fields_of(self.get(page or path).text), **typed}
        answer = self.client.post(path, data=body)
        assert answer.status_code == status, f"{path}: {answer.status_code}\n{said(answer)}"
        return answer

    def draft(self, way: str = WAY, grade: str = "OFFICIAL-SENSITIVE", **typed: Any) -> str:
        """A complete draft; its address."""
        offered = re.findall(rf'value="({re.escape(way)}/\d+)"', self.get("/items/new").text)
        edit = self.send("/items/new", way=offered[0]).headers["Location"]
        answer = self.send(edit, **{**COMPLETE, "grade": grade, **typed})
        return str(answer.headers["Location"])

    def item(self, way: str = WAY, **typed: Any) -> str:
        """A sent item; its reference."""
        return self.send(self.draft(way, **typed)).headers["Location"].split("/")[2]

    def opened(self, ref: str, purpose: str = "follow-up") -> TestResponse:
        """The item, opened for a purpose."""
        answer = self.send(f"/items/{ref}/open", purpose=purpose)
        return self.get(answer.headers["Location"])

    def upload(self, draft: str, *files: tuple[Any, str], status: int = 303) -> TestResponse:
        """Files onto a draft: (stream, name)."""
        body = {**fields_of(self.get(f"{draft}/files").text, "csrf_token"), "files": list(files)}
        answer = self.client.post(f"{draft}/files", data=body, content_type="multipart/form-data")
        assert answer.status_code == status, said(answer)
        return answer


COMPLETE = {
    "title": "Use of force on B wing",
    "text": "Three people told us\nthe same thing.",
    "sharing_purpose": "To inform the next inspection.",
    "establishment": "LEI",
    "subject_1_name": "Joan Smith",
    "subject_1_type": "prison-number",
    "subject_1_value": "A1234BC",
}


def said(answer: TestResponse) -> str:
    """The words of a page's main part, without the number each request has of its own."""
    main = re.search(r"<main.*?</main>", answer.text, re.DOTALL)
    bare = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", main[0] if main else answer.text, flags=re.DOTALL)
    return re.sub(r"Request number: \w+", "", " ".join(unescape(bare).split()))


def marking_of(answer: TestResponse) -> set[str]:
    """The marking lines of a page, top and bottom."""
    found = re.findall(r'<p class="app-marking[^"]*"><span[^>]*>[^<]*</span>([^<]*)</p>', answer.text)
    assert len(found) == 2
    return {" ".join(unescape(line).split()) for line in found}
