"""What a step of the migrations may do while the version before it still serves: add, and nothing else.

A step that takes away, or changes what is there, says so by ``CONTRACTS = "why nobody uses it any more"``. Versions
from before it then serve no longer; all others do (docs/deployment.md, *New versions*).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ADDS = frozenset({"create_table", "create_index", "add_column", "batch_alter_table", "f", "bulk_insert"})
MARK = "CONTRACTS"


def contracts(source: str) -> bool:
    """Does the step say that it takes away?"""
    return any(_named(node) == MARK for node in ast.parse(source).body)


def faults(path: Path) -> list[str]:
    """What a version still serving may trip over. Empty for a step that only adds, or says that it takes away."""
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    if contracts(source):
        return []
    upgrades = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"]
    calls = [node for each in upgrades for node in ast.walk(each) if isinstance(node, ast.Call)]
    return [f"{path.name}:{call.lineno}: {why}" for call in calls for why in _against(call)]


def _against(call: ast.Call) -> Iterator[str]:
    if not isinstance(call.func, ast.Attribute) or not isinstance(call.func.value, ast.Name):
        return
    if call.func.value.id not in ("op", "batch_op"):
        return
    name = call.func.attr
    if name not in ADDS:
        yield f"{name} may break a version that still serves; a later step does it, and says {MARK}"
    if name == "add_column" and not _optional(call):
        yield "a new column needs nullable=True or a server_default: the version still serving writes rows without it"
    if name == "create_index" and _is_true(call, "unique"):
        yield f"a unique index may refuse what the version still serving writes; a later step does it, and says {MARK}"


def _optional(call: ast.Call) -> bool:
    columns = [arg for arg in call.args if isinstance(arg, ast.Call)]
    return any(_is_true(column, "nullable") or _given(column, "server_default") for column in columns)


def _is_true(call: ast.Call, name: str) -> bool:
    found = _given(call, name)
    return isinstance(found, ast.Constant) and found.value is True


def _given(call: ast.Call, name: str) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg == name), None)


def _named(node: ast.stmt) -> str:
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    return target.id if isinstance(target, ast.Name) else ""
