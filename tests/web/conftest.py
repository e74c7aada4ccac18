"""A real browser, or a failure: the pages are tried in Debian's Chromium, with script and without."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from shell_house import Shell, make_app, serving

from tests import databases

HERE = Path(__file__).parent
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the system's package manager installs it (`make test` does), or the one CHROMIUM names."""
    exe = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    assert Path(exe).exists(), f"{exe} is not there: install chromium, or say where it is with CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=exe, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=["js", "nojs"])
def script(request: pytest.FixtureRequest) -> bool:
    """Whether script runs in `page`."""
    return bool(request.param == "js")


@pytest.fixture
def page(browser: Browser, script: bool) -> Iterator[Page]:
    """A page that fails its test if the content policy was broken or script threw."""
    context = browser.new_context(java_script_enabled=script, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert not wrong, wrong


@pytest.fixture
def axe(browser: Browser) -> Callable[[Page], None]:
    """`axe(page)` fails with every fault of levels A and AA. It needs script in its own evaluation only."""
    source = (HERE / "vendor" / "axe.min.js").read_text()

    def run(page: Page) -> None:
        page.evaluate(source)
        options = json.dumps({"runOnly": {"type": "tag", "values": TAGS}})
        found: dict[str, Any] = page.evaluate(f"axe.run(document, {options})")
        faults = [f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]
        assert not faults, "\n".join(faults)

    return run


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """The shell's own little house."""
    made = Shell(tmp_path_factory.mktemp("shell"))
    yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def shell_url(shell: Shell) -> Iterator[str]:
    """The shell, served."""
    with serving(make_app(shell)) as url:
        yield url


@pytest.fixture(scope="session")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole application, served over a fresh house."""
    from app.bootstrap.house import build, init
    from app.config import Settings
    from app.factory import create_app

    state = tmp_path_factory.mktemp("house")
    chosen = {"CUSTODES_STATE": str(state), "CUSTODES_DEMONSTRATION": "1", "CUSTODES_SECURE": "0"}
    settings = Settings.from_env({**chosen, **databases.settings(state)})
    init(settings)
    house = build(settings)
    with serving(create_app(house)) as url:
        yield url
    house.engine.dispose()
