"""How classification says no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from foundation.errors import Denied, Invalid, Reason


class MarkingInvalid(Invalid):
    """Not a marking, or one whose words do not go together. ``suggestion`` is a line to write instead, if any."""

    code = "classification.marking-invalid"
    title = "The marking cannot be used"

    def __init__(
        self,
        detail: str,
        *,
        suggestion: str = "",
        reasons: Sequence[Reason] = (),
        fields: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(detail, reasons=reasons, fields=fields)
        self.suggestion = suggestion


class MarkingLegacy(MarkingInvalid):
    """An old mark. ``suggestion`` is the grade a person may choose; empty when the originator must re-grade first."""

    code = "classification.legacy-marking"
    title = "This is an old marking"


class MarkingAboveOfficial(Denied):
    """A spill, or what may be one. ``claimed`` is a code fit for the log ("SECRET"); no word of the line is kept."""

    code = "classification.above-official"
    title = "This must not be put into this service"

    def __init__(self, detail: str, *, claimed: str, reasons: Sequence[Reason] = ()) -> None:
        super().__init__(detail, reasons=reasons)
        self.claimed = claimed
