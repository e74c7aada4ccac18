"""What the designs ask for, and which figure answers it; bench/draw.py tells met, or short by how much."""

from __future__ import annotations

from dataclasses import dataclass

from bench.looked import PAGES, VISITED


@dataclass(frozen=True, slots=True)
class Target:
    """``run`` and ``figure``: where the answer stands in bench/results/. ``held``: the tests that answer it instead."""

    part: str
    text: str
    aim: str
    run: str = ""
    figure: str = ""
    held: str = ""


def _vault(number: str, text: str, aim: str, figure: str, run: str = "vault") -> Target:
    return Target("vault", f"{number}: {text}", aim, run, figure)


def _log(text: str, aim: str, figure: str, run: str = "peers") -> Target:
    return Target("log", text, aim, run, figure)


def _agreement(text: str, aim: str, figure: str) -> Target:
    return Target("agreement", text, aim, "agreement", figure)


def _disposal(text: str, aim: str, figure: str) -> Target:
    return Target("disposal", text, aim, "disposal", figure)


def _door(text: str, aim: str, figure: str) -> Target:
    return Target("doors", text, aim, "doors", figure)


def _continuity(text: str, aim: str, figure: str) -> Target:
    return Target("continuity", text, aim, "backup", figure)


def _appends() -> tuple[Target, ...]:
    asked = (
        *(("SQLite", clients, "0.80") for clients in (1, 4)),
        *(("PostgreSQL", clients, aim) for clients, aim in ((1, "0.85"), (4, "0.85"), (16, "0.70"), (64, "0.80"))),
    )
    return tuple(
        _log(
            f"append on {database}, {many(clients)}, of the bare insert",
            f">= {aim}",
            f"append, {database}, {many(clients)}, of the bare insert",
        )
        for database, clients, aim in asked
    )


def _doors() -> tuple[Target, ...]:
    """Every page of bench/doors.py, the inbox beside a bare template, and a browser's first visit."""
    pages = tuple(_door(f"{name}, p95, ms", "<= 60", f"{name}, p95") for _, name, _ in PAGES)
    visits = tuple(
        _door(f"first visit, {what}: {words}", aim, f"first visit, {what}: {figure}")
        for what in VISITED
        for words, aim, figure in (
            ("first contentful paint, ms", "<= 1000", "first contentful paint"),
            ("weight, KiB", "<= 150", "weight"),
        )
    )
    return (
        *pages,
        _door("inbox pages a second, of the bare template", ">= 0.6", "inbox pages, of the bare template"),
        *visits,
    )


def many(clients: int) -> str:
    return f"{clients} client{'' if clients == 1 else 's'}"


_LOAD = (
    ("answers 5xx that are no orderly refusal", "= 0"),
    ("acknowledged requests not in the log", "= 0"),
    ("faults found in the log", "= 0"),
)

