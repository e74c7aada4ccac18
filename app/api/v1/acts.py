"""What is done with an item. Each act is done once for each Idempotency-Key, and only to the version of If-Match."""

from __future__ import annotations

from typing import Any

from app.api.errors import FieldsInvalid
from app.api.reply import Reply, expected, once
from app.api.schemas import acts as schemas
from app.api.schemas.drafts import AnswerBody
from app.api.schemas.items import ItemMade
from app.api.schemas.shapes import Made, Nothing
from app.api.section import Section
from app.api.shown import group_number, office_number, person_number, whole
from app.api.v1.drafts import NAMES, made, written
from app.bootstrap.work import Work
from app.http.house import actor, house
from sharing.model.item import ItemRef

bp = Section("acts", "What is done with an item.")


@bp.op("POST", "/items/<reference>/acknowledge", takes=Nothing, gives=ItemMade)
def acknowledge(_body: dict[str, Any], reference: str) -> Reply:
    """Say that the office has it."""
    return once(
        lambda work: _left(work.sharing.acknowledge(reference, expected=expected(), actor=actor(), now=work.now))
    )


@bp.op("POST", "/items/<reference>/pass-on", takes=schemas.PassOnBody, gives=ItemMade)
def pass_on(body: dict[str, Any], reference: str) -> Reply:
    """Pass it on to one office, by its id, of the kind the route names."""

    def act(work: Work) -> Reply:
        office = office_number(work, body["office"])
        return _left(
            work.sharing.pass_on(reference, office, body["note"], expected=expected(), actor=actor(), now=work.now)
        )

    return once(act)


@bp.op("POST", "/items/<reference>/answer", takes=AnswerBody, gives=Made, status=201)
def answer(body: dict[str, Any], reference: str) -> Reply:
    """Start the draft of the answer, by the way the item asks for. Sending it discharges the step."""

    def act(work: Work) -> Reply:
        office = office_number(work, body["office"]) if body["office"] else 0
        given = written(work, body)
        return made(work.sharing.answer(reference, given, office=office, actor=actor(), now=work.now))

    return once(act, names=NAMES)


@bp.op("POST", "/items/<reference>/close", takes=schemas.CloseBody, gives=ItemMade)
def close(body: dict[str, Any], reference: str) -> Reply:
    """Close it; `note` says what came of it. Its retention begins."""
    return once(
        lambda work: _left(
            work.sharing.close(
                reference,
                body["note"],
                result=body["outcome"],
                expected=expected(),
                actor=actor(),
                now=work.now,
            )
        ),
        names={} if body["note"] else {"outcome": "note"},
    )


@bp.op("POST", "/items/<reference>/reopen", takes=schemas.ReopenBody, gives=ItemMade)
def reopen(body: dict[str, Any], reference: str) -> Reply:
    """Take a closed item up again: its retention stops until it is closed again."""
    return once(
        lambda work: _left(
            work.sharing.reopen(reference, body["reason"], expected=expected(), actor=actor(), now=work.now)
        )
    )


@bp.op("POST", "/items/<reference>/withdraw", takes=schemas.WithdrawBody, gives=ItemMade)
def withdraw(body: dict[str, Any], reference: str) -> Reply:
    """Take it back: nobody sees it from now on."""
    return once(
        lambda work: _left(
            work.sharing.withdraw(reference, body["reason"], expected=expected(), actor=actor(), now=work.now)
        )
    )


@bp.op("POST", "/items/<reference>/share", takes=schemas.ShareBody, gives=ItemMade)
def share(body: dict[str, Any], reference: str) -> Reply:
    """Name one more person or group."""
    if bool(body["person"]) == bool(body["group"]):
        raise FieldsInvalid("Give a person or a group.", fields={"person": ["Give a person or a group, and one alone"]})

    def act(work: Work) -> Reply:
        named = person_number(work, body["person"]) if body["person"] else group_number(work, body["group"])
        return _left(
            work.sharing.share(reference, named, body["purpose"], expected=expected(), actor=actor(), now=work.now)
        )

    return once(act)


@bp.op("POST", "/items/<reference>/recuse", takes=schemas.RecuseBody, gives=ItemMade)
def recuse(body: dict[str, Any], reference: str) -> Reply:
    """Bar a person by name, whatever else they hold."""

    def act(work: Work) -> Reply:
        named = person_number(work, body["person"])
        return _left(
            work.sharing.recuse(reference, named, body["reason"], expected=expected(), actor=actor(), now=work.now)
        )

    return once(act)


@bp.op("POST", "/items/<reference>/grants", takes=schemas.GrantBody, gives=ItemMade, status=201)
def grant(body: dict[str, Any], reference: str) -> Reply:
    """Sight of it for a time: to see and open, not to download or act."""

    def act(work: Work) -> Reply:
        named = person_number(work, body["person"])
        ref = work.sharing.grant(
            reference,
            named,
            body["until"],
            body["reason"],
            expected=expected(),
            actor=actor(),
            now=work.now,
        )
        return _left(ref)

    return once(act)


@bp.op("GET", "/name-instead", gives=schemas.UnreachableItems)
def unreachable() -> Reply:
    """RECIPIENTS ONLY items the asker sent, or their office, whose named recipient has left or holds no office."""
    with house().work(actor()) as work:
        return Reply(whole(work.sharing.unreachable(actor=actor(), now=work.now)))


@bp.op("POST", "/items/<reference>/name-instead", takes=schemas.InsteadBody)
def name_instead(body: dict[str, Any], reference: str) -> Reply:
    """Whoever sent it says who is to have it in place of a recipient who is gone."""

    def act(work: Work) -> Reply:
        given = (reference, body["before"], body["to"] or "")
        work.sharing.name_instead(*given, actor=actor(), now=work.now)
        return Reply()

    return once(act)


def _left(ref: ItemRef) -> Reply:
    """What an act leaves."""
    return Reply({"reference": ref.reference, "id": str(ref.uuid), "version": ref.version}, version=ref.version)
