"""Very many rows of an agreement at work, laid down by SQL that SQLite and PostgreSQL both read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa

from app.bootstrap.house import House
from foundation.actor import FOREVER
from foundation.calendar import london_date
from foundation.orm import to_ms
from identity.tables import person, principal
from sharing.store.access import read
from sharing.store.bound import LABEL, values
from sharing.tables.items import item

AGREEMENT, ROUTE = "hmip-imb", "inspectorate-to-board"
STEP = 100_000
_FIRST = 10**9  # numbers nobody else has
LATE = 30  # days to either side of today within which duties are due

_NUMBERS = {
    "sqlite": "with recursive n(i) as (select :low union all select i + 1 from n where i < :high)",
    "postgresql": "with n(i) as (select generate_series(cast(:low as bigint), cast(:high as bigint)))",
}
_ITEM = """
insert into item (id, uuid, reference, kind, agreement, agreement_version, route, originator, sender_id, sender_office,
  marking, marking_code, recipients_only, org_only, hmg_only, released_to, quarantined, state, step, establishment,
  retention_class, sent_at, version, bound, owners)
{numbers} select i, '00000000-0000-7000-8000-' || {uuid}, 'HMIP-2026-' || i, 'correspondence', :agreement, 1, :route,
  'hmip', i % 2000 + 1, :from_office, 'OFFICIAL', 'O', false, false, false, ',hmip,imb,', false,
  case when i % 211 = 0 then 'open' else 'closed' end, 2, null, 'correspondence', :now, 1, {empty}, ',hmip,' from n
"""
# The Board of an item is the one its number falls on.
_BOARD = "(select principal from bench_board where number = n.i % :boards)"
_ACCESS = """
insert into item_access (principal, item_id, basis, valid_from, valid_until, granted_by)
{numbers} select {who}, i, :basis, 0, :for_ever, :sender from n
"""
_OFFICE = "insert into item_office (item_id, number, office) {numbers} select i, 1, {board} from n"
_STEPS = """
insert into item_step (item_id, number, act, office, due_on, done_at, done_by)
{numbers} select i, 2, 'answer', {board}, {due}, case when i % 211 = 0 then null else :now end, null from n
"""
_MAY = "insert into item_step_office (office, item_id, number, owed) {numbers} select {board}, i, 2, i % 211 = 0 from n"
_DUTY = """
insert into agreement_duty (id, agreement, version, duty, number, source, thread, establishment, who, opened_on, due_on,
  state, evidence, opened_told, ended_told, overdue_told, escalated, circle, closed)
{numbers} select :duty || '-' || i, :agreement, 1, :duty, :number, 'item-' || i, 'item-' || i, '', :who, :opened, {due},
  'open', '', true, false, true, 9, '', false from n
