"""Do the words of a marking go together? Every reason against, each with its source."""

from __future__ import annotations

from collections.abc import Iterator

from classification.model import Decision, Effect, Entry, Marking, Scheme, Word
from foundation.errors import Reason

_NAMED = "marking.organisations-named"
_SOURCE = "GSCP 2024 pp. 16-18"


def check(marking: Marking, scheme: Scheme) -> Decision:
    """All reasons why this marking cannot be used, and all cautions. Never raises."""
    reasons = [*_words(marking, scheme), *_organisations(marking, scheme), *_embargo(marking, scheme)]
    cautions: list[Reason] = []
    for rule in scheme.rules:
        if rule.all_of <= marking.codes and marking.grade in rule.on:
            source = f"{rule.source} (our reading)" if rule.inference else rule.source
            (reasons if rule.refuses else cautions).append(Reason(f"marking.{rule.id}", rule.say, source))
    return Decision(tuple(reasons), tuple(cautions))


def _words(marking: Marking, scheme: Scheme) -> Iterator[Reason]:
    for word in marking.instructions:
        yield from _placed(word, next((e for e in scheme.instructions if e.word == word), None), marking)
    for descriptor in marking.descriptors:
        yield from _placed(descriptor, next((e for e in scheme.descriptors if e.word == descriptor), None), marking)


def _placed(word: Word, entry: Entry[Word] | None, marking: Marking) -> Iterator[Reason]:
    if entry is None:
        yield Reason(f"marking.{word.code}", f"{word.text} is not a word of the policy now in force.", "local policy")
    elif marking.grade not in entry.on:
        text = f"{word.text} may be put on {' or '.join(sorted(entry.on))} only, not on {marking.grade}."
        yield Reason(f"marking.{word.code}", text, entry.source)


def _organisations(marking: Marking, scheme: Scheme) -> Iterator[Reason]:
    word = marking.instruction(Effect.ORGANISATIONS)
    if word is None:
        if marking.organisations:
            yield Reason(_NAMED, "Organisations are named, but no USE ONLY instruction is given.", _SOURCE)
        return
    source = next((entry.source for entry in scheme.instructions if entry.word == word), _SOURCE)
    if not marking.organisations:
        text = "No organisation is named, so nobody could hold it. Name at least one."
        yield Reason(_NAMED, text, source)
    for organisation in marking.organisations:
        if organisation not in scheme.organisations:
            text = f"It names an organisation not known here. Known: {_known(scheme)}."
            yield Reason(_NAMED, text, source)


def _known(scheme: Scheme) -> str:
    return ", ".join(organisation.name for organisation in scheme.organisations) or "none"


def _embargo(marking: Marking, scheme: Scheme) -> Iterator[Reason]:
    word = marking.instruction(Effect.EMBARGO)
    source = next((entry.source for entry in scheme.instructions if entry.word == word), _SOURCE)
    embargo = marking.embargo
    if word is None and embargo is None:
        return
    if word is None:
        yield Reason("marking.embargo", "A time is given, but the marking does not say EMBARGOED.", source)
    if embargo is None:
        text = "EMBARGOED needs the time and date, and the marking that holds afterwards."
        yield Reason("marking.embargo", text, source)
        return
    if embargo.after.embargo is not None or embargo.after.instruction(Effect.EMBARGO) is not None:
        yield Reason("marking.embargo", "What follows an embargo cannot be under embargo itself.", source)
        return
    for reason in check(embargo.after, scheme).reasons:
        yield Reason(reason.rule, f"After the embargo: {reason.text}", reason.clause)
