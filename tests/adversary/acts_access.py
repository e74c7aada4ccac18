"""What is done to the rows that say who may see an item, and to those that say who somebody is."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from foundation.bound import Binder
from sharing.store.bound import Bound
from tests.adversary.rows import NEED, PEOPLE, control, row
from tests.adversary.scene import Copy
from tests.house import PASSWORD

EVER = 32_503_680_000_000  # the year 3000


def _give(copy: Copy, who: int, basis: str = "recipient") -> None:
    copy.sql(
        "insert into item_access (principal, item_id, basis, valid_from, valid_until, granted_by) "
        f"values ({who}, {copy.id('one')}, '{basis}', 0, {EVER}, {who})"
    )


def _office(copy: Copy, board: str) -> int:
    return int(copy.one(f"select principal from office where id = '{copy.live.boards[board]}'"))


@row(NEED, "names somebody on an item (item_access)", seen="serving verify")
def _(copy: Copy) -> None:
    _give(copy, copy.person("hull"))


@row(NEED, "lets another office have it (item_access)", seen="serving verify")
def _(copy: Copy) -> None:
    _give(copy, _office(copy, "Hull Board"), "route")


@row(NEED, "makes a grant that ends in an hour last for ever", seen="serving verify")
def _(copy: Copy) -> None:
    copy.sql(f"update item_access set valid_until = {EVER} where basis = 'grant' and item_id = {copy.id('two')}")


@row(NEED, "makes another person's basis one's own", seen="serving verify")
def _(copy: Copy) -> None:
    copy.sql(f"update item_access set principal = {copy.person('hull')} "
             f"where item_id = {copy.id('one')} and basis = 'sender'")  # fmt: skip


@row(NEED, "takes somebody's basis away", seen="serving verify")
def _(copy: Copy) -> None:
    copy.sql(f"delete from item_access where item_id = {copy.id('one')} and basis = 'route'")


@row(NEED, "deletes what bars somebody from an item (item_recusal)", seen="serving verify")
def _(copy: Copy) -> None:
    copy.sql(f"delete from item_recusal where item_id = {copy.id('one')}")


@row(NEED, "bars somebody", seen="serving verify")
def _(copy: Copy) -> None:
    copy.sql(f'insert into item_recusal (principal, item_id, "by", at) '
             f"values ({copy.person('chair')}, {copy.id('one')}, 1, 0)")  # fmt: skip


for _column, _value in (
    ("recipients_only", "not recipients_only"),
    ("org_only", "not org_only"),
    ("hmg_only", "not hmg_only"),
    ("released_to", "',hmip,imb,other,'"),
    ("owners", "''"),
    ("embargo_until", "1"),
    ("embargo_lead", "1"),
    ("state", "'closed'"),
    ("sender_id", "99"),
    ("sender_office", "99"),
    ("retention_class", "'correspondence-2'"),
):

    @row(NEED, f"edits an item's row: {_column}", seen="serving verify")
    def _(copy: Copy, column: str = _column, value: str = _value) -> None:
        copy.sql(f"update item set {column} = {value} where id = {copy.id('one')}")


@row(
    NEED,
    "quarantines an item, so that lists leave it out",
    seen="serving verify",
    so="Lists say nothing: what they leave out is not looked at. Whoever asks for it by its reference finds out.",
)
def _(copy: Copy) -> None:
    copy.sql(f"update item set quarantined = not quarantined where id = {copy.id('one')}")


@row(NEED, "puts another office among those it came to (item_office)", seen="serving verify")
def _(copy: Copy) -> None:
    copy.sql(
        f"insert into item_office (item_id, number, office) values ({copy.id('one')}, 9, {_office(copy, 'Hull Board')})"
    )


@row(
    NEED,
    "puts all rows of an item back to how they once were, with what bound them then",
    seen="verify",
    so="Served until then: the rows were true once. What was recorded since is still in the log.",
)
def _(copy: Copy) -> None:
    older, two = copy.scene.older["older"]["database"], copy.id("two")
    engine = sa.create_engine(older.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as was, copy.insider() as conn:
        granted = f"select 1 from item_access where item_id = {two} and basis = 'grant'"
        assert was.exec_driver_sql(granted).first() is None
        bound, version = was.exec_driver_sql(f"select bound, version from item where id = {two}").one()
        raw = sa.table("item", sa.column("id"), sa.column("bound"), sa.column("version"))
        conn.execute(sa.update(raw).where(raw.c.id == two).values(bound=bytes(bound), version=version))
        conn.exec_driver_sql(f"delete from item_access where item_id = {two} and basis = 'grant'")
    engine.dispose()


@row(
    NEED,
    "names somebody and binds the item anew, with the service's own key",
    had="D, service keys",
    seen="verify",
    so="Shown to whoever was named, until somebody verifies: with the service's keys one is the service to its rows.",
)
def _(copy: Copy) -> None:
    _give(copy, copy.person("hull"))
    copy.told["let in"] = "hull"
    with copy.insider() as conn:
        bound = Bound(conn, Binder(copy.house.keys.facts))
        bound.made(copy.id("one"))
        bound.seal(copy.id("one"))


@row(NEED, "writes into a row what no date can be", seen="serving verify")
def _(copy: Copy) -> None:
    copy.sql(f"update item set embargo_until = {2**60} where id = {copy.id('one')}")


@row(NEED, "gives an item another item's digest", seen="serving verify")
def _(copy: Copy) -> None:
    copy.sql(
        f"update item set bound = (select bound from item where id = {copy.id('two')}) where id = {copy.id('one')}"
    )


@row(
    NEED,
    "marks a step as done that was not, or moves its date (item_step, item_step_office)",
    so="Open: steps and dates show what is owed, and let nobody see anything; what was done stands in the log.",
)
def _(copy: Copy) -> None:
    copy.sql(f"update item_step set done_at = 1, done_by = 1 where item_id = {copy.id('two')}")


@row(
    NEED,
    "makes an item findable under another person's number (item_subject)",
    so="Finding is not seeing: what is found is decided by the same facts. No number can be chosen without the key.",
)
def _(copy: Copy) -> None:
    copy.sql(f"update item_subject set item_id = {copy.id('gone')} where item_id = {copy.id('one')}")


@control("a person is named on an item")
def _(copy: Copy) -> None:
    body = {"person": copy.live.ids["staff2"], "purpose": "follow-up"}
    copy.live.api("officer").ok("POST", f"/items/{copy.item('one')}/share", body)


@control("a person is barred from an item")
def _(copy: Copy) -> None:
    body = {"person": copy.live.ids["staff2"], "reason": "Named in it."}
    copy.live.api("officer").ok("POST", f"/items/{copy.item('two')}/recuse", body)


@control("an item is withdrawn")
def _(copy: Copy) -> None:
    draft = copy.live.api("staff").ok("POST", "/drafts", {
        "agreement": "hmip-imb", "kind": "intelligence", "route": "national-to-inspectorate", "marking": "OFFICIAL",
        "title": "t", "text": "t", "purpose": "p", "establishment": "LEI", "subjects": []})["id"]  # fmt: skip
    reference = copy.live.api("staff").ok("POST", f"/drafts/{draft}/send")["reference"]
    copy.live.api("staff").ok("POST", f"/items/{reference}/withdraw", {"reason": "A mistake."})


# --- who somebody is -----------------------------------------------------------------------------------------------


def _account(copy: Copy, key: str) -> str:
    return copy.live.ids[key]


@row(PEOPLE, "appoints somebody to an office", seen="serving verify")
def _(copy: Copy) -> None:
    office = copy.live.boards["Leeds Board"]
    copy.sql(f"insert into appointment (id, person_id, role, office_id, valid_from, valid_until, attested_by) "
             f"values ('x', '{_account(copy, 'hull')}', 'board-chair', '{office}', 0, {EVER}, '')")  # fmt: skip


@row(PEOPLE, "changes the role somebody is appointed to", seen="serving verify")
def _(copy: Copy) -> None:
    copy.sql(f"update appointment set role = 'imb-administrator' where person_id = '{_account(copy, 'hull')}'")


@row(PEOPLE, "makes an office answer to another office's number", seen="serving verify")
def _(copy: Copy) -> None:
    leeds, hull = _office(copy, "Leeds Board"), _office(copy, "Hull Board")
    with copy.insider() as conn:
        for was, to in ((leeds, 0), (hull, leeds)):
            if copy.house.engine.dialect.name == "postgresql":
                conn.exec_driver_sql("set session_replication_role = replica")
            else:
                conn.exec_driver_sql("pragma defer_foreign_keys = on")
            conn.exec_driver_sql(f"update office set principal = {to or _free(conn)} where principal = {was}")


def _free(conn: sa.Connection) -> int:
    made = "insert into principal (kind, ref) values ('office', 'made-up') returning id"
    return int(conn.exec_driver_sql(made).scalar_one())


for _name, _set in (
    ("training", "training_result set valid_until = {} where person_id = '{}'"),
    ("vetting", "person set vetted_until = {} where id = '{}'"),
):

    @row(PEOPLE, f"moves the date somebody's {_name} ends", seen="serving verify")
    def _(copy: Copy, edit: str = _set) -> None:
        copy.sql(f"update {edit.format(EVER, _account(copy, 'hull'))}")


@row(PEOPLE, "takes away a training that was recorded", seen="serving verify")
def _(copy: Copy) -> None:
    copy.sql(f"delete from training_result where person_id = '{_account(copy, 'hull')}'")


@row(PEOPLE, "says that somebody accepted the handling requirements", seen="serving verify")
def _(copy: Copy) -> None:
    who = _account(copy, "hull")
    copy.sql(f"insert into handling_acceptance (person_id, version, digest, accepted) values ('{who}', 9, 'x', 0)")


@row(PEOPLE, "says that somebody's access was attested", seen="serving verify")
def _(copy: Copy) -> None:
    copy.sql(f"update appointment set attested = {EVER} where person_id = '{_account(copy, 'hull')}'")


@row(PEOPLE, "moves somebody to the other body", seen="serving verify")
def _(copy: Copy) -> None:
    copy.sql(f"update person set party = 'hmip' where id = '{_account(copy, 'hull')}'")


@row(PEOPLE, "reinstates an account, or gives an address to another", seen="serving verify")
def _(copy: Copy) -> None:
    copy.sql(f"update person set email = 'other@example.test', version = 9 where id = '{_account(copy, 'chair')}'")


@row(PEOPLE, "puts somebody into a need-to-know group", seen="serving verify")
def _(copy: Copy) -> None:
    with copy.insider() as conn:
        made = "insert into principal (kind, ref) values ('group', 'g') returning id"
        number = int(conn.exec_driver_sql(made).scalar_one())
        conn.exec_driver_sql(f"insert into need_group (id, principal, name, party) values ('g', {number}, 'G', 'imb')")
        conn.exec_driver_sql("insert into group_member (group_id, person_id, valid_from, valid_until) "
                             f"values ('g', '{_account(copy, 'hull')}', 0, {EVER})")  # fmt: skip


@row(PEOPLE, "makes up a session for somebody, whose token only they know", seen="serving")
def _(copy: Copy) -> None:
    token = secrets.token_urlsafe(32)
    digest, now = sha256(token.encode()).hexdigest(), int(copy.live.now.timestamp() * 1000)
    copy.sql(
        "insert into session (token_hash, person_id, door, stage, created, seen, data, bound) values "
        f"('{digest}', '{_account(copy, 'officer')}', 'api', 'full', {now}, {now}, '{{}}', x'00')"
    )
    copy.live.tokens["hull"] = token


@row(PEOPLE, "makes their own session somebody else's", seen="serving")
def _(copy: Copy) -> None:
    copy.live.api("hull")
    digest = sha256(copy.live.tokens["hull"].encode()).hexdigest()
    copy.sql(f"update session set person_id = '{_account(copy, 'officer')}' where token_hash = '{digest}'")


def _refused(copy: Copy) -> None:
    body = {"token": "made-up", "password": PASSWORD + " again"}
    answer = copy.live.app.test_client().post("/api/v1/invitations/accept", json=body)
    assert answer.status_code != 200, answer.text


@row(PEOPLE, "makes up an invitation, to set somebody's password and second factor", so="Refused when it is used.",
     after=_refused)  # fmt: skip
def _(copy: Copy) -> None:
    digest, until = sha256(b"made-up").hexdigest(), EVER
    copy.sql(
        "insert into invitation (token_hash, person_id, until, code_hash, used, bound) values "
        f"('{digest}', '{_account(copy, 'security')}', {until}, '', null, x'00')"
    )


def _half_in(copy: Copy) -> None:
    client = copy.live.app.test_client()
    first = client.post("/api/v1/session", json={"email": "compliance@example.test", "password": PASSWORD})
    bearer = {"Authorization": f"Bearer {first.json['token']}"}
    second = client.post("/api/v1/session/code", json={"code": copy.live.code("hull")}, headers=bearer)
    assert second.status_code in (401, 503), second.text


@row(
    PEOPLE,
    "sets somebody's password to one they know",
    so="The second factor is sealed under the service's key for that account alone: nobody signs in without it. "
    "The rightful holder cannot sign in either, and says so.",
    after=_half_in,
)
def _(copy: Copy) -> None:
    mine, theirs = _account(copy, "hull"), _account(copy, "compliance")
    copy.live.api("compliance")
    copy.sql(f"update credential set password = (select password from credential where person_id = '{mine}'), "
             f"totp_sealed = (select totp_sealed from credential where person_id = '{mine}') "
             f"where person_id = '{theirs}'")  # fmt: skip


@row(
    PEOPLE,
    "puts an account's rows back to how they once were, with what bound them then",
    seen="verify",
    so="Served until then: the rows were true once.",
)
def _(copy: Copy) -> None:
    key = "staff2"
    was = copy.rows(f"select id, bound, version, vetted_until from person where id = '{_account(copy, key)}'")[0]
    with copy.house.work() as work:
        from app.bootstrap.wiring import console_identity
        from tests.house import CONSOLE

        desk = console_identity(work)
        desk.record_vetting(person_id=was[0], until=copy.live.now, actor=CONSOLE, now=work.now)
    with copy.insider() as conn:
        raw: Any = sa.table("person", *(sa.column(name) for name in ("id", "bound", "version", "vetted_until")))
        values = {"bound": bytes(was[1]), "version": was[2], "vetted_until": was[3]}
        conn.execute(sa.update(raw).where(raw.c.id == was[0]).values(values))


@row(
    PEOPLE,
    "edits the address or name of an office, or which places it covers",
    so="Open: what an office covers decides where staff may pass an item on to, which is a step of a person, recorded; "
    "it lets nobody see what has not been passed to them.",
)
def _(copy: Copy) -> None:
    board = copy.live.boards["Leeds Board"]
    copy.sql(f"update office_establishment set establishment = 'HLI' where office_id = '{board}'")


@control("somebody is appointed, trained and put into a group")
def _(copy: Copy) -> None:
    from app.bootstrap.wiring import console_identity
    from tests.house import CONSOLE
    from tests.trained import record

    with copy.house.work() as work:
        desk, given = console_identity(work), {"actor": CONSOLE, "now": work.now}
        group = desk.create_group(name="Those who know", party="imb", **given)
        desk.join_group(group_id=group, person_id=_account(copy, "staff2"), **given)
        record(desk, _account(copy, "staff2"), until=copy.live.now, **given)
        desk.leave(person_id=_account(copy, "national"), **given)
