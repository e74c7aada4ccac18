"""The compliance pack: what an outsider needs to check every disposal of a period, with nothing of this service.

A zip: certificates, a table of them, the log from the day before the period to its end with its proofs, the stand-alone
verifier, the sums of all that, and the log's receipt for those sums (docs/formats/pack.md).
"""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import sqlalchemy as sa

from app.bootstrap import logbook, sequencing
from app.bootstrap.cells import cell
from app.bootstrap.engines import reading
from app.bootstrap.events import PACK_MADE
from audit.bundle import around
from audit.fact import Value
from audit.receipts import receipt
from audit.tables import audit_index
from foundation.actor import SERVICE
from foundation.calendar import LONDON
from foundation.errors import Invalid
from retention.events import BATCH_CERTIFIED, CERTIFICATE_ISSUED
from retention.queries.batches import batch_certificates_of, unproven_batches_of
from retention.queries.disposals import certificates_of, unproven_of
from retention.rules import certificate

if TYPE_CHECKING:
    from app.bootstrap.house import House
    from app.bootstrap.work import Work
    from foundation.actor import Actor

_HEAD = ("certificate", "reference", "body", "class", "schedule version", "kind", "establishment", "marking", "due",
         "destroyed", "issued", "files", "bytes", "copies accounted for", "reviewed by", "approved by")  # fmt: skip
_STAMP = (1980, 1, 1, 0, 0, 0)  # what a zip calls the time of a member: the same content gives the same bytes
_LOG = "log.zip"
_README = """\
Disposals certified from {first} to {end} by {origin}

  certificates/   DC-…: one file a disposal: what was destroyed, by which rule, who agreed, how, and the log's proofs
                  BC-…: one file a batch: the certificates of its items, what was kept out of it and by which rule
  disposals.csv   those of the disposals in a table
  log.zip         the log of that time and of the day before, with its signed checkpoints and the proofs
  verify.py       checks all of these; it needs Python 3.11 and the package cryptography, and nothing of this service
  SHA256SUMS      of the files above and this one
  receipt.json    the log's word that this pack had those sums when it was made

How to check, on any computer:

  1. Unpack it into a folder of its own, here called PACK. Change nothing in it.
  2. Get the log's key by another way than this file: from the other body, or from a page you trust. Put it, a line
     beginning with “log ”, into a file trust.txt beside the folder. A copy of verify.py got by another way is better
     than the one in it.
  3. python verify.py --trust trust.txt PACK
     Every line must say HOLDS. The last is about the pack: that no file in it was changed since the log recorded its
     making, and that no certificate is missing that the log issued in that time. It also says what was not proven.

The sums alone are checked with “sha256sum -c SHA256SUMS”.

{count} certificates of items and {batches} of batches are in this pack. The file log.zip says in clear who did what,
of every body: keep it like the log itself.
"""


class PeriodUnusable(Invalid):
    """The days of a pack."""

    code = "app.period-unusable"
    title = "That period cannot be used"


@dataclass(frozen=True, slots=True)
class Period:
    """Days in London, both in it; ``body`` is the originating body, empty for all."""

    first: date
    end: date
    body: str = ""

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """From the first to before the second, UTC."""
        begins = datetime.combine(self.first, time(), LONDON)
        over = datetime.combine(self.end + timedelta(days=1), time(), LONDON)
        return begins.astimezone(UTC), over.astimezone(UTC)

    def check(self, today: date, parties: Collection[str]) -> None:
        """Raises PeriodUnusable, at the field that is wrong."""
        if self.body and self.body not in parties:
            raise _unusable("body", "There is no such body")
        if self.end < self.first:
            raise _unusable("end", "The last day must not be before the first")
        if self.first > today:
            raise _unusable("first", "The first day must not be after today")


def make(house: House, path: Path, period: Period, actor: Actor) -> int:
    """Write the pack to ``path``; how many certificates it has. Whoever asks was asked first whether they may.

    Raises PeriodUnusable, and what ``logbook.export`` raises. Nothing half done stays.
    """
    period.check(house.now().astimezone(LONDON).date(), house.policies.parties)
    sequencing.catch_up(house)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        log = Path(folder) / _LOG
        with reading(house.engine) as conn:
            first, end = around(conn, *period.instants)
        logbook.export(house, log, first=str(first), end="" if end is None else str(end))
        part = Path(folder) / "pack.zip"
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as pack:
            count = _write(house, pack, log, period, actor)
        part.replace(path)
    return count


def opened(house: House, period: Period, actor: Actor) -> IO[bytes]:
    """The same as an open file without a name."""
    folder = logbook.own_folder(house)
    with tempfile.TemporaryDirectory(dir=folder) as inner:
        path = Path(inner) / "made.zip"
        make(house, path, period, actor)
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC), "rb")


