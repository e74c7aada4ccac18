"""Why not, and what would work: no reason against an act or a way leaves its reader without a next step."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from flask import render_template_string

from app.http import next_steps
from app.http.errors import refused
from app.http.ways_out import ACCESS, ACTS, DISPOSAL, REQUESTS, SENDING, way_out
from foundation.errors import Denied, Reason
from identity.errors import TokensTooMany, TokenUnknown
from tests.structure.test_routes import application

ROOT = Path(__file__).parents[2]
RULES = ROOT / "policies" / "access"
# Each says itself what to do: in the words of the reason, or, of the policies, after them.
TELLING = {
    "establishment", "office-choice", "recipients-only-route", "organisations-route", "hmg-only-route", "embargo-over",
    "embargo-lead-basis", "HND-15-abroad", "PER-01-active", "PER-02-vetted", "PER-03-trained", "PER-04-purpose",
    "PER-05-informed", "PER-06-disposal-trained", "PER-07-media-trained",
}  # fmt: skip


def reasons_of(file: str) -> set[str]:
    """The ids of every reason that the rules of a file can give."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason":
            first = node.args[0]
            if isinstance(first, ast.Constant):
                found.add(first.value)
    return found


def bars() -> set[str]:
    """Every rule of access that forbids."""
    found = set()
    for path in RULES.glob("*.cedar"):
        for id_, effect in re.findall(r'@id\("([^"]+)"\)(?:\n@[^\n]*)*\n(permit|forbid)\b', path.read_text("utf-8")):
            if effect == "forbid":
                found.add(id_)
    return found


def test_every_reason_against_an_act_or_a_way_says_what_would_work() -> None:
    acts, sending, access = reasons_of("sharing/rules/acts.py"), reasons_of("sharing/rules/sending.py"), bars()
    assert len(acts) > 8
    assert len(sending) > 15
    assert len(access) > 20
    assert sorted(each for each in acts | sending | access if not way_out(each) and each not in TELLING) == []
    assert sorted({*ACTS, *SENDING, *ACCESS} - acts - sending - access) == [], "a way out of nothing"
    assert sorted(each for each in TELLING if way_out(each)) == [], "said twice"


# What became of an item in its batch: a cause that is shown, and no reason against anything.
CAUSES = {"RET-restored", "RET-sent-back", "RET-withdrawn"}
TELLING_OF_DISPOSAL = {"RET-certified", "RET-copy-elsewhere", "RET-schedule-past"}
TELLING_OF_REQUESTS = {
    "part-not-taken", "clock-stopped", "ground-needed", "third-party-unsaid", "identity-unknown", "not-searched",
    "undecided", "not-given", "not-told",
}  # fmt: skip


def test_every_reason_of_disposals_holds_and_requests_says_what_would_work() -> None:
    files = [str(each.relative_to(ROOT)) for each in (ROOT / "retention").rglob("*.py")]
    disposal = {found for file in files for found in re.findall(r'"(RET-[a-z-]+)"', (ROOT / file).read_text("utf-8"))}
    rights = [*(ROOT / "sharing/rules/rights").glob("*.py"), *(ROOT / "sharing/service/rights").glob("*.py")]
    requests = {found for file in rights for found in reasons_of(str(file.relative_to(ROOT)))}
    assert len(disposal) > 40
    assert len(requests) > 25
    assert {each for each in disposal if not way_out(each)} == CAUSES | TELLING_OF_DISPOSAL
    assert {each for each in requests if not way_out(each)} == TELLING_OF_REQUESTS
    assert {*DISPOSAL, *REQUESTS} - disposal - requests == set(), "a way out of nothing"


def test_a_reason_of_several_rules_has_the_way_of_the_first_that_has_one() -> None:
    assert way_out("PER-02-vetted,INC-01-quarantine") == ACCESS["INC-01-quarantine"]
    assert way_out("no-permit") == ""


@pytest.mark.once("it renders one macro and one page")
def test_the_page_shows_the_way_beside_the_reason_and_its_source(tmp_path: Path) -> None:
    app = application(tmp_path, demonstration=False)
    with app.test_request_context("/"):
        text = render_template_string(
            "{{ ui.reasons(given) }}", given=[Reason("embargo-lead", "Nobody leads.", "M25a")]
        )
        shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
        assert "Nobody leads. Source: M25a" in shown
        assert SENDING["embargo-lead"] in shown


@pytest.mark.once("what a refusal is told as does not depend on where the rows are")
def test_a_problem_of_the_api_says_what_would_work(tmp_path: Path) -> None:
    app = application(tmp_path, demonstration=False)
    reasons = (Reason("RET-held", "A hold stands on this item.", "M06"), Reason("RET-certified", "It is issued."))
    with app.test_request_context("/api/v1/x"):
        told = refused(Denied("Not now.", reasons=reasons)).json
        assert told["reasons"][0]["way_out"] == DISPOSAL["RET-held"]
        assert "way_out" not in told["reasons"][1], "it says so itself"
        assert "next_step" not in told, "each reason has its own"
        assert refused(TokensTooMany("Enough.")).json["next_step"] == next_steps.of("identity.tokens-too-many")
        assert "next_step" not in refused(TokenUnknown("There is none.")).json, "it says no more than that"


def test_the_refusal_of_an_unknown_thing_says_no_more_than_that_it_is_not_there() -> None:
    assert "none the asker may know of" in next_steps.of("sharing.not-found"), "one wording for both"
