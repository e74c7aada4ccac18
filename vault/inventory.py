"""Which wrapping keys there are, what stands under each, and what each keeps from being final; no key material."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.kekstore import Counts
from vault.keyring import Kek, Keyring, place_of
from vault.keystore import KeyStore
from vault.keystore_tables import KekRow

NEWEST, OLDER, CLOSED, GONE, ABSENT = "newest", "older", "closed", "gone", "absent"


@dataclass(frozen=True, slots=True)
class Line:
    """One KEK.

    ``state``: newest (wraps), older (opens only), closed (its destruction was broken off: repeat it), gone, absent
    (something stands under it, or stood, and no keyring here has it), or what a key service calls it.
    """

    kek: str
    body: str
    epoch: str
    state: str
    created: datetime | None
    gone: datetime | None
    counts: Counts

    def as_json(self) -> dict[str, object]:
        """For machines: instants in ISO form, null where there is none."""
        counts = self.counts
        return {
            "kek": self.kek,
            "body": self.body,
            "epoch": self.epoch,
            "state": self.state,
            "created": _iso(self.created),
            "gone": _iso(self.gone),
            "pending": counts.pending,
            "live": counts.live,
            "disabled": counts.disabled,
            "remarking": counts.remarking,
            "erased_waiting": counts.waiting,
            "erased_final": counts.final,
            "last_change": _iso(counts.last),
        }


def inventory(keystore: KeyStore, keyring: Keyring) -> list[Line]:
    """Every KEK that is or was in a keyring here, or has something under it, oldest first. Raises Unavailable."""
    held = {kek.id: kek for kek in keyring.ids()}
    known, counts = keystore.keks.all(), keystore.keks.counts()
    newest = {kek.body: kek.id for kek in held.values() if kek.state == "live"}
    ids = sorted({*held, *known, *counts}, key=place_of)
    return [_line(one, held.get(one), known.get(one), counts.get(one, Counts()), newest) for one in ids]


def _line(kek_id: str, kek: Kek | None, row: KekRow | None, counts: Counts, newest: dict[str, str]) -> Line:
    body, epoch, _ = place_of(kek_id)
    return Line(
        kek=kek_id,
        body=body,
        epoch=epoch,
        state=_state(kek_id, kek, row, newest),
        created=kek.created if kek else None,
        gone=row.gone if row else None,
        counts=counts,
    )


def _state(kek_id: str, kek: Kek | None, row: KekRow | None, newest: dict[str, str]) -> str:
    if row is not None and row.gone is not None:
        return GONE
    if kek is None:
        return ABSENT
    if row is not None and row.closed is not None:
        return CLOSED
    if kek.state != "live":
        return kek.state
    return NEWEST if newest.get(kek.body) == kek_id else OLDER


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat(timespec="milliseconds")
