"""What a share looks like on paper."""

from __future__ import annotations

from vault.recovery.sealed import SERVICE, Copy
from vault.recovery.service import Made

_COLUMNS = 3


def file_name(copy: Copy, number: int) -> str:
    """Tells one share's page from another's."""
    return f"share.{copy.scope.replace('/', '-')}.{copy.set_id}.{number}-of-{copy.shares}.txt"


def page(made: Made, number: int) -> str:
    """One page: what it is, how to keep it, the words."""
    copy = made.copy
    whose = "the service’s own keys (log, index, identity, web)" if copy.scope == SERVICE else f"keys of {copy.body}"
    return f"""\
CUSTODES · RECOVERY SHARE {number} of {copy.shares}

Of what    {whose}
Set        {copy.set_id}
Made       {copy.made:%d %B %Y}
Needed     any {copy.threshold} of the {copy.shares} shares of this set, and the recovery file

{_words(made.shares[number - 1])}

The last words are a checksum: a mistake in up to three words is always found. Case and numbers do not matter.

What it is   With {copy.threshold - 1} more of the set and the recovery file it opens everything these keys close.
             Alone, or with fewer, it tells nothing.
Keep it      on paper, in a sealed envelope, signed over the flap, in a safe of your own.
             Never in a photograph, a message, a computer, or together with another share.
Give it      only to the screen of the machine where keys are being recovered or rehearsed, with others present.
If you leave, if it is lost or the envelope is open: say so at once. A new set is made; this one is burnt.

Custodian ______________________________   Place ______________________________   Date ______________
"""


def _words(share: str) -> str:
    numbered = [f"{place:2}. {word:14}" for place, word in enumerate(share.split(), 1)]
    rows = [numbered[start : start + _COLUMNS] for start in range(0, len(numbered), _COLUMNS)]
    return "\n".join("   ".join(row).rstrip() for row in rows)
