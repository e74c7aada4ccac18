"""Walks the guides of docs/ as a reader does, and takes the pictures they show.

A guide is Markdown for people. These forms of words in it are also instructions, and nothing else may stand in bold:

    Sign in as **Name**.                    one of the cast of the demonstration
    Select **Words**.                       a link, a button, or something that opens
    Choose **Words**.                       a radio or a box, by what stands beside it
    Choose **Words** for “question”.        the same, where several questions have such an answer
    Choose **Words** from **Label**.        one of a list
    Enter “text” as **Label**.              a field
    Attach “name.txt” as **Label**.         a small file of that name
    You see “words”.                        the page says so
    ![what it shows](../pictures/x.png)     the page as it stands is that picture

``python -m tools.guides [FOLDER]`` walks all of them over one fresh demonstration and leaves the pictures in FOLDER
(docs/pictures, which is not kept). Where the words of a page and of a guide part, it says so and ends with exit code 1.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Error, FilePayload, FloatRect, Locator, Page, ViewportSize, sync_playwright

from tools.screenshots import FLAGS, ROOT, demonstration

DOCS = ROOT / "docs"
GUIDES = [DOCS / "tutorial.md", *sorted(set((DOCS / "guides").glob("*.md")) - {DOCS / "guides/index.md"})]
TALLEST = 1100  # pixels of a page from its top: what a reader would compare
PATIENCE = 10_000  # ms for what a page is to show
SIZE: ViewportSize = {"width": 1100, "height": 800}
_BOLD = r"\*\*([^*]+)\*\*"
_FORMS = {
    "sign in": re.compile(rf"[Ss]ign in as {_BOLD}"),
    "pick": re.compile(rf"[Cc]hoose {_BOLD} from {_BOLD}"),
    "answer": re.compile(rf"[Cc]hoose {_BOLD} for “([^”]+)”"),
    "choose": re.compile(rf"[Cc]hoose {_BOLD}(?! from| for “)"),
    "select": re.compile(rf"[Ss]elect {_BOLD}"),
    "enter": re.compile(rf"[Ee]nter “([^”]+)” as {_BOLD}"),
    "attach": re.compile(rf"[Aa]ttach “([^”]+)” as {_BOLD}"),
    "see": re.compile(r"[Yy]ou see “([^”]+)”"),
    "picture": re.compile(r"!\[[^\]]+\]\((?:\.\./)?pictures/([a-z0-9-]+)\.png\)"),
}
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction: what is done, and with which words."""

    act: str
    words: tuple[str, ...]


class GuideWrong(Exception):
    """The guide and the pages part."""


def steps(text: str) -> list[Step]:
    """The instructions of a guide, in its order. Raises GuideWrong for bold words that instruct nothing."""
    plain = re.sub(r"\s+", " ", _CODE.sub("", text))
    found = sorted(
        (
            (match.start(), match.end(), Step(act, match.groups()))
            for act, form in _FORMS.items()
            for match in form.finditer(plain)
        ),
        key=lambda each: each[0],
    )
    for bold in re.finditer(_BOLD, plain):
        if not any(start <= bold.start() < end for start, end, _ in found):
            raise GuideWrong(f"“{bold[1]}” stands in bold and instructs nothing")
    return [step for _, _, step in found]


