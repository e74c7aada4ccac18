"""Ways in: passkeys, one's own sessions, accounts given back to their owners."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID


class DeviceAsked(Schema):
    """What `navigator.credentials` is called with (WebAuthn, JSON form)."""

    options = fields.Dict()


class VisitorAsked(DeviceAsked):
    """`token` is the bearer token to answer under: it reaches nothing else."""

    token = fields.String()


class DeviceAnswer(Schema):
    """What the device answered (WebAuthn, JSON form)."""

    answer = fields.Dict(required=True)


class NewPasskeyBody(Schema):
    """`code`: of the authenticator app, where there is one."""

    name = fields.String(required=True, validate=validate.Length(max=60), metadata={"example": "Work laptop"})
    code = fields.String(load_default="", validate=validate.Length(max=40))


class PasskeyMade(Schema):
    id = fields.String(metadata=ID)


class Passkey(Schema):
    """`synced`: the owner's devices may pass it among themselves. `used`: null where it never was."""

    id = fields.String(metadata=ID)
    name = fields.String()
    synced = fields.Boolean()
    created = fields.AwareDateTime(format="iso")
    used = fields.AwareDateTime(format="iso", allow_none=True)


class Passkeys(Schema):
    passkeys = fields.List(fields.Nested(Passkey))


class OwnSession(Schema):
    """`id` can be shown and opens nothing. `door`: `web` or `api`. `here`: the one that asks."""

    id = fields.String()
    door = fields.String()
    created = fields.AwareDateTime(format="iso")
    seen = fields.AwareDateTime(format="iso")
    here = fields.Boolean()


class OwnSessions(Schema):
    sessions = fields.List(fields.Nested(OwnSession))


class ProviderLink(Schema):
    """`provider`: its id here. `used`: null where it never was. `says`: role and office its groups stand for."""

    id = fields.String(metadata=ID)
    provider = fields.String()
    linked = fields.AwareDateTime(format="iso")
    used = fields.AwareDateTime(format="iso", allow_none=True)
    says = fields.List(fields.List(fields.String()))


class ProviderLinks(Schema):
    links = fields.List(fields.Nested(ProviderLink))


class RecoveryBody(Schema):
    """`checked`: a code of the policy; `words`: what was checked, when and with whom."""

    checked = fields.String(required=True, validate=validate.Length(max=40), metadata={"example": "known-number"})
    words = fields.String(required=True, validate=validate.Length(max=1000))


class RecoveryMade(Schema):
    """`code` is told to the person, and to nobody else. It is shown once: a repeated answer lacks it."""

    id = fields.String(metadata=ID)
    code = fields.String()


class Recovery(Schema):
    id = fields.String(metadata=ID)
    person_id = fields.String(metadata=ID)
    proposed_by = fields.String(metadata=ID)
    proposed = fields.AwareDateTime(format="iso")
    until = fields.AwareDateTime(format="iso")
    checked = fields.String()
    words = fields.String()


class Recoveries(Schema):
    recoveries = fields.List(fields.Nested(Recovery))
