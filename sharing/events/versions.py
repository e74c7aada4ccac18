"""The facts of changes to an agreement. The subject of each is the proposal."""

from __future__ import annotations

from audit.fact import kind

_VERSION = ("agreement", "number", "in_force", "sha256", "by", "party")
VERSION_PROPOSED = kind("sharing.version-proposed", "A change to an agreement was proposed", *_VERSION)
# `step` counts the acts on a proposal: two at once cannot both be the next.
_ACT = (*_VERSION, "step", "place")
VERSION_ASSESSED = kind(
    "sharing.version-assessed",
    "It was decided whether a change to an agreement needs an impact assessment, or one was carried out",
    *_ACT, "decision",
)  # fmt: skip
VERSION_SIGNED = kind(
    "sharing.version-signed",
    "A change to an agreement was signed for a party",
    *_ACT, "assessment", "complete",  # the entry of the decision it was signed on; whether it is signed by all now
)  # fmt: skip
VERSION_DECLINED = kind("sharing.version-declined", "A change to an agreement was declined", *_ACT)
VERSION_WITHDRAWN = kind("sharing.version-withdrawn", "A change to an agreement was withdrawn", *_ACT)
VERSION_KINDS = frozenset(
    each.name for each in (VERSION_PROPOSED, VERSION_ASSESSED, VERSION_SIGNED, VERSION_DECLINED, VERSION_WITHDRAWN)
)