@dataclass
class Walk:
    """One reader of one guide. ``pictures``: the folder for them, or none."""

    browser: Browser
    address: str
    pictures: Path | None = None
    page: Page | None = None
    _pages: dict[str, Page] = field(default_factory=dict)

    def follow(self, text: str) -> None:
        """Do all it says. Raises GuideWrong with the step that cannot be done."""
        for number, step in enumerate(steps(text), 1):
            try:
                self._do(step)
            except (Error, GuideWrong, LookupError) as fault:
                where = self.page.url if self.page else "nowhere"
                said = self.page.inner_text("main")[:1500] if self.page else ""
                raise GuideWrong(f"step {number}, {step.act} {step.words}: {where}\n{fault}\n{said}") from None

    def close(self) -> None:
        """Let its pages go."""
        for page in self._pages.values():
            page.context.close()

    def _do(self, step: Step) -> None:
        if step.act == "sign in":
            self.page = self._signed_in(step.words[0])
        elif self.page is None:
            raise GuideWrong("nobody has signed in")
        elif step.act == "picture":
            self._picture(self.page, step.words[0])
        else:
            _ACTS[step.act](self.page, *step.words)

    def _signed_in(self, name: str) -> Page:
        """Each of the cast in a browser of their own; whoever was signed in before goes on from their home page."""
        if name in self._pages:
            self._pages[name].goto(self.address)
            return self._pages[name]
        page = self._pages[name] = self.browser.new_context(viewport=SIZE).new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{self.address}/sign-in")
        page.get_by_role("button", name=f"Sign in as {name}").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    def _picture(self, page: Page, name: str) -> None:
        if self.pictures is not None:
            self.pictures.mkdir(exist_ok=True)
            height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
            clip: FloatRect = {"x": 0, "y": 0, "width": SIZE["width"], "height": height}
            page.screenshot(path=self.pictures / f"{name}.png", full_page=True, clip=clip)


def _selectable(page: Page, words: str) -> Iterable[Locator]:
    main = page.locator("main")
    for exact in (True, False):
        for inside in (main, page):
            for role in ("button", "link"):
                yield inside.get_by_role(role, name=words, exact=exact)
        yield main.locator("summary", has_text=words)


def _first(found: Iterable[Locator], words: str) -> Locator:
    """The first that is there. Raises GuideWrong."""
    for each in found:
        if each.count():
            return each.first
    raise GuideWrong(f"nothing is called “{words}” here")


def _select(page: Page, words: str) -> None:
    before, found = page.url, _first(_selectable(page, words), words)
    # A form with files is sent by script, and the page comes later than the click knows.
    later = found.evaluate("each => each.type === 'submit' && each.closest('form[data-upload]') !== null")
    found.click()
    if later:
        page.wait_for_url(lambda url: url != before)
    page.wait_for_load_state()


def _choose(page: Page, words: str) -> None:
    _first([page.get_by_label(words)], words).check()


def _answer(page: Page, words: str, question: str) -> None:
    _first([page.get_by_role("group", name=question).get_by_label(words)], question).check()


def _pick(page: Page, words: str, label: str) -> None:
    _first([page.get_by_role("combobox", name=label)], label).select_option(label=words)


def _enter(page: Page, text: str, label: str) -> None:
    _first([page.get_by_label(label)], label).fill(text)


def _attach(page: Page, name: str, label: str) -> None:
    file: FilePayload = {"name": name, "mimeType": "text/plain", "buffer": b"Written for a guide.\n"}
    _first([page.get_by_label(label)], label).set_input_files(file)


def _see(page: Page, words: str) -> None:
    if words not in re.sub(r"\s+", " ", page.inner_text("main")):
        raise GuideWrong("the page does not say so")


_ACTS: Mapping[str, Callable[..., None]] = {
    "select": _select,
    "choose": _choose,
    "answer": _answer,
    "pick": _pick,
    "enter": _enter,
    "attach": _attach,
    "see": _see,
}


def main() -> None:
    """Walk them all; exit code 1 where one parts from the pages."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS / "pictures"
    faults = []
    with demonstration() as address, sync_playwright() as playwright:
        executable = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        walk = Walk(browser, address, target)  # one for all: a code is good once, and some people stand in two guides
        for guide in GUIDES:
            try:
                walk.follow(guide.read_text(encoding="utf-8"))
                print(f"{guide.name}: walked", flush=True)
            except GuideWrong as fault:
                faults.append(f"{guide.name}: {fault}")
        browser.close()
    if faults:
        sys.exit("\n\n".join(faults))


if __name__ == "__main__":
    main()
