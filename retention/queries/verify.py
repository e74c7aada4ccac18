"""What a certificate file says when nobody is trusted but the verifier keys at hand. Needs no database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, starmap
from typing import Any

from audit.leaf import FIELDS
from audit.note import Checkpoint
from audit.trust import Trust
from audit.verify import verify_receipt
from audit.views import forked
from retention.rules import batch_certificate, certificate, selfproving
from retention.rules.selfproving import Opened


@dataclass(frozen=True, slots=True)
class CertificateReport:
    """The outcome. ``ok`` only without a fault; ``body`` is empty unless ``ok``, so that nothing unproven is shown.

    ``origin`` is the log that proves it, ``seq`` the place of the entry of issue there.
    """

    number: str
    origin: str
    seq: int
    body: Mapping[str, Any]
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.faults


def verify_certificate(data: bytes, trusted: Trust | Sequence[str]) -> CertificateReport:
    """Check the bytes of a certificate, of an item or of a batch, against what is trusted.

    As docs/formats/certificate.md and batch-certificate.md say under "Verification".
    Never raises for what it reads. Raises audit's VerifierKeyInvalid for a key that is none.
    """
    kind = batch_certificate if _claims(data, batch_certificate.FORMAT) else certificate
    read = kind.read(data)
    if read.faults:
        return _refused(*(f"the file {fault}" for fault in read.faults))
    trust = Trust.of(trusted)
    opened: dict[str, Opened] = {}
    heads: list[Checkpoint] = []
    faults: list[str] = []
    for name in kind.ACTS:
        report = verify_receipt(read.proof[name], trust)
        faults += [f"the receipt “{name}”: {fault}" for fault in report.faults]
        if report.ok and report.entry is not None:
            opened[name] = _opened(report.entry)
            heads.append(trust.open(read.proof[name]["checkpoint"]).checkpoint)
    if len(opened) < len(kind.ACTS):
        return _refused(*faults)
    faults += _histories(heads)
    faults += kind.agree(read.body, opened)
    if faults:
        return _refused(*faults)
    issued = opened[selfproving.ISSUED]
    return CertificateReport(str(read.body["number"]), heads[0].origin, issued.seq, read.body, ())


def is_certificate(data: bytes) -> bool:
    """Whether the bytes claim to be a certificate of a known format, so that `custodes verify` knows whom to ask."""
    return _claims(data, certificate.FORMAT) or _claims(data, batch_certificate.FORMAT)


def _claims(data: bytes, form: str) -> bool:
    return data[:1] == b"{" and f'"format":"{form}"'.encode() in data


def _histories(heads: Sequence[Checkpoint]) -> Iterator[str]:
    """Two receipts may rest on two checkpoints, but not on two logs, nor on two histories of one."""
    if len({each.origin for each in heads}) > 1:
        yield "the receipts are of different logs"
    elif any(starmap(forked, combinations(sorted(heads, key=lambda each: (each.size, each.number)), 2))):
        yield "the receipts are of two histories of one log"


def _opened(entry: Mapping[str, Any]) -> Opened:
    what = entry.get("what")
    return Opened(
        seq=int(entry["seq"]),
        id=str(entry["id"]),
        act=str(entry["act"]),
        outcome=str(entry["out"]),
        subject=str(entry.get("subject", "")),
        what=what if isinstance(what, dict) else {},
        disclosed=tuple(name for name in FIELDS if name in entry),
    )


def _refused(*faults: str) -> CertificateReport:
    return CertificateReport("", "", -1, {}, tuple(faults) or ("the file proves nothing",))
