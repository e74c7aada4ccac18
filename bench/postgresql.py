"""A PostgreSQL server of one's own: made in a temporary folder, run as an unprivileged user, gone with the process.

It listens on a socket in that folder and on no port. Tests and measurements share it. Nothing a test's holds is worth a
flush, so none is waited for; whoever asks about durability has a server of its own with ``durable=True``.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

USER = "custodes"
PREFIX = "custodes-pg-"
STALE = 3600  # seconds
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "300",
    "max_pred_locks_per_transaction": "256",
    "max_pred_locks_per_page": "32",
    "shared_buffers": "128MB",
    "timezone": "Pacific/Kiritimati",  # nothing may depend on it
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
}
_CARELESS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",  # the databases of tests live for seconds
}
_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/pgsql/bin")
# Relations, columns, constraints, triggers, functions of the schema everything stands in, and nothing of the rows.
_SHAPE = """
select md5(string_agg(said, ' ' order by said)) from (
  select relname::text || relkind::text || relchecks as said from pg_class where relnamespace = 'public'::regnamespace
  union all
  select attrelid::regclass || '.' || attname || atttypid::regtype || attnotnull
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace = 'public'::regnamespace and attnum > 0
  union all
  select tgrelid::regclass || '.' || tgname || tgenabled::text from pg_trigger where not tgisinternal
  union all
  select proname || md5(prosrc) from pg_proc where pronamespace = 'public'::regnamespace
) as all_of_it
"""

# With the triggers that keep the log off, as only the owner of the server can.
_EMPTY = """
do $$ declare found record; begin
  set local session_replication_role = replica;
  for found in select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
    and relname <> 'alembic_version' loop
    execute format('delete from %I', found.relname);
  end loop;
  for found in select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'S' loop
    perform setval(found.relname::regclass, 1, false);
  end loop;
end $$
"""


def binary(name: str) -> str:
    """Where the newest PostgreSQL of this machine keeps a program; most systems do not put its server on the PATH."""
    found = [path / name for place in _PLACES for path in sorted(Path("/").glob(place[1:])) if (path / name).exists()]
    if found:
        return str(max(found, key=lambda path: int("0" + "".join(filter(str.isdecimal, str(path.parent.parent))))))
    on_path = shutil.which(name)
    if on_path is None:
        msg = f"PostgreSQL's “{name}” is not there: run tools/need-postgresql"
        raise RuntimeError(msg)
    return on_path


def unprivileged() -> pwd.struct_passwd | None:
    """Whom to run it as: it refuses to be root. None: as whoever we are."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    msg = "the server refuses to run as root, and there is neither a user “postgres” nor “nobody”"
    raise RuntimeError(msg)


def _die_with_parent() -> Callable[[], None]:
    """However this process ends, the kernel stops the server: on Linux; elsewhere what ``atexit`` does must do."""
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return lambda: None
    return lambda: prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG; SIGINT is PostgreSQL's fast shutdown


def _clear(place: Path) -> None:
    """Remove what a run left that was killed itself; its server is dead by then."""
    for folder in place.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > STALE and not (folder / "data" / "postmaster.pid").exists():
                shutil.rmtree(folder, ignore_errors=True)


class Server:
    """``Server().start()``; ``url(name)`` is what SQLAlchemy connects to; ``stop()``."""

    def __init__(self, *, durable: bool = False) -> None:
        self.durable = durable
        self.user = unprivileged()
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.process: subprocess.Popen[bytes] | None = None
        self._admin: psycopg.Connection[tuple[object, ...]] | None = None
        self._count = 0
        self._shapes: dict[str, object] = {}
        self._owner = os.getpid()

    def start(self) -> Server:
        if self.user is not None:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        atexit.register(self.remove)
        _clear(self.folder.parent)
        self._init()
        self.serve()
        return self

    def _init(self) -> None:
        asked = [binary("initdb"), "-D", str(self.data), "-A", "trust", "-U", USER, "-E", "UTF8", "--no-sync"]
        # A locale that orders text unlike bytes, where there is one: what the service sorts by may not depend on it.
        natural = [*asked, "--locale-provider=icu", "--icu-locale=en-GB", "--locale=C.UTF-8"]
        for command in (natural, asked):
            shutil.rmtree(self.data, ignore_errors=True)
            made = self._run(command)
            if made.returncode == 0:
                return
        raise RuntimeError(made.stderr.decode())

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def serve(self) -> None:
        """Start it, again after ``halt``."""
        chosen = _SETTINGS if self.durable else {**_SETTINGS, **_CARELESS}
        words = [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]
        command = [binary("postgres"), "-D", str(self.data), "-k", str(self.folder), *words]
        with (self.folder / "log").open("ab") as said:
            given = {"stdout": said, "stderr": said, "start_new_session": True, **self._who()}
            self.process = subprocess.Popen(command, preexec_fn=_die_with_parent(), **given)  # noqa: PLW1509
        until = time.monotonic() + 60
        while True:
            try:
                self.admin().execute("select 1")
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.02)
            else:
                return

    def halt(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it and keep what it holds: SIGINT as an operator does, SIGQUIT as a machine that loses its power."""
        if self._admin is not None:
            self._admin.close()
            self._admin = None
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(60)
        self.process = None

    def remove(self) -> None:
        """Stop it and leave nothing of it. Only the process that made it does."""
        if os.getpid() == self._owner:
            self.halt(signal.SIGQUIT)
            shutil.rmtree(self.folder, ignore_errors=True)

    def admin(self) -> psycopg.Connection[tuple[object, ...]]:
        """Outside every test's database, each statement for itself."""
        if self._admin is None or self._admin.closed:
            self._admin = psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True)
        return self._admin

    def url(self, name: str) -> str:
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    def create(self, like: str = "template0") -> str:
        """A fresh database, the copy of another that nobody uses just now; its name."""
        self._count += 1
        name = f"t{self._owner}_{self._count}"
        # Copying files is twice as fast as writing them through the log, as long as no checkpoint has to be flushed.
        how = sql.SQL("create database {} template {} strategy file_copy")
        if self.admin().info.server_version < 150000:
            how = sql.SQL("create database {} template {}")
        self.let_go(like)
        self.admin().execute(how.format(sql.Identifier(name), sql.Identifier(like)))
        return name

    def reset(self, name: str, like: str) -> bool:
        """Empty every table of a database made from ``like``: a tenth of the work of a new one.

        False when anything but its rows was changed, a trigger dropped or a column added: it cannot be used again.
        """
        self.let_go(name)
        with psycopg.connect(host=str(self.folder), user=USER, dbname=name, autocommit=True) as conn:
            if self._shape_of(like) != self._shape(conn):
                return False
            conn.execute(_EMPTY)
        return True

    def _shape_of(self, name: str) -> object:
        if name not in self._shapes:
            with psycopg.connect(host=str(self.folder), user=USER, dbname=name, autocommit=True) as conn:
                self._shapes[name] = self._shape(conn)
        return self._shapes[name]

    def _shape(self, conn: psycopg.Connection[tuple[object, ...]]) -> object:
        return conn.execute(_SHAPE).fetchone()

    def let_go(self, name: str) -> None:
        """Break every connection to a database."""
        self.admin().execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])

    def drop(self, name: str) -> None:
        self.admin().execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, capture_output=True, cwd=self.folder, check=False, **self._who())

    def _who(self) -> dict[str, object]:
        env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}
        if self.user is None:
            return {"env": env}
        return {"env": env, "user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
