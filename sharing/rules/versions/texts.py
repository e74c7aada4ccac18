"""The text of a proposed version: what may be taken in at all, and what the next version of an agreement must be."""

from __future__ import annotations

from foundation.policy import Faults
from sharing.model.agreement import Agreement

FILE = "the proposed version"
MOST_BYTES = 262_144
MOST_LINE = 20_000  # characters
MOST_DUTIES = 300  # some checks hold every duty against every other


def tidied(file: bytes, faults: Faults) -> str:
    """The text, as it is kept: UTF-8 without a byte order mark, lines ended as on any system. Empty beside a fault.

    A file saved by Notepad and the same text pasted into a form so have the same digest.
    """
    if len(file) > MOST_BYTES:
        faults.add(FILE, "", f"is longer than {MOST_BYTES // 1024} KiB")
        return ""
    try:
        text = file.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        faults.add(FILE, "", f"is not UTF-8: byte {error.start} cannot be read. Save it as UTF-8")
        return ""
    if not text.strip():
        faults.add(FILE, "", "is empty")
    elif any(len(line) > MOST_LINE for line in text.split("\n")):
        faults.add(FILE, "", f"has a line of more than {MOST_LINE} characters")
    return text


def against(found: Agreement, newest: Agreement, faults: Faults) -> None:
    """It is the next version of the same agreement, between the same parties, and can be changed again."""
    if found.id != newest.id:
        faults.add(FILE, "id", f"must be “{newest.id}”: this changes that agreement")
        return
    if found.version != newest.version + 1:
        faults.add(FILE, "version", f"must be {newest.version + 1}: versions are numbered without gaps")
    if set(found.parties) != set(newest.parties):
        faults.add(FILE, "parties", "must be those of the version before: between others it is another agreement")
    if found.change is None:
        faults.add(FILE, "change", "is missing: nobody could change it again")
    if len(found.duties) > MOST_DUTIES:
        faults.add(FILE, "duty", f"there are more than {MOST_DUTIES}")
    if found.digest == newest.digest:
        faults.add(FILE, "", "is the version there is")
