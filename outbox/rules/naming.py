"""Ids that the same thing always has, so that it is told once. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid5

_SPACE = UUID("6f1b7a52-3c0e-5d94-8a67-2f0d9c4be1a3")


def notice_id(topic: str, subject: str, stage: Iterable[object]) -> str:
    """Of a stage of something. What is told of two facts of one stage is told once."""
    return str(uuid5(_SPACE, "\x1f".join(("notice", topic, subject, *(str(each) for each in stage)))))


def event_id(notice: str, system: str) -> str:
    """Of what one partner system hears of a notice: the webhook-id, the same at every attempt."""
    return str(uuid5(_SPACE, "\x1f".join(("event", notice, system))))


def posted_id(incident: str, duty: str, stage: str) -> str:
    """Of the notice of an incident's duty: sent once from here."""
    return str(uuid5(_SPACE, "\x1f".join(("posted", incident, duty, stage))))
