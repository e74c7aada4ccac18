"""Every compatibility rule of the policy, for and against, and the exact printed form."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classification.errors import MarkingAboveOfficial, MarkingInvalid, MarkingLegacy
from classification.model import Embargo, Marking, Scheme
from classification.policy import FILE, load
from classification.rules.build import build, choices
from classification.rules.check import check
from classification.rules.combine import combine, handling
from classification.rules.parse import parse, recall
from classification.rules.show import show
from foundation.policy import Faults

ROOT = Path(__file__).parents[2] / "policies"
BELOW = "This information will remain classified until ANNOUNCEMENT on {}, after which the information will be {}"
VECTORS = tomllib.loads((Path(__file__).parents[1] / "vectors/classification/lines.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    faults = Faults()
    made = load(ROOT, faults, organisations={"HMIP": "hmip", "IMB": "imb"})
    faults.raise_any()
    return made


@pytest.mark.parametrize("line", VECTORS["good"])
def test_a_good_line_is_read_and_printed_back_exactly(line: str, scheme: Scheme) -> None:
    assert show(parse(line, scheme)) == line


@pytest.mark.parametrize("case", VECTORS["spelling"], ids=lambda case: repr(case["line"]))
def test_another_spelling_of_the_policy_is_read_and_printed_in_one_way(case: dict[str, str], scheme: Scheme) -> None:
    assert show(parse(case["line"], scheme)) == case["printed"]


@pytest.mark.parametrize("case", VECTORS["nearly"], ids=lambda case: repr(case["line"]))
def test_a_line_written_nearly_right_is_refused_with_what_to_write(case: dict[str, str], scheme: Scheme) -> None:
    with pytest.raises(MarkingInvalid) as refused:
        parse(case["line"], scheme)
    assert refused.value.suggestion == case["write"]
    assert case["write"] in refused.value.detail
    assert show(parse(case["write"], scheme)) == case["write"]


@pytest.mark.parametrize("case", VECTORS["bad"], ids=lambda case: repr(case["line"]))
def test_a_bad_line_is_refused_and_says_why(case: dict[str, str], scheme: Scheme) -> None:
    with pytest.raises(MarkingInvalid) as refused:
        parse(case["line"], scheme)
    assert case["says"] in refused.value.detail
    assert not refused.value.suggestion


@pytest.mark.parametrize("case", VECTORS["above"], ids=lambda case: repr(case["line"]))
def test_what_may_be_above_official_is_refused_as_a_spill_and_never_repeated(
    case: dict[str, str], scheme: Scheme
) -> None:
    with pytest.raises(MarkingAboveOfficial) as refused:
        parse(case["line"], scheme)
    assert refused.value.claimed == case["claimed"]
    assert "Do not upload it" in refused.value.detail
    assert "security team" in refused.value.detail
    assert "BLUEBIRD" not in refused.value.detail
    assert all(reason.clause for reason in refused.value.reasons)


@pytest.mark.parametrize("case", VECTORS["legacy"], ids=lambda case: repr(case["line"]))
def test_an_old_mark_is_only_ever_a_suggestion(case: dict[str, str], scheme: Scheme) -> None:
    with pytest.raises(MarkingLegacy) as refused:
        parse(case["line"], scheme)
    assert refused.value.suggestion == case["suggest"]


def test_every_reason_is_given_at_once_each_with_its_source(scheme: Scheme) -> None:
    with pytest.raises(MarkingInvalid) as refused:
        parse("OFFICIAL - RECIPIENTS ONLY - FOR PUBLIC RELEASE - HMG USE ONLY - EMBARGOED", scheme)
    rules = [reason.rule for reason in refused.value.reasons]
    assert rules == [
        "marking.recipients-only",
        "marking.embargo",
        "marking.public-and-recipients",
        "marking.public-and-hmg",
        "marking.public-and-embargo",
    ]
    assert all(reason.clause.startswith("GSCP 2024") for reason in refused.value.reasons)


def test_an_inference_is_told_from_what_the_policy_says(scheme: Scheme) -> None:
    told = check(build_unchecked(scheme, "for-public-release", "hmg-use-only"), scheme)
    assert [reason.clause for reason in told.reasons] == ["GSCP 2024 pp. 16-18 (our reading)"]


def test_personal_data_on_plain_official_is_a_caution_not_a_refusal(scheme: Scheme) -> None:
    plain = check(parse("OFFICIAL - PERSONAL DATA", scheme), scheme)
    assert plain.allowed
    assert [(each.rule, each.clause) for each in plain.cautions] == [
        ("marking.personal-data-sensitive", "MoJ POL.TCP.087")
    ]
    assert not check(parse("OFFICIAL-SENSITIVE - PERSONAL DATA", scheme), scheme).cautions


def test_the_code_is_all_that_the_vault_and_the_log_learn(scheme: Scheme) -> None:
    assert parse("OFFICIAL - COMMERCIAL", scheme).code == "O"
    assert parse("OFFICIAL-SENSITIVE - COMMERCIAL", scheme).code == "OS"
    assert parse("OFFICIAL-SENSITIVE - COMMERCIAL", scheme).tier == "OFFICIAL"


def test_handling_tells_what_access_is_decided_from(scheme: Scheme) -> None:
    line = "OFFICIAL-SENSITIVE - RECIPIENTS ONLY - HMIP AND IMB USE ONLY - EMBARGOED - LEGAL"
    owed = handling(parse(f"{line}\n{BELOW.format('17/09/26 at 09:30', 'OFFICIAL')}", scheme), scheme)
    assert owed.recipients_only
    assert owed.org_only
    assert owed.organisations == {"hmip", "imb"}
    assert not owed.hmg_only
    assert not owed.public
    assert owed.embargo_until == datetime(2026, 9, 17, 8, 30, tzinfo=UTC)
    assert owed.after == parse("OFFICIAL", scheme)
    assert [duty.rule for duty in owed.duties] == [
        "marking.recipients-only",
        "marking.organisations",
        "marking.embargoed",
    ]


def test_an_embargo_that_the_line_could_not_give_back_is_refused(scheme: Scheme) -> None:
    for instant in (
        datetime(2026, 9, 17, 8, 30, 1, tzinfo=UTC),  # seconds
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # 01:30 in London, which comes twice that night
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        datetime(2100, 1, 1, tzinfo=UTC),
        datetime(2026, 9, 17, 8, 30),  # no zone  # noqa: DTZ001
    ):
        with pytest.raises(ValueError, match=r"embargo|clocks"):
            Embargo(instant, Marking())


def test_nobody_may_hold_together_what_has_no_organisation_in_common(scheme: Scheme) -> None:
    both = combine([parse("OFFICIAL - HMIP USE ONLY", scheme), parse("OFFICIAL - IMB USE ONLY", scheme)])
    assert handling(both, scheme).org_only
    assert handling(both, scheme).organisations == frozenset()
    assert [reason.rule for reason in check(both, scheme).reasons] == ["marking.organisations-named"]
    with pytest.raises(MarkingInvalid, match="Keep them apart"):
        show(both)


def test_together_things_carry_the_most_restrictive_of_each_part(scheme: Scheme) -> None:
    below = BELOW.format("17/09/26 at 09:30", "OFFICIAL - FOR PUBLIC RELEASE")
    lines = [
        "OFFICIAL - FOR PUBLIC RELEASE",
        f"OFFICIAL-SENSITIVE - HMIP AND IMB USE ONLY - EMBARGOED\n{below}",
        "OFFICIAL - IMB USE ONLY - COMMERCIAL",
    ]
    assert show(combine(parse(line, scheme) for line in lines)) == (
        "OFFICIAL-SENSITIVE - IMB USE ONLY - EMBARGOED - COMMERCIAL\n"
        + BELOW.format("17/09/26 at 09:30", "OFFICIAL - IMB USE ONLY - COMMERCIAL")
    )
    assert show(combine([parse(lines[0], scheme)] * 2)) == lines[0]


def test_of_two_embargoes_the_later_holds_and_what_follows_is_both(scheme: Scheme) -> None:
    sooner = f"OFFICIAL - EMBARGOED\n{BELOW.format('17/09/26 at 09:30', 'OFFICIAL - FOR PUBLIC RELEASE')}"
    later = f"OFFICIAL - EMBARGOED\n{BELOW.format('18/09/26 at 09:30', 'OFFICIAL - HMG USE ONLY')}"
    both = f"OFFICIAL - EMBARGOED\n{BELOW.format('18/09/26 at 09:30', 'OFFICIAL - HMG USE ONLY')}"
    for lines in ((sooner, later), (later, sooner)):
        assert show(combine(parse(line, scheme) for line in lines)) == both


def test_nothing_has_no_marking(scheme: Scheme) -> None:
    with pytest.raises(ValueError, match="nothing"):
        combine([])


def test_a_form_builds_what_its_choices_offer(scheme: Scheme) -> None:
    offered = choices(scheme)
    assert [choice.text for choice in offered.instructions][:2] == ["RECIPIENTS ONLY", "FOR PUBLIC RELEASE"]
    assert [choice.code for choice in offered.organisations] == ["hmip", "imb"]
    made = build(
        scheme,
        sensitive=True,
        instructions=["embargoed", "organisations"],
        organisations=["imb", "hmip"],
        descriptors=["personal-data"],
        embargo_until=datetime(2026, 9, 17, 8, 30, tzinfo=UTC),
        after="OFFICIAL",
        now=datetime(2026, 9, 1, tzinfo=UTC),
    )
    assert show(made).splitlines()[0] == "OFFICIAL-SENSITIVE - HMIP AND IMB USE ONLY - EMBARGOED - PERSONAL DATA"


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"instructions": ["recipients-only"]}, "instructions"),
        ({"instructions": ["no-such"]}, "instructions"),
        ({"instructions": ["organisations"]}, "organisations"),
        ({"organisations": ["hmip"]}, "organisations"),
        ({"instructions": ["organisations"], "organisations": ["ppo"]}, "organisations"),
        ({"instructions": ["embargoed"]}, "embargo_until"),
        ({"instructions": ["embargoed"], "after": "OFFICIAL"}, "embargo_until"),
        ({"instructions": ["embargoed"], "embargo_until": datetime(2026, 9, 17, tzinfo=UTC)}, "after"),
        (
            {"instructions": ["embargoed"], "embargo_until": datetime(2026, 8, 31, tzinfo=UTC), "after": "OFFICIAL"},
            "embargo_until",
        ),
        (
            {"instructions": ["embargoed"], "embargo_until": datetime(2026, 9, 17, tzinfo=UTC), "after": "official"},
            "after",
        ),
        ({"descriptors": ["locsen"]}, "descriptors"),
    ],
    ids=str,
)
def test_a_form_filled_in_wrongly_points_at_the_field(chosen: dict[str, object], field: str, scheme: Scheme) -> None:
    with pytest.raises(MarkingInvalid) as refused:
        build(scheme, sensitive=False, now=datetime(2026, 9, 1, tzinfo=UTC), **chosen)  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]


def test_a_spill_in_what_follows_an_embargo_is_a_spill(scheme: Scheme) -> None:
    with pytest.raises(MarkingAboveOfficial):
        build(scheme, sensitive=False, embargo_until=datetime(2026, 9, 17, tzinfo=UTC), after="SECRET")


def test_a_word_dropped_from_the_policy_is_a_reason_not_a_crash(scheme: Scheme) -> None:
    stranger = Marking(descriptors=tuple(entry.word for entry in scheme.descriptors))
    without = replace(scheme, descriptors=())
    assert len(check(stranger, without).reasons) == len(scheme.descriptors)


def test_a_stricter_policy_does_not_make_what_is_stored_unreadable(scheme: Scheme) -> None:
    stricter = replace(scheme, rules=tuple(replace(rule, refuses=True) for rule in scheme.rules))
    line = "OFFICIAL - PERSONAL DATA"
    with pytest.raises(MarkingInvalid, match="MoJ labels"):
        parse(line, stricter)
    assert recall(line, stricter) == parse(line, scheme)
    with pytest.raises(MarkingInvalid, match="Write it as"):
        recall("Official - Personal Data", stricter)
    with pytest.raises(MarkingAboveOfficial):
        recall("SECRET", stricter)


def test_an_organisation_no_longer_known_lets_nobody_in(scheme: Scheme) -> None:
    stored = recall("OFFICIAL - HMIP AND IMB USE ONLY", replace(scheme, organisations=scheme.organisations[:1]))
    owed = handling(stored, scheme)
    assert owed.org_only
    assert owed.organisations == {"hmip"}


def test_the_shipped_policy_carries_the_whole_central_list_and_no_fault(scheme: Scheme) -> None:
    assert {entry.word.text for entry in scheme.instructions} == {
        "RECIPIENTS ONLY",
        "FOR PUBLIC RELEASE",
        "[ORGANISATION(S)] USE ONLY",
        "HMG USE ONLY",
        "EMBARGOED",
    }
    assert len(scheme.descriptors) == 6


@pytest.mark.parametrize("path", sorted((Path(__file__).parent / "bad").glob("*.toml")), ids=lambda path: path.stem)
def test_a_bad_policy_fails_naming_file_and_key(path: Path, tmp_path: Path) -> None:
    # The first line of each says what must be told: "# key: problem".
    key, _, problem = path.read_text("utf-8").splitlines()[0].removeprefix("# ").partition(": ")
    (tmp_path / "classification").mkdir()
    (tmp_path / FILE).write_bytes(path.read_bytes())
    faults = Faults()
    load(tmp_path, faults)
    assert {fault.file for fault in faults.found} == {FILE}
    assert any(fault.key == key and problem in fault.problem for fault in faults.found), list(map(str, faults.found))


def test_an_organisation_whose_name_would_break_the_line_is_a_fault() -> None:
    for name in ("HMIP AND IMB", "A - B", "hmip", "HMG", " HMIP", ""):
        faults = Faults()
        load(ROOT, faults, organisations={name: "x"})
        assert faults.found, name


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    faults = Faults()
    load(tmp_path, faults)
    assert [str(fault) for fault in faults.found] == [f"{FILE}: is missing"]


def build_unchecked(scheme: Scheme, *codes: str) -> Marking:
    return Marking(instructions=tuple(entry.word for entry in scheme.instructions if entry.word.code in codes))
