"""What a certificate says of a transfer to the archive (docs/formats/certificate.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from retention.model.transfer import ARCHIVE, Transfer


def transferred(transfer: Transfer) -> dict[str, Any]:
    """That the archive has it, and what it said it has."""
    return {
        "action": "transferred",
        "to": ARCHIVE,
        "archive_reference": transfer.archive_reference,
        "received_on": transfer.received_on.isoformat() if transfer.received_on else None,
        "closure": transfer.closure,
        "closure_years": transfer.closure_years,
        "package_sha256": transfer.sha256,
        "packaged": transfer.packaged_entry,
        "received": transfer.receipt_entry,
    }


def without_receipt(body: Mapping[str, Any]) -> bool:
    """Whether two people agreed to transfer it and it was destroyed without the archive having it."""
    if body["review"].get("proposal") != "transfer":
        return False
    told = body["approval"].get("transferred")
    if not isinstance(told, Mapping) or told.get("action") != "transferred":
        return True
    return not all(isinstance(told.get(name), str) and told[name] for name in ("archive_reference", "received"))