TARGETS: tuple[Target, ...] = (
    _vault("T1", "sealing in memory, of the cipher’s own speed", ">= 0.45", "T1 memory, sealing"),
    _vault("T1", "opening in memory, the same", ">= 0.45", "T1 memory, opening"),
    _vault("T2", "file to nowhere, of `openssl speed`", ">= 0.75", "T2 stored file to /dev/null / openssl speed"),
    _vault("T2", "the same, of what copy and cipher allow", ">= 0.85", "T2 the same, E"),
    _vault("T3", "file to file, of what copy and cipher allow", ">= 0.80", "T3 file to file without hash, E"),
    _vault("T3", "the same, of a plain copy", ">= 0.60", "T3 the same / plain copy"),
    _vault(
        "T4",
        "upload with one hash beside, of hashing alone",
        ">= 0.75",
        "T4 upload, plaintext hashed beside, wall / hashlib alone",
    ),
    _vault("T5", "1 KiB sealed and its key wrapped, µs", "<= 25", "T5 1 KiB sealed and key wrapped, us"),
    _vault("T5", "file of 1 KiB, of a plain copy", "<= 1.7", "T5 1 KiB file to file / plain copy"),
    _vault("T6", "open, length, 16 KiB, µs", "<= 60", "T6 open, length, 16 KiB, us"),
    _vault("T6", "long range, of the sequential decryptor", ">= 0.7", "T6 long range / sequential decryptor"),
    _vault("T7", "memory of one stream, 256 MiB above 2 MiB, MiB", "<= 4", "T7 peak memory, 256 MiB above 2 MiB, MiB"),
    *(
        _vault("T7", f"memory to {way} 4 GiB above that for 1 kB, MiB", "<= 4", figure, "peers")
        for way, figure in (
            ("seal", "seal, ours, memory for 4 GiB above that for 1 kB"),
            ("open", "open, ours, memory for 4 GiB above that for 1 kB"),
        )
    ),
    _vault("T7", "memory of one upload to S3, MiB", "<= 40", "S3, memory of ours", "cloud"),
    _vault("T8", "KMS calls of an upload", "<= 1", "KMS calls, new item", "cloud"),
    _vault("T8", "KMS calls of a cold opening", "<= 1", "KMS calls, cold opening", "cloud"),
    _vault("T8", "KMS calls of a warm opening", "= 0", "KMS calls, warm opening", "cloud"),
    _vault("T9", "keys rewrapped a second, SQLite", ">= 50000", "T9 keys rewrapped a second, wall", "rewrap"),
    _vault(
        "rewrap",
        "memory of rewrapping 100,000 keys, MiB",
        "<= 4",
        "T9 memory at the end above that after ten batches, MiB",
        "rewrap",
    ),
    *_appends(),
    *(
        _log(f"in the tree within, p99, {many(clients)}, ms", "<= 300", f"in the tree, p99, {many(clients)}")
        for clients in (1, 4, 16)
    ),
    _log("single durable append, of pymerkle’s on SQLite", ">= 3", "append, SQLite, 1 client, of pymerkle"),
    _log(
        "inclusion proof at 1,000,000, times faster than pymerkle’s on SQLite",
        ">= 10",
        "inclusion proof at 1,000,000 entries, times faster than pymerkle",
        "proofs",
    ),
    _log(
        "whole log of 1,000,000: root and checkpoints, times the bare hashing of the same bytes",
        "<= 2",
        "verify, root and checkpoints, of hashing alone",
        "proofs",
    ),
    _log("memory of a verification, MiB", "<= 64", "verify, ours, every entry and disclosure, memory", "proofs"),
    Target("log", "acknowledged entries lost in any crash", "= 0", held="tests/faults/test_killed_between.py"),
    _log(
        "time of a page that reads one item taken by logging, %", "<= 15", "log, of the time of “item, opened”", "pages"
    ),
    _agreement("1,000,000 items, 200,000 open duties: overdue list, p95, ms", "<= 60", "overdue list, p95"),
    _agreement("the agreement’s page, p95, ms", "<= 60", "agreement page, p95"),
    _agreement("the first page of a Board’s Chair, p95, ms", "<= 60", "home page of a Board’s Chair, p95"),
    _agreement(
        "a reader’s page while duties follow a new version, p95, of that alone", "<= 2", "the same, of that alone"
    ),
    *_doors(),
    _disposal("10,000 due among 1,000,000 cases found, s", "<= 2", "10,000 due among 1,000,000 cases found"),
    _disposal(
        "a sweep over 1,000,000 cases that finds nothing, s", "<= 2", "sweep that finds nothing, 1,000,000 cases"
    ),
    _disposal(
        "10,000 items of 100 KiB destroyed with certificates, s",
        "<= 60",
        "10,000 items of 100 KiB destroyed, with certificates",
    ),
    _disposal("the same, of the time of shred -n3 -u", "< 1", "destruction with certificates, of the time of shred"),
    _disposal(
        "memory of it, after the first tenth, MiB", "<= 16", "memory at the end above that after the first tenth"
    ),
    _disposal("a reader’s page meanwhile, p95, of that without", "<= 2", "the same, of that without"),
    _continuity("backup of 1 GiB of content, of a plain copy", ">= 0.5", "backup, of a plain copy"),
    _continuity("memory of it, above rest, MiB", "<= 16", "backup, memory above rest"),
    _continuity("fixity, of the vault’s rate of opening", ">= 0.5", "fixity, of the vault’s rate of opening"),
    Target(
        "continuity",
        "a page while fixity is checked, of the time without",
        "<= 1.2",
        "fixity",
        "a page while fixity is checked, of the time without",
    ),
    *(
        Target("continuity", f"{question}, of 10,000,000 entries, slowest of 40, ms", "<= 200", "affected", figure)
        for question, figure in (
            ("whom an item reached", "one item, index up to the end, slowest"),
            ("what reached a person", "one person, index up to the end, slowest"),
        )
    ),
    *(
        Target("continuity", f"{what}, s", "<= 60", "drills", what)
        for what in ("drill of the demonstration", "drill of the demonstration, PostgreSQL, S3 and KMS")
    ),
    *(
        Target("load", f"{database}: {words}", aim, "load", f"load, {database}: {words}")
        for database in ("PostgreSQL", "SQLite")
        for words, aim in _LOAD
    ),
)
