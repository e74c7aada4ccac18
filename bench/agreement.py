"""An agreement at work over very many: what is overdue, the agreement's page, a Chair's first page, a new version.

    python -m bench.agreement [postgresql] [--items 1000000] [--duties 200000] [--people 2000] [--boards 140]

Each figure is a whole unit of work, warm: connection, query, decision, the entry in the log, the commit. The
rows are invented and laid down by SQL; the version is proposed, signed and comes into force as it would.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from flask import Flask

from app.bootstrap import agreed, sequencing, sweeps
from app.bootstrap import house as houses
from app.bootstrap.house import House
from app.bootstrap.ways import Way, going
from app.bootstrap.wiring import console_identity
from app.bootstrap.work import Work
from app.config import Settings
from app.factory import create_app
from app.web.home_rows import gathered
from app.web.pages.home import PANELS
from bench import agreement_rows as rows
from bench import live, results
from bench.postgresql import Server
from foundation.actor import Actor
from foundation.calendar import london_date
from sharing.model.version import SIGNED

AGREEMENT = "hmip-imb"
LIST = "<= 60"  # a page of a list, decided again, at the 95th percentile
WARM = 2
MORE = {
    "imb-chair": ("imb", "national-chair"),
    "chief": ("hmip", "hmip-chief-inspector"),
    "hmip-compliance": ("hmip", "hmip-compliance-officer"),
    "imb-compliance": ("imb", "imb-compliance-officer"),
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.agreement")
    for name, number in (("items", 1_000_000), ("duties", 200_000), ("people", 2_000), ("boards", 140), ("rounds", 40)):
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("database", nargs="?", choices=["sqlite", "postgresql"], default="sqlite")
    chosen = parser.parse_args(arguments)
    server = Server(durable=True).start() if chosen.database == "postgresql" else None
    with tempfile.TemporaryDirectory(prefix="bench-agreement-") as folder, ExitStack() as after:
        if server:
            after.callback(server.remove)
        url = {"CUSTODES_DATABASE_URL": server.url(server.create())} if server else {}
        house, people = live.make(Path(folder) / "state", **url)
        measure(house, people, chosen)
        house.engine.dispose()
        house.keystore.dispose()
    return sum(figure.met is False for figure in results.HERE.figures)


def measure(house: House, people: dict[str, live.Person], chosen: argparse.Namespace) -> None:
    """Fill it, ask it, change the agreement, ask it again while the duties follow."""
    began = time.perf_counter()
    with house.work(live.CONSOLE) as work:
        people |= {key: live.enrol(house, work, key, party, role, 0) for key, (party, role) in MORE.items()}
        board = work.people.offices(party="imb", kind="board")[0]
        boards = [board.principal, *(board_named(work, number) for number in range(1, chosen.boards))]
    chair, national = (live.actor_of(house, people[who]) for who in ("chair", "imb-chair"))
    asking = {*chair.principals, *national.principals}
    rows.fill(house, boards, sorted(asking), items=chosen.items, duties=chosen.duties, people=chosen.people)
    results.condition(
        "filled",
        f"{chosen.boards} Boards, {chosen.people:,} people, {chosen.items:,} items, {chosen.duties:,} open duties, "
        f"{house.engine.dialect.name}, in {time.perf_counter() - began:.0f} s",
    )
    officer = live.actor_of(house, people["hmip-compliance"])
    _say("overdue list", lambda: overdue(house, officer), chosen.rounds)
    _say("agreement page", lambda: page(house, officer), chosen.rounds)
    app = create_app(house)
    _say("home page of a Board’s Chair", lambda: home(app, house, chair), chosen.rounds)
    _say("home page of a compliance officer", lambda: home(app, house, officer), chosen.rounds)
    _say("home page of the National Chair", lambda: home(app, house, national), chosen.rounds)
    change(house, people, chosen.duties)
    _meanwhile(house, officer, chosen.rounds)


def board_named(work: Work, number: int) -> int:
    desk = console_identity(work)
    made = desk.create_office(party="imb", kind="board", name=f"Board {number}", actor=live.CONSOLE, now=work.now)
    return work.people.office_by_id(made).principal


# --- what is asked ------------------------------------------------------------------------------------------------


def overdue(house: House, who: Actor) -> int:
    """The duties that are overdue, and each time the worst of them is owed."""
    with going(Way.LOOK), house.work(who) as work:
        (found,) = work.agreed.in_force(work.now)
        late = [line for line in agreed.lines(work, found) if line.state == "overdue"]
        worst = max(late, key=lambda line: line.tally.overdue)
        return len(agreed.duty(work, found, worst.duty.number).occurrences)


def page(house: House, who: Actor) -> int:
    """Every duty with its state."""
    with going(Way.LOOK), house.work(who) as work:
        (found,) = work.agreed.in_force(work.now)
        return len(agreed.lines(work, found))


def home(app: Flask, house: House, who: Actor) -> int:
    """All panels of the home page: what waits, what agreements ask, the newest; without the template."""
    with app.test_request_context("/"), going(Way.LOOK), house.work(who) as work:
        found = gathered(PANELS, work)
        return len(found.first) + len(found.new)


# --- a new version ------------------------------------------------------------------------------------------------


def change(house: House, people: dict[str, live.Person], duties: int) -> None:
    """The next version, proposed and signed; then its day, on which very much has come to be late."""
    day = london_date(house.now()) + timedelta(days=1)
    actors = {key: live.actor_of(house, people[key]) for key in MORE}
    with house.work(actors["hmip-compliance"]) as work:
        text = work.agreements.of(AGREEMENT)[-1].text
        text = text.replace("\nversion = 1\n", "\nversion = 2\n").replace(
            "\nin_force = 2024-09-17", f"\nin_force = {day}"
        )
        text = text.replace("every = { months = 3,", "every = { months = 2,")
        given = {"file": text.encode(), "reason": "A bench.", "actor": work.actor, "now": work.now}
        found = work.changing.propose(AGREEMENT, **given)
    with house.work(actors["imb-compliance"]) as work:
        given = {"decision": "not-needed", "reason": "A bench.", "actor": work.actor, "now": work.now}
        work.changing.assess(found.id, **given)
    for key in ("imb-chair", "chief"):
        with house.work(actors[key]) as work:
            done = work.changing.sign(found.id, sha256=found.sha256, actor=work.actor, now=work.now)
    if done.state != SIGNED:
        raise RuntimeError("the version is not signed")
    rows.come_to_be_late(house, duties // 20)
    clock = house.clock
    if not isinstance(clock, live.Standing):
        raise RuntimeError("the clock goes by itself")
    clock.later(days=1)
    sequencing.settle(house)


def _meanwhile(house: House, who: Actor, rounds: int) -> None:
    """A reader alone; then the same while the job follows the new version, until it is done."""
    alone = _timed(lambda: page(house, who), rounds)
    context = multiprocessing.get_context("spawn")  # another process, as the leader of the jobs is to most readers
    said, told = context.Pipe(duplex=False)
    job = context.Process(target=follow, args=(house.settings, house.now(), told))
    took: list[float] = []
    job.start()
    said.recv()  # it is built, and begins
    while not said.poll():
        took += _timed(lambda: page(house, who), 1, warm=0)
        time.sleep(0.01)  # people read what they are shown
    done, seconds = said.recv()
    job.join()
    results.condition("followed", f"{done} in {seconds:.1f} s, {len(took)} pages read meanwhile")
    p95 = results.percentile(took, 0.95)
    results.say("agreement page while duties follow a new version, p95", p95, "ms", target=LIST)
    results.say("the same, of that alone", p95 / results.percentile(alone, 0.95), "times", target="<= 2")


def follow(settings: Settings, now: datetime, told: Connection) -> None:
    """The job, until there is nothing left to tell."""
    house = replace(houses.build(settings), clock=live.Standing(now))
    told.send("begun")
    began = time.perf_counter()
    done = sweeps.attend(house)
    told.send((str(done), time.perf_counter() - began))


def _say(what: str, ask: Callable[[], object], rounds: int) -> None:
    busy = time.process_time()
    took = _timed(ask, rounds)
    busy = (time.process_time() - busy) * 1000 / (rounds + WARM)
    results.say(f"{what}, processor", busy, "ms")
    results.say(f"{what}, p95", results.percentile(took, 0.95), "ms", target=LIST)
    results.say(f"{what}, median", took, "ms")


def _timed(ask: Callable[[], object], rounds: int, warm: int = WARM) -> Sequence[float]:
    """Milliseconds by the wall."""
    took = []
    for number in range(rounds + warm):
        began = time.perf_counter()
        ask()
        if number >= warm:
            took.append((time.perf_counter() - began) * 1000)
    return took


if __name__ == "__main__":
    raise SystemExit(main())
