"""Changes to an agreement: versions there are, proposals, what one changes and would do."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, Count, words
from sharing.model.version import DECISIONS
from sharing.rules.versions.texts import MOST_BYTES

STATES = ("proposed", "signed", "declined", "withdrawn")
FATES = ("begins", "ends", "changes")


class VersionStated(Schema):
    """A version of the files, or signed here. `digest` is the SHA-256 of its text."""

    version = fields.Integer()
    in_force = fields.Date()
    title = fields.String()
    digest = fields.String()


class VersionAct(Schema):
    """What one person did: assess, sign, decline or withdraw. `entry` is of the log."""

    number = fields.Integer()
    act = fields.String()
    decision = fields.String()
    party = fields.String()
    place = fields.String()
    reason = fields.String()
    by = fields.String(metadata=ID)
    at = fields.DateTime()
    entry = fields.String(metadata=ID)


class Proposal(Schema):
    """A version proposed here. Whoever signs sends its `sha256`: a signature is for that text."""

    id = fields.String(metadata=ID)
    agreement = fields.String()
    number = fields.Integer()
    in_force = fields.Date()
    sha256 = fields.String()
    state = fields.String(validate=validate.OneOf(STATES))
    reason = fields.String()
    party = fields.String()
    proposed_by = fields.String(metadata=ID)
    proposed_at = fields.DateTime()
    acts = fields.List(fields.Nested(VersionAct))


class DutyLeft(Schema):
    """A duty that ended while it was owed: as `version` stated it last. Above 1,000 a number says 1,001."""

    id = fields.String()
    number = fields.String()
    what = fields.String()
    version = fields.Integer()
    open = fields.Integer()
    overdue = fields.Integer()


class Versions(Schema):
    """Every version there is, oldest first; what ended while it was owed; and what was proposed here, newest first."""

    versions = fields.List(fields.Nested(VersionStated))
    left = fields.List(fields.Nested(DutyLeft))
    proposals = fields.List(fields.Nested(Proposal))
    count = fields.Nested(Count)


class VersionChange(Schema):
    """One difference in words. `what` is empty for the whole of an element that is new or gone."""

    part = fields.String()
    id = fields.String()
    name = fields.String()
    how = fields.String(validate=validate.OneOf(["added", "removed", "changed"]))
    what = fields.String()
    before = fields.String()
    after = fields.String()


class RouteEffect(Schema):
    """A way that changes, and how many open items travel it; above 1,000 it says 1,001."""

    id = fields.String()
    title = fields.String()
    fate = fields.String(validate=validate.OneOf(FATES))
    open = fields.Integer()


class DutyEffect(Schema):
    """A duty that does not go on as it was, and how often it is owed now; above 1,000 it says 1,001."""

    id = fields.String()
    number = fields.String()
    what = fields.String()
    fate = fields.String(validate=validate.OneOf(FATES))
    was = fields.String()
    will = fields.String()
    first_due = fields.Date(allow_none=True)
    open = fields.Integer()
    overdue = fields.Integer()


class VersionDryRun(Schema):
    """What it would do on its day. What is open keeps the version it began under."""

    routes = fields.List(fields.Nested(RouteEffect))
    duties = fields.List(fields.Nested(DutyEffect))


class ProposalSeen(Proposal):
    """With what it changes and, while it is undecided, what it would do."""

    changes = fields.List(fields.Nested(VersionChange))
    dry_run = fields.Nested(VersionDryRun, allow_none=True)


class ProposeVersionBody(Schema):
    """`file` is the whole agreement, as TOML (docs/agreements.md)."""

    file = fields.String(required=True, validate=validate.Length(max=MOST_BYTES))
    reason = words()


class AssessBody(Schema):
    decision = fields.String(required=True, validate=validate.OneOf(DECISIONS))
    reason = words()


class SignBody(Schema):
    sha256 = fields.String(required=True, validate=validate.Length(equal=64))


class VersionReason(Schema):
    reason = words()
