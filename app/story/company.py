"""The people of the story: each signs in with password and code, and again whenever the clock has passed them by."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyotp

from app.demo import kept
from app.demo.cast import CAST, PLACES, Part
from app.story.telling import expect
from client.custodes_client import Answer, Custodes, Passed

STEP = 30  # seconds a code is good for; each is good once


@dataclass(slots=True)
class Company:
    """``ask``, ``upload`` and ``download`` as one of the people, by key."""

    client: Custodes
    password: str
    secrets: dict[str, str]
    people: dict[str, Part]
    roles: dict[str, str]
    tokens: dict[str, str] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, client: Custodes, state: Path) -> Company:
        """The furnished cast of the service in ``state``."""
        found = kept.read(state)
        if found is None:
            msg = "the story furnishes its own service first"
            raise RuntimeError(msg)
        shown = client.ask("GET", "/demonstration")
        expect(shown.status == 200, "GET /demonstration to name the cast", shown.in_short)
        roles = {one["key"]: one["role"] for one in shown.json["people"]}
        return cls(client, found.password, dict(found.secrets), {part.key: part for part in CAST}, roles)

    def name(self, who: str) -> str:
        """As people are called in the story."""
        part = self.people[who]
        party, role = part.party.upper(), self.roles[who]
        if role[1:].islower():
            role = role[0].lower() + role[1:]
        board = next((f", {place.board}" for place in PLACES if place.key == part.board), "")
        return f"{part.name} ({role if role.startswith(party) else f'{party} {role}'}{board})"

    def join(self, part: Part, secret: str, role: str) -> None:
        """One more, who came in during the story."""
        self.people[part.key], self.secrets[part.key], self.roles[part.key] = part, secret, role

    def now(self) -> datetime:
        """The service's time."""
        answer = self.client.ask("GET", "/demonstration")
        expect(answer.status == 200, "GET /demonstration to tell the time", answer.in_short)
        return datetime.fromisoformat(answer.json["now"])

    def ask(
        self,
        who: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request as this person."""
        answer = self._as(who).ask(method, path, body, headers=headers)
        if answer.status == 401:
            answer = self._anew(who).ask(method, path, body, headers=headers)
        return answer

    def upload(self, who: str, path: str, file: Path, media_type: str) -> Passed:
        """A file, as this person."""
        return self._as(who).put(path, file, media_type=media_type)

    def download(self, who: str, path: str, headers: Mapping[str, str] | None = None, to: Path | None = None) -> Passed:
        """A file, as this person."""
        found = self._as(who).fetch(path, to, headers=headers)
        if found.answer.status == 401:
            found = self._anew(who).fetch(path, to, headers=headers)
        return found

    def code(self, who: str) -> str:
        """A code of this person's that was not used yet."""
        current = int(self.now().timestamp()) // STEP
        step = max(current, self.spent.get(who, 0) + 1)
        if step > current + 1:
            time.sleep(STEP)
        self.spent[who] = step
        return pyotp.TOTP(self.secrets[who]).generate_otp(step)

    def _as(self, who: str) -> Custodes:
        return self._with(self.tokens[who]) if who in self.tokens else self._anew(who)

    def _with(self, token: str) -> Custodes:
        return replace(self.client, token=token)

    def _anew(self, who: str) -> Custodes:
        given = {"email": self.people[who].email, "password": self.password}
        first = self.client.ask("POST", "/session", given)
        expect(first.status == 201, f"{self.name(who)} to sign in", first.in_short)
        full = self._with(first.json["token"]).ask("POST", "/session/code", {"code": self.code(who)})
        expect(full.status == 200, f"{self.name(who)}’s code to be good", full.in_short)
        self.tokens[who] = full.json["token"]
        return self._with(full.json["token"])
