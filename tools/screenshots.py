"""Pictures of the demonstration: every main page, as the people who use it, at two widths, into screenshots/.

A fresh demonstration on a free port, a real browser. `python -m tools.screenshots [FOLDER]`; nothing else is touched.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[1]
WIDTHS: dict[str, ViewportSize] = {
    "wide": {"width": 1280, "height": 900},
    "narrow": {"width": 375, "height": 760},
}
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PATIENCE = 120  # seconds for a fresh demonstration to be furnished
SKIPPED = re.compile(r"\.(csv|json)$|/(export|checkpoint|key)$|/files/|/sign-out")

EVERYBODY = ["/", "/account"]
ITEMS = [*EVERYBODY, "/items", "/search"]
SENDER = [*ITEMS, "/items/new", "/drafts"]
FORESIGHT = ["/foresight", "/foresight/owed", "/foresight/year"]
DAY = ["/disposals/day", "/disposals/batches", "/disposals/batches/new", "/disposals/returns"]
RECORDS = [*EVERYBODY, "/disposals", *DAY, "/holds", "/certificates", "/schedules", *FORESIGHT]
# Who, where they go, and under which addresses one row of a list is followed.
TOUR: tuple[tuple[str, list[str], list[str]], ...] = (
    ("", ["/sign-in", "/help", "/privacy", "/cookies", "/accessibility-statement", "/nowhere"], []),
    ("Morgan Ellery", SENDER, ["/items/", "/drafts/"]),
    ("Rosalind Achterberg", SENDER, ["/items/"]),
    ("Idris Penhallow", ITEMS, ["/items/"]),
    ("Tomasz Wielgorz", ITEMS, ["/items/"]),
    ("Clara Whitlockley", SENDER, ["/items/"]),
    ("Owen Tregarthen", ITEMS, ["/items/"]),
    ("Hal Brandreth-Cole", RECORDS, ["/disposals/batches/", "/disposals/", "/certificates/"]),
    ("Dermot Askewith", RECORDS, ["/disposals/"]),
    (
        "Felix Oyelarin",
        [*EVERYBODY, "/audit", "/audit/export", "/audit/retention", "/certificates", "/certificates/pack", *FORESIGHT],
        ["/audit/", "/certificates/"],
    ),
    ("Ruth Vanderleck", [*EVERYBODY, "/incidents"], ["/incidents/"]),
    (
        "Sam Costigane",
        [*EVERYBODY, "/accounts", "/accounts/new", "/offices", "/offices/new"],
        ["/accounts/", "/offices/"],
    ),
    ("Kit Harrowell", [*EVERYBODY, "/demonstration/clock"], []),
)
MOST_ACTS = 8  # pages one item or case leads to


def main() -> None:
    """Take them all; exit code 1 where a page of ours was not served."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "screenshots"
    target.mkdir(exist_ok=True)
    for old in target.glob("*.png"):
        old.unlink()
    with demonstration() as address, sync_playwright() as playwright:
        executable = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        broken = [fault for who, paths, rows in TOUR for fault in _tour(browser, address, target, who, paths, rows)]
        browser.close()
    print(f"{len(list(target.glob('*.png')))} pictures in {target}")
    if broken:
        sys.exit("\n".join(broken))


def _tour(browser: Browser, address: str, target: Path, who: str, paths: list[str], rows: list[str]) -> list[str]:
    """What one person sees; the addresses that were not served."""
    page = browser.new_page(viewport=WIDTHS["wide"])
    if who:
        page.goto(f"{address}/sign-in")
        page.get_by_role("button", name=f"Sign in as {who}").click()
    todo, done, broken = list(paths), set[str](), []
    for path in todo:
        if path in done:
            continue
        done.add(path)
        answer = page.goto(address + path)
        if answer is None or (answer.status >= 400 and path != "/nowhere"):
            broken.append(f"{who or 'nobody'}: {path}: {answer.status if answer else 'no answer'}")
        todo += _onwards(page, path, rows)
        _shoot(page, target / "-".join(filter(None, (_word(who) or "public", _word(path) or "home"))))
    page.close()
    return broken


def _onwards(page: Page, path: str, rows: list[str]) -> list[str]:
    """From a list the first row; from that row's page what can be done there."""
    links = [
        str(link) for link in page.eval_on_selector_all("main a[href]", "all => all.map(a => a.getAttribute('href'))")
    ]
    links = [link.partition("?")[0] for link in links if not SKIPPED.search(link.partition("?")[0])]
    for row in rows:
        if path == row.rstrip("/"):
            return [link for link in links if link.startswith(row) and link not in TOUR_PATHS][:1]
        if path.startswith(row) and path not in TOUR_PATHS and path.count("/") == 2:
            return [link for link in dict.fromkeys(links) if link.startswith(f"{path}/")][:MOST_ACTS]
    return []


TOUR_PATHS = {path for _, paths, _ in TOUR for path in paths}


def _shoot(page: Page, name: Path) -> None:
    for width, size in WIDTHS.items():
        page.set_viewport_size(size)
        page.screenshot(path=f"{name}-{width}.png", full_page=True)
    page.set_viewport_size(WIDTHS["wide"])


def _word(text: str) -> str:
    return re.sub(r"\W+", "-", text.lower()).strip("-")


@contextmanager
def demonstration() -> Iterator[str]:
    """A fresh one on a free port, stopped at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="custodes-pictures-") as folder:
        command = [str(Path(sys.executable).with_name("custodes")), "demo", "--state", folder, "--port", str(port)]
        running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            _wait(address, running)
            yield address
        finally:
            running.terminate()
            running.wait(30)


def _wait(address: str, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and running.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/health/ready", timeout=2).close()
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.3)
        else:
            return
    sys.exit("the demonstration did not start")


if __name__ == "__main__":
    main()
