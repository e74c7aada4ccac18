"""The facts of agreements: what was recorded, what is owed. Fields hold no content but sealed words."""

from __future__ import annotations

from audit.fact import kind

# What an agreement asks to be recorded. `values` are "field=code"; what people wrote stands sealed in `words`.
RECORD_MADE = kind(
    "sharing.record-made",
    "Somebody made a record that an agreement asks for",
    "agreement",
    "agreement_version",
    "record",
    "on",
    "establishment",
    "thread",
    "values",
    "words",
    "by",
    "party",
)
# Of a record kept to named people nothing but that: which kind, about what, which day stands in `sealed` with the rest,
# since whoever checks the log need not know it. `circle` is the record whose named people know of it.
NAMED_RECORD_MADE = kind(
    "sharing.named-record-made",
    "Somebody made a record that named people alone may know of",
    "agreement",
    "agreement_version",
    "circle",
    "named",  # account ids, where the circle begins with this record
    "sealed",
    "by",
    "party",
)
# The subject of these is the record the circle began with. The reason is sealed.
_KNOWN = ("agreement", "person", "reason")
RECORD_NAMED = kind("sharing.record-named", "A person was named, who may know of a record from now on", *_KNOWN)
RECORD_NAMING_ENDED = kind("sharing.record-naming-ended", "A person may know of a record no longer", *_KNOWN)
RECORD_BARRED = kind("sharing.record-barred", "A person was barred from a record by name", *_KNOWN)
# The subject of these is the occurrence; of what named people alone may know only that it is there stands in them.
# `source` is the item or record that began it, `thread` what that is about.
DUTY_OPENED = kind(
    "sharing.duty-opened",
    "Something an agreement obliges to is owed",
    "agreement",
    "agreement_version",
    "duty",
    "number",
    "source",
    "thread",
    "establishment",
    "opened_on",
    "due_on",
    "clocked",  # true: time brought it, and this fact is its beginning
)
DUTY_MET = kind(
    "sharing.duty-met",
    "Something an agreement obliges to was done",
    "agreement", "duty", "number", "evidence", "on", "late",
)  # fmt: skip
DUTY_LAPSED = kind(
    "sharing.duty-lapsed", "What was owed is owed no longer", "agreement", "duty", "number", "evidence", "on"
)
DUTY_OVERDUE = kind(
    "sharing.duty-overdue", "Something an agreement obliges to is late", "agreement", "duty", "number", "due_on"
)
DUTY_ESCALATED = kind(
    "sharing.duty-escalated", "What is late went up", "agreement", "duty", "number", "level", "to"
)  # fmt: skip
DUTY_KINDS = frozenset(
    each.name for each in (RECORD_MADE, DUTY_OPENED, DUTY_MET, DUTY_LAPSED, DUTY_OVERDUE, DUTY_ESCALATED)
)
NAMING_KINDS = frozenset(each.name for each in (NAMED_RECORD_MADE, RECORD_NAMED, RECORD_NAMING_ENDED, RECORD_BARRED))
COVERAGE_TAKEN = kind("sharing.coverage-taken", "How an agreement is kept was taken away as a file", "agreement")
