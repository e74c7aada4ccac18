"""Codes of the second factor (RFC 6238: SHA-1, six digits, thirty seconds), each good once."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

from identity.rules.session import code_digits, code_steps


def matching_step(secret: bytes, code: str, now: datetime, *, after: int) -> int | None:
    """The time step whose code was typed, if it is good now and later than ``after``, the last one used."""
    digits = code_digits(code)
    if not digits:
        return None
    totp = pyotp.TOTP(secret.decode())
    # Every step is compared, so that the time taken does not say how near a guess came.
    matches = [step for step in code_steps(now) if hmac.compare_digest(totp.generate_otp(step), digits)]
    return next((step for step in matches if step > after), None)