"""


def fill(house: House, boards: Sequence[int], asking: Sequence[int], *, items: int, duties: int, people: int) -> None:
    """All of it, and what the rows of the newest items are bound with that the principals of those ``asking`` see."""
    with house.engine.begin() as conn:
        _lay_boards(conn, boards)
    for low in range(1, items + 1, STEP):
        with house.engine.begin() as conn:
            _items(conn, house, low, min(items, low + STEP - 1), boards)
    with house.engine.begin() as conn:
        if conn.dialect.name == "postgresql":  # whoever sends one afterwards gets the number after these
            conn.exec_driver_sql("select setval(pg_get_serial_sequence('item', 'id'), (select max(id) from item))")
        _people(conn, people)
        _duties(conn, house, duties)
    with house.engine.begin() as conn:
        _bind(conn, house, (boards[0], *asking))
    with house.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.exec_driver_sql("ANALYZE")


def come_to_be_late(house: House, count: int) -> None:
    """So many of which the log has not been told that they are late, nor that they began."""
    text = "select id from agreement_duty where state = 'open' and due_on < :today order by id limit :count"
    change = f"update agreement_duty set overdue_told = false, opened_told = false, escalated = 0 where id in ({text})"
    with house.engine.begin() as conn:
        conn.execute(sa.text(change), {"today": london_date(house.now()).isoformat(), "count": count})


def _lay_boards(conn: sa.Connection, boards: Sequence[int]) -> None:
    conn.exec_driver_sql("create table bench_board (number integer primary key, principal bigint not null)")
    rows = [{"number": number, "principal": principal} for number, principal in enumerate(boards)]
    conn.execute(sa.text("insert into bench_board values (:number, :principal)"), rows)


def _items(conn: sa.Connection, house: House, low: int, high: int, boards: Sequence[int]) -> None:
    given = {
        "low": low,
        "high": high,
        "agreement": AGREEMENT,
        "route": ROUTE,
        "sender": 1,
        "from_office": boards[0],
        "now": to_ms(house.now()),
        "for_ever": to_ms(FOREVER),
        "boards": len(boards),
    }
    for text in (_ITEM, _OFFICE, _STEPS, _MAY):
        _run(conn, text, given, house)
    for basis, who in (("route", _BOARD), ("sender", "i % 2000 + 1"), ("recipient", "i % 1999 + 1")):
        _run(conn, _ACCESS.replace("{who}", who), {**given, "basis": basis}, house)


def _run(conn: sa.Connection, text: str, given: dict[str, object], house: House) -> None:
    sqlite = conn.dialect.name == "sqlite"
    today = london_date(house.now())
    found = text.format(
        numbers=_NUMBERS[conn.dialect.name],
        board=_BOARD,
        uuid="printf('%012d', i)" if sqlite else "lpad(cast(i as text), 12, '0')",
        empty="x''" if sqlite else "decode('', 'hex')",
        due=_due(today, sqlite=sqlite),
    )
    statement = sa.text(found)
    names = set(statement.compile().params)
    conn.execute(statement, {name: value for name, value in given.items() if name in names})


def _due(today: date, *, sqlite: bool) -> str:
    """A day within LATE of today, by the number."""
    first, span = (today - timedelta(days=LATE)).isoformat(), 2 * LATE
    if sqlite:
        return f"date('{first}', '+' || (i * 7 % {span}) || ' days')"
    return f"cast('{first}' as date) + cast(i * 7 % {span} as integer)"


def _people(conn: sa.Connection, count: int) -> None:
    """More accounts, which registers count; nobody signs in as one of them."""
    one = dict(conn.execute(sa.select(person).where(person.c.standing == "active").limit(1)).mappings().one())
    there = conn.execute(sa.select(sa.func.count()).select_from(person)).scalar_one()
    numbers = [_FIRST + number for number in range(there, count)]
    if numbers:
        conn.execute(
            principal.insert(), [{"id": number, "kind": "person", "ref": f"bench-{number}"} for number in numbers]
        )
        conn.execute(
            person.insert(),
            [one | {"id": f"bench-{n}", "principal": n, "email": f"b{n}@bench.example"} for n in numbers],
        )


def _duties(conn: sa.Connection, house: House, count: int) -> None:
    """Spread over every duty that an event begins."""
    (found,) = house.policies.agreements.versions
    tracked = [each for each in found.duties.values() if each.home == "tracked" and each.trigger.event]
    each = max(1, count // len(tracked))
    opened = (london_date(house.now()) - timedelta(days=LATE)).isoformat()
    for duty in tracked:
        given = {"agreement": AGREEMENT, "duty": duty.id, "number": duty.number, "who": ",".join(duty.who)}
        _run(conn, _DUTY, {**given, "low": 1, "high": each, "opened": opened}, house)


def _bind(conn: sa.Connection, house: House, who: Sequence[int]) -> None:
    """What a page of one Board and its Chair shows: the newest, and what is open there."""
    access = "select item_id from item_access where principal = :who order by item_id desc limit 200"
    owed = (
        "select s.item_id from item_step_office s join item i on i.id = s.item_id "
        "where s.office = :who and i.state = 'open'"
    )
    still = (
        "select a.item_id from item_access a join item i on i.id = a.item_id "
        "where a.principal = :who and i.state = 'open' order by a.item_id desc limit 200"
    )
    ids = {row[0] for text in (access, owed, still) for one in who for row in conn.execute(sa.text(text), {"who": one})}
    wanted = sorted(ids)
    for start in range(0, len(wanted), 500):
        stored = read(conn, wanted[start : start + 500])
        for number, found in stored.items():
            digest = house.binder.over(LABEL, values(found))
            conn.execute(sa.update(item).where(item.c.id == number).values(bound=digest))
