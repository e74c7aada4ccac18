"""The certificate of a batch: issued once nothing of it waits for its end any more, proven by the log's receipts.

As of an item, ``issue_batch`` and ``certify_batch`` are units of work of their own, and may be repeated.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa

from audit.errors import NotYetInTree
from audit.fact import Value
from audit.trail import Trail
from foundation.actor import Actor
from retention import events
from retention.errors import BatchNotFound, DisposalRefused
from retention.model.batch import Batch, BatchCertificate
from retention.ports import Witness, Words
from retention.rules import batch_certificate as rules
from retention.rules.selfproving import DISCLOSED, ISSUED, body_digest, canonical
from retention.service.desk import UNFOLLOWED
from retention.store.batch_certificates import BatchCertificates
from retention.store.batches import BatchRows
from retention.store.cases import Cases

MOST = 50  # batches of one run


class BatchCertifying:
    """Nothing here is asked for by a person. The trail must be followed by ``Clocks``."""

    def __init__(self, conn: sa.Connection, trail: Trail, *, witness: Witness, words: Words, holder: str) -> None:
        self._rows, self._certificates = BatchRows(conn, words), BatchCertificates(conn)
        self._cases, self._trail, self._witness, self._holder = Cases(conn, words), trail, witness, holder

    def owed(self, *, actor: Actor, now: datetime) -> list[str]:  # noqa: ARG002
        """Batches to be certified, or whose certificate is to be proven."""
        return self._certificates.owed(MOST)

    def issue_batch(self, batch: str, *, actor: Actor, now: datetime) -> str:
        """Issue the certificate, not proven yet; its number. Repeating changes nothing.

        Raises BatchNotFound; DisposalRefused while an item waits for its own certificate, or where none was destroyed.
        """
        return self._issued(batch, actor=actor, now=now).number

    def certify_batch(self, batch: str, *, actor: Actor, now: datetime) -> str:
        """Issue it, and put its proofs to it; the number. Repeat it where the log does not prove it yet.

        Raises what ``issue_batch`` raises; Unavailable when the log cannot prove it now.
        """
        known = self._certificates.find(batch)
        issued = known or self._issued(batch, actor=actor, now=now)
        if not issued.text:
            with suppress(*(() if known else (NotYetInTree,))):
                self._prove(self._approved(batch), issued, actor=actor, now=now)
        return issued.number

    def _issued(self, batch: str, *, actor: Actor, now: datetime) -> BatchCertificate:
        known = self._certificates.find(batch)
        if known is not None:
            return known
        found = self._approved(batch)
        body = rules.body(found, self._told(batch), holder=self._holder, now=now)
        number = rules.number(found.party, found.number)
        what: dict[str, Value] = {"batch": batch, "number": number, "sha256": body_digest(body)}
        entry = self._trail.record(events.BATCH_CERTIFIED, actor=actor, now=now, subject=batch, what=what)
        if self._rows.find(batch) != replace(found, certificate=number):
            raise RuntimeError(UNFOLLOWED)
        made = BatchCertificate(number, batch, found.party, now, entry.id, canonical(body).decode(), "")
        self._certificates.add(made)
        return made

    def _approved(self, batch: str) -> Batch:
        found = self._rows.find(batch)
        if found is None:
            raise BatchNotFound("Check the number of the batch.")
        if found.state != "approved":
            raise DisposalRefused("Only an approved batch is certified.", subject=batch)
        return found

    def _told(self, batch: str) -> list[rules.Told]:
        files, told = self._certificates.of_items(batch), []
        for member in self._rows.members(batch):
            case = self._cases.find(member.item)
            if case is None:
                raise RuntimeError(UNFOLLOWED)
            number, text = files.get(member.item, ("", ""))
            told.append(rules.Told(member, case, number, sha256(text.encode()).hexdigest() if text else ""))
        if left := rules.waits(told):
            raise DisposalRefused(f"{left} of its items wait for their own certificate.", subject=batch)
        if not any(rules.certified(each) for each in told):
            raise DisposalRefused("Nothing of it was destroyed.", subject=batch)
        return told

    def _prove(self, batch: Batch, issued: BatchCertificate, *, actor: Actor, now: datetime) -> None:
        entries = {"batch-approved": batch.entry, ISSUED: issued.entry}
        proof = {name: self._witness.receipt(each, DISCLOSED, actor=actor, now=now) for name, each in entries.items()}
        self._certificates.prove(batch.id, rules.file(json.loads(issued.body), proof))
