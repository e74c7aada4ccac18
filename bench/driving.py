"""The people of bench/load.py: a process of its own, a thread for each.

python -m bench.driving PORT SECONDS FOLDER        who they are stands in FOLDER/crowd.json
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from bench.live import Answer, Client, Person

FILE = 100_000  # bytes
OS = "OFFICIAL-SENSITIVE"
TRIES = 10
# What is asked, and what the log must have of each that was acknowledged.
KINDS: dict[str, tuple[str, ...]] = {
    "list": ("sharing.items-listed",),
    "open": ("sharing.item-opened",),
    "download": ("sharing.file-downloaded",),
    "draft": ("sharing.draft-started",),
    "upload": ("sharing.file-attached",),
    "send": ("sharing.item-sent",),
    "search": ("sharing.people-searched",),
    "audit page": ("audit.log-viewed",),
}
# How often each is done by whom, in a hundred; "send" is a draft, its file, and sending it.
DONE = {
    "imb-staff": (("list", 45), ("send", 40), ("open", 15)),
    "hmip-correspondence-officer": (("list", 40), ("open", 25), ("download", 20), ("search", 15)),
    "hmip-auditor": (("audit page", 100),),
}


@dataclass
class Found:
    """What became of it all. Each thread has its own."""

    took: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    acknowledged: list[tuple[str, str]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    again: int = 0


def content(number: int) -> bytes:
    return random.Random(number).randbytes(FILE)


class User:
    """One of them. ``until`` is when they go home."""

    def __init__(self, client: Client, role: str, number: int, numbers: list[str]) -> None:
        self.client, self.chance, self.numbers = client, random.Random(number), numbers
        self.kinds, self.weights = zip(*DONE[role], strict=True)
        self.found, self.plain, self.filed = Found(), [""], [""]
        self.file = content(number)

    def work(self, until: float) -> None:
        if "list" in self.kinds:
            self.list()
        while time.monotonic() < until:
            (kind,) = self.chance.choices(self.kinds, self.weights)
            getattr(self, kind.replace(" ", "_"))()

    def ask(self, kind: str, method: str, path: str, body: object = None, **headers: str) -> Answer | None:
        """Until it is answered; None if it was refused."""
        began = time.monotonic()
        for _ in range(TRIES):
            if isinstance(body, bytes):
                answer = self.client.ask(method, f"/api/v1{path}", body, headers=headers)
            else:
                answer = self.client.api(method, path, body, **headers)
            wait = answer.headers.get("Retry-After")
            if answer.status != 503 or wait is None:
                break
            self.found.again += 1
            time.sleep(min(float(wait), 2.0) * self.chance.random())
        if answer.status >= 300:
            code = answer.json.get("code", "") if "json" in answer.headers.get("Content-Type", "") else ""
            self.found.refused[f"{answer.status} {code} ({kind})"] += 1
            return None
        self.found.took[kind].append(time.monotonic() - began)
        self.found.acknowledged.append((kind, answer.headers["X-Request-Id"]))
        return answer

    def list(self) -> None:
        answer = self.ask("list", "GET", "/items?limit=50")
        if answer is not None:
            shown = answer.json["items"]
            self.plain = [each["reference"] for each in shown] or self.plain
            self.filed = [each["reference"] for each in shown if each["files"]] or self.filed

    def open(self) -> None:
        if reference := self.chance.choice(self.plain):
            self.ask("open", "POST", f"/items/{reference}/open", {"purpose": "follow-up"})

    def download(self) -> None:
        if reference := self.chance.choice(self.filed):
            self.ask("download", "GET", f"/items/{reference}/files/1?purpose=follow-up")

    def send(self) -> None:
        number = self.chance.choice(self.numbers)
        body = {
            "agreement": "hmip-imb", "kind": "intelligence", "route": "national-to-inspectorate", "marking": OS,
            "title": "Heard again", "text": "It was heard again. " * 40, "purpose": "So that it is known",
            "subjects": [{"name": "", "identifiers": [{"type": "prison-number", "value": number}]}],
            "establishment": "XFM",
        }  # fmt: skip
        made = self.ask("draft", "POST", "/drafts", body, **{"Idempotency-Key": str(uuid4())})
        if made is None:
            return
        where = f"/drafts/{made.json['id']}"
        kind = {"Content-Type": "application/octet-stream", "Idempotency-Key": str(uuid4())}
        if self.ask("upload", "PUT", f"{where}/files/a.bin", self.file, **kind) is not None:
            self.ask("send", "POST", f"{where}/send", **{"Idempotency-Key": str(uuid4())})

    def search(self) -> None:
        body = {"type": "prison-number", "value": self.chance.choice(self.numbers), "purpose": "follow-up"}
        self.ask("search", "POST", "/people/search", body)

    def audit_page(self) -> None:
        self.ask("audit page", "GET", "/audit/entries?limit=50")


def main() -> None:
    port, seconds, folder = int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
    crowd = json.loads((folder / "crowd.json").read_text())
    numbers = json.loads((folder / "numbers.json").read_text())
    users = []
    for at, told in enumerate(crowd):
        role = told.pop("role")
        users.append(User(Client(port).sign_in_to_api(Person(**told)), role, at, numbers))
    until = time.monotonic() + seconds
    began = time.monotonic()
    failed: list[BaseException] = []

    def run(user: User) -> None:
        try:
            user.work(until)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(user,)) for user in users]
    [each.start() for each in threads]
    [each.join() for each in threads]
    if failed:
        raise failed[0]
    whole = Found(again=sum(user.found.again for user in users))
    for user in users:
        whole.refused += user.found.refused
        whole.acknowledged += user.found.acknowledged
        for kind, times in user.found.took.items():
            whole.took[kind] += times
    said = {
        "seconds": time.monotonic() - began,
        "took": whole.took,
        "acknowledged": whole.acknowledged,
        "refused": whole.refused,
        "again": whole.again,
    }
    (folder / "found.json").write_text(json.dumps(said))


if __name__ == "__main__":
    main()