def _write(house: House, pack: zipfile.ZipFile, log: Path, period: Period, actor: Actor) -> int:
    sums: dict[str, str] = {}
    rows: list[list[object]] = []
    _prove(house, period)
    there = _issued(house, log)
    for name, text in _certificates(house, period, there):
        _put(pack, f"certificates/{name}.json", text, sums)
        rows.append(_row(json.loads(text)["body"]))
    batches = 0
    for name, text in _batches(house, period, there):
        _put(pack, f"certificates/{name}.json", text, sums)
        batches += 1
    _put(pack, "disposals.csv", _table(rows), sums)
    with log.open("rb") as file:
        sums[_LOG] = file_digest(file, "sha256").hexdigest()
    pack.write(log, _LOG, zipfile.ZIP_STORED)
    _put(pack, "verify.py", logbook.verifier(), sums)
    said = _README.format(
        first=period.first,
        end=period.end,
        origin=house.settings.origin,
        count=len(rows),
        batches=batches,
    )
    _put(pack, "README.txt", said.encode(), sums)
    summed = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode()
    _put(pack, "SHA256SUMS", summed, {})
    _put(pack, "receipt.json", _receipt(house, period, (len(rows), batches), summed, actor), {})
    return len(rows)


def _prove(house: House, period: Period) -> None:
    """What a run issued and has not come to prove: the log in the pack says that it was issued."""
    begins, over = period.instants
    with reading(house.engine) as conn:
        items, batches = unproven_of(conn, begins, over), unproven_batches_of(conn, begins, over)
    for item in items:
        house.do(partial(_certify, item=item))
    for batch in batches:
        house.do(partial(_certify_batch, batch=batch))


def _certify(work: Work, *, item: str) -> None:
    work.retention.certify(item, actor=SERVICE, now=work.now)


def _certify_batch(work: Work, *, batch: str) -> None:
    work.certifying.certify_batch(batch, actor=SERVICE, now=work.now)


def _issued(house: House, log: Path) -> frozenset[str]:
    """The entries of issue that the log in the pack has: what is issued while it is made belongs to the next."""
    with zipfile.ZipFile(log) as bundle:
        reach = json.loads(bundle.read("range"))
    column = audit_index.c
    query = sa.select(column.entry_id).where(
        column.act.in_((CERTIFICATE_ISSUED.name, BATCH_CERTIFIED.name)),
        column.seq >= reach["from"],
        column.seq < reach["to"],
    )
    with reading(house.engine) as conn:
        return frozenset(conn.scalars(query))


def _certificates(house: House, period: Period, there: Collection[str]) -> Iterator[tuple[str, bytes]]:
    begins, over = period.instants
    with reading(house.engine) as conn:
        for each in certificates_of(conn, begins, over, body=period.body):
            if each.entry in there:
                yield each.number, each.text.encode()


def _batches(house: House, period: Period, there: Collection[str]) -> Iterator[tuple[str, bytes]]:
    begins, over = period.instants
    with reading(house.engine) as conn:
        for each in batch_certificates_of(conn, begins, over, body=period.body):
            if each.entry in there:
                yield each.number, each.text.encode()


def _put(pack: zipfile.ZipFile, name: str, data: bytes, sums: dict[str, str]) -> None:
    member = zipfile.ZipInfo(name, _STAMP)
    member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    pack.writestr(member, data)
    sums[name] = sha256(data).hexdigest()


def _row(body: dict[str, Any]) -> list[object]:
    return [
        body["number"], body["reference"], body["originator"], body["class"]["code"], body["class"]["schedule_version"],
        body["kind"], body["establishment"], body["marking"], body["due_on"], body["destroyed_at"], body["issued_at"],
        body["quantity"]["files"], body["quantity"]["bytes"], len(body["copies"]["accounted"]), body["review"]["by"],
        body["approval"]["by"],
    ]  # fmt: skip


def _table(rows: list[list[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([_HEAD, *([cell(each) for each in row] for row in rows)])
    return text.getvalue().encode()


def _receipt(house: House, period: Period, count: tuple[int, int], summed: bytes, actor: Actor) -> bytes:
    what: dict[str, Value] = {
        "first": period.first.isoformat(), "end": period.end.isoformat(), "body": period.body, "certificates": count[0],
        "batches": count[1],
        "sha256": sha256(summed).hexdigest(),
    }  # fmt: skip
    with house.work(actor) as work:
        entry = work.trail.record(PACK_MADE, actor=actor, now=work.now, what=what)
    sequencing.settle(house)
    with house.work(actor) as work:
        return certificate.canonical(receipt(work.conn, house.keys.log, entry.id, now=work.now, fields=["what"]))


def _unusable(field: str, text: str) -> PeriodUnusable:
    return PeriodUnusable(f"{text}.", fields={field: [text]})
