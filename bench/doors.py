"""Pages over very many: home, inbox, item and disposal pages with 1,000,000 items and 2,000 people on PostgreSQL.

    python -m bench.doors [--items 1000000] [--people 2000] [--boards 140] [--rounds 100] [--seconds 10]

Two workers behind a socket, warm; each time is that of a whole request as its client sees it (session, decisions, the
entry in the log with its commit, template, loopback), nobody else asking. Then as many at once as there are workers ask
for the inbox, by turns with a bare template of as many rows and bytes that the same workers render. Then a browser with
nothing kept looks at its first page. The rows are laid down by SQL; the items that are opened went the whole way.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import tempfile
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.bootstrap.house import House
from bench import agreement_rows as rows
from bench import live, results
from bench.agreement import board_named
from bench.bare import PATH
from bench.disposal import DEMONSTRATION, filled
from bench.looked import PAGES, VISITED
from bench.pages import must
from bench.postgresql import Server
from foundation.calendar import london_date
from sharing.model.item import Subject, Written

PAGE = "<= 60"  # milliseconds at the 95th percentile
SHARE = ">= 0.6"  # pages a second, of a bare template's
PAINT, WEIGHT = "<= 1000", "<= 150"  # milliseconds, KiB
WORKERS = 2
REAL = 30  # items that went the whole way
DUE = 500  # cases of disposal whose time has come
ROW = re.compile(r"<tr\b")
MORE = {
    "compliance": ("hmip", "hmip-compliance-officer"),
    "imb-chair": ("imb", "national-chair"),
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.doors")
    for name, number in (("items", 1_000_000), ("people", 2_000), ("boards", 140), ("rounds", 100), ("seconds", 10)):
        parser.add_argument(f"--{name}", type=int, default=number)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-doors-") as folder, ExitStack() as after:
        server = Server(durable=True).start()
        after.callback(server.remove)
        settings = {
            "CUSTODES_DATABASE_URL": server.url(server.create()),
            "CUSTODES_KEYSTORE_URL": server.url(server.create()),
            **DEMONSTRATION,  # its cookie goes without TLS, which a browser on this machine has not got here
        }
        house, people = live.make(Path(folder) / "state", **settings)
        references = furnished(house, people, chosen)
        house.engine.dispose()
        house.keystore.dispose()
        service = live.Served(
            Path(folder) / "state", Path(folder) / "tmp", workers=WORKERS, more=settings, command=("bench.bare",)
        )
        with service:
            clients = {
                key: Kept(service.port).sign_in_to_pages(people[key]) for key in dict.fromkeys(w for w, *_ in PAGES)
            }
            looked_at(clients, references, chosen.rounds)
            beside_bare(clients["chair"], chosen.seconds)
            first_visit(service.port, people["chair"])
    return sum(figure.met is False for figure in results.HERE.figures)


# --- what there is ------------------------------------------------------------------------------------------------


def furnished(house: House, people: dict[str, live.Person], chosen: argparse.Namespace) -> list[str]:
    """Everything, and the references of the items that are real."""
    began = time.perf_counter()
    with house.work(live.CONSOLE) as work:
        people |= {key: live.enrol(house, work, key, party, role, 0) for key, (party, role) in MORE.items()}
        board = work.people.offices(party="imb", kind="board")[0]
        boards = [board.principal, *(board_named(work, number) for number in range(1, chosen.boards))]
    asking = {one for key in people for one in live.actor_of(house, people[key]).principals}
    duties = chosen.items // 5
    rows.fill(house, boards, sorted(asking), items=chosen.items, duties=duties, people=chosen.people)
    filled(house, chosen.items, min(DUE, chosen.items), london_date(house.now()))
    references = [sent(house, people, number) for number in range(REAL)]
    with house.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.exec_driver_sql("VACUUM ANALYZE")  # as the database does by itself after a while
    results.condition(
        "filled",
        f"{chosen.boards} Boards, {chosen.people:,} people, {chosen.items:,} items and as many cases of disposal, "
        f"{duties:,} open duties, PostgreSQL, {WORKERS} workers, in {time.perf_counter() - began:.0f} s",
    )
    return references


def sent(house: House, people: dict[str, live.Person], number: int) -> str:
    """A letter of the inspectorate for the Board, which IMB staff have to pass on; written, sealed and sent as ever."""
    who = live.actor_of(house, people["officer"])
    given = {"agreement": rows.AGREEMENT, "kind": "correspondence", "route": rows.ROUTE, "office": min(who.offices)}
    written = Written(
        marking="OFFICIAL-SENSITIVE",
        title=f"Noise at night, wing {number % 26}",
        text="It was heard again, and written down. " * 20,
        sharing_purpose="So that it is known",
        subjects=(Subject("", (("prison-number", f"A{number:04}BC"),)),),
        establishment=live.PLACE,
    )
    with house.work(who) as work:
        draft = work.sharing.start_draft(written, **given, actor=who, now=work.now)
    with house.work(who) as work:
        return str(work.sharing.send(draft.uuid, actor=who, now=work.now).reference)


# --- what is asked ------------------------------------------------------------------------------------------------


class Kept(live.Client):
    """A client that keeps its connection, as a browser does."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self._open = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def taken(self, path: str) -> tuple[float, bytes]:
        """Milliseconds, and the page. Raises RuntimeError for anything but a page."""
        began = time.perf_counter()
        try:
            self._open.request("GET", path, headers=self.headers())
            answer = self._open.getresponse()
        except http.client.RemoteDisconnected:  # kept for two seconds, and nobody asked
            self._open.close()
            return self.taken(path)
        body = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}: {body[-1500:]!r}")
        return took, body


