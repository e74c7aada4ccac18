"""A backup beside a plain copy of the same bytes, its memory, and drills of the demonstration.

    python -m bench.backup [--mib 1024] [--drills]

The demonstration lies once on SQLite and in folders, and once on PostgreSQL and in S3 and KMS as moto serves them;
``--drills``: these alone.

The plain copy is of the same files to the same disk, synchronised, right before; what is counted is a backup into an
empty place. Memory: what a process that backs up holds at most above what it held before.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pyrage

from app.bootstrap import backups, drilling
from app.bootstrap import house as houses
from app.bootstrap.house import House, build, make_backend
from app.bootstrap.restoring import Source
from app.config import Settings
from app.demo.build import begin, furnish
from bench import results
from bench.cloud import REGION, client, moto
from bench.live import actor_of, make
from bench.postgresql import Server
from bench.transfer import MIB, Memory, copied
from foundation.actor import Actor
from sharing.model.item import Written
from vault.backends.files import FilesBackend
from vault.backup.age import identities, recipients
from vault.backup.content import measured
from vault.backup.place import Place

FILES = 8
DURABLE = "synchronised"


class Keeper:
    """A pair of keys and a place, on the disk that is measured."""

    def __init__(self, folder: Path) -> None:
        self._pair = pyrage.x25519.Identity.generate()
        self.folder = folder

    @property
    def place(self) -> Place:
        return Place(FilesBackend(self.folder))

    @property
    def to(self) -> tuple[object, ...]:
        return recipients(str(self._pair.to_public()).encode())

    @property
    def opens(self) -> tuple[object, ...]:
        return identities(str(self._pair).encode())


def filled(folder: Path, size: int) -> House:
    """A service with so many bytes in it, in a few files."""
    house, people = make(folder / "state")
    fill(house, actor_of(house, people["staff"]), size)
    return house


def fill(house: House, who: Actor, size: int) -> None:
    """So many bytes of somebody's, in a few drafts."""
    piece = os.urandom(MIB)
    for number in range(FILES):
        draft = started(house, who)
        name = f"{number}.bin"
        with house.work(who) as work:
            writer = work.sharing.begin_file(draft, name, actor=who, now=work.now)
        for _ in range(max(1, size // FILES // MIB)):
            writer.write(piece)
        sealed = writer.finish()
        with house.work(who) as work:
            work.sharing.attach(draft, sealed, name, actor=who, now=work.now)


def started(house: House, who: object) -> UUID:
    written = Written("OFFICIAL", "Measured", "", "To measure", establishment="XFM")
    given = {"agreement": "hmip-imb", "kind": "intelligence", "route": "national-to-inspectorate"}
    with house.work(who) as work:  # type: ignore[arg-type]
        office = min(who.offices)  # type: ignore[attr-defined]
        return work.sharing.start_draft(written, **given, office=office, actor=who, now=work.now).uuid


def timed(act: Callable[[], object]) -> float:
    """Seconds, with the disk at rest."""
    os.sync()
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def content(folder: Path, size: int) -> None:
    house = filled(folder, size)
    objects = sorted(path for path in (folder / "state" / "vault" / "objects").rglob("*") if path.is_file())
    total = sum(path.stat().st_size for path in objects)
    shares, memories = [], []
    backups.make_keys(house, Keeper(folder / "first").place, Keeper(folder / "first").to)  # what is loaded once
    for number in range(3):
        plain = folder / "plain"
        plain.mkdir()
        copy = timed(lambda plain=plain: [copied(path, plain / path.name) for path in objects])  # type: ignore[misc]
        shutil.rmtree(plain)
        keeper = Keeper(folder / f"place-{number}")
        with Memory(os.getpid()) as memory:
            taken = timed(lambda keeper=keeper: backups.make(house, keeper.place, keeper.to))  # type: ignore[misc]
        shares.append(copy / taken)
        memories.append(memory.above)
        again = timed(lambda keeper=keeper: backups.make(house, keeper.place, keeper.to))  # type: ignore[misc]
        shutil.rmtree(keeper.folder)
        if not number:
            results.say("the next backup, nothing new", again, "s", durable=DURABLE)
    results.condition("content", f"{total / 2**20:,.0f} MiB in {len(objects)} files")
    results.say("backup, of a plain copy", shares, "times", target=">= 0.5", durable=DURABLE)
    results.say("backup, memory above rest", memories, "MiB", target="<= 16")
    rate = total / timed(lambda: [looked_at(house, path) for path in objects]) / 1e6
    results.say("fixity, one object after another", rate, "MB/s")
    opened = total / timed(lambda: opened_all(house)) / 1e6
    results.say("fixity, of the vault’s rate of opening", rate / opened, "times", target=">= 0.5")
    house.engine.dispose()
    house.keystore.dispose()


def looked_at(house: House, path: Path) -> None:
    name = path.relative_to(house.settings.vault / "objects").as_posix()
    with closing(house.backend.open(name)) as source:
        measured(source)


def opened_all(house: House) -> None:
    for part in drilling.some_of(house, FILES):
        drilling.open_one(house, part)


def demonstration(folder: Path) -> None:
    """On SQLite, its content and keys in folders."""
    drilled(Settings.of_demonstration(folder / "demo", 8080, {"CUSTODES_POLICIES": "policies"}), folder, "")


def demonstration_in_the_cloud(folder: Path) -> None:
    """On a PostgreSQL of its own, flushed as it should be; content in S3, keys in KMS, the backup beside them in S3."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ.setdefault(name, "bench")
    server = Server(durable=True).start()
    try:
        with moto() as at:
            query = f"region={REGION}&endpoint={at}"
            for bucket in ("house", "backups"):
                where = {"LocationConstraint": REGION}
                client("s3", at).create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
                client("s3", at).put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
            given = {
                "CUSTODES_STATE": str(folder / "cloud"),
                "CUSTODES_DEMONSTRATION": "1",
                "CUSTODES_SECURE": "0",
                "CUSTODES_DATABASE_URL": server.url(server.create()),
                "CUSTODES_KEYSTORE_URL": server.url(server.create()),
                "CUSTODES_VAULT_URL": f"s3://house/objects?{query}",
                "CUSTODES_KEYRING_URL": f"aws-kms://alias/bench?{query}",
            }
            places = [Place(make_backend(f"s3://backups/{name}?{query}")) for name in ("rows", "keys")]
            scratch = server.url(server.create())
            drilled(Settings.from_env(given), folder, ", PostgreSQL, S3 and KMS", places, scratch)
    finally:
        server.remove()


def drilled(settings: Settings, folder: Path, where: str, places: Sequence[Place] = (), scratch: str = "") -> None:
    """The invented house, backed up and drilled: measured from the first byte read to the last word verified.

    ``scratch``: an empty database to restore into, on PostgreSQL.
    """
    begin(settings)
    houses.init(settings)
    house = build(settings)
    furnish(house)
    rows, keys = Keeper(folder / f"rows{where}"), Keeper(folder / f"keys{where}")
    to, apart = places or (rows.place, keys.place)
    backups.make(house, to, rows.to)
    backups.make_keys(house, apart, keys.to)
    done = drilling.drill(house, Source(to, apart, rows.opens, keys.opens), folder, database_url=scratch)
    if not done.ok:
        raise RuntimeError(f"the drill failed: {done.faults}")
    results.say(f"drill of the demonstration{where}", done.seconds, "s", target="<= 60")
    house.engine.dispose()
    house.keystore.dispose()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.backup")
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--folder", type=Path, help="on the disk to measure; 4 times the size must be free")
    parser.add_argument("--drills", action="store_true", help="the drills alone, on PostgreSQL, S3 and KMS too")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-backup-", dir=chosen.folder) as name:
        if not chosen.drills:
            content(Path(name), chosen.mib * MIB)
        demonstration(Path(name))
        if chosen.drills:
            demonstration_in_the_cloud(Path(name))


if __name__ == "__main__":
    main()
    sys.exit(0)
