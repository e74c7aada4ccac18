"""The description is valid and complete, every address is marked, and the page shows it without script."""

from __future__ import annotations

from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from app.api.spec import KEEPS_NOTHING, operations
from app.http.permissions import door_of
from tests.house import Live


@pytest.fixture(scope="module")
def described(live: Live) -> dict:  # type: ignore[type-arg]
    return dict(live.api().get("/openapi.json").json)


def test_the_description_is_valid(described: dict) -> None:  # type: ignore[type-arg]
    assert described["openapi"].startswith("3.1")
    validate(described, cls=OpenAPIV31SpecValidator)


def test_every_operation_says_its_problems_as_problems(described: dict) -> None:  # type: ignore[type-arg]
    for path, method, operation in operations(described):
        responses = operation["responses"]
        assert {"400", "500", "503"} <= set(responses), (method, path)
        assert operation.get("summary"), (method, path)
        if "security" not in operation:
            assert {"401", "403"} <= set(responses), (method, path)
        for status, response in responses.items():
            if status[0] in "45":
                found = response
                if "$ref" in response:
                    found = described["components"]["responses"][response["$ref"].rpartition("/")[2]]
                assert list(found["content"]) == ["application/problem+json"], (method, path, status)


def test_an_answer_says_what_it_owes(described: dict) -> None:  # type: ignore[type-arg]
    """How to sign in, and when to ask again: of every such answer, wherever it was described from."""
    owed = {"401": "WWW-Authenticate", "429": "Retry-After", "503": "Retry-After"}
    for path, method, operation in operations(described):
        for status in owed.keys() & operation["responses"].keys():
            found = operation["responses"][status]
            if "$ref" in found:
                found = described["components"]["responses"][found["$ref"].rpartition("/")[2]]
            assert found["headers"][owed[status]]["required"], (method, path, status)


def test_a_search_shows_what_may_be_typed(described: dict) -> None:  # type: ignore[type-arg]
    searches = [
        (path, parameter)
        for path, _, operation in operations(described)
        for parameter in operation.get("parameters", ())
        if parameter.get("in") == "query" and parameter["name"] in ("q", "text")
    ]
    assert len(searches) >= 7
    for path, parameter in searches:
        assert parameter.get("example"), path
        assert parameter.get("description"), path


def test_every_operation_has_a_name_of_its_own(described: dict) -> None:  # type: ignore[type-arg]
    names = [operation["operationId"] for _, _, operation in operations(described)]
    assert len(names) == len(set(names))


def test_every_address_of_the_api_is_marked_and_described(live: Live, described: dict) -> None:  # type: ignore[type-arg]
    told = {(path, method.upper()) for path, method, _ in operations(described)}
    public = set()
    with live.app.app_context():
        for rule in live.app.url_map.iter_rules():
            if not rule.rule.startswith("/api/"):
                continue
            assert door_of(rule.endpoint) in ("public", "signed-in"), rule.rule
            if door_of(rule.endpoint) == "public":
                public.add(rule.rule)
            if rule.endpoint.startswith("api."):
                continue
            path = rule.rule.replace("<path:", "{").replace("<", "{").replace(">", "}")
            assert all((path, method) in told for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}), path
    assert public == {
        "/api/docs",
        "/api/docs/<section>",
        "/api/v1/openapi.json",
        "/api/v1/session",
        "/api/v1/session/code",
        "/api/v1/session/passkey",
        "/api/v1/session/passkey/options",
        "/api/v1/invitations/accept",
        "/api/v1/invitations/confirm",
        "/api/v1/audit/key",
        "/api/v1/demonstration",
    }


def test_acts_may_be_asked_for_twice(described: dict) -> None:  # type: ignore[type-arg]
    for path, method, operation in operations(described):
        silent = path.startswith(KEEPS_NOTHING) or path.endswith("/open")
        if method in ("post", "put") and operation.get("security") != [] and not silent:
            names = [parameter.get("$ref", "") for parameter in operation["parameters"]]
            assert "#/components/parameters/IdempotencyKey" in names, path


def test_the_page_shows_every_operation_without_script(live: Live, described: dict) -> None:  # type: ignore[type-arg]
    page = live.app.test_client().get("/api/docs")
    assert page.status_code == 200
    for path, method, _ in operations(described):
        assert f"<code>{method.upper()} {path}</code>" in page.text, (method, path)
    assert page.content_type.startswith("text/html")


def test_a_body_without_fields_may_be_left_away(live: Live, described: dict) -> None:  # type: ignore[type-arg]
    assert described["paths"]["/api/v1/drafts/{draft}/send"]["post"]["requestBody"]["required"] is False
    token = live.sign_in("chair")
    answer = live.app.test_client().post("/api/v1/session/end-all", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200


def test_what_is_answered_is_what_is_described(live: Live, described: dict) -> None:  # type: ignore[type-arg]
    from jsonschema import Draft202012Validator

    for who, path in (
        ("chair", "/me"),
        ("officer", "/ways"),
        ("officer", "/items"),
        ("officer", "/drafts"),
        ("officer", "/offices"),
        ("officer", "/establishments"),
        ("compliance", "/audit/entries"),
        ("compliance", "/audit/state"),
        ("compliance", "/disposals"),
        ("admin", "/accounts"),
        ("admin", "/roles"),
        ("security", "/incidents"),
    ):
        operation = described["paths"][f"/api/v1{path}"]["get"]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        validator = Draft202012Validator({**schema, "components": described["components"]})
        faults = [fault.message for fault in validator.iter_errors(live.api(who).ok("GET", path))]
        assert faults == [], path


def test_every_operation_stands_in_the_documentation(described: dict) -> None:  # type: ignore[type-arg]
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    for path, method, _ in operations(described):
        named = f"`{method.upper()} {path.removeprefix('/api/v1')}"
        assert f"{named}`" in text or f"{named}?" in text, named
