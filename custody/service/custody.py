"""The door to custody: one unit of work's acts on media and paper, put together."""

from __future__ import annotations

from custody.service.papers import Papers


class Custody(Papers):
    """Ask, decide, withdraw, write, read back, lose, end; register, print, confirm, send, receive, miss, find, end."""
