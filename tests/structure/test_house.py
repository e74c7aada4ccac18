"""The shape of the house, held by a machine so that nobody has to remember it."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pkgutil
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from foundation.errors import Conflict, Denied, Invalid, NotFound, ServiceError, Unavailable

ROOT = Path(__file__).parents[2]
WORK, MEANS = ("sharing", "retention", "incidents", "custody", "outbox"), ("identity", "vault", "classification")
BELOW_APP = (*WORK, *MEANS, "audit", "foundation", "verifier", "client")
ROOMS = ("app", *BELOW_APP)
KINDS = (Invalid, Denied, NotFound, Conflict, Unavailable)
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
# A long straight function or table is allowed only with its reason here.
LONG_FUNCTIONS: dict[str, str] = {}
LONG_MODULES: dict[str, str] = {
    "verifier/custodes_verify.py": "an auditor carries it away: one file that stands by itself",
    "client/custodes_client.py": "a program carries it away: one file that stands by itself",
}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def rel(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def every_module() -> list[str]:
    names = []
    for room in ROOMS:
        names.append(room)
        names += [info.name for info in pkgutil.walk_packages([str(ROOT / room)], f"{room}.")]
    return [name for name in names if not name.endswith("__main__")]


@pytest.mark.parametrize("path", [p for p in MODULES if p.name == "__init__.py"], ids=rel)
def test_an_init_is_one_docstring_and_nothing_else(path: Path) -> None:
    body = tree(path).body
    assert len(body) == 1
    assert ast.get_docstring(tree(path))


@pytest.mark.parametrize("path", MODULES, ids=rel)
def test_a_module_has_at_most_300_lines(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 300 or rel(path) in LONG_MODULES


@pytest.mark.parametrize("path", MODULES, ids=rel)
def test_a_function_has_at_most_40_lines(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef) and f"{rel(path)}:{node.name}" not in LONG_FUNCTIONS:
            assert (node.end_lineno or 0) - node.lineno < 40, node.name


def test_nobody_is_called_utils_or_helpers() -> None:
    assert [rel(p) for p in MODULES if p.stem in {"utils", "util", "helpers", "helper", "common", "misc"}] == []


def test_a_module_stands_on_the_ground_only_when_three_rooms_use_it() -> None:
    users: dict[str, set[str]] = {}
    for path in MODULES:
        for name in re.findall(r"^(?:from|import) foundation\.(\w+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            users.setdefault(name, set()).add(path.relative_to(ROOT).parts[0])
    modules = {p.stem for p in (ROOT / "foundation").glob("*.py")} - {"__init__"}
    assert {name: users.get(name, set()) for name in modules if len(users.get(name, set())) < 3} == {}


def test_importing_everything_touches_neither_environment_nor_network() -> None:
    script = (
        "import socket, os, importlib, sys\n"
        "def refuse(*a, **k): raise RuntimeError('a socket at import')\n"
        "socket.socket.connect = refuse\n"
        "os.environ.clear()\n"
        f"for name in {every_module()!r}: importlib.import_module(name)\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_only_the_unit_of_work_commits() -> None:
    found = [
        rel(p) for p in MODULES if re.search(r"\bconn\w*\.commit\(|session\.commit\(", p.read_text(encoding="utf-8"))
    ]
    # The key store is a database of its own; its single acts are its own transactions. What may only read ends so, too:
    # PostgreSQL was told that it is READ ONLY.
    assert set(found) <= {"app/bootstrap/work.py", "app/bootstrap/engines.py", "vault/keystore.py"}


@pytest.mark.parametrize("path", [p for p in MODULES if p.relative_to(ROOT).parts[0] != "app/demo"], ids=rel)
def test_no_party_is_named_in_code(path: Path) -> None:
    if path.relative_to(ROOT).parts[:2] in {("app", "demo"), ("app", "story")}:
        return
    words = [
        node.value
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not _is_docstring(path, node)
    ]
    assert [w for w in words if re.search(r"\b(hmip|imb)\b", w, re.IGNORECASE)] == []


def _is_docstring(path: Path, node: ast.Constant) -> bool:
    return node.value in _docstrings(path)


@cache
def _docstrings(path: Path) -> set[object]:
    whole = tree(path)
    holders = [whole, *(n for n in ast.walk(whole) if isinstance(n, ast.FunctionDef | ast.ClassDef))]
    firsts = [h.body[0].value for h in holders if h.body and isinstance(h.body[0], ast.Expr)]
    return {first.value for first in firsts if isinstance(first, ast.Constant)}


def services() -> list[tuple[str, object]]:
    found = []
    for room in ("sharing", "retention", "incidents", "custody", "outbox", "identity", "vault"):
        for name in [n for n in every_module() if n == f"{room}.service" or n.startswith(f"{room}.service.")]:
            module = importlib.import_module(name)
            for _, kind in inspect.getmembers(module, inspect.isclass):
                if kind.__module__ != name:
                    continue
                for method_name, method in inspect.getmembers(kind, inspect.isfunction):
                    if not method_name.startswith("_") and method.__module__ == name and takes_part(kind):
                        found.append((f"{name}.{kind.__name__}.{method_name}", method))
    return found


def takes_part(kind: type) -> bool:
    """A service class writes the log; values, readers and followers beside it do not."""
    return "trail" in inspect.signature(kind.__init__).parameters


# Not acts: they tell the stores whether the act held.
NO_ACT = {"vault.service.Vault.after_commit", "vault.service.Vault.after_rollback"}


@pytest.mark.parametrize(("name", "method"), services(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_act_names_its_actor_and_its_time(name: str, method: object) -> None:
    parameters = inspect.signature(method).parameters  # type: ignore[arg-type]
    keyword_only = {n for n, p in parameters.items() if p.kind is p.KEYWORD_ONLY}
    assert {"actor", "now"} <= keyword_only or name in NO_ACT


def leaves() -> list[type[ServiceError]]:
    for name in every_module():
        importlib.import_module(name)
    found, todo = [], [ServiceError]
    while todo:
        kind = todo.pop()
        todo += kind.__subclasses__()
        if kind not in (ServiceError, *KINDS, *found) and kind.code:
            found.append(kind)
    return found


def test_every_error_is_exactly_one_kind_of_no_with_a_code_of_its_own() -> None:
    codes: dict[str, str] = {}
    for leaf in leaves():
        assert sum(issubclass(leaf, kind) for kind in KINDS) == 1, leaf
        assert re.fullmatch(r"[a-z]+\.[a-z]+(-[a-z]+)*", leaf.code), leaf
        assert leaf.title, leaf
        assert leaf.code not in codes, f"{leaf} and {codes[leaf.code]} share {leaf.code}"
        codes[leaf.code] = leaf.__qualname__


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(p.name[:4]) for p in (ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_decision_says_what_it_costs() -> None:
    for path in (ROOT / "docs" / "adr").glob("[0-9]*.md"):
        assert "**What it costs.**" in path.read_text(encoding="utf-8"), path.name


def test_every_setting_stands_in_its_page() -> None:
    from app.settings import SETTINGS

    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    for setting in SETTINGS:
        assert f"| `{setting.name}` | `{setting.default}` | {setting.meaning} |" in page, setting.name


def test_lock_files_hold_hashes_and_no_addresses() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, path.name
        pinned = [line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]
        assert pinned
        assert all("==" in line and line.endswith("\\") for line in pinned), path.name
    lock = (ROOT / "tests/provider/package-lock.json").read_text(encoding="utf-8")
    assert "://" not in lock
    packages = [each for name, each in json.loads(lock)["packages"].items() if name]
    assert packages
    assert all(each["version"] and each["integrity"].startswith("sha512-") for each in packages)


def test_the_rooms_are_exactly_those_of_the_import_contracts() -> None:
    named = re.search(r"root_packages =\n((?:    \w+\n)+)", (ROOT / ".importlinter").read_text(encoding="utf-8"))
    assert named
    assert tuple(named[1].split()) == ROOMS