def looked_at(clients: dict[str, Kept], references: list[str], rounds: int) -> None:
    """Each page, so often, after every worker has shown it."""
    opening = f"/items/{references[0]}"
    staff = clients["staff"]
    offered = re.findall(r'name="purpose"[^>]*value="([^"]+)"', must(staff.get(opening), 200).text)
    must(staff.post(f"{opening}/open", {"purpose": offered[0]}), 303)
    for who, name, path in PAGES:
        where = path.format(references[0])
        took = [clients[who].taken(where)[0] for _ in range(rounds + 4 * WORKERS)][4 * WORKERS :]
        results.say(f"{name}, p95", results.percentile(took, 0.95), "ms", target=PAGE, places=1)
        results.say(f"{name}, median", took, "ms", places=1)


def beside_bare(chair: Kept, seconds: int, turns: int = 5) -> None:
    """The inbox and the bare template by turns, asked by as many at once as there are workers."""
    _, body = chair.taken("/items")
    bare = f"{PATH}?rows={len(ROW.findall(body.decode()))}&bytes={len(body)}"
    results.condition("inbox", f"{len(body) / 1024:.1f} KiB, {len(ROW.findall(body.decode()))} rows")
    ours, theirs = [], []
    for _ in range(turns):
        ours.append(rate(chair, "/items", seconds / turns))
        theirs.append(rate(chair, bare, seconds / turns))
    results.say("inbox pages a second", ours, "pages/s", places=0)
    results.say("bare template, of the same size, by the same workers", theirs, "pages/s", places=0)
    shares = [one / other for one, other in zip(ours, theirs, strict=True)]
    results.say("inbox pages, of the bare template", shares, "times", target=SHARE)


def rate(like: Kept, path: str, seconds: float) -> float:
    """Answers a second."""
    counts = [0] * WORKERS

    def ask(place: int) -> None:
        client = Kept(like.port)
        client.cookie = like.cookie
        client.taken(path)
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            client.taken(path)
            counts[place] += 1

    crowd = [threading.Thread(target=ask, args=(place,)) for place in range(WORKERS)]
    began = time.perf_counter()
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    return sum(counts) / (time.perf_counter() - began)


# --- what a browser sees ------------------------------------------------------------------------------------------


def first_visit(port: int, person: live.Person) -> None:
    """A browser that keeps nothing from before: the sign-in page, and the inbox of somebody signed in elsewhere."""
    from playwright.sync_api import sync_playwright  # of the development requirements, as the browser is

    from tools.screenshots import FLAGS

    client = Kept(port).sign_in_to_pages(person, datetime.now(UTC))
    name, _, value = client.cookie.partition("=")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=FLAGS)
        for what, path in VISITED.items():
            paints, weights = [], []
            for _ in range(5):
                context = browser.new_context()
                context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
                weight, paint = visited(context.new_page(), f"http://127.0.0.1:{port}{path}")
                paints.append(paint)
                weights.append(weight)
                context.close()
            results.say(f"first visit, {what}: first contentful paint", paints, "ms", target=PAINT, places=0)
            results.say(f"first visit, {what}: weight", max(weights), "KiB", target=WEIGHT, places=0)
        browser.close()


def visited(page: Any, address: str) -> tuple[float, float]:
    """KiB over the wire, heads and all, and milliseconds to the first contentful paint."""
    sizes: list[float] = []
    page.on("requestfinished", lambda request: sizes.append(sum(request.sizes()[part] for part in _PARTS)))
    page.goto(address, wait_until="networkidle")
    script = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    return sum(sizes) / 1024, float(page.evaluate(script))


_PARTS = ("responseBodySize", "responseHeadersSize")


if __name__ == "__main__":
    raise SystemExit(main())
