"""Ratios T1 to T7 of the vault: each sample with the cipher's own speed measured beside it, medians, CPU time.

    python -m bench.vault [MiB]                      (default 64; run it on an idle machine)
    python -m bench.vault --rewrap [KEYS] [URL]      rewrapping (default 100000) in a key store file, or at postgresql://…
                                                     (“postgresql”: a server of its own)

T8 counts calls of a key management service and has nothing to measure with the local keyring.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from cryptography.cobblestone import Cobblestone256Encryptor
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench import results
from bench.postgresql import Server
from vault import envelope
from vault.backends.files import FilesBackend
from vault.buffers import PIECE
from vault.envelope import WIRE
from vault.keyring import LocalKeyring
from vault.keystore import Key, KeyStore, object_key, open_engine
from vault.keystore_tables import row_of
from vault.parts import PartReader, PartWriter, SealedPart
from vault.ranges import RangeReader
from vault.rewrap import rewrap

ITEM, KEY, CONTEXT = UUID(int=5), bytes(range(32)), b"bench"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ROUNDS = 5
PLAIN, WIRED = memoryview(bytearray(os.urandom(PIECE))), memoryview(bytearray(PIECE + 2 * WIRE + 16_384 + 56))


def main() -> None:
    root = Path(tempfile.mkdtemp(prefix="bench-vault-"))
    try:
        for line in chosen(sys.argv[1:], root):
            print(line, flush=True)
    finally:
        shutil.rmtree(root)


def chosen(given: list[str], root: Path) -> Iterator[str]:
    if given[:1] == ["--rewrap"]:
        url = given[2] if len(given) > 2 else ""
        if url == "postgresql":
            server = Server(durable=True).start()
            url = server.url(server.create())
        return rewrapping(int(given[1]) if len(given) > 1 else 100_000, url, root)
    return measured(int(given[0] if given else 64) * 2**20, root)


def rewrapping(count: int, url: str, root: Path) -> Iterator[str]:
    """Every key of a body moved to its newest KEK, flushed as when serving, in a process whose memory is watched."""
    where = url or str(root / "keys.db")
    (root / "keyring").mkdir(mode=0o700)
    keyring, kept = LocalKeyring(root / "keyring"), KeyStore(open_engine(where))
    keyring.create("body", now=NOW)
    for start in range(0, count, 10_000):
        fill(kept, keyring, min(10_000, count - start))
    keyring.create("body", now=NOW)
    kept.dispose()
    cipher = wrapping(keyring)
    yield f"{count:,} keys in {'PostgreSQL' if url else 'SQLite, WAL, synchronous=FULL'}; {os.cpu_count()} CPUs"
    script = (
        "import sys; from pathlib import Path; from bench import vault; "
        "vault.rewrap_all(sys.argv[1], Path(sys.argv[2]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, where, str(root / "keyring")], capture_output=True, text=True, check=True
    )
    moved, wall, cpu, early, late = map(float, done.stdout.split())
    if moved != count:
        raise RuntimeError(done.stdout)
    yield report("T9 keys rewrapped a second, wall", moved / wall, ">= 50,000 (20 us each)")
    yield report("T9 CPU a key, us", cpu / moved * 1e6, "-")
    yield report("T9 the wraps alone / CPU of all", cipher * moved / cpu, "-")
    yield report("T9 memory at the end above that after ten batches, MiB", (late - early) / 1024, "<= 4")


def fill(kept: KeyStore, keyring: LocalKeyring, count: int) -> None:
    rows = []
    for _ in range(count):
        item = UUID(bytes=os.urandom(16))
        kek, wrapped = keyring.wrap("body", os.urandom(32), envelope.wrap_facts(item, 1, "OS"))
        rows.append(row_of(Key(item, 1, "body", kek, wrapped, "OS", "live", NOW, NOW)))
    with kept._engine.begin() as conn:
        conn.execute(object_key.insert(), rows)


def wrapping(keyring: LocalKeyring) -> float:
    """CPU seconds of one unwrap and one wrap with nothing around them."""
    facts = envelope.wrap_facts(ITEM, 1, "OS")
    kek, wrapped = keyring.wrap("body", KEY, facts)
    context = envelope.wrap_context(kek, facts)

    def thousand() -> None:
        for _ in range(1000):
            envelope.seal(KEY, context, keyring.unwrap(kek, wrapped, facts))

    return median(thousand) / 1000


def rewrap_all(where: str, folder: Path) -> None:
    """For a process of its own: keys moved, seconds by wall and CPU, peak KiB after ten batches and at the end."""
    kept, keyring = KeyStore(open_engine(where)), LocalKeyring(folder)
    wall, cpu, early, moved = time.perf_counter(), time.process_time(), 0, 0
    for number, done in enumerate(rewrap(kept, keyring, "body")):
        moved = done.moved
        if number <= 10:
            early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    late = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(moved, time.perf_counter() - wall, time.process_time() - cpu, early, late)


def measured(size: int, root: Path) -> Iterator[str]:
    yield f"{size >> 20} MiB, {os.cpu_count()} CPUs, openssl speed {openssl():,.0f} MB/s, L_lib {limit():,.0f} MB/s"
    yield from in_memory(size)
    yield from files(size, root)
    yield from small(root)
    yield from ranges(size, root)
    yield memory(root)


def in_memory(size: int) -> Iterator[str]:
    count = size // PIECE

    def encrypt() -> None:
        sealer = Cobblestone256Encryptor(KEY, CONTEXT)
        for _ in range(count):
            sealer.update_into(PLAIN, WIRED)
        sealer.finalize()

    stored = envelope.seal(KEY, CONTEXT, bytes(size))
    yield report("T1 memory, sealing", ratio(encrypt, size), ">= 0.45 L_lib")
    reader = RangeReader(KEY, CONTEXT, Held(stored))
    yield report("T1 memory, opening", ratio(lambda: drain(reader.stream(0, size)), size), ">= 0.45 L_lib")


def files(size: int, root: Path) -> Iterator[str]:
    plain, backend, system = root / "plain", FilesBackend(root / "vault"), openssl()
    with plain.open("wb") as file:
        for _ in range(size // PIECE):
            file.write(PLAIN)
    sealed = upload(backend, plain, 1)
    with open_part(backend, sealed) as reader, open(os.devnull, "wb", buffering=0) as null:

        def to_null() -> None:
            for piece in reader.stream():
                null.write(piece)

        rate = size / median(to_null) / 1e6
        reached = efficiency(to_null, lambda: copy(plain, Path(os.devnull)), size)
    yield report("T2 stored file to /dev/null / openssl speed", rate / system, ">= 0.75")
    yield report("T2 the same, E", reached, ">= 0.85")
    copied = median(lambda: copy(plain, root / "copy"))
    bare = median(lambda: bare_seal(plain, root / "copy"))
    yield report("T3 file to file without hash, E", (copied + size / limit() / 1e6) / bare, ">= 0.80")
    yield report("T3 the same / plain copy", copied / bare, ">= 0.60")
    yield from uploads(backend, plain, size)


def uploads(backend: FilesBackend, plain: Path, size: int) -> Iterator[str]:
    """T4 as its target means it (one hash, nothing synchronised), then what the service adds to it."""
    alone = median(lambda: hash_alone(size), clock=time.perf_counter)
    numbers = itertools.count(2)

    def taken(*, one_hash: bool) -> float:
        return median(lambda: upload(backend, plain, next(numbers), one_hash=one_hash), clock=time.perf_counter)

    with unsynchronised():
        yield report(
            "T4 upload, plaintext hashed beside, wall / hashlib alone", alone / taken(one_hash=True), ">= 0.75"
        )
        both = alone / taken(one_hash=False)
    yield report("T4 the same, ciphertext hashed too (as the service does)", both, "no target: two hashes, 2 CPUs")
    yield report("T4 the same, synchronised too", alone / taken(one_hash=False), "no target: the disk decides")


def small(root: Path) -> Iterator[str]:
    value = bytes(1024)

    def seal_and_wrap() -> None:
        for _ in range(1000):
            envelope.seal(KEY, CONTEXT, value)
            envelope.seal(KEY, CONTEXT, KEY)

    yield report("T5 1 KiB sealed and key wrapped, us", median(seal_and_wrap) * 1000, "<= 25")
    source = root / "small"
    source.write_bytes(value)
    plain = median(lambda: [copy(source, root / f"s{n}") for n in range(200)])
    sealed = median(lambda: [bare_seal(source, root / f"s{n}") for n in range(200)])
    yield report("T5 1 KiB file to file / plain copy", sealed / plain, "<= 1.7")


def ranges(size: int, root: Path) -> Iterator[str]:
    backend = FilesBackend(root / "ranges")
    sealed = upload(backend, root / "plain", 1)
    stored = backend.open(sealed.object)
    context = envelope.content_context(ITEM, 1, 1)

    def short() -> None:
        for n in range(200):
            drain(RangeReader(KEY, context, stored).stream(n * 16_384 % (size - 16_384), 16_384))

    yield report("T6 open, length, 16 KiB, us", median(short) / 200 * 1e6, "<= 60")
    held = Held((root / "ranges" / "objects" / sealed.object).read_bytes())
    reader = RangeReader(KEY, context, held)
    long = median(lambda: drain(reader.stream(1, size - 1)))
    whole = median(lambda: drain(reader.stream(0, size)))  # from the same source: the library's own decryptor
    yield report("T6 long range / sequential decryptor", whole / long, ">= 0.7")


def memory(root: Path) -> str:
    """Highest resident size of a fresh process that takes in and gives out 256 MiB, above one that does 1 KiB."""
    script = (
        "import sys, resource; from pathlib import Path; from bench import vault; "
        "b = vault.FilesBackend(Path(sys.argv[1])); s = vault.stream_in(b, int(sys.argv[2])); "
        "r = vault.open_part(b, s); [0 for p in r.stream()]; "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    peaks = [
        int(subprocess.run([sys.executable, "-c", script, str(root / f"m{n}"), str(n)],
                           capture_output=True, text=True, check=True).stdout)
        for n in (2**21, 2**28)
    ]  # fmt: skip
    return report("T7 peak memory, 256 MiB above 2 MiB, MiB", (peaks[1] - peaks[0]) / 1024, "<= 4")


def stream_in(backend: FilesBackend, size: int) -> SealedPart:
    writer = PartWriter(KEY, backend, "aa/bench/1", item=ITEM, version=1, part=1, limit=None)
    for _ in range(size // 65_536):
        writer.write(PLAIN[:65_536])
    return writer.finish()


class NoHash:
    """Takes the place of a hash that a measurement leaves out."""

    def update(self, _piece: object, /) -> None: ...

    def digest(self) -> bytes:
        return b""


@contextlib.contextmanager
def unsynchronised() -> Iterator[None]:
    """The page cache alone."""
    kept, os.fsync = os.fsync, lambda _fd: None
    try:
        yield
    finally:
        os.fsync = kept


def upload(backend: FilesBackend, source: Path, part: int, *, one_hash: bool = False) -> SealedPart:
    writer = PartWriter(KEY, backend, f"aa/bench/{part}", item=ITEM, version=1, part=part, limit=None)
    if one_hash:
        writer._stored_sha256 = NoHash()  # type: ignore[assignment]
    with source.open("rb", buffering=0) as file:
        while count := file.readinto(PLAIN):
            writer.write(PLAIN[:count])
    return writer.finish()


def open_part(backend: FilesBackend, sealed: SealedPart) -> PartReader:
    source = backend.open(sealed.object)
    return PartReader(KEY, source, item=ITEM, version=1, part=sealed.part, meta=sealed.meta)


def copy(source: Path, target: Path) -> None:
    with source.open("rb", buffering=0) as read, target.open("wb", buffering=0) as write:
        while count := read.readinto(PLAIN):
            write.write(PLAIN[:count])


def bare_seal(source: Path, target: Path) -> None:
    sealer = Cobblestone256Encryptor(KEY, CONTEXT)
    with source.open("rb", buffering=0) as read, target.open("wb", buffering=0) as write:
        while count := read.readinto(PLAIN):
            write.write(WIRED[: sealer.update_into(PLAIN[:count], WIRED)])
        write.write(sealer.finalize())


def hash_alone(size: int) -> None:
    digest = sha256()
    for _ in range(size // PIECE):
        digest.update(PLAIN)


def drain(pieces: Iterator[memoryview]) -> None:
    for _ in pieces:
        pass


class Held:
    """A message in memory."""

    def __init__(self, data: bytes) -> None:
        self.data, self.size = memoryview(data), len(data)

    def read_into(self, offset: int, into: memoryview) -> None:
        into[:] = self.data[offset : offset + len(into)]


def limit(pieces: int = 32) -> float:
    """L_lib: AES-256-GCM of the library, 1 MiB at a time into one buffer; MB per CPU second."""
    aead, into = AESGCM(KEY), memoryview(bytearray(PIECE + 16))
    began = time.process_time()
    for n in range(pieces):
        aead.encrypt_into(n.to_bytes(12, "big"), PLAIN, None, into)
    return pieces * PIECE / (time.process_time() - began) / 1e6


def openssl() -> float:
    """L_sys: `openssl speed`, one second; MB/s."""
    command = ["openssl", "speed", "-elapsed", "-seconds", "1", "-evp", "aes-256-gcm", "-bytes", "1048576", "-mr"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(said.strip().rsplit(":", 1)[1]) / 1e6


def ratio(act: Callable[[], object], size: int) -> float:
    """Median of rate / limit, the limit measured beside each sample."""
    found = []
    for _ in range(ROUNDS):
        top = limit()
        began = time.process_time()
        act()
        found.append(size / (time.process_time() - began) / 1e6 / top)
    return statistics.median(found)


def efficiency(act: Callable[[], object], copied: Callable[[], object], size: int) -> float:
    """Median of E: what a plain copy and the cipher at its limit would take, both measured beside each sample."""
    found = []
    for _ in range(ROUNDS):
        top = limit()
        began = time.process_time()
        copied()
        between = time.process_time()
        act()
        found.append((between - began + size / top / 1e6) / (time.process_time() - between))
    return statistics.median(found)


def median(act: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """Seconds."""
    act()
    taken = []
    for _ in range(ROUNDS):
        began = clock()
        act()
        taken.append(clock() - began)
    return statistics.median(taken)


def report(what: str, value: float, target: str) -> str:
    results.keep(results.Figure(what, value, target=target if target[0] in "<>" else ""))
    return f"{what:<76} {value:8.2f}   target {target}"


if __name__ == "__main__":
    main()
