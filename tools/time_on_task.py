"""How long three tasks take: pages loaded, clicks and fields typed, counted by a browser that walks them.

A fresh demonstration, a real browser, somebody who has just signed in and stands on their first page. What is asked of
them is found by its words, as a person finds it. `python -m tools.time_on_task`; docs/time-on-task.md has the figures.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Browser, FilePayload, Locator, Page, sync_playwright

from tools.screenshots import FLAGS, demonstration


@dataclass
class Count:
    """What a task came to. A choice of a radio, a box or a list is a click; a field is typed once, however long."""

    pages: int = 0
    clicks: int = 0
    typed: int = 0

    def __str__(self) -> str:
        return f"{self.pages} pages, {self.clicks} clicks, {self.typed} fields typed"


class Walk:
    """One person at work, counted."""

    def __init__(self, browser: Browser, address: str, who: str) -> None:
        self.page: Page = browser.new_page(viewport={"width": 1280, "height": 900})
        self.count = Count()
        self.page.goto(f"{address}/sign-in")
        self.page.get_by_role("button", name=f"Sign in as {who}").click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def again(self, address: str) -> None:
        """Back on their first page: signing in twice within half a minute would use one code twice."""
        self.page.goto(address)
        self.count = Count()

    def link(self, text: str) -> None:
        """Follow the first link of these words."""
        self._load(self.page.get_by_role("link", name=text).first)

    def press(self, text: str) -> None:
        """Press the button of these words."""
        self._load(self.page.get_by_role("button", name=text).first)

    def choose(self, label: str) -> None:
        """A radio or a box, by what stands beside it."""
        self.page.get_by_label(label, exact=False).first.check()
        self.count.clicks += 1

    def pick(self, label: str, option: str) -> None:
        """One of a list."""
        self.page.get_by_label(label, exact=True).first.select_option(label=option)
        self.count.clicks += 1

    def type(self, label: str, text: str) -> None:
        """Into one field."""
        self.page.get_by_label(label, exact=False).first.fill(text)
        self.count.typed += 1

    def file(self, label: str, name: str) -> None:
        """One file of this machine, chosen."""
        given: FilePayload = {"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}
        self.page.get_by_label(label, exact=True).first.set_input_files(given)
        self.count.clicks += 1

    def save(self, text: str) -> str:
        """Take a file; its name."""
        with self.page.expect_download() as taken:
            self.page.get_by_role("button", name=text).first.click()
        self.count.clicks += 1
        return taken.value.suggested_filename

    def reads(self, text: str) -> None:
        """The page says so, or the task is not done."""
        said = self.page.inner_text("main")
        if text not in said:
            sys.exit(f"{self.page.url} does not say “{text}”:\n{said[:1500]}")

    def _load(self, found: Locator) -> None:
        before = self.page.url
        found.click()
        self.page.wait_for_url(
            lambda url: url != before
        )  # a form with a file is sent by script, and the page comes later
        self.count.clicks += 1
        self.count.pages += 1


def letter(walk: Walk) -> None:
    """As staff of the Boards: a letter that came to them goes to the inspectorate, as the file it is."""
    walk.press("Correspondence: ")
    walk.type("Title", "Heating on C wing")
    walk.file("Files", "letter.pdf")
    walk.choose("OFFICIAL-SENSITIVE")
    walk.type("Why is it shared?", "To inform the next inspection.")
    walk.pick("Which establishment is it about?", "Fernmoor (HMP)")
    walk.press("Save and continue")
    walk.press("Send this item")
    walk.reads("Its reference is")


def pass_on(walk: Walk) -> None:
    """As staff of the Boards: what came from the inspectorate goes on to the Board."""
    walk.link("HMIP-2026-00008")
    walk.press("Pass this item on")
    walk.press("Pass this item on")
    walk.reads("is passed on")


def outcome(walk: Walk) -> None:
    """As Chair of a Board: what came of a letter."""
    walk.link("HMIP-2026-00003")
    walk.press("Answer this item")
    walk.type("Message", "The Governor has had the heating mended; we saw it working on Monday.")
    walk.press("Save and continue")
    walk.press("Send this item")
    walk.reads("Its reference is")


def disposals(walk: Walk) -> None:
    """As compliance officer: every disposal of an establishment in March, and the proof of one."""
    walk.link("All certificates")
    walk.pick("Establishment", "Fernmoor (HMP)")
    walk.pick("Month issued", "March 2026")
    walk.press("Apply filters")
    walk.link("DC-IMB-2025-00001")
    if not walk.save("Save the certificate’s file").endswith(".json"):
        sys.exit("the certificate is no file")


TASKS: tuple[tuple[str, str, Callable[[Walk], None]], ...] = (
    ("Pass a letter to the inspectorate", "Morgan Ellery", letter),
    ("Pass a letter on to a Board", "Morgan Ellery", pass_on),
    ("Report an outcome", "Idris Penhallow", outcome),
    ("Every disposal of an establishment in March, and prove one", "Felix Oyelarin", disposals),
)


def main() -> None:
    """Walk them all and say the counts."""
    with demonstration() as address, sync_playwright() as playwright:
        executable = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        walks: dict[str, Walk] = {}
        for name, who, task in TASKS:
            walk = walks.get(who) or walks.setdefault(who, Walk(browser, address, who))
            walk.again(address)
            walk.page.set_default_timeout(10_000)
            task(walk)
            print(f"{name}: {walk.count}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
