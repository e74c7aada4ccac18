"""Options and settings shared by every test, and the database each runs on."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import every_page, pace, reach, remembered, stores
from tests.databases import HERE, KINDS

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("house")

MADE = pytest.StashKey[list[str]]()
VISITED = pytest.StashKey[set[str]]()
LEFT_OUT = pytest.StashKey[Counter[str]]()
BLIND = pytest.StashKey[bool]()
WHY = {
    "folder": "are about files in folders",
    "once": "prove the same on both and run on sqlite",
    "blind": "see neither database nor store, do the same on both and run on sqlite",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--worlds", type=int, default=300, help="random worlds for the laws of access")
    parser.addoption("--store", choices=stores.KINDS, default="files", help="where the tests keep content and keys")
    parser.addoption("--every-page", action="store_true", help="red where no browser looked at a page of the map")
    parser.addoption("--pace", default="", help="where to write how long each file of tests took")
    parser.addoption("--database", choices=KINDS, default="sqlite", help="what the tests keep their rows in")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "folder(why): looks at files where the content lies in files; left out where it does not"
    )
    config.addinivalue_line(
        "markers", f"database(kind): about one of {', '.join(KINDS)} alone; has a twin for the other"
    )
    config.addinivalue_line("markers", "once(why): proves the same on every database, so it runs on SQLite alone")
    config.stash[LEFT_OUT] = Counter()
    config.stash[VISITED] = set()
    remembered.remember()
    HERE.kind = config.option.database
    stores.HERE.kind = config.option.store


def pytest_unconfigure() -> None:
    HERE.stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is about another database is not collected, and counted."""
    kept = []
    for item in items:
        about = [mark.args[0] for mark in item.iter_markers("database")]
        sees = reach.HERE.sees(item)
        # What a page does in a browser does not depend on where its rows were; all else of it is asked on both.
        once = item.get_closest_marker("once") is not None or "browser" in getattr(item, "fixturenames", ())
        folder = item.get_closest_marker("folder") is not None
        why = reach.left_out(HERE.kind, s3=stores.on_s3(), about=about, folder=folder, once=once, sees=sees)
        item.stash[BLIND] = not sees and not about
        if why:
            config.stash[LEFT_OUT][why] += 1
        else:
            kept.append(item)
    # Every process sorts the same way; without several the order is that of the files.
    items[:] = pace.longest_first(kept, pace.read()) if hasattr(config, "workerinput") else kept


def pytest_collection_finish() -> None:
    """What was imported stays: looking at all of it for garbage, again and again, is a twentieth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
    """The databases a fixture makes live as long as the fixture."""
    made: list[str] = []
    fixturedef.__dict__["databases"] = made
    with HERE.lasting(made):
        return (yield)


def pytest_fixture_post_finalizer(fixturedef: pytest.FixtureDef[Any]) -> None:
    HERE.drop(fixturedef.__dict__.get("databases", []))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    """A test that was found to see neither is held to it, fixtures and all."""
    with reach.HERE.held(item.nodeid if item.stash[BLIND] else ""):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Those a test makes live as long as the test."""
    item.stash[MADE] = []
    with HERE.lasting(item.stash[MADE]), reach.HERE.held(item.nodeid if item.stash[BLIND] else ""):
        return (yield)


def pytest_runtest_teardown(item: pytest.Item) -> None:
    HERE.drop(item.stash.get(MADE, []))


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, Any, Any]:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = dict(session.config.stash[LEFT_OUT])
        session.config.workeroutput["visited"] = sorted(every_page.visited())
    elif _unseen(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    return (yield)


def _unseen(config: pytest.Config) -> list[str]:
    """Asked for in a whole run alone: a part of the tests looks at a part of the pages."""
    looked = config.stash[VISITED] | every_page.visited()
    return every_page.unseen(looked) if config.option.every_page else []


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Every worker of pytest-xdist collects all of them."""
    told = getattr(node, "workeroutput", {})
    node.config.stash[LEFT_OUT] |= Counter(told.get("left_out", {}))
    node.config.stash[VISITED] |= set(told.get("visited", ()))


def _timed(terminalreporter: Any) -> dict[str, float]:
    took: Counter[str] = Counter()
    for report in (one for how in terminalreporter.stats.values() for one in how):
        if isinstance(report, pytest.TestReport):
            took[pace.file_of(report)] += report.duration  # type: ignore[assignment]
    return dict(took)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """How many ran on which database, and what was not collected for it: nothing is left out silently."""
    ran = sum(len(terminalreporter.stats.get(how, ())) for how in ("passed", "failed", "xfailed", "xpassed"))
    terminalreporter.write_line(f"{ran} tests ran on {HERE.kind} and {stores.HERE.kind}")
    if config.option.pace:
        Path(config.option.pace).write_text(pace.written(_timed(terminalreporter)), encoding="utf-8")
    for rule in _unseen(config):
        terminalreporter.write_line(f"no browser looked at {rule}", red=True)
    for what, count in sorted(config.stash[LEFT_OUT].items()):
        why = WHY.get(what, f"are about {what} alone")
        terminalreporter.write_line(f"{count} were not collected here: they {why}")
