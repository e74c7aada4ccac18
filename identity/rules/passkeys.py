"""What a passkey's count says, and when one may be taken away."""

from __future__ import annotations

MOST_NAME = 60


def went_back(was: int, told: int) -> bool:
    """Whether there may be a copy of the passkey (WebAuthn 7.2 step 21). A device without a count always tells 0."""
    return (was, told) != (0, 0) and told <= was


def last_factor(*, app: bool, passkeys: int) -> bool:
    """Whether removing one of ``passkeys`` would leave no second factor. ``app``: an authenticator app is set up."""
    return not app and passkeys <= 1
