"""What every house of a process reads again and finds the same, read once: the policies, and boto3's descriptions.

Reading the policies is most of what building a house costs, and describing S3 and KMS most of what a client does. Both
are remembered by what was read: policies go by every byte of their folder, so a file that a test changes is read, and
what is refused is refused each time. Processes that tests start read for themselves.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from functools import cache
from pathlib import Path

import botocore.session

from app.bootstrap import policies
from app.bootstrap.policies import Policies
from audit.fact import kinds
from foundation.policy import digest

MOST = 8  # folders; a test spoils one after the other
really_read = policies.load
_read: OrderedDict[tuple[str, frozenset[str]], Policies] = OrderedDict()


def load(root: Path) -> Policies:
    """``app.bootstrap.policies.load``. Each caller has an object of their own: some tests put something else in it."""
    key = digest(root, "**/*"), frozenset(kinds())
    if key not in _read:
        _read[key] = really_read(root)
        if len(_read) > MOST:
            _read.popitem(last=False)
    _read.move_to_end(key)
    return replace(_read[key])


def remember() -> None:
    """From now on, in this process."""
    policies.load = load
    botocore.session.create_loader = cache(botocore.session.create_loader)
