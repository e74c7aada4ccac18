"""Somebody writes for longer than a session lasts: they sign in again, and what they typed is there, not yet sent."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser

import pytest

from bench.live import PASSWORD, InProcess
from tests.faults.conftest import Scene, Things, state_of
from tests.ready import furnished
from tests.served import app_over

TYPED = {
    "version": "1",
    "title": "Typed for an hour",
    "text": "First line\r\nsecond line, with <b>brackets</b> & “quotes”",
    "sharing_purpose": "So that it is known",
    "establishment": "XFM",
    "grade": "OFFICIAL-SENSITIVE",
    "subject_1_name": "Fjordwick Mxyzptlk",
    "subject_1_type": "prison-number",
    "subject_1_value": "A9347XK",
}


class Form(HTMLParser):
    """What the fields of a page hold."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.held: dict[str, str] = {}
        self.area = self.chooser = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and (given.get("type") not in ("radio", "checkbox") or "checked" in given):
            self.held[given.get("name", "")] = given.get("value", "")
        elif tag == "textarea":
            self.area = given["name"]
            self.held[self.area] = ""
        elif tag == "select":
            self.chooser = given["name"]
        elif tag == "option" and "selected" in given:
            self.held[self.chooser] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        self.area = "" if tag == "textarea" else self.area

    def handle_data(self, data: str) -> None:
        if self.area:
            self.held[self.area] += data


@pytest.fixture
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    state = tmp_path_factory.mktemp("session") / "state"
    house, people = furnished(state)
    yield Scene(house, people, app_over(house), Things(), Things())
    house.engine.dispose()


def back_in(scene: Scene, client: InProcess, html: str) -> dict[str, str]:
    """Sign in on the page that was answered, as a browser would send it; the fields of the page that welcomes back."""
    person = scene.people["staff"]
    asked = Form(html).held
    assert asked["kept"], "nothing is carried along"
    carried = [("kept", asked["kept"]), ("back", asked["back"])]
    code = client.post("/sign-in", [("email", person.email), ("password", PASSWORD), *carried])
    assert code.status == 200, code.text
    asked = Form(code.text).held
    carried = [("kept", asked["kept"]), ("back", asked["back"])]
    welcome = client.post("/sign-in/code", [("code", person.code(scene.house.now())), *carried])
    assert welcome.status == 200, welcome.text
    return Form(welcome.text).held


@pytest.mark.parametrize("hours", [0.52, 13], ids=["idle", "at its end"])
def test_what_was_typed_into_a_draft_survives_the_end_of_the_session(scene: Scene, hours: float) -> None:
    draft = scene.start_draft()
    client = scene.client("staff", "web")
    where = f"/drafts/{draft}/edit"
    assert client.get(where).status == 200
    scene.clock.later(hours=hours)
    before = state_of(scene)
    refused = client.post(where, TYPED)
    assert refused.status == 401
    assert state_of(scene)["draft"] == before["draft"]
    assert state_of(scene)["item_field"] == before["item_field"], "nothing typed was stored"
    kept = back_in(scene, client, refused.text)
    shown = client.post(where, [pair for pair in kept.items() if pair[0] != "csrf_token"])
    assert shown.status == 200, shown.text
    held = Form(shown.text).held
    for name, value in TYPED.items():
        assert unescape(held[name]).replace("\r\n", "\n").strip("\n") == value.replace("\r\n", "\n"), name
    assert state_of(scene)["item_field"] == before["item_field"], "signing in sent it"
    assert client.post(where, TYPED).status == 303
    assert client.get(f"/drafts/{draft}").text.count("Typed for an hour") >= 1


def test_a_form_that_acts_is_shown_again_and_not_acted_upon(scene: Scene) -> None:
    """Sending, after the session ended: they are asked again."""
    draft = scene.start_draft()
    client = scene.client("staff", "web")
    assert client.get(f"/drafts/{draft}").status == 200
    scene.clock.later(hours=1)
    refused = client.post(f"/drafts/{draft}", {"version": "1"})
    assert refused.status == 401
    kept = back_in(scene, client, refused.text)
    shown = client.post(f"/drafts/{draft}", [pair for pair in kept.items() if pair[0] != "csrf_token"])
    assert shown.status == 200
    assert scene.count("item") == 0, "signing in sent it"
    assert client.post(f"/drafts/{draft}", {"version": "1"}).status == 303
    assert scene.count("item") == 1
