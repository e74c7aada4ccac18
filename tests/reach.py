"""Whether a test can see which database and store a run is on: the rule that lets the others run once.

``tests.databases`` and ``tests.stores`` alone know what ``--database`` and ``--store`` said. A test that reaches
neither, by itself, by a fixture or by anything of ``tests/`` or ``bench/`` these name, does the same in every run, so
the run on SQLite is enough. Reach is read from the code, not from what happened, and in doubt it is there: every method
of a class named is taken for called, and a fixture asked for by its name in a string for one that sees. Should it be
read wrongly all the same, the test fails where it does run, in words: ``Reach.asked``.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property, partial
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
KNOWING = ("tests.databases", "tests.stores")
OURS = (str(ROOT / "tests"), str(ROOT / "bench"))
BY_NAME = "getfixturevalue"
_Cached = type(cache(lambda: None))


class Reach:
    """What was found of each object, for one run; and the test running now, when it was found to see nothing."""

    def __init__(self) -> None:
        self._found: dict[int, bool] = {}
        self._kept: list[object] = []  # an id is an object's own for as long as there is one
        self._blind = ""

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """While this test runs, which was found to see nothing; no name: it may ask."""
        self._blind = name
        try:
            yield
        finally:
            self._blind = ""

    def asked(self) -> None:
        """Called by those who know, whenever they are asked."""
        if self._blind:
            msg = f"{self._blind} was found to see no database and no store, and runs on SQLite alone, but asks for one"
            raise AssertionError(msg)

    def sees(self, item: pytest.Item) -> bool:
        """Whether a test, or a fixture it stands on, reaches one who knows."""
        return any(self.of(start) for start in _starts(item))

    def of(self, start: object) -> bool:
        """The same of a function, class, module or value."""
        todo, seen = [start], [start]
        ids = {id(start)}
        while todo:
            one = todo.pop()
            if _knows(one) or self._found.get(id(one), False):
                self._enter([start], found=True)
                return True
            if id(one) in self._found:
                continue
            for other in _named(one):
                if id(other) not in ids:
                    ids.add(id(other))
                    todo.append(other)
                    seen.append(other)
        self._enter(seen, found=False)
        return False

    def _enter(self, objects: list[object], *, found: bool) -> None:
        for one in objects:
            self._found[id(one)] = found
            self._kept.append(one)


HERE = Reach()


def left_out(kind: str, *, s3: bool, about: Collection[str], folder: bool, once: bool, sees: bool) -> str:
    """Why a test is not collected in a run on that ``kind`` of database; empty: it is.

    ``about``: the databases it is marked to be about alone; ``folder``: it looks at files; ``once``: it is marked to
    prove the same on each. What is about one database runs there, whatever it sees of it.
    """
    if about:
        return "" if kind in about else next(iter(about))
    if folder and s3:
        return "folder"
    if kind == "sqlite":
        return ""
    return "once" if once else "" if sees else "blind"


def _starts(item: pytest.Item) -> Iterator[object]:
    yield getattr(item, "cls", None)
    yield getattr(item, "function", None)
    yield list(getattr(getattr(item, "callspec", None), "params", {}).values())
    info = getattr(item, "_fixtureinfo", None)
    for definitions in getattr(info, "name2fixturedefs", {}).values():
        yield [definition.func for definition in definitions]


def _knows(one: object) -> bool:
    if isinstance(one, ModuleType):
        return one.__name__ in KNOWING
    if isinstance(one, str):
        return one == BY_NAME
    of = one if isinstance(one, (FunctionType, type)) else type(one)  # some values mind being asked themselves
    return of.__module__ in KNOWING


def _named(one: object) -> Iterable[object]:
    """What an object leads to in one step, as far as it is ours."""
    for kinds, lead in _LEADS:
        if isinstance(one, kinds):
            return lead(one)
    return (type(one), getattr(one, "__dict__", {})) if _is_ours(type(one)) else ()


def _of_class(kind: type) -> Iterator[object]:
    for base in kind.__mro__:
        if _is_ours(base) or base is kind:
            yield from base.__dict__.values()


def _of_function(function: FunctionType) -> Iterator[object]:
    yield getattr(function, "__wrapped__", None)
    yield getattr(getattr(function, "hypothesis", None), "inner_test", None)
    yield function.__defaults__
    yield function.__kwdefaults__
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue
    if _is_ours(function):
        yield from _of_code(function.__code__, function.__globals__)


def _of_code(code: CodeType, known: dict[str, Any]) -> Iterator[object]:
    """Globals by their names, modules by the names looked up in them, imports made on the way."""
    names = set(code.co_names)
    if BY_NAME in names:
        yield BY_NAME
    for name in names & known.keys():
        yield from _seen(known[name], names)
    for step in dis.get_instructions(code):
        if step.opname == "IMPORT_NAME" and str(step.argval).split(".")[0] in ("tests", "bench"):
            yield from _seen(import_module(str(step.argval)), names)
    for within in code.co_consts:
        if isinstance(within, CodeType):
            yield from _of_code(within, known)


def _seen(one: object, names: set[str]) -> Iterator[object]:
    if not isinstance(one, ModuleType) or _knows(one):
        yield one
    elif _is_ours(one):
        for name in names & one.__dict__.keys():
            yield from _seen(one.__dict__[name], names - {name})


def _is_ours(one: object) -> bool:
    """Whether it is written in a file of the tests or the measurements."""
    if isinstance(one, FunctionType):
        return one.__code__.co_filename.startswith(OURS)
    module = one if isinstance(one, ModuleType) else sys.modules.get(getattr(one, "__module__", "") or "")
    places = [getattr(module, "__file__", None) or "", *getattr(module, "__path__", ())]
    return any(place.startswith(OURS) for place in places)


_LEADS: tuple[tuple[Any, Callable[[Any], Iterable[object]]], ...] = (
    (FunctionType, _of_function),
    (type, _of_class),
    (MethodType, lambda one: (one.__func__, one.__self__)),
    ((list, tuple, set, frozenset), list),
    (dict, lambda one: list(one.values())),
    (partial, lambda one: (one.func, one.args, one.keywords)),
    (property, lambda one: (one.fget, one.fset)),
    (cached_property, lambda one: (one.func,)),
    ((classmethod, staticmethod, _Cached), lambda one: (one.__wrapped__,)),
)
