"""P7, teeth: each mistake somebody could make in the lists, the gate or the facts must break a law."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa

from foundation.actor import Actor
from identity.model import ItemFacts
from sharing.store import access as store
from tests.laws import crossing, laws, worlds
from tests.laws.conftest import Crossed

ROOT = Path(__file__).parents[2]
VISIBLE, GATE, STORE = "sharing/queries/visible.py", "identity/rules/gate.py", "sharing/store/access.py"

# name: file, what stands there, what a mistaken hand would have written
MISTAKES = {
    "quarantined items are listed": (VISIBLE, "col.quarantined == sa.false(),", ""),
    "state is not looked at": (VISIBLE, "col.state.in_(VISIBLE_STATES),", ""),
    "withdrawn is still listed": (VISIBLE, '("open", "closed")', '("open", "closed", "withdrawn")'),
    "closed is no longer listed": (VISIBLE, '("open", "closed")', '("open",)'),
    "organisations named are not looked at": (VISIBLE, "sa.or_(col.org_only == sa.false(), named),", ""),
    "organisations named are kept out": (VISIBLE, "sa.or_(col.org_only == sa.false(), named)", "col.org_only == 0"),
    "an organisation named within another's name": (VISIBLE, 'f",{actor.party},"', "actor.party"),
    "no organisation counts as named": (VISIBLE, " if actor.party else sa.false()", ""),
    "HMG only is forgotten": (VISIBLE, "sa.true() if actor.hmg else col.hmg_only == sa.false(),", ""),
    "HMG only keeps HMG out": (VISIBLE, "sa.true() if actor.hmg else col", "col"),
    "abroad is forgotten": (VISIBLE, "item.c.owners.in_(sets_of(actor.cleared)) if actor.abroad else sa.true(),", ""),
    "abroad nothing is left": (VISIBLE, "item.c.owners.in_(sets_of(actor.cleared))", "sa.false()"),
    "embargo ends a moment late": (VISIBLE, "col.embargo_until <= now", "col.embargo_until < now"),
    "embargo is forgotten": (VISIBLE, "sa.or_(col.embargo_until.is_(None),", "sa.or_(sa.true(),"),
    "embargo lead is forgotten": (VISIBLE, ", col.embargo_lead == me)", ")"),
    "embargoed sender is forgotten": (VISIBLE, "col.sender_id == me, col.embargo_lead", "col.embargo_lead"),
    "recusal is forgotten": (VISIBLE, "sa.not_(barred),", ""),
    "recusal bars whole offices": (
        VISIBLE,
        "item_recusal.c.principal == me",
        "item_recusal.c.principal.in_(actor.principals)",
    ),
    "recusal bars everybody": (
        VISIBLE,
        "item_recusal.c.item_id == col.id, item_recusal.c.principal == me",
        "item_recusal.c.item_id == col.id",
    ),
    "a basis ends a moment late": (VISIBLE, "valid_until > now", "valid_until >= now"),
    "a basis starts a moment late": (VISIBLE, "valid_from <= now", "valid_from < now"),
    "a basis never ends": (VISIBLE, ", item_access.c.valid_until > now)", ")"),
    "a basis needs not have started": (VISIBLE, "item_access.c.valid_from <= now, ", ""),
    "windows are not looked at in lists": (VISIBLE, "_in_force(asking.now),", ""),
    "windows are not looked at in searches": (VISIBLE, "_in_force(now),", ""),
    "any basis serves any number in lists": (VISIBLE, "held.basis.in_(bases),", ""),
    "any basis serves a person in searches": (VISIBLE, "actor.principal, held.basis.in_(PERSONAL)", "actor.principal"),
    "any basis serves a group in searches": (VISIBLE, "(actor.groups), held.basis == GROUP", "(actor.groups)"),
    "any basis serves an office in searches": (VISIBLE, "(actor.offices), held.basis == ROUTE", "(actor.offices)"),
    "groups are left out of lists": (
        VISIBLE,
        "arms += [_arm(asking, group, (GROUP,), gates) for group in sorted(actor.groups)]",
        "",
    ),
    "offices are left out of lists": (
        VISIBLE,
        "arms += [_arm(asking, office, (ROUTE,), gates) for office in sorted(actor.offices)]",
        "",
    ),
    "groups are left out of searches": (VISIBLE, "sa.and_(held.principal.in_(actor.groups), held.basis == GROUP),", ""),
    "searches need no basis": (VISIBLE, "_held_by(asking.actor, asking.now),", ""),
    "the second value searched is ignored": (VISIBLE, "*more,", ""),
    "no value searched finds everything": (
        VISIBLE,
        "if not terms:\n        return Page((), None)",
        "if not terms:\n        return page(conn, actor, now)",
    ),
    "a page repeats where the last ended": (VISIBLE, "< asking.cursor", "<= asking.cursor"),
    "the cursor is forgotten": (VISIBLE, "return TOP if cursor is None else cursor", "return TOP"),
    "a basis twice takes two places": (VISIBLE, ".distinct()", ""),
    "an item by two numbers is shown twice": (VISIBLE, "sa.union(", "sa.union_all("),
    "arms give their oldest": (VISIBLE, "held.item_id.desc()", "held.item_id.asc()"),
    "searches give their oldest": (VISIBLE, "carried.item_id.desc()", "carried.item_id.asc()"),
    "oldest first": (VISIBLE, "item.c.id.desc()", "item.c.id.asc()"),
    "the page after is never offered": (VISIBLE, "size + 1", "size"),
    "the count stops at the cap": (VISIBLE, "cap + 1, tuple", "cap, tuple"),
    "the count forgets the filters": (
        VISIBLE,
        "asking = _Asking(actor, now, filters, TOP",
        "asking = _Asking(actor, now, EVERYTHING, TOP",
    ),
    "filters are not applied in lists": (
        VISIBLE,
        "(*_gates(actor, asking.now), *_narrowed(asking))",
        "_gates(actor, asking.now)",
    ),
    "gates are not applied in lists": (
        VISIBLE,
        "(*_gates(actor, asking.now), *_narrowed(asking))",
        "_narrowed(asking)",
    ),
    "filters are not applied in searches": (VISIBLE, "            *_narrowed(asking),\n", ""),
    "gates are not applied in searches": (VISIBLE, "            *_gates(asking.actor, asking.now),\n", ""),
    "sent leaves out the office": (
        VISIBLE,
        "sa.or_(col.sender_id == actor.principal, col.sender_office.in_(actor.offices))",
        "col.sender_id == actor.principal",
    ),
    "sent since leaves out the moment": (VISIBLE, "col.sent_at >= wanted.since", "col.sent_at > wanted.since"),
    "sent until takes in the moment": (VISIBLE, "col.sent_at < wanted.until", "col.sent_at <= wanted.until"),
    "standing is not in the gate": (GATE, '(actor.standing == "active", ACTIVE)', "(True, ACTIVE)"),
    "vetting ends a moment late": (GATE, "now < actor.vetted_until", "now <= actor.vetted_until"),
    "training is not in the gate": (GATE, "trained = () if now < actor.handling_until else (TRAINED,)", "trained = ()"),
    "training ends a moment late": (GATE, "trained = () if now < actor", "trained = () if now <= actor"),
    "acceptance is not in the gate": (
        GATE,
        "informed = () if now < actor.informed_until else (INFORMED,)",
        "informed = ()",
    ),
    "acceptance ends a moment late": (GATE, "informed = () if now < actor", "informed = () if now <= actor"),
    "administrators are not in the gate": (GATE, '"account-admin": "SOD-01-admin-no-content",', ""),
    "compliance officers are not in the gate": (GATE, '"compliance-officer": "SOD-02-compliance-no-content",', ""),
    "auditors are not in the gate": (GATE, '"auditor": "SOD-03-auditor-no-content",', ""),
    "operators are not in the gate": (GATE, '"operator": "SOD-04-operator-no-content",', ""),
    "routers are in the gate": (GATE, '"auditor": "SOD', '"router": "SOD-99", "auditor": "SOD'),
    "breaking the glass gives no list": (
        STORE,
        "(SENDER, RECIPIENT, GRANT, BREAK_GLASS)",
        "(SENDER, RECIPIENT, GRANT)",
    ),
    "recusals are not loaded": (STORE, "recused=frozenset(recused),", ""),
    "lapsed bases are loaded": (STORE, "elif basis.valid_from <= now < basis.valid_until:", "else:"),
    "a basis is loaded past its end": (STORE, "<= now < basis.valid_until", "<= now <= basis.valid_until"),
    "groups are not loaded": (STORE, "groups=frozenset(held[GROUP]),", ""),
    "a grant loses what sort it is": (STORE, "Grant(basis.principal, basis.basis,", 'Grant(basis.principal, "grant",'),
    "organisations named are not loaded": (STORE, 'frozenset(filter(None, row.released_to.split(",")))', "frozenset()"),
    "the embargo is not loaded": (STORE, "embargo_until=row.embargo_until,", ""),
    "quarantine is not loaded": (STORE, "quarantined=row.quarantined,", ""),
}


def _mistaken(file: str, right: str, wrong: str) -> ModuleType:
    """The module with one thing wrong, beside the right one."""
    text = (ROOT / file).read_text(encoding="utf-8")
    assert right in text, f"{file} no longer says {right!r}: say the mistake anew"
    return _module(file, text.replace(right, wrong))


def _module(file: str, text: str) -> ModuleType:
    name = "mistaken_" + Path(file).stem
    spec = importlib.util.spec_from_loader(name, loader=None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up by name
    exec(compile(text, f"{name}.py", "exec"), module.__dict__)  # the point of it: run what was mistaken
    return module


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    for name in [name for name in sys.modules if name.startswith("mistaken_")]:
        del sys.modules[name]


def _laws_hold(crossed: Crossed, sql: ModuleType, facts: ModuleType) -> None:
    conn, expected = crossed
    try:
        _all_hold(conn, expected, sql, facts)
    finally:
        conn.rollback()  # a mistake PostgreSQL itself refuses must not stop the next


def _all_hold(conn: sa.Connection, expected: dict[Actor, list[ItemFacts]], sql: ModuleType, facts: ModuleType) -> None:
    ids = [item.id for item in crossing.crossed_items(full=False)]
    assert facts.load_facts(conn, ids, worlds.NOW) == store.load_facts(conn, ids, worlds.NOW), "P0"
    # Who fails the gate first: for them a right list costs nothing, and a mistaken gate shows at once.
    for actor, items in sorted(expected.items(), key=lambda pair: len(pair[1])):
        laws.lists_equal_decisions(conn, actor, items, sizes=(7, 400), sql=sql)


@pytest.mark.once("what is made wrong is not the database's; the laws themselves, and this check, run on both")
@pytest.mark.parametrize("name", MISTAKES)
def test_a_seeded_mistake_breaks_a_law(name: str, crossed: Crossed) -> None:
    file, right, wrong = MISTAKES[name]
    mistaken = _mistaken(file, right, wrong)
    sql = mistaken if file == VISIBLE else _module(VISIBLE, (ROOT / VISIBLE).read_text(encoding="utf-8"))
    if file == GATE:
        sql.person_gate = mistaken.person_gate  # type: ignore[attr-defined]
    if file == STORE:
        sql.PERSONAL = mistaken.PERSONAL  # type: ignore[attr-defined]
    with pytest.raises((AssertionError, sa.exc.ProgrammingError)):
        _laws_hold(crossed, sql, mistaken if file == STORE else store)


def test_without_a_mistake_the_same_check_passes(crossed: Crossed) -> None:
    _laws_hold(crossed, _module(VISIBLE, (ROOT / VISIBLE).read_text(encoding="utf-8")), store)


@pytest.mark.parametrize("basis", ["sender", "recipient", "group", "route", "grant", "break-glass"])
def test_a_basis_that_was_not_written_breaks_a_law(basis: str, crossed: Crossed) -> None:
    _, expected = crossed
    items = crossing.crossed_items(full=False)
    with worlds.engine().connect() as conn:
        worlds.fill(conn, items, without=basis)
        with pytest.raises(AssertionError):
            _lists_equal(conn, expected)


def _lists_equal(conn: sa.Connection, expected: dict[Actor, list[ItemFacts]]) -> None:
    for actor, items in expected.items():
        laws.lists_equal_decisions(conn, actor, items, sizes=(50,))
