"""The examples are true: each fits its description, each refusal has the status it says, each link leads somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.api import examples, hooks
from app.api.links import LEADS
from app.api.spec import operations
from client.custodes_client import believed
from tests.house import Live

pytestmark = pytest.mark.once("what is described does not depend on where the rows are")


@pytest.fixture(scope="module")
def described(live: Live) -> dict[str, Any]:
    return dict(live.api().get("/openapi.json").json)


def faults(described: dict[str, Any], schema: dict[str, Any], value: Any) -> Iterator[str]:
    whole = {**schema, "components": described["components"]}
    yield from (
        f"{'/'.join(map(str, each.path))}: {each.message}" for each in Draft202012Validator(whole).iter_errors(value)
    )


def test_every_operation_has_an_exchange_that_took_place(described: dict[str, Any]) -> None:
    names = {operation["operationId"] for _, _, operation in operations(described)}
    without = sorted(names - examples.recorded().keys())
    assert without == [], f"make examples ONLY=… of the tests that ask for these: {without}"


def test_every_example_fits_what_is_described(described: dict[str, Any]) -> None:
    wrong, shown = [], 0
    for path, method, operation in operations(described):
        contents = [("body", operation.get("requestBody", {}).get("content", {}))]
        contents += [(status, answer.get("content", {})) for status, answer in operation["responses"].items()]
        for place, content in contents:
            told = content.get("application/json", {})
            if "example" in told:
                shown += 1
                wrong += [
                    f"{method} {path} {place} {each}" for each in faults(described, told["schema"], told["example"])
                ]
            elif told and operation["operationId"] in examples.recorded() and place in ("body", "200", "201"):
                wrong.append(f"{method} {path} {place}: no example")
    assert wrong == []
    assert shown > 300


def test_every_example_of_a_refusal_is_a_problem_of_its_status(described: dict[str, Any]) -> None:
    problems = described["components"]["examples"]
    wrong = []
    for path, method, operation in operations(described):
        for status, answer in operation["responses"].items():
            for code in answer.get("content", {}).get("application/problem+json", {}).get("examples", {}):
                said = problems[code]["value"]
                wrong += [] if str(said["status"]) == status else [(method, path, status, code)]
    assert wrong == []
    for code, example in problems.items():
        assert example["value"]["code"] == code
        assert list(faults(described, described["components"]["schemas"]["Problem"], example["value"])) == [], code


def test_no_example_opens_anything(live: Live) -> None:
    """Ids are counted; whatever was random is made from the operation's name alone."""
    for file in examples.FOLDER.glob("*.json"):
        text = file.read_text(encoding="utf-8")
        ids = re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", text)
        assert [each for each in ids if not each.endswith("-0000-4000-8000-000000000000")] == [], file.name
    for name in ("post-me-tokens", "post-session-code"):
        token = examples.recorded()[name]["answer"]["token"]
        answer = live.app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401


def test_every_link_names_what_the_answer_tells_and_what_there_is(described: dict[str, Any]) -> None:
    found = {operation["operationId"]: (path, operation) for path, _, operation in operations(described)}
    for lead in LEADS:
        links = found[lead.source][1]["responses"][lead.status]["links"]
        assert any(lead.name in link["parameters"] for link in links.values()), lead
        told = examples.recorded()[lead.source]["answer"]
        for step in lead.where.strip("/").split("/"):
            told = told[int(step)] if isinstance(told, list) else told[step]
        assert told, lead
    for path, operation in found.values():
        for answer in operation["responses"].values():
            for link in answer.get("links", {}).values():
                target = found[link["operationId"]][0]
                given = {name for name in link["parameters"] if not name.startswith("header.")}
                assert given >= set(re.findall(r"{([a-z_]+)}", target)), (path, link)


def test_the_webhooks_are_those_of_the_policy_and_their_signatures_hold(live: Live, described: dict[str, Any]) -> None:
    told = {topic.event for topic in live.house.policies.notifications.topics if topic.event}
    assert set(described["webhooks"]) == told
    for kind, place in described["webhooks"].items():
        sent = place["post"]["requestBody"]
        event = sent["content"]["application/json"]["example"]
        assert list(faults(described, described["components"]["schemas"]["WebhookEvent"], event)) == []
        headers = {each["name"]: each["example"] for each in place["post"]["parameters"]}
        body = sent["description"].partition("`")[2].strip("`").encode()
        assert json.loads(body) == event
        assert believed(hooks.SECRET, headers, body, now=float(headers["webhook-timestamp"])).type == kind


def test_each_section_has_its_page_with_every_operation(live: Live, described: dict[str, Any]) -> None:
    client = live.app.test_client()
    pages = {tag["name"]: client.get(f"/api/docs/{tag['name']}") for tag in described["tags"]}
    assert {page.status_code for page in pages.values()} == {200}
    for path, method, operation in operations(described):
        text = pages[operation["tags"][0]].text
        assert f'id="{operation["operationId"]}"><code>{method.upper()} {path}</code>' in text
        assert f"$CUSTODES{path.partition('{')[0]}" in text
    assert client.get("/api/docs/nothing").status_code == 404
    assert "Who may" in pages["drafts"].text
