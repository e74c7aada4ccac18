"""Facts the outbox records. Ids, codes and instants: no address, no count, nothing of what is told."""

from __future__ import annotations

from typing import Final

from audit.fact import kind

# The clock tells these: no other fact says that they came due. The subject is the person.
TRAINING_DUE = kind("outbox.training-due", "A person's training runs out, or has", "module", "state", "until")
REVIEW_DUE = kind("outbox.review-due", "An appointment is to be attested by a person", "appointment", "state", "due_on")

# The subject of the first two is the notice, and the person; of the rest the message.
SPREAD = kind("outbox.notice-spread", "It was found who hears of something", "people", "systems", "urgent")
NOT_TOLD = kind("outbox.not-told", "What a person need not or may not hear any more was left out", "notices")
MADE = kind("outbox.message-made", "A message for a person was put into the outbox", "person", "notices", "urgent")
POSTED = kind(
    "outbox.notice-posted", "A notice of an incident was put into the outbox",
    "incident", "duty", "stage", "words", "by",
)  # fmt: skip
SENT = kind("outbox.message-sent", "A message was handed over", "attempt", "remote")
DELIVERED = kind("outbox.message-delivered", "A message arrived, as its carrier says", "attempt", "remote")
FAILED = kind(
    "outbox.message-failed", "A message did not get through", "attempt", "cause", "permanent", "next_at", "remote"
)
DROPPED = kind("outbox.message-dropped", "A message has nobody to go to any more", "cause")
AGAIN = kind("outbox.message-tried-again", "A person had a message tried again", "by", "step")

PREFERENCE_SET = kind("outbox.preference-set", "A person chose how often they hear", "how")

# The subject is the partner system. Address and secret are sealed.
HOOK_REGISTERED = kind(
    "outbox.system-registered", "A partner system was registered, to be told", "party", "url", "secret", "by"
)
HOOK_ROTATED = kind(
    "outbox.secret-rotated", "A partner system was given another secret", "step", "secret", "before_until", "by"
)
HOOK_DISABLED = kind("outbox.system-disabled", "A partner system is told nothing any more", "step", "cause", "by")
HOOK_ENABLED = kind("outbox.system-enabled", "A partner system is told again", "step", "by")
HOOK_REMOVED = kind("outbox.system-removed", "A partner system was removed", "step", "by")
REFUSED = kind("outbox.refused", "Something asked of the outbox was refused", "act")
VIEWED = kind("outbox.viewed", "What waits in the outbox and what failed was looked at", "shown")

DUE_KINDS: Final = frozenset({TRAINING_DUE.name, REVIEW_DUE.name})
OWN_KINDS: Final = frozenset(
    each.name
    for each in (
        SPREAD, NOT_TOLD, MADE, POSTED, SENT, DELIVERED, FAILED, DROPPED, AGAIN, PREFERENCE_SET, HOOK_REGISTERED,
        HOOK_ROTATED, HOOK_DISABLED, HOOK_ENABLED, HOOK_REMOVED,
    )
)  # fmt: skip


def words_about(message: str) -> str:
    """What the text of an incident's notice is sealed to."""
    return f"outbox/{message}/words"


def hook_about(hook: str, name: str) -> str:
    """What address and secret of a partner system are sealed to."""
    return f"outbox/{hook}/{name}"
