"""Incidents: reports, clocks, what was done, what was stopped, whom it reached."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, Instant, Nothing, Paging, words

__all__ = ["Nothing"]
CODE = validate.Length(max=60)


class IncidentsQuery(Paging):
    state = fields.String(load_default="", validate=validate.OneOf(["", "open", "closing", "closed"]))


class DutyOwed(Schema):
    """A duty of an incident. `needed` null: a person judges, by `only_if`. `stage`: the report that comes next."""

    code = fields.String(attribute="duty.code")
    text = fields.String(attribute="duty.text")
    contact = fields.String(attribute="duty.contact")
    only_if = fields.String(attribute="duty.only_if")
    verified = fields.Boolean(attribute="duty.verified")
    source = fields.String(attribute="duty.source")
    decision = fields.Boolean(attribute="duty.decision")
    stages = fields.List(fields.String(), attribute="duty.stages")
    stage = fields.String()
    needed = fields.Boolean(allow_none=True)
    due_at = fields.AwareDateTime(format="iso", allow_none=True)
    done_at = fields.AwareDateTime(format="iso", allow_none=True)
    done_by = fields.String()


class IncidentOutcome(Schema):
    code = fields.String()
    text = fields.String()


class IncidentRow(Schema):
    number = fields.String()
    kind = fields.String(attribute="kind.code")
    kind_name = fields.String(attribute="kind.name")
    rule = fields.String()
    opened_at = fields.AwareDateTime(format="iso")
    awareness_at = fields.AwareDateTime(format="iso")
    reported_by = fields.String()
    parties = fields.List(fields.String())
    grade = fields.String()
    state = fields.String()
    marking_claimed = fields.String()
    outcome = fields.String()
    closed_at = fields.AwareDateTime(format="iso", allow_none=True)
    closed_by = fields.String()


class IncidentNotice(Schema):
    id = fields.String(metadata=ID)
    duty = fields.String()
    stage = fields.String()
    decision = fields.String()
    sent_at = fields.AwareDateTime(format="iso")
    channel = fields.String()
    late = fields.Boolean()
    by = fields.String()
    words = fields.Dict(keys=fields.String(), values=fields.String())
    received_at = fields.AwareDateTime(format="iso", allow_none=True)
    received_by = fields.String()
    receipt = fields.String()


class IncidentAction(Schema):
    id = fields.String(metadata=ID)
    text = fields.String()
    owner = fields.String()
    due_on = fields.Date()
    done_at = fields.AwareDateTime(format="iso", allow_none=True)
    result = fields.String()


class IncidentNote(Schema):
    sort = fields.String()
    at = fields.AwareDateTime(format="iso")
    by = fields.String()
    text = fields.String()


class IncidentMeasure(Schema):
    id = fields.String(metadata=ID)
    act = fields.String()
    target = fields.String()
    state = fields.String()
    at = fields.AwareDateTime(format="iso")
    by = fields.String()
    asked_by = fields.String()
    released_at = fields.AwareDateTime(format="iso", allow_none=True)
    released_by = fields.String()


class DeletionAsked(Schema):
    item = fields.String(metadata=ID)
    reference = fields.String()
    person = fields.String()
    at = fields.AwareDateTime(format="iso")
    answer = fields.String()
    answered_at = fields.AwareDateTime(format="iso", allow_none=True)
    words = fields.String()


class AwarenessCorrected(Schema):
    at = fields.AwareDateTime(format="iso")
    by = fields.String()
    before = fields.AwareDateTime(format="iso")
    after = fields.AwareDateTime(format="iso")
    reason = fields.String()


class Incident(IncidentRow):
    """One incident with its clocks. It never holds what was at risk."""

    certainty = fields.String()
    impacts = fields.List(fields.String())
    items = fields.List(fields.String())
    references = fields.List(fields.String())
    people = fields.List(fields.String())
    media = fields.List(fields.String())
    known = fields.Dict(keys=fields.String(), values=fields.String())
    grade_reasons = fields.List(fields.String())
    words = fields.Dict(keys=fields.String(), values=fields.String())
    owed = fields.List(fields.Nested(DutyOwed))
    outcomes = fields.List(fields.Nested(IncidentOutcome), attribute="kind.outcomes")
    notices = fields.List(fields.Nested(IncidentNotice), attribute="told.notices")
    actions = fields.List(fields.Nested(IncidentAction), attribute="told.actions")
    notes = fields.List(fields.Nested(IncidentNote), attribute="told.notes")
    measures = fields.List(fields.Nested(IncidentMeasure), attribute="told.measures")
    asked = fields.List(fields.Nested(DeletionAsked), attribute="told.asked")
    corrected = fields.List(fields.Nested(AwarenessCorrected), attribute="told.corrected")


class Incidents(Schema):
    items = fields.List(fields.Nested(IncidentRow))
    next = fields.String(allow_none=True)
    open = fields.Integer()


class IncidentMade(Schema):
    number = fields.String()
    state = fields.String()


class Recalled(IncidentMade):
    """`took`: accounts that opened it, or took something away."""

    took = fields.List(fields.String())


class IncidentReportBody(Schema):
    """`known` by the fields asked on the short page; `aware_at` is when you became aware, the clocks run from it."""

    kind = fields.String(required=True, validate=CODE)
    happened = words()
    aware_at = Instant(required=True)
    certainty = fields.String(load_default="suspected", validate=validate.OneOf(["suspected", "known"]))
    impacts = fields.List(fields.String(validate=CODE), load_default=list, validate=validate.Length(max=3))
    references = fields.List(fields.String(validate=CODE), load_default=list, validate=validate.Length(max=40))
    people = fields.List(fields.String(validate=validate.Length(max=254)), load_default=list)
    media = fields.List(fields.String(validate=CODE), load_default=list, validate=validate.Length(max=40))
    known = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)


class IncidentDutyBody(Schema):
    """`reasons` of a decision, either way; `late` where it is late: why."""

    note = words(required=False)
    stage = fields.String(load_default="", validate=validate.OneOf(["", "initial", "follow-up", "final"]))
    decision = fields.String(load_default="sent", validate=validate.OneOf(["sent", "not-sent"]))
    sent_at = Instant(load_default=None, allow_none=True)
    channel = fields.String(load_default="", validate=CODE)
    to = words(required=False, most=200)
    reasons = words(required=False)
    late = words(required=False)


class IncidentLateBody(Schema):
    """`late`: why, where it goes late."""

    late = words(required=False)


class IncidentNoteBody(Schema):
    note = words(required=False)


class IncidentReasonBody(Schema):
    reason = words()


class RecallBody(Schema):
    reason = words(required=False)


class IncidentAssessBody(Schema):
    known = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    impacts = fields.List(fields.String(validate=CODE), load_default=None, allow_none=True)
    words = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)


class IncidentAwarenessBody(Schema):
    """When somebody really became aware, and how that is known."""

    aware_at = Instant(required=True)
    reason = words()


class IncidentActionBody(Schema):
    text = words()
    owner = fields.String(required=True, validate=CODE)
    due_on = fields.Date(required=True)


class IncidentLessonBody(Schema):
    text = words()
    lesson = fields.Boolean(load_default=False)


class IncidentContainBody(Schema):
    act = fields.String(required=True, validate=CODE)
    target = fields.String(required=True, validate=CODE)


class IncidentCloseBody(Schema):
    outcome = fields.String(required=True, validate=CODE)
    note = words(required=False)


class DeletionBody(Schema):
    answer = fields.String(required=True, validate=CODE)
    note = words(required=False)


class AffectedCould(Schema):
    person = fields.String()
    through = fields.String()
    basis = fields.String()
    since = fields.AwareDateTime(format="iso")
    until = fields.AwareDateTime(format="iso")


class AffectedReached(Schema):
    """`how`: shown, read, taken or copied."""

    item = fields.String()
    person = fields.String()
    how = fields.String()
    times = fields.Integer()
    first_at = fields.AwareDateTime(format="iso")
    last_at = fields.AwareDateTime(format="iso")


class AffectedItem(Schema):
    reference = fields.String()
    could = fields.List(fields.Nested(AffectedCould))
    reached = fields.List(fields.Nested(AffectedReached))


class AffectedPerson(Schema):
    person = fields.String()
    could = fields.Integer()
    reached = fields.List(fields.Nested(AffectedReached))


class AffectedAll(Schema):
    items = fields.List(fields.Nested(AffectedItem))
    people = fields.List(fields.Nested(AffectedPerson))


class MyDeletion(Schema):
    number = fields.String()
    asked = fields.Nested(DeletionAsked)


class MyIncidents(Schema):
    reported = fields.List(fields.Nested(IncidentRow))
    asked = fields.List(fields.Nested(MyDeletion))
