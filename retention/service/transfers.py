"""Transfer to the archive: packaged by one, its receipt recorded by another, and only then disposed of here."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from uuid import UUID

from foundation.actor import Actor
from foundation.calendar import london_date
from retention import events
from retention.errors import DetailsInvalid
from retention.model.case import Case
from retention.model.transfer import CLOSURES, Closure, Label
from retention.ports import Parcel
from retention.rules.steps import transferring
from retention.service.desk import Desk, words

MOST_YEARS = 150
REFERENCE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./()-]{0,58}[A-Za-z0-9)])?\Z", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


class Transfers(Desk):
    """``version`` is the one the person saw: CaseChanged if it is no longer that."""

    def package(
        self,
        item: str,
        *,
        recipient: str,
        closure: Closure,
        closure_years: int | None = None,
        authority: str = "",
        version: int,
        actor: Actor,
        now: datetime,
    ) -> tuple[Case, Parcel]:
        """The item as a bag (RFC 8493) for the archive; the caller seals it for ``recipient``, and closes it.
        Entered in the log, counted; the bytes follow once that is committed. May be repeated until there is a receipt.
        ``closure_years`` and ``authority`` of a closed one alone. Raises DetailsInvalid, DisposalRefused, CaseChanged.
        """
        case = self._case(item, version)
        # All of its content leaves: not by whoever’s duties keep them from content.
        self._ask(case, actor, "receive-return", transferring.may_package(case, actor), now=now)
        why = _closure(closure, closure_years, authority)
        parcel = self._bag(case, closure, closure_years, why, actor=actor, now=now)
        try:
            packaged = self._record(
                events.TRANSFER_PACKAGED,
                case,
                actor=actor,
                now=now,
                why=why,
                by=actor.id,
                recipient=recipient,
                files=parcel.files,
                bytes=parcel.size,
                sha256=parcel.sha256,
                closure=closure,
                closure_years=closure_years,
            )
        except BaseException:
            parcel.close()
            raise
        return packaged, parcel

    def _bag(
        self, case: Case, closure: Closure, years: int | None, authority: str, *, actor: Actor, now: datetime
    ) -> Parcel:
        label = Label(
            holder=self._holder,
            originator=case.originator,
            agreement=f"{case.agreement} {case.agreement_version}",
            retention_class=case.retention_class,
            closed_on=case.trigger_on,
            packaged_on=london_date(now),
            closure=closure,
            closure_years=years,
            authority=authority,
        )
        return self._eraser.bag(UUID(case.item), label, actor=actor, now=now)

    def record_receipt(
        self,
        item: str,
        *,
        archive_reference: str,
        received_on: date,
        sha256: str,
        version: int,
        actor: Actor,
        now: datetime,
    ) -> Case:
        """The archive has it: its own reference, when, and the digest it found (of ``manifest-sha256.txt``).

        What is here is disabled and, after the cooling-off, destroyed like anything two people agreed to destroy.
        Raises DetailsInvalid (another digest than was packaged …), DisposalRefused, CaseChanged, Unavailable (keys).
        """
        case = self._case(item, version)
        transfer = self._transfers.find(item)
        other = transfer.packaged_by if transfer else ""
        reasons = transferring.may_record_receipt(case, actor, transfer)
        self._ask(case, actor, "approve-disposal", reasons, now=now, other=other)
        packaged = transfer.sha256 if transfer else ""
        first = london_date(transfer.packaged_at) if transfer else london_date(now)
        _receipt(archive_reference, received_on, sha256, packaged, (first, london_date(now)))
        self._eraser.disable(UUID(item), actor=actor, now=now)
        cooled = london_date(now) + timedelta(days=self._schedules.disposal.cooling_off_days)
        return self._record(
            events.TRANSFER_RECEIVED,
            case,
            actor=actor,
            now=now,
            by=actor.id,
            archive_reference=archive_reference.strip(),
            received_on=received_on.isoformat(),
            sha256=packaged,
            destroy_on=cooled.isoformat(),
        )


def _closure(closure: str, years: int | None, authority: str) -> str:
    """On whose word it is closed; "" of an open one."""
    if closure not in CLOSURES:
        raise DetailsInvalid("Say whether it is open.", fields={"closure": ["Choose whether it is open or closed"]})
    if closure == "open":
        if years is not None or authority.strip():
            fault = ["An open record has no closure period and no authority for one"]
            raise DetailsInvalid("Open or closed?", fields={"closure": fault})
        return ""
    if years is None or not 1 <= years <= MOST_YEARS:
        fault = [f"Enter for how many years, from 1 to {MOST_YEARS}"]
        raise DetailsInvalid("Say for how long.", fields={"closure_years": fault})
    return words("authority", authority)


def _receipt(reference: str, on: date, sha256: str, packaged: str, between: tuple[date, date]) -> None:
    """``between``: the day of the package, before which nobody had it, and today."""
    faults: dict[str, list[str]] = {}
    if not REFERENCE.match(reference.strip()):
        faults["archive_reference"] = ["Enter the archive’s own reference: letters, numbers, spaces and . / - ( )"]
    if on > between[1]:
        faults["received_on"] = ["The day it was received cannot be in the future"]
    if on < between[0]:
        faults["received_on"] = [f"The package was made on {between[0].isoformat()}: it was received that day or later"]
    if not _DIGEST.match(sha256.strip().lower()) or sha256.strip().lower() != packaged:
        faults["sha256"] = ["This is not the digest of the package: the archive has another, or it was mistyped"]
    if faults:
        raise DetailsInvalid("The receipt cannot be recorded as it is.", fields=faults)
