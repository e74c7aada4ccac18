"""Pictures of the demonstration: every page of the address map, as who uses it, at two widths, into screenshots/.

A fresh demonstration on a free port, a real browser. `python -m tools.screenshots [FOLDER]`; nothing else is touched.
Who goes where stands in tools/tour.txt (``tools.tour``).
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

from tools import tour

ROOT = Path(__file__).parents[1]
WIDTHS: dict[str, ViewportSize] = {
    "wide": {"width": 1280, "height": 900},
    "narrow": {"width": 360, "height": 760},
}
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PATIENCE = 120  # seconds for a fresh demonstration to be furnished
NOBODY = "nobody"
OK = 200


def main() -> None:
    """Take them all; exit code 1 where a page of ours was not served."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "screenshots"
    target.mkdir(exist_ok=True)
    for old in target.glob("*.png"):
        old.unlink()
    with demonstration() as address, sync_playwright() as playwright:
        executable = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        parts: dict[str, set[str]] = {}
        for each in tour.lines():
            if each.who:
                parts.setdefault(each.who, set()).add(each.rule)
        broken = [fault for who, rules in parts.items() for fault in _tour(browser, address, target, who, rules)]
        browser.close()
    print(f"{len(list(target.glob('*.png')))} pictures in {target}")
    if broken:
        sys.exit("\n".join(broken))


def _tour(browser: Browser, address: str, target: Path, who: str, wanted: set[str]) -> list[str]:
    """What one person sees; the addresses that they did not come to."""
    page = browser.new_page(viewport=WIDTHS["wide"])
    for rule, found in pages_of(page, address, who, wanted):
        page.goto(found)
        _shoot(page, target / "-".join(filter(None, (_word(rule) or "home", _word(who)))))
    page.close()
    return [f"{who} did not come to {rule}" for rule in sorted(wanted)]


def pages_of(page: Page, address: str, who: str, wanted: set[str]) -> Iterator[tuple[str, str]]:
    """(address of the list, where it is found) of each page somebody comes to, signed in there; ``wanted`` empties."""
    if who != NOBODY:
        page.goto(f"{address}/sign-in")
        page.get_by_role("button", name=f"Sign in as {who}").click()

    def asked(path: str) -> str:
        answer = page.context.request.get(address + path, max_redirects=0)
        return answer.text() if answer.status == OK else ""

    for rule, path in tour.walk(asked, wanted):
        yield rule, address + path


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
