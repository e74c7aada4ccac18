"""What a certificate file says when nobody is trusted but the verifier keys at hand. Needs no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit.verify import verify_receipt
from retention.rules import certificate
from retention.rules.certificate import Opened


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


def verify_certificate(data: bytes, trusted: Sequence[str]) -> CertificateReport:
    """Check the bytes of a certificate against verifier keys (docs/formats/certificate.md, "Verification").

    Never raises for what it reads. Raises audit's VerifierKeyInvalid for a key that is none.
    """
    read = certificate.read(data)
    if read.faults:
        return _refused(*(f"the file {fault}" for fault in read.faults))
    opened: dict[str, Opened] = {}
    origins: set[str] = set()
    faults: list[str] = []
    for name in certificate.ACTS:
        report = verify_receipt(read.proof[name], trusted)
        origins.add(report.origin)
        faults += [f"the receipt “{name}”: {fault}" for fault in report.faults]
        if report.ok and report.entry is not None:
            opened[name] = _opened(report.entry)
    if len(opened) < len(certificate.ACTS):
        return _refused(*faults)
    if len(origins) != 1:
        faults.append("the receipts are of different logs")
    faults += certificate.agree(read.body, opened)
    if faults:
        return _refused(*faults)
    issued = opened["certificate-issued"]
    return CertificateReport(str(read.body["number"]), origins.pop(), issued.seq, read.body, ())


def is_certificate(data: bytes) -> bool:
    """Whether the bytes claim to be a certificate of this format, so that `custodes verify` knows whom to ask."""
    return f'"format":"{certificate.FORMAT}"'.encode() in data


def _opened(entry: Mapping[str, Any]) -> Opened:
    what = entry.get("what")
    return Opened(
        seq=int(entry["seq"]),
        id=str(entry["id"]),
        act=str(entry["act"]),
        outcome=str(entry["out"]),
        subject=str(entry.get("subject", "")),
        what=what if isinstance(what, dict) else {},
    )


def _refused(*faults: str) -> CertificateReport:
    return CertificateReport("", "", -1, {}, tuple(faults) or ("the file proves nothing",))
