"""The laws: printing and reading undo each other, and combining does not care in which order."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import reduce
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st

from classification.errors import MarkingAboveOfficial, MarkingInvalid
from classification.model import Effect, Embargo, Marking
from classification.policy import load
from classification.rules.check import check
from classification.rules.combine import combine, handling
from classification.rules.parse import parse
from classification.rules.show import show
from foundation.policy import Faults

ROOT = Path(__file__).parents[2] / "policies"
SCHEME = load(ROOT, Faults(), organisations={"HMIP": "hmip", "IMB": "imb", "PPO": "ppo"})
ORGANISATIONS = SCHEME.organisations
MINUTES = st.integers(0, 100 * 365 * 24 * 60)


@st.composite
def embargoes(draw: st.DrawFn, after: st.SearchStrategy[Marking]) -> Embargo:
    until = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=draw(MINUTES))
    try:
        return Embargo(until, draw(after))
    except ValueError:  # an hour in which the clocks change, or beyond the century
        assume(False)
        raise


@st.composite
def any_markings(draw: st.DrawFn, embargoed: bool = True) -> Marking:
    words = [entry.word for entry in SCHEME.instructions if embargoed or entry.word.effect is not Effect.EMBARGO]
    chosen = draw(st.lists(st.sampled_from(words), unique=True, max_size=3))
    effects = {word.effect for word in chosen}
    named = draw(st.lists(st.sampled_from(ORGANISATIONS), min_size=1, unique=True))
    return Marking(
        sensitive=draw(st.booleans()),
        instructions=tuple(chosen),
        descriptors=tuple(draw(st.lists(st.sampled_from([entry.word for entry in SCHEME.descriptors]), max_size=3))),
        organisations=tuple(named) if Effect.ORGANISATIONS in effects else (),
        embargo=draw(embargoes(any_markings(embargoed=False))) if Effect.EMBARGO in effects else None,
    )


valid_markings = any_markings().filter(lambda marking: check(marking, SCHEME).allowed)


@given(valid_markings)
def test_reading_what_was_printed_gives_the_same_marking(marking: Marking) -> None:
    assert parse(show(marking), SCHEME) == marking


@given(any_markings())
def test_what_check_refuses_is_never_read(marking: Marking) -> None:
    if check(marking, SCHEME).allowed:
        return
    try:
        parse(show(marking), SCHEME)
    except MarkingInvalid:
        return
    raise AssertionError(show(marking))


@given(any_markings(), any_markings())
def test_combining_is_commutative(a: Marking, b: Marking) -> None:
    assert combine([a, b]) == combine([b, a])


@given(any_markings(), any_markings(), any_markings())
def test_combining_is_associative(a: Marking, b: Marking, c: Marking) -> None:
    assert combine([a, combine([b, c])]) == combine([combine([a, b]), c]) == combine([a, b, c])


@given(any_markings())
def test_combining_is_idempotent(a: Marking) -> None:
    assert combine([a, a]) == combine([a]) == a


@given(st.lists(any_markings(), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_added_cannot_matter(markings: list[Marking], random: object) -> None:
    mixed = list(markings)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert combine(mixed) == combine(markings) == reduce(lambda a, b: combine([a, b]), mixed)


@given(any_markings(), any_markings())
def test_nothing_is_ever_loosened_by_adding_to_it(a: Marking, b: Marking) -> None:
    one, both = handling(a, SCHEME), handling(combine([a, b]), SCHEME)
    assert not a.sensitive or combine([a, b]).sensitive
    assert not one.recipients_only or both.recipients_only
    assert not one.hmg_only or both.hmg_only
    assert not both.public or one.public
    assert not one.org_only or (both.org_only and both.organisations <= one.organisations)
    if one.embargo_until is not None:
        assert both.embargo_until is not None
        assert both.embargo_until >= one.embargo_until
    assert set(a.descriptors) <= set(combine([a, b]).descriptors)


@given(valid_markings, valid_markings)
def test_valid_markings_combine_to_a_valid_one_or_to_nobody(a: Marking, b: Marking) -> None:
    both = combine([a, b])
    reasons = check(both, SCHEME).reasons
    assert {reason.rule for reason in reasons} <= {"marking.organisations-named"}
    if not reasons:
        assert parse(show(both), SCHEME) == both


@given(st.text(max_size=60))
def test_any_text_at_all_is_read_or_refused_and_never_breaks(text: str) -> None:
    with suppress(MarkingInvalid, MarkingAboveOfficial):
        assert show(parse(text, SCHEME))


@given(st.sampled_from(["SECRET", "TOP SECRET", "UK EYES ONLY"]), st.lists(st.booleans(), min_size=12, max_size=12))
def test_a_spill_is_a_spill_in_any_mixture_of_capitals(mark: str, high: list[bool]) -> None:
    mixed = "".join(c.upper() if up else c.lower() for c, up in zip(mark, high, strict=False))
    for line in (mixed, f"OFFICIAL - {mixed}", f"{mixed} - RECIPIENTS ONLY"):
        try:
            parse(line, SCHEME)
        except MarkingAboveOfficial:
            continue
        raise AssertionError(line)
