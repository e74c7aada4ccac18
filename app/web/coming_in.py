"""What somebody who has just come in is told of those who tried before."""

from __future__ import annotations

from flask import flash

from app.http.language import in_number, shown


def told_of(wrong: int) -> None:
    """Whoever comes in hears of wrong codes before: it may have been somebody else."""
    if wrong:
        text = in_number(
            "%(num)s wrong security code was tried with your password since you last signed in by a code. "
            "If it was not you, somebody has your password: change it now, on your account page.",
            "%(num)s wrong security codes were tried with your password since you last signed in by a code. "
            "If it was not you, somebody has your password: change it now, on your account page.",
            wrong,
        )
        flash(text, shown())
