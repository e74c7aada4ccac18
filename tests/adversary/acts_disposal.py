"""What is done to disposal: dates, decisions, holds, certificates; and to the rules and the database itself."""

from __future__ import annotations

import re
from pathlib import Path

from app.bootstrap import sweeps
from tests import databases
from tests.adversary.rows import DISPOSAL, RULES, control, row
from tests.adversary.scene import Copy, wait


def _on(item: str) -> str:
    """The hold that was entered on an item."""
    return f"id in (select hold from disposal_hold_item where item = '{item}')"


def _not_destroyed(copy: Copy, purpose: str) -> None:
    """The clock runs on and the job runs: what the log does not bear out is not destroyed."""
    wait(copy.live, 30)
    sweeps.dispose(copy.house)
    assert copy.one(f"select state from vault_object where item = '{copy.uuid(purpose)}'") != "destroyed"
    failed = (
        f"select count(*) from audit_index where act = 'retention.destruction-failed' and item = '{copy.uuid(purpose)}'"
    )
    from app.bootstrap import sequencing

    sequencing.settle(copy.house)
    assert copy.one(failed), "it was passed over in silence"


@row(DISPOSAL, "moves the date an item falls due", seen="verify")
def _(copy: Copy) -> None:
    uuid = copy.uuid("approved")
    copy.sql(f"update disposal_case set due_on = '2026-01-01', sort_on = '2026-01-01' where item = '{uuid}'")


@row(DISPOSAL, "confirms a period in somebody's name", seen="verify")
def _(copy: Copy) -> None:
    copy.sql(f"update disposal_case set period_months = 1, period_by = 'x' where item = '{copy.uuid('reviewed')}'")


@row(
    DISPOSAL,
    "approves a destruction in somebody's name, its cooling-off over",
    seen="verify",
    so="The job asks the log before it begins: nothing is destroyed, and that it failed is recorded.",
    after=lambda copy: _not_destroyed(copy, "reviewed"),
)
def _(copy: Copy) -> None:
    copy.sql(
        f"update disposal_case set state = 'cooling-off', approver = '{copy.live.ids['imb-owner']}', approved_at = 1, "
        f"destroy_on = '2026-01-01', version = version + 1 where item = '{copy.uuid('reviewed')}'"
    )


@row(
    DISPOSAL,
    "shortens a cooling-off that two people began",
    seen="verify",
    so="The job asks the log, which knows the date: nothing is destroyed before it.",
)
def _(copy: Copy) -> None:
    copy.sql(f"update disposal_case set destroy_on = '2026-01-01' where item = '{copy.uuid('approved')}'")
    sweeps.dispose(copy.house)
    assert copy.one(f"select state from vault_object where item = '{copy.uuid('approved')}'") == "disabled"


@row(DISPOSAL, "deletes a hold", seen="verify")
def _(copy: Copy) -> None:
    copy.sql(f"delete from disposal_hold_item where item = '{copy.uuid('held')}'", "delete from disposal_hold")


@row(
    DISPOSAL,
    "deletes a hold and approves the destruction in somebody's name",
    seen="verify",
    so="The job asks the log, which knows the hold: nothing is destroyed, and that it failed is recorded.",
    after=lambda copy: _not_destroyed(copy, "held"),
)
def _(copy: Copy) -> None:
    uuid = copy.uuid("held")
    copy.sql(
        f"delete from disposal_hold_item where item = '{uuid}'",
        "delete from disposal_hold",
        f"update disposal_case set state = 'cooling-off', approver = '{copy.live.ids['imb-owner']}', approved_at = 1, "
        f"destroy_on = '2026-01-01' where item = '{uuid}'",
    )


@row(DISPOSAL, "lifts a hold in somebody's name", seen="verify")
def _(copy: Copy) -> None:
    copy.sql(f"update disposal_hold set lifted_at = 1, lifted_by = 'x' where {_on(copy.uuid('held'))}")


@row(DISPOSAL, "changes the sealed reason of a hold", seen="verify")
def _(copy: Copy) -> None:
    copy.sql(f"update disposal_hold set reason = issuer where {_on(copy.uuid('held'))}")


@row(DISPOSAL, "says that a hold came too late for an item", seen="verify")
def _(copy: Copy) -> None:
    copy.sql(f"update disposal_hold_item set manner = 'late' where item = '{copy.uuid('held')}'")


@row(DISPOSAL, "makes the scope of a hold smaller", seen="verify")
def _(copy: Copy) -> None:
    copy.sql('update disposal_hold set scope = \'{"classes":["none"]}\'')


@row(DISPOSAL, "edits a certificate's file", seen="certificate verify")
def _(copy: Copy) -> None:
    copy.sql("update disposal_certificate set text = replace(text, '\"files\":1', '\"files\":2')")


@row(DISPOSAL, "edits a certificate's body, which its file is made from", seen="verify")
def _(copy: Copy) -> None:
    copy.sql("update disposal_certificate set body = replace(body, '\"files\":1', '\"files\":2')")


@row(DISPOSAL, "deletes a certificate", seen="verify")
def _(copy: Copy) -> None:
    copy.sql("delete from disposal_certificate")


@row(DISPOSAL, "makes the row a destroyed item left say that it is open", seen="serving verify")
def _(copy: Copy) -> None:
    copy.sql(f"update item set state = 'open' where uuid = '{copy.uuid('gone')}'")


