"""The server's time for each main page with the demonstration's data, and the whole story.

    python -m bench.pages [--rounds 30] [--no-story]

In one process, around the full dispatch of a request (session, decision, log entry, commit, template), warm. The
network and the browser are not in it; the commit's write to the disk is.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.bootstrap import house as houses
from app.bootstrap.house import House
from app.config import Settings
from app.demo.build import begin, credentials, furnish
from app.factory import create_app
from app.serving import settle
from audit.trail import Trail
from bench import results
from bench.live import ROOT, Answer, InProcess, environment

TARGET = 50  # milliseconds of server time
STORY = 60  # seconds
LOGGED = "item, opened"  # the page that reads one item
REFERENCE = re.compile(r'href="/(?:items|disposals|incidents|certificates)/([A-Z0-9-]+)"')
WAY = re.compile(r'name="way"[^>]*value="([^"]+)"')

# Who looks at which page; {0} is the first that the list named last shows, or a draft newly begun.
PAGES = (
    ("correspondence", "inbox", "/items", ""),
    ("correspondence", "inbox, filtered", "/items?state=open", ""),
    ("correspondence", "item, before it is opened", "/items/{0}", "/items"),
    ("correspondence", "item, opened", "/items/{0}/content", "/items"),
    ("correspondence", "drafts", "/drafts", ""),
    ("staff", "a draft being written", "/drafts/{0}/edit", "/items/new"),
    ("staff", "a draft before it is sent", "/drafts/{0}", "/items/new"),
    ("correspondence", "a new item", "/items/new", ""),
    ("correspondence", "search", "/search", ""),
    ("correspondence", "own account", "/account", ""),
    ("imb-records", "disposals", "/disposals", ""),
    ("imb-records", "one disposal", "/disposals/{0}", "/disposals"),
    ("imb-records", "certificates", "/certificates", ""),
    ("imb-records", "one certificate", "/certificates/{0}", "/certificates"),
    ("security", "incidents", "/incidents", ""),
    ("compliance", "audit log", "/audit", ""),
    ("admin", "accounts", "/accounts", ""),
)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.pages")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--no-story", action="store_true")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as folder:
        for line in measured(Path(folder), chosen.rounds):
            print(line, flush=True)
    if not chosen.no_story:
        print(story(), flush=True)


def measured(folder: Path, rounds: int) -> Iterator[str]:
    """One line a page."""
    began = time.perf_counter()
    house = demonstration(folder / "state")
    yield f"demonstration furnished in {time.perf_counter() - began:.1f} s; load {os.getloadavg()[0]:.1f}"
    app = create_app(house)
    settle()
    people = {one["key"]: one for one in credentials(house)}
    clients: dict[str, InProcess] = {}
    for key, name, path, listed in PAGES:
        if key not in clients:
            clients[key] = signed_in(InProcess(app), people[key])
        where = found_in(clients[key], listed, path) if listed else path
        if name == LOGGED:
            yield from logging_share(clients[key], where, rounds)
        yield line(name, times(clients[key], where, rounds))
    house.engine.dispose()


def demonstration(state: Path) -> House:
    """As ``custodes demo`` makes it."""
    settings = Settings.from_env(environment(state, CUSTODES_DEMONSTRATION="1", CUSTODES_SECURE="0"))
    begin(settings)
    houses.init(settings)
    house = houses.build(settings)
    furnish(house)
    return house


def signed_in(client: InProcess, person: dict[str, str]) -> InProcess:
    client.get("/sign-in")
    client.post("/sign-in", {"email": person["email"], "password": person["password"]})
    client.get("/sign-in/code")
    must(client.post("/sign-in/code", {"code": person["code"]}), 303)
    return client


def found_in(client: InProcess, listed: str, path: str) -> str:
    """The address of the first thing on a list; an item is opened for a purpose first."""
    shown = must(client.get(listed), 200).text
    if listed == "/items/new":
        begun = client.post(listed, {"way": unescape(WAY.findall(shown)[0])})
        return path.format(must(begun, 303).headers["Location"].split("/")[2])
    where = path.format(REFERENCE.findall(shown)[0])
    if where.endswith("/content"):
        opening = where.removesuffix("/content")
        offered = re.findall(r'name="purpose"[^>]*value="([^"]+)"', must(client.get(opening), 200).text)
        must(client.post(f"{opening}/open", {"purpose": offered[0]}), 303)
    return where


def must(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise RuntimeError(f"{answer.status} instead of {status}: {answer.text[-1500:]}")
    return answer


def times(client: InProcess, path: str, rounds: int, warm: int = 3) -> list[tuple[float, float]]:
    """Milliseconds of each request, by the wall and of the processor, after some that warm up."""
    found = []
    for number in range(rounds + warm):
        began, busy = time.perf_counter(), time.process_time()
        answer = client.get(path)
        if number >= warm:
            found.append(((time.perf_counter() - began) * 1000, (time.process_time() - busy) * 1000))
        must(answer, 200)
    return found


def logging_share(client: InProcess, path: str, rounds: int) -> Iterator[str]:
    """What of a page's time its entry takes: to make and write it, and the commit, which reading would not need."""
    spent = [0.0]

    def counted(act: Callable[..., Any]) -> Callable[..., Any]:
        def acted(*given: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return act(*given, **named)
            finally:
                spent[0] += time.perf_counter() - began

        return acted

    plain = Trail.record, sa.Connection.commit
    Trail.record, sa.Connection.commit = map(counted, plain)  # type: ignore[method-assign,assignment]
    try:
        shares = []
        for _ in range(rounds):
            spent[0] = 0.0
            ((wall, _),) = times(client, path, 1, warm=0)
            shares.append(100 * spent[0] * 1000 / wall)
    finally:
        Trail.record, sa.Connection.commit = plain  # type: ignore[method-assign]
    made = results.Figure(
        f"log, of the time of “{LOGGED}”", statistics.median(shares), "%", *results.quartiles(shares), rounds, "<= 15"
    )
    results.keep(made)
    yield f"{made.what:<35} {made.value:6.1f} %   target {made.target}{'' if made.met else '   OVER'}"


def line(name: str, taken: list[tuple[float, float]]) -> str:
    wall = [each for each, _ in taken]
    median, high, busy = (
        statistics.median(wall),
        statistics.quantiles(wall, n=20)[-1],
        statistics.median(b for _, b in taken),
    )
    results.keep(results.Figure(f"page, {name}, p95", high, "ms", n=len(wall), target=f"< {TARGET}"))
    results.keep(results.Figure(f"page, {name}, median", median, "ms", *results.quartiles(wall), len(wall)))
    results.keep(results.Figure(f"page, {name}, processor", busy, "ms", n=len(wall)))
    said = "" if high < TARGET else "   OVER"
    return (
        f"{name:<28} median {median:6.1f} ms   p95 {high:6.1f} ms   processor {busy:6.1f} ms   target < {TARGET}{said}"
    )


def story() -> str:
    """``make story`` once set up: the whole life of one item over HTTP, verified offline at its end."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "app.story"], cwd=ROOT, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - began
    if done.returncode == 0:
        results.keep(results.Figure("the story", taken, "s", target=f"< {STORY}"))
    said = "" if done.returncode == 0 else f"   FAILED\n{done.stdout[-1500:]}{done.stderr[-1500:]}"
    return f"the story                    {taken:6.1f} s    target < {STORY}{said}"


if __name__ == "__main__":
    main()
