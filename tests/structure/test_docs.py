"""Pages that speak of the code are held to it: errors, commands, duties, links."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from app.cli.main import cli
from app.http import next_steps
from app.http.errors import status_of
from foundation.errors import ServiceError
from tools.next_steps import made

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ROOMS = (
    "app",
    "sharing",
    "retention",
    "incidents",
    "custody",
    "outbox",
    "identity",
    "vault",
    "classification",
    "audit",
    "foundation",
)
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "policies").rglob("*.md")])
CLAUSE = re.compile(r"\bM[0-9]{2}[ab]?\b")


def rel(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def refusals() -> list[type[ServiceError]]:
    """Every error with a code, of every module there is."""
    for room in ROOMS:
        for info in pkgutil.walk_packages([str(ROOT / room)], f"{room}."):
            if not info.name.endswith("__main__"):
                importlib.import_module(info.name)
    found: list[type[ServiceError]] = []
    todo = [ServiceError]
    while todo:
        kind = todo.pop()
        todo += kind.__subclasses__()
        if kind.code and kind.__module__.split(".")[0] in ROOMS and kind not in found:
            found.append(kind)
    return found


def commands(group: click.Group = cli, words: tuple[str, ...] = ("custodes",)) -> Iterator[tuple[str, click.Command]]:
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            given = [p.make_metavar(click.Context(command)) for p in command.params if isinstance(p, click.Argument)]
            yield " ".join((*words, name, *given)), command


def plain(text: str) -> str:
    """Words alone: how they are broken into lines and quoted does not matter."""
    return re.sub(r"\s+", " ", text.replace("``", "`"))


def test_every_refusal_stands_once_in_its_page_with_its_status_and_title() -> None:
    rows = re.findall(r"^\| `([a-z.-]+)` \| (\d+) \| (.+?) \| (.+) \|$", (DOCS / "errors.md").read_text("utf-8"), re.M)
    written = {(code, int(status), title) for code, status, title, _ in rows}
    assert len(rows) == len(written)
    assert sorted(written) == sorted({(k.code, status_of(k.__new__(k)), k.title) for k in refusals()})
    assert all(what.rstrip().endswith(".") for *_, what in rows)


def test_a_page_says_of_every_refusal_what_its_page_in_the_docs_says() -> None:
    assert next_steps.FILE.read_text("utf-8") == made(), "python -m tools.next_steps"
    assert [kind.code for kind in refusals() if not next_steps.of(kind.code)] == []


@pytest.mark.parametrize("usage", dict(commands()))
def test_every_command_stands_in_its_page_with_its_help_and_options(usage: str) -> None:
    command = dict(commands())[usage]
    _, found, rest = (DOCS / "cli.md").read_text("utf-8").partition(f"### `{usage}`\n")
    assert found, usage
    section = re.split(r"^##", rest, maxsplit=1, flags=re.M)[0]
    assert plain(command.help or "-") in plain(section)
    for option in (p for p in command.params if isinstance(p, click.Option)):
        metavar = "" if option.is_flag else f" {option.make_metavar(click.Context(command))}"
        assert f"| `{option.opts[0]}{metavar}` | " in section, option.opts
        assert (option.help or "") in section


def test_the_page_of_commands_has_no_command_that_is_not_there() -> None:
    written = re.findall(r"^### `(.+)`$", (DOCS / "cli.md").read_text("utf-8"), re.M)
    assert sorted(written) == sorted(usage for usage, _ in commands())


def test_every_file_named_in_the_map_of_duties_is_there() -> None:
    text = (DOCS / "obligations-map.md").read_text("utf-8")
    named = [path for path in re.findall(r"`([A-Za-z][\w./-]+)`", text) if "/" in path or path.endswith(".md")]
    assert len(named) > 40
    assert [path for path in named if not (ROOT / path).is_file()] == []


def test_every_duty_a_policy_cites_stands_in_the_map() -> None:
    mapped = set(CLAUSE.findall((DOCS / "obligations-map.md").read_text("utf-8")))
    covered = mapped | {duty[:-1] for duty in mapped if duty[-1] in "ab"}
    cited: dict[str, str] = {}
    for path in sorted((ROOT / "policies").rglob("*")):
        if path.suffix in {".toml", ".cedar"}:
            cited |= dict.fromkeys(CLAUSE.findall(path.read_text("utf-8")), rel(path))
    assert {duty: path for duty, path in cited.items() if duty not in covered} == {}


@pytest.mark.parametrize("page", PAGES, ids=rel)
def test_a_link_leads_to_something(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if "pictures/" in target:  # taken when the guides are walked, and not kept
            continue
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_the_first_page_names_the_targets_there_are() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make (\w+)", (ROOT / "README.md").read_text("utf-8"), re.M):
        assert re.search(rf"^{target}:.*## ", makefile, re.M), target


def test_every_room_stands_in_the_page_of_the_house() -> None:
    text = (DOCS / "architecture.md").read_text("utf-8")
    assert [room for room in ROOMS if f"| `{room}` |" not in text] == []
