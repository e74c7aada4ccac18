"""S3 and KMS as moto serves them, in a process of its own: memory and rate beside plain boto3, calls counted.

``python -m bench.cloud [MiB]``. The server is the same for both sides and slower than either, so the ratio says what
our side adds, not what a real bucket would give. Durability: whatever moto has, memory, on both sides.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

from bench import results
from vault.aws import Place
from vault.backends.s3 import S3Backend
from vault.backends.s3_reading import AHEAD
from vault.envelope import new_key, stored_size, wrap_facts
from vault.kms import KmsKeyring
from vault.parts import PartReader, PartWriter

MIB = 1 << 20
REGION = "eu-west-2"
ROUNDS = 3
CALLS = {"new item": "<= 1", "cold opening": "<= 1", "warm opening": "= 0"}  # the design's T8


@contextmanager
def moto() -> Iterator[str]:
    """A server in another process; its address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def client(service: str, at: str) -> Any:
    import boto3

    return boto3.client(service, endpoint_url=at, region_name=REGION)


def most() -> int:
    """The most memory this process has held, in bytes."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024


def timed(act: Callable[[], object]) -> float:
    """Seconds."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def plain_down(plain: Any, bucket: str, name: str, size: int) -> None:
    """In one request."""
    with closing(plain.get_object(Bucket=bucket, Key=name)["Body"]) as body:
        assert sum(len(part) for part in body.iter_chunks(MIB)) == size


def plain_ranges(plain: Any, bucket: str, name: str, size: int) -> None:
    """By the stretches we ask for: moto puts the whole object together for each."""
    for start in range(0, size, AHEAD):
        span = f"bytes={start}-{min(size, start + AHEAD) - 1}"
        with closing(plain.get_object(Bucket=bucket, Key=name, Range=span)["Body"]) as body:
            assert sum(len(part) for part in body.iter_chunks(MIB)) == min(AHEAD, size - start)


def transfer(at: str, size: int) -> tuple[list[tuple[str, float, float]], float]:
    """(what, seconds sealed through the vault, seconds of plain boto3), medians; and how much memory ours took."""
    bucket, plain = f"bench-{uuid4().hex}", client("s3", at)
    plain.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    plain.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    store = S3Backend(bucket, "ours", Place(REGION, endpoint=at))
    key, item, piece = new_key(), uuid4(), os.urandom(MIB)
    seconds: dict[str, list[float]] = {"up": [], "plain up": [], "down": [], "plain down": [], "plain ranges": []}
    sealed: list[Any] = []

    def up(name: str, size: int) -> None:
        writer = PartWriter(key, store, name, item=item, version=1, part=1, limit=None)
        for _ in range(size // MIB):
            writer.write(piece)
        sealed.append(writer.finish())

    def down(name: str) -> None:
        with PartReader(key, store.open(name), item=item, version=1, part=1, meta=sealed[-1].meta) as reader:
            assert sum(len(part) for part in reader.stream()) == size

    up("a/warm", MIB)
    before = most()
    grown = 0.0
    for number in range(ROUNDS):
        seconds["up"].append(timed(partial(up, f"a/{number}", size)))
        seconds["down"].append(timed(partial(down, f"a/{number}")))
        grown = max(grown, most() - before)
        store.delete(f"a/{number}")
    whole = piece * (size // MIB)
    for number in range(ROUNDS):
        seconds["plain up"].append(timed(partial(plain.put_object, Bucket=bucket, Key=f"p{number}", Body=whole)))
        seconds["plain down"].append(timed(partial(plain_down, plain, bucket, f"p{number}", size)))
        seconds["plain ranges"].append(timed(partial(plain_ranges, plain, bucket, f"p{number}", size)))
    median = {name: sorted(found)[len(found) // 2] for name, found in seconds.items()}
    rows = [
        ("upload", median["up"], median["plain up"]),
        ("download", median["down"], median["plain down"]),
        ("  by ranges", median["down"], median["plain ranges"]),
    ]
    return rows, grown


def calls(at: str) -> list[tuple[str, int, float]]:
    """(what, calls of KMS, milliseconds), each once: an upload's wrap, a cold opening, a warm one, a rewrap."""
    keyring = KmsKeyring(f"bench/{uuid4().hex}", Place(REGION, endpoint=at))
    keyring.create("alpha", now=datetime.now(UTC))
    cold = KmsKeyring(keyring._alias.removeprefix("alias/"), Place(REGION, endpoint=at))
    count = [0]
    for ring in (keyring, cold):
        ring._clients.get().meta.events.register("before-send.kms", lambda **_: count.__setitem__(0, count[0] + 1))
    facts, kept = wrap_facts(uuid4(), 1, "OS"), []
    keyring.wrap("alpha", new_key(), facts)  # connections are open
    acts = {
        "new item": lambda: kept.append(keyring.wrap("alpha", new_key(), facts)),
        "cold opening": lambda: cold.unwrap(*kept[0], facts),
        "warm opening": lambda: cold.unwrap(*kept[0], facts),
        "rewrap": lambda: keyring.rewrap(*kept[0], facts),
    }
    found = []
    for what, act in acts.items():
        count[0] = 0
        found.append((what, timed(act) * 1000, count[0]))
    return [(what, number, ms) for what, ms, number in found]


def main() -> None:
    """Print both tables."""
    size = int(sys.argv[1] if len(sys.argv) > 1 else 256) * MIB
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "bench")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "bench")
    with moto() as at:
        rows, grown = transfer(at, size)
        print(f"{size // MIB} MiB ({stored_size(size):,} bytes stored), median of {ROUNDS}, moto in another process")
        for what, ours, plain in rows:
            results.keep(results.Figure(f"S3, {what.strip()}, of plain boto3", plain / ours, "times"))
            results.keep(results.Figure(f"S3, {what.strip()}", size / MIB / ours, "MiB/s", durable="moto, in memory"))
            print(
                f"  {what:11} sealed {size / MIB / ours:7.0f} MiB/s   plain boto3 {size / MIB / plain:7.0f} MiB/s   "
                f"ratio {plain / ours:.2f}"
            )
        results.keep(results.Figure("S3, memory of ours", grown / MIB, "MiB", target="<= 40"))
        print(f"  memory of ours: +{grown / MIB:.0f} MiB")
        for what, number, ms in calls(at):
            results.keep(results.Figure(f"KMS calls, {what}", number, "calls", target=CALLS.get(what, "")))
            results.keep(results.Figure(f"KMS, {what}", ms, "ms"))
            print(f"  KMS, {what:13} {number} call{'' if number == 1 else 's'}, {ms:.1f} ms")


if __name__ == "__main__":
    main()
