"""A large file in and out, through a page and through the API: the memory of the worker, and the speed beside a copy.

    python -m bench.transfer [--gib 2]

The service is the real one, one worker; the client runs on the same machine and takes its share of the processor. The
plain copy is of the same file to the same disk, synchronised, right before each transfer; the median of the four
counts, since disks have moods.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

import psutil

from bench import results
from bench.live import Answer, Client, Served, actor_of, joined, make, multipart
from sharing.model.item import Written

MIB = 1 << 20
ALLOWED = 64  # MiB above idle
WARM = 4 * MIB
KIND = "application/octet-stream"


class Memory:
    """The highest resident size of a process while something is done, in MiB above what it was before."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._idle = self._now()
        self._peak, self._stop = self._idle, threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def above(self) -> float:
        return self._peak - self._idle

    @property
    def idle(self) -> float:
        return self._idle

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            self._peak = max(self._peak, self._now())

    def _now(self) -> float:
        return float(self._process.memory_info().rss) / MIB


class Stage:
    """The service with its people, and a draft for each file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.house, self.people = make(folder / "state")
        self.service = Served(folder / "state", folder / "tmp")

    def sign_in(self) -> None:
        self.pages, self.reader_pages, self.api, self.reader = (self.service.client() for _ in range(4))
        self.pages.sign_in_to_pages(self.people["staff"])
        self.reader_pages.sign_in_to_pages(self.people["officer"])
        self.api.sign_in_to_api(self.people["staff2"])
        self.reader.sign_in_to_api(self.people["officer2"])

    def draft(self, key: str) -> UUID:
        who = actor_of(self.house, self.people[key])
        written = Written("OFFICIAL", "Measured", "", "To measure", establishment="XFM")
        given = {"agreement": "hmip-imb", "kind": "intelligence", "route": "national-to-inspectorate"}
        with self.house.work(who) as work:
            return work.sharing.start_draft(written, **given, office=min(who.offices), actor=who, now=work.now).uuid

    def put(self, source: Path) -> str:
        """Through the API; the item's reference."""
        draft = self.draft("staff2")
        sent = {"Content-Type": KIND, "Content-Length": str(source.stat().st_size)}
        good(self.api.ask("PUT", f"/api/v1/drafts/{draft}/files/a.bin", blocks(source), headers=sent), 201)
        return str(good(self.api.api("POST", f"/drafts/{draft}/send"), 201).json["reference"])

    def post(self, source: Path) -> str:
        """Through the page's form; the item's reference."""
        where = f"/drafts/{self.draft('staff')}"
        self.pages.get(f"{where}/files")
        size = source.stat().st_size
        head, tail, kind, length = multipart([("csrf_token", self.pages.csrf)], "files", "a.bin", size)
        sent = {"Content-Type": kind, "Content-Length": str(length)}
        good(self.pages.ask("POST", f"{where}/files", joined(head, blocks(source), tail), headers=sent), 303)
        return good(self.pages.post(where, {"version": "1"}), 303).headers["Location"].split("/")[2]

    def get(self, reference: str, target: Path) -> None:
        """Through the API, to a file."""
        keep(self.reader, f"/api/v1/items/{reference}/files/1?purpose=follow-up", target)

    def get_page(self, reference: str, target: Path) -> None:
        """Through the page, to a file."""
        self.reader_pages.get(f"/items/{reference}")
        good(self.reader_pages.post(f"/items/{reference}/open", {"purpose": "follow-up"}), 303)
        keep(self.reader_pages, f"/items/{reference}/files/1", target)


def good(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise RuntimeError(f"{answer.status} instead of {status}: {answer.text[-2000:]}")
    return answer


def blocks(source: Path) -> Iterator[bytes]:
    with source.open("rb", buffering=0) as file:
        while block := file.read(MIB):
            yield block


def keep(client: Client, path: str, target: Path) -> None:
    with target.open("wb", buffering=0) as file:
        good(client.get(path, into=file.write), 200)
        os.fsync(file.fileno())


def copied(source: Path, target: Path) -> None:
    """The plain copy everything is compared with."""
    with target.open("wb", buffering=0) as file:
        for block in blocks(source):
            file.write(block)
        os.fsync(file.fileno())


def made(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        for _ in range(size // MIB):
            file.write(os.urandom(MIB))
    return path


def timed(act: Callable[[], object], target: Path) -> float:
    """Seconds, with ``target`` out of the way and the disk at rest."""
    target.unlink(missing_ok=True)
    os.sync()
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def measured(size: int, folder: Path) -> Iterator[str]:
    """One line a figure."""
    source, target, stage = made(folder / "source", size), folder / "target", Stage(folder)
    results.condition("file", f"{size / 2**30:g} GiB")
    yield f"{size / 2**30:g} GiB, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, one worker, client beside it"
    with stage.service as service:
        stage.sign_in()
        warm_up(stage, made(folder / "small", WARM), target)
        worker = service.worker_pids()[0]
        found: list[tuple[str, float, float, Memory]] = []
        for name, send, fetch in (("page", stage.post, stage.get_page), ("API", stage.put, stage.get)):
            references: list[str] = []
            plain = timed(lambda: copied(source, target), target)
            with Memory(worker) as memory:
                taken = timed(lambda send=send, kept=references: kept.append(send(source)), target)  # type: ignore[misc]
            found.append((f"upload, {name}", taken, plain, memory))
            plain = timed(lambda: copied(source, target), target)
            with Memory(worker) as memory:
                taken = timed(lambda fetch=fetch, of=references: fetch(of[0], target), target)  # type: ignore[misc]
            found.append((f"download, {name}", taken, plain, memory))
            if not same(source, target):
                raise RuntimeError(f"{name}: what came back is not what was sent")
        shutil.rmtree(folder / "state" / "vault", ignore_errors=True)
    copies = sorted(plain for _, _, plain, _ in found)
    plain = statistics.median(copies)
    slowest, fastest = (size / taken / 1e6 for taken in (copies[-1], copies[0]))
    yield f"plain copy {size / plain / 1e6:,.0f} MB/s (from {slowest:,.0f} to {fastest:,.0f})"
    for name, taken, _, memory in found:
        results.keep(results.Figure(name, size / taken / 1e6, "MB/s", durable="synchronised at both ends"))
        results.keep(results.Figure(f"{name}, of a plain copy", plain / taken, "times"))
        results.keep(results.Figure(f"{name}, worker above rest", memory.above, "MiB", target=f"<= {ALLOWED}"))
        yield (
            f"{name:<16} {size / taken / 1e6:7,.0f} MB/s   {plain / taken:5.2f} of a plain copy   "
            f"worker {memory.idle:4.0f} MiB {memory.above:+5.1f} MiB   target <= +{ALLOWED}"
        )


def warm_up(stage: Stage, small: Path, target: Path) -> None:
    """Both doors both ways once, so that what is loaded once is not counted."""
    stage.get(stage.put(small), target)
    stage.get_page(stage.post(small), target)


def same(one: Path, other: Path) -> bool:
    with one.open("rb") as first, other.open("rb") as second:
        while block := first.read(MIB):
            if second.read(MIB) != block:
                return False
        return not second.read(1)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.transfer")
    parser.add_argument("--gib", type=float, default=2)
    parser.add_argument("--folder", type=Path, help="on the disk to measure; 4 times the size must be free")
    chosen = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="bench-transfer-", dir=chosen.folder))
    with contextlib.ExitStack() as undo:
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        for line in measured(int(chosen.gib * 2**30) // MIB * MIB, folder):
            print(line, flush=True)


if __name__ == "__main__":
    main()
