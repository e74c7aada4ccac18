"""Trying an address as somebody, decided whole and then taken back: the house is the same before and after.

The unit of work runs as it does for anybody; where it would be committed it is undone. So an act that is allowed can be
tried as each of the cast with the same records.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any
from unittest import mock

import pyotp
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.api.spec import EXTENSION
from app.bootstrap import sequencing
from app.bootstrap.work import Work
from foundation.orm import metadata
from tests.house import CAST, PASSWORD, Live
from tests.matrix.laws import broken
from tests.matrix.records import MORE, OS, furnish

NOBODY = "nobody"
WHO = (*CAST, *MORE)
# Who is let in; who is told that it is not for them; who is told of nothing; who must sign in first.
IN, NO, HIDDEN, SIGN = "in", "no", "hidden", "sign in"
_REFUSED = {403: NO, 404: HIDDEN, 401: SIGN}
_OWN = ("api.sign-in-failed", "identity.proof-needed")
_CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
ONE_OF = re.compile(r'<any\("?([a-z-]+)[^)]*\):[a-z]+>')
# What an address needs to say anything of who asks.
_QUERY = {
    "/api/v1/items/<reference>/files/<part>": "?purpose=follow-up",
    "/items/<ref>/files/<int(max=1000000):part>": "?purpose=follow-up",
    "/api/v1/accounts/import": "?kind=people",
}
_TUS = {"Tus-Resumable": "1.0.0", "Upload-Length": "1", "Upload-Offset": "0", "Upload-Metadata": "filename Yi50eHQ="}
# A resumable upload begins without a body and goes on with pieces of its own type.
_UPLOADS = ("/uploads", "/uploads/<upload>", "/uploads/<uuid:upload>")
_PIECES: dict[str, dict[str, Any]] = {"PATCH": {"data": b"x", "content_type": "application/offset+octet-stream"}}
_ALWAYS = {"If-Match": "*", **_TUS}
ROUTES = Path(__file__).parents[1] / "structure" / "routes.txt"
HOLE = re.compile(r"<(?:[^<>:]*(?:\([^)]*\))?:)?([a-z_]+)>")


@cache
def public() -> frozenset[str]:
    """Addresses that anybody reaches."""
    lines = [line.split("  ") for line in ROUTES.read_text(encoding="utf-8").splitlines()]
    guarded = {line[0] for line in lines if line[-1] == "signed-in"}
    return frozenset(line[0] for line in lines if line[-1] == "public") - guarded


class TakenBack(Exception):
    """What a unit of work ends with instead of being committed."""


@contextmanager
def nothing_kept() -> Iterator[None]:
    """Within, every unit of work is undone at its end; a refusal's entry in the log, too."""
    real = Work.__exit__

    def leave(
        self: Work, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if error is None:
            self._notice()
            real(self, TakenBack, TakenBack(), None)
        else:
            real(self, kind, error, at)

    def forget(self: Work, error: BaseException) -> None: ...

    with mock.patch.object(Work, "__exit__", leave), mock.patch.object(Work, "_record_refusal", forget):
        yield


@dataclass
class Tried:
    """The house, everybody signed in by both doors, and the ids that addresses are filled with."""

    live: Live
    ids: dict[str, str]
    client: FlaskClient
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: dict[str, str] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)
    lacking: set[str] = field(default_factory=set)
    judgements: int = 0

    @classmethod
    def create(cls, live: Live) -> Tried:
        """Furnish it and sign everybody in."""
        made = cls(live, furnish(live), live.app.test_client(use_cookies=False))
        for who in WHO:
            live.api(who)
        live.later(seconds=31)  # a code is good once
        for who in WHO:
            made._visit(who)
        sequencing.catch_up(live.house)  # the log takes in by itself what was recorded before
        made.before = made.counted()
        return made

    def counted(self) -> dict[str, int]:
        """How many rows every table has."""
        with self.live.house.engine.connect() as conn:
            return {
                each.name: conn.scalar(sa.select(sa.func.count()).select_from(each)) or 0
                for each in metadata.sorted_tables
            }

    def _visit(self, who: str) -> None:
        with self.live.app.test_client() as client:
            for path, given in (
                ("/sign-in", {"email": f"{who}@example.test", "password": PASSWORD}),
                ("/sign-in/code", {"code": pyotp.TOTP(self.live.secrets[who]).at(self.live.now)}),
            ):
                found = _CSRF.search(client.get(path).text)
                assert found, path
                assert client.post(path, data={"csrf_token": found[1], **given}).status_code == 303
            found = _CSRF.search(client.get("/account").text)
            assert found
            cookie = client.get_cookie("custodes")
            assert cookie is not None
            self.cookies[who], self.csrf[who] = cookie.value, found[1]

    def ask(self, who: str, method: str, rule: str, **given: Any) -> Any:
        """The answer to ``who`` for the address of this rule, with the ids there are and a body that could be meant."""
        api = rule.startswith("/api/")
        address = given.pop("at", "") or self.filled(rule)
        headers = {**_ALWAYS, **self._shown(who, rule), **given.pop("headers", {})}
        if method not in ("GET", "HEAD") and not given:
            headers.setdefault("X-CSRF-Token", self.csrf.get(who, ""))
            given = (
                _PIECES.get(method, {})
                if rule.endswith(_UPLOADS)
                else self.body(method, rule)
                if api
                else {"data": {"csrf_token": self.csrf.get(who, "")}}
            )
        return self.judged(self.client.open(address, method=method, headers=headers, buffered=True, **given))

    def asked_of(self, address: str, who: str, method: str, rule: str) -> TestResponse:
        """The answer to ``who`` for an address as it is written, by the door of ``rule``."""
        return self.judged(self.client.open(address, method=method, headers=self._shown(who, rule), buffered=True))

    def _shown(self, who: str, rule: str) -> dict[str, str]:
        if who == NOBODY:
            return {}
        if rule.startswith("/api/"):
            return {"Authorization": f"Bearer {self.live.tokens[who]}"}
        return {"Cookie": f"custodes={self.cookies[who]}"}

    def judged(self, answer: TestResponse) -> TestResponse:
        """The same; what it lacks of what every answer owes is kept in ``lacking``."""
        path = answer.request.path
        self.judgements += 1
        self.lacking |= {
            f"{answer.request.method} {path} ({answer.status_code}): {each}" for each in broken(path, answer)
        }
        return answer

    def outcome(self, who: str, method: str, rule: str) -> str:
        answer = self.ask(who, method, rule)
        assert answer.status_code < 500 or answer.status_code == 503, (who, method, rule, answer.text[:800])
        return self.told(rule, answer)

    def told(self, rule: str, answer: TestResponse) -> str:
        """Let in, refused, told of nothing, or sent to sign in."""
        said = answer.get_json(silent=True) if answer.is_json else None  # of the headers alone there is no body
        if rule in public() or (isinstance(said, dict) and said.get("code") in _OWN):
            return IN  # there is nothing to guard; a wrong password or code is told to whoever may give one
        if answer.status_code in (302, 303) and "/sign-in" in answer.headers.get("Location", ""):
            return SIGN
        return _REFUSED.get(answer.status_code, IN)

    def filled(self, rule: str) -> str:
        """The address, each name in it replaced by the id of a record that there is, where there is one."""
        named = ONE_OF.sub(lambda hole: hole[1], rule)
        return HOLE.sub(lambda hole: self.value(rule, hole[1]), named) + _QUERY.get(rule, "")

    def value(self, rule: str, name: str) -> str:
        """The id of a record that there is, for this name in this address; "none" where there is none."""
        special = {
            "ref": self.ids["closed"] if "disposals" in rule else self.ids["reference"],
            "reference": self.ids["closed"] if "disposals" in rule else self.ids["reference"],
            "number": self.ids["incident"] if "incident" in rule else "1" if "versions" in rule else "M23",
            "id_": self.ids["session"], "kind": "serious-issue-to-boards", "tasks": "inspection",
            "upload": "00000000-0000-0000-0000-000000000000",
        }  # fmt: skip
        if rule.startswith(("/requests", "/api/v1/requests")) and name in ("key", "reference"):
            return self.ids["request"]
        return special.get(name) or self.ids.get(name, "none")

    def body(self, method: str, rule: str) -> dict[str, Any]:
        path = HOLE.sub(lambda hole: "{" + hole[1] + "}", rule)
        described = self.live.app.extensions[EXTENSION]
        operation = described["paths"].get(path, {}).get(method.lower(), {})
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            return {"json": self._example(content["application/json"]["schema"], described, "")}
        return {"data": b"x", "content_type": next(iter(content), "application/octet-stream")}

    def _example(self, schema: dict[str, Any], described: dict[str, Any], name: str) -> Any:
        """Something the schema allows, with ids of records there are."""
        if "$ref" in schema:
            schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        if "enum" in schema:
            return next(each for each in schema["enum"] if each not in ("", None))
        kind = schema.get("type", "object")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "object":
            wanted = schema.get("required", ())
            said = {each: self._example(schema["properties"][each], described, each) for each in wanted}
            return (
                {**said, "person": self.live.ids["chair"]}
                if {"person", "group"} <= set(schema.get("properties", ()))
                else said
            )
        if kind == "array":
            return [self._example(schema["items"], described, name)] * schema.get("minItems", 0)
        return {"integer": schema.get("minimum", 1), "number": 1, "boolean": True}.get(kind) or self._text(schema, name)

    def _text(self, schema: dict[str, Any], name: str) -> str:
        now = self.live.now
        if schema.get("format") == "date":
            return now.date().isoformat()
        if schema.get("format") == "date-time":
            # The demonstration's clock is no row: it would stay where it was moved to.
            return (now + timedelta(days=0 if name == "to" else 3)).isoformat()
        known = {
            "marking": OS, "email": "new@example.test", "party": "hmip", "to_party": "imb", "role": "board-member",
            "to": self.live.ids["chair"], "holder": self.live.ids["chair"], "country": "FR", "purpose": "follow-up",
            "appointments": self.ids["appointment"], "people": self.ids["account"],
            "sha256": "0" * 64, "digest": "0" * 64,
        }  # fmt: skip
        return known.get(name) or self.ids.get(name, "x")[: schema.get("maxLength", 99)]
