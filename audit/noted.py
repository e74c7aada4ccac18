"""Refusals that the log must remember."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from audit.fact import Kind, Value
from foundation.errors import ServiceError, rules_of


class Noted(ServiceError):
    """A refusal to be recorded after the rollback: ``fact`` with ``what``, ``rules`` and ``subject``.

    Raising undoes the transaction, so whoever rolled back records it afterwards, in a transaction of its own. What it
    carries are ids and codes, never what was typed.
    """

    def __init__(
        self,
        detail: str,
        *,
        fact: Kind | None = None,
        what: Mapping[str, Value] | None = None,
        rules: Sequence[str] = (),
        marking: str = "",
        **rest: Any,
    ) -> None:
        super().__init__(detail, **rest)
        self.fact = fact
        self.what: dict[str, Value] = dict(what or {})
        self.rules = tuple(rules) or rules_of(self.reasons)
        self.marking = marking