@row(DISPOSAL, "makes the row a destroyed item left disappear", seen="verify")
def _(copy: Copy) -> None:
    item = copy.id("gone")
    children = ("item_access", "item_recusal", "item_office", "item_step", "item_step_office", "item_event")
    with copy.insider() as conn:
        for table in children:
            conn.exec_driver_sql(f"delete from {table} where item_id = {item}")
        conn.exec_driver_sql(f"delete from item where id = {item}")


@control("a hold is placed and lifted, and what was approved is destroyed")
def _(copy: Copy) -> None:
    live, held = copy.live, copy.item("held")
    made = live.api("imb-records").ok("POST", f"/disposals/{held}/holds", {"reason": "Asked for.", "issuer": "A court"})
    live.api("imb-records").ok("POST", f"/holds/{made['id']}/lift", {"reason": "Not asked for any more."})
    wait(live, 30)
    sweeps.dispose(copy.house)
    assert copy.one(f"select state from vault_object where item = '{copy.uuid('approved')}'") == "destroyed"
    for who in ("officer", "chair", "hull", "vice", "compliance"):
        live.api(who)


# --- rules ---------------------------------------------------------------------------------------------------------


@row(RULES, "lets everybody see everything, in a file of the rules, while the service runs", had="the policies' files",
     seen="start", so="What runs has read them and goes on by what it read; the next start asks questions whose "
     "answers are known, and refuses.")  # fmt: skip
def _(copy: Copy) -> None:
    file = copy.policies / "access" / "10-need-to-know.cedar"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("when { resource.sender == principal };", ";", 1), encoding="utf-8")


@row(RULES, "shortens the cooling-off, in a file of the rules", had="the policies' files", seen="start",
     so="A good rule it may be: the start records that the rules changed, and each entry from then on says under which "
     "it was made. Whether somebody meant it, people must say.")  # fmt: skip
def _(copy: Copy) -> None:
    file = copy.policies / "retention" / "disposal.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"days = 14", "days = 1", text, count=1), encoding="utf-8")


@row(RULES, "lengthens a list of who may be trusted with it: a file of the rules is made unreadable", seen="start",
     had="the policies' files")  # fmt: skip
def _(copy: Copy) -> None:
    (copy.policies / "roles.toml").write_text("nonsense", encoding="utf-8")


@row(
    RULES,
    "has the database itself do it: a trigger that names them on every item sent",
    seen="start verify",
    so="Until then it works: the service takes for its own what the database adds in the same moment. So triggers, "
    "views, rules and functions are compared at each start and at each verification.",
)
def _(copy: Copy) -> None:
    hull = copy.person("hull")
    insert = (
        "insert into item_access (principal, item_id, basis, valid_from, valid_until, granted_by) "
        f"values ({hull}, new.id, 'recipient', 0, 32503680000000, {hull})"
    )
    with copy.house.engine.begin() as conn:
        if databases.on_postgresql():
            conn.exec_driver_sql(
                f"create function helper() returns trigger language plpgsql as $$ begin {insert}; return new; end $$"
            )
            conn.exec_driver_sql("create trigger helper after insert on item for each row execute function helper()")
        else:
            conn.exec_driver_sql(f"create trigger helper after insert on item begin {insert}; end")


@row(RULES, "drops the triggers that refuse to alter the log", seen="start verify")
def _(copy: Copy) -> None:
    with copy.house.engine.begin() as conn:
        databases.unguarded(conn)


@row(RULES, "takes away the service's own key for the rows", had="service keys", seen="start")
def _(copy: Copy) -> None:
    (copy.state / "keys" / "facts").unlink()


@row(
    RULES,
    "puts a key of their own in its place, and starts the service anew",
    had="service keys",
    seen="start verify",
    so="The disposal ledger is bound to the key that was there.",
)
def _(copy: Copy) -> None:
    (copy.state / "keys" / "facts").write_bytes(bytes(32))


@row(
    RULES,
    "does so, and takes the disposal ledger away with it",
    had="service keys, the ledger",
    seen="start verify",
    so="The database calls things destroyed that no ledger has.",
)
def _(copy: Copy) -> None:
    (copy.state / "keys" / "facts").write_bytes(bytes(32))
    _ledger(copy).unlink()


@row(
    RULES,
    "does so, and calls nothing destroyed any more",
    had="D, service keys, the ledger",
    seen="serving verify",
    so="Nothing is bound to their key.",
)
def _(copy: Copy) -> None:
    (copy.state / "keys" / "facts").write_bytes(bytes(32))
    _ledger(copy).unlink()
    copy.sql("update vault_object set state = 'live' where state = 'destroyed'")
    copy.restart()


@row(DISPOSAL, "takes the disposal ledger away", had="the ledger", seen="start")
def _(copy: Copy) -> None:
    _ledger(copy).unlink()


@row(DISPOSAL, "takes the last line off the disposal ledger", had="the ledger", seen="start")
def _(copy: Copy) -> None:
    lines = _ledger(copy).read_bytes().splitlines(keepends=True)
    _ledger(copy).write_bytes(b"".join(lines[:-1]))


@row(DISPOSAL, "makes the disposal ledger name another item", had="the ledger", seen="start")
def _(copy: Copy) -> None:
    text = _ledger(copy).read_text(encoding="utf-8")
    item = str(copy.uuid("gone"))
    assert item in text
    _ledger(copy).write_text(text.replace(item, str(copy.uuid("one"))), encoding="utf-8")


def _ledger(copy: Copy) -> Path:
    return copy.state / "ledger" / "destroyed"
