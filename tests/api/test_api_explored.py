"""The API as schemathesis explores it from its description: nothing breaks, and every answer is one that is described.

Cases are made from the description, the same in every run; `make explore` makes many more. Following the links, a draft
becomes an item that is read and answered.
"""

from __future__ import annotations

import gc
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.api import examples
from tests.house import CAST, Live
from tests.matrix.records import MORE, furnish

pytestmark = [
    pytest.mark.once("what is described does not depend on where the rows are"),
    # What calls the application here does not close an answer that is a file, as every server does.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Whatever was left open is let go here, and not in the middle of another file's test."""
    yield
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MANY = 3000
NOTHING = 0  # no status: it was not asked
# Each would end what the others go on with, or is no request of HTTP as the tool makes them; asked for elsewhere.
APART = ("/session", "/invitations", "/me/tokens", "/demonstration", "/accounts/{account}/", "/uploads/{upload}")
TRIED = ("drafts", "items", "acts")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("explored") / "state")
    furnish(made)
    yield made
    made.close()


@pytest.fixture(scope="module")
def schema(live: Live) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", live.app)


def few(pytestconfig: pytest.Config, ordinary: int, many: int) -> int:
    return many if pytestconfig.getoption("--worlds") >= MANY else ordinary


def told(count: int, **more: Any) -> settings:
    quiet = list(HealthCheck)
    return settings(
        max_examples=count, derandomize=True, database=None, deadline=None, suppress_health_check=quiet, **more
    )


def somebody(live: Live, operation: str) -> dict[str, str]:
    """Signed in as one who is let in, where somebody is."""
    roles = {**{role: key for key, (_, role) in MORE.items()}, **{role: key for key, (_, role, _) in CAST.items()}}
    row = examples.who().get(operation, {"in": []})
    who = roles[row["in"][0]] if row["in"] else "staff"
    live.api(who)
    return {"Authorization": f"Bearer {live.tokens[who]}"}


def explore(cases: Any, headers: dict[str, str], how: settings, seen: Counter[int]) -> None:
    @settings(how, phases=[Phase.generate])
    @given(case=cases)
    def asked(case: Any) -> None:
        response = case.call(headers=headers)
        seen[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    try:
        asked()
    except Unsatisfiable:  # an operation that takes nothing can be sent nothing wrong
        seen[NOTHING] += 1


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
def test_no_request_breaks_it_and_every_answer_is_described(
    live: Live, schema: Any, mode: GenerationMode, pytestconfig: pytest.Config
) -> None:
    seen: Counter[int] = Counter()
    every = pytestconfig.getoption("--worlds") >= MANY
    operations = [each.ok() for each in schema.get_all_operations()]
    operations = [each for each in operations if not any(part in each.path for part in APART)]
    assert len(operations) > 230
    # In an ordinary run half are asked as described and half otherwise.
    for operation in operations if every else operations[mode is GenerationMode.NEGATIVE :: 2]:
        headers = somebody(live, operation.definition.raw["operationId"])

        explore(operation.as_strategy(generation_mode=mode), headers, told(few(pytestconfig, 1, 40)), seen)
    assert seen[NOTHING] <= len(operations) // 10
    assert seen[404] + seen[400] > 10
    assert sum(seen[status] for status in (200, 201, 204)) > 5 or mode is GenerationMode.NEGATIVE


def test_following_the_links_nothing_breaks(live: Live, schema: Any, pytestconfig: pytest.Config) -> None:
    """One officer writes, sends, looks, opens: bodies are those of the examples, ids those that were answered."""
    done: Counter[str] = Counter()
    headers = somebody(live, "none")
    live.api("officer")
    headers["Authorization"] = f"Bearer {live.tokens['officer']}"
    base = schema.include(tag=list(TRIED)).as_state_machine()

    class Officer(base):  # type: ignore[misc, valid-type]
        def before_call(self, case: Any) -> None:
            kept = examples.recorded().get(case.operation.definition.raw["operationId"], {})
            if kept.get("body") and case.method == "POST":
                case.body = kept["body"]
            case.headers = {}
            case.query = {}

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": headers}

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            if response.status_code < 300:
                done[case.operation.definition.raw["operationId"]] += 1
            case.validate_response(response, checks=CHECKS)

    how = told(few(pytestconfig, 8, 200), stateful_step_count=25, phases=[Phase.generate])
    run_state_machine_as_test(Officer, settings=how)
    assert done["post-drafts"]
    assert done["post-drafts-draft-send"]
    assert sum(done[name] for name in ("get-items-reference", "post-items-reference-open", "get-items-reference-why"))


def test_an_address_has_the_methods_that_are_described_and_no_others(live: Live, schema: Any) -> None:
    client = live.app.test_client()
    methods: dict[str, set[str]] = {}
    for each in schema.get_all_operations():
        methods.setdefault(each.ok().path, set()).add(each.ok().method.upper())
    wrong = []
    for place, (path, known) in enumerate(sorted(methods.items())):
        other = sorted({"POST", "PUT", "PATCH", "DELETE"} - known)[place % 2]
        answer = client.open(path, method=other, headers=somebody(live, "none"))
        allowed = {each.strip() for each in answer.headers.get("Allow", "").split(",")}
        if answer.status_code == 404 or (answer.status_code == 405 and known <= allowed and other not in allowed):
            continue
        if answer.status_code < 300 or answer.status_code >= 500 or answer.status_code == 405:
            wrong.append((other, path, answer.status_code, allowed))
    assert wrong == []


def test_nobody_is_let_in_anywhere(live: Live, schema: Any) -> None:
    client = live.app.test_client()
    for each in schema.get_all_operations():
        operation = each.ok()
        if operation.definition.raw.get("security") == []:
            continue
        for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}, {"Cookie": "custodes=x"}):
            answer = client.open(operation.path, method=operation.method, headers=headers)
            assert answer.status_code == 401, (operation.method, operation.path, headers, answer.status_code)
            assert answer.content_type == "application/problem+json"
