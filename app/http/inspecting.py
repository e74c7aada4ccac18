"""What looks at a file on its way in, beside its sealing: the malware scanner, and the search for markings."""

from __future__ import annotations

from app.bootstrap.house import House
from app.outbound.clamd import Scan, ScannerUnavailable
from app.outbound.documents import Reading
from app.scanner import Scanner
from sharing.model.inspected import Inspected


class Inspection:
    """One file. Whoever begins one ends it: with ``finish``, or with ``abort``."""

    def __init__(self, house: House) -> None:
        """Raises ScannerUnavailable before a byte is read."""
        if not (house.settings.scanner or house.demonstration):
            # That files come in unscanned is for somebody to say, not for nobody to notice.
            raise ScannerUnavailable("No scanner is set up. Whoever runs the service must name one (CUSTODES_SCANNER).")
        scanner = Scanner.read(house.settings.scanner)
        self._scan = Scan(scanner) if scanner else None
        self._reading = Reading(house.policies.scheme, house.settings.policies)

    def write(self, data: bytes) -> None:
        """Show it to both."""
        if self._scan is not None:
            self._scan.write(data)
        self._reading.write(data)

    def finish(self) -> Inspected:
        """What was seen. Raises ScannerUnavailable, TooLargeToScan."""
        try:
            malware = self._scan.finish() if self._scan is not None else ""
            found = None if malware else self._reading.finish()
            return Inspected(self._scan is not None, malware, found is not None, found or ())
        finally:
            self.abort()

    def abort(self) -> None:
        """Let go of both, at any time."""
        if self._scan is not None:
            self._scan.abort()
        self._reading.abort()
