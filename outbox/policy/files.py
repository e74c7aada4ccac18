"""Reads ``policies/notifications.toml``, strictly."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import cast

from audit.fact import Kind
from foundation.policy import Faults, Table, read
from outbox.model.rules import ABOUT, AUDIENCES, HOWS, OF_BODIES, Hooks, How, Retry, Rules, Texts, Topic
from outbox.policy.address import usable

FILE = "notifications.toml"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LINE = frozenset({"marking", "count"})
BODY = frozenset({"marking", "what", "address"})
MOST_LINE = 120
NO_RULES = Rules((), Texts("", "", "", "", "", ""), "daily", 0, 0, Retry(timedelta(), timedelta(), 0, timedelta()),
                 Hooks(timedelta(), timedelta()))  # fmt: skip


def load(root: Path, faults: Faults, facts: Mapping[str, Kind], duties: Collection[str] = ()) -> Rules:
    """The rules under ``root`` (the `policies` folder). ``facts``: every kind that any room records; ``duties``: codes
    of those of incidents, which a notice may be of.

    Faults are added, never raised; then the rules are unusable.
    """
    top = read(root / FILE, root, faults)
    if top is None:
        return NO_RULES
    found = [top.table(name) for name in ("mail", "digest", "retry", "systems", "notices")]
    topics = tuple(_topics(top, facts))
    top.done()
    mail, digest, retry, systems, notices = found
    if mail is None or digest is None or retry is None or systems is None or notices is None:
        return NO_RULES
    how, hour, weekday = _digest(digest)
    return Rules(
        topics, _texts(mail), how, hour, weekday, _retry(retry), _systems(systems), _addresses(notices, duties)
    )


def _texts(table: Table) -> Texts:
    marking = table.text("marking")
    lines = {name: _filled(table, name, LINE) for name in ("one", "more", "urgent_one", "urgent_more")}
    body = _filled(table, "body", BODY)
    for name, text in lines.items():
        if "\n" in text or len(text) > MOST_LINE or not text.isascii():
            table.fault(name, f"must be one line of plain letters, at most {MOST_LINE} long")
        if not text.startswith("{marking}"):
            table.fault(name, "must begin with {marking}: a subject line does")
    if not body.strip().startswith("{marking}") or not body.strip().endswith("{marking}"):
        table.fault("body", "must begin and end with {marking}")
    if not marking.isascii() or "\n" in marking:
        table.fault("marking", "must be one line of plain letters")
    _close(table, verified=False)
    return Texts(marking, **lines, body=body)


def _filled(table: Table, key: str, known: frozenset[str]) -> str:
    text = table.text(key)
    try:
        named = {name for _, name, spec, how in Formatter().parse(text) if name is not None or spec or how}
    except ValueError:
        table.fault(key, "has a brace that ends nowhere")
        return ""
    for name in sorted(map(str, named - known)):
        table.fault(key, f"“{{{name}}}” is not filled in; only {', '.join(sorted(known))} are")
    return "" if named - known else text


def _digest(table: Table) -> tuple[How, int, int]:
    how, hour, day = table.code("default"), table.number("hour"), table.code("weekday")
    if how not in HOWS:
        table.fault("default", f"must be one of {', '.join(HOWS)}")
    if hour > 23:
        table.fault("hour", "must be an hour of the day")
    if day not in DAYS:
        table.fault("weekday", "must be a day of the week")
    _close(table)
    return cast(How, how), hour, DAYS.index(day) if day in DAYS else 0


def _retry(table: Table) -> Retry:
    first, most = table.number("first_minutes", least=1), table.number("most_minutes", least=1)
    jitter, hours = table.number("jitter_percent"), table.number("give_up_hours", least=1)
    if most < first:
        table.fault("most_minutes", "must not be less than first_minutes")
    if jitter > 50:
        table.fault("jitter_percent", "must be at most 50")
    _close(table)
    return Retry(timedelta(minutes=first), timedelta(minutes=most), jitter, timedelta(hours=hours))


def _systems(table: Table) -> Hooks:
    found = Hooks(
        timedelta(hours=table.number("overlap_hours", least=1)),
        timedelta(hours=table.number("disable_hours", least=1)),
    )
    _close(table)
    return found


def _addresses(table: Table, duties: Collection[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name in table.named():
        found[name] = table.text(name)
        if name not in duties:
            table.fault(name, "is no duty of incidents/kinds.toml with a notice")
        if not usable(found[name]):
            table.fault(name, "must be one address of mail, such as team@example.gov.uk")
    table.done()
    return MappingProxyType(found)


def _topics(top: Table, facts: Mapping[str, Kind]) -> Iterator[Topic]:
    taken: set[str] = set()
    for table in top.tables("topic", least=1):
        topic = _topic(table)
        if topic.code in taken:
            table.fault("code", f"“{topic.code}” is used twice")
        taken.add(topic.code)
        _against(table, topic, facts)
        table.clauses()
        table.done()
        yield topic


def _topic(table: Table) -> Topic:
    only = table.table("only", needed=False)
    limits: dict[str, frozenset[str]] = {}
    if only is not None:
        limits = {name: frozenset(only.texts(name, least=1)) for name in only.named()}
        only.done()
    return Topic(
        code=table.code("code"),
        name=table.text("name"),
        fact=table.text("fact"),
        to=table.code("to"),
        fields=table.texts("fields", default=()),
        but=table.texts("but", default=()),
        concerns=table.texts("concerns", default=()),
        stage=table.texts("stage", default=()),
        duties=table.texts("duties", default=()),
        about=table.code("about", default=""),
        urgent=table.flag("urgent", default=False),
        settled_by=frozenset(table.texts("settled_by", default=())),
        event=table.text("event", default=""),
        only=MappingProxyType(limits),
    )


def _against(table: Table, topic: Topic, facts: Mapping[str, Kind]) -> None:
    """A slip here would be somebody who is never told."""
    fact = facts.get(topic.fact)
    if fact is None:
        table.fault("fact", f"nothing records “{topic.fact}”")
    for name in sorted(
        {*topic.fields, *topic.but, *topic.concerns, *topic.stage, *topic.only} - (fact.fields if fact else set())
    ):
        table.fault("fields", f"“{topic.fact}” has no field “{name}”")
    for each in sorted(topic.settled_by - facts.keys()):
        table.fault("settled_by", f"nothing records “{each}”")
    _audience(table, topic)


def _audience(table: Table, topic: Topic) -> None:
    if topic.to not in AUDIENCES:
        table.fault("to", f"must be one of {', '.join(sorted(AUDIENCES))}")
    if topic.about not in ABOUT:
        table.fault("about", "must be item or thread")
    if topic.to in ("named", "duty", "places") and not topic.fields:
        table.fault("fields", f"must say where “{topic.to}” is found")
    if topic.event and topic.to not in OF_BODIES:
        table.fault("event", f"partner systems hear of what is told to {' or '.join(sorted(OF_BODIES))} alone")
    if (topic.to == "duty") != bool(topic.duties):
        table.fault("duties", "stands with to = “duty”, and with that alone")


def _close(table: Table, *, verified: bool = True) -> None:
    if verified:
        table.flag("verified")
    table.clauses("sources")
    table.done()
