"""Embedded servers after kill -9, lost files, taken ports and a broken configuration."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from kit.embedded import EmbeddedError, EmbeddedPostgres, EmbeddedValkey, process, remove
from kit.embedded.place import ENVIRONMENT, Place
from kit.embedded.server import Server

Kind = type[EmbeddedPostgres] | type[EmbeddedValkey]
BOTH = pytest.mark.parametrize("kind", [EmbeddedPostgres, EmbeddedValkey])
PROGRAM = """
import sys, time
from pathlib import Path
from kit.embedded import EmbeddedPostgres, EmbeddedValkey
servers = [EmbeddedPostgres(Path(sys.argv[1])), EmbeddedValkey(Path(sys.argv[1]))]
print(*[server.start() for server in servers], flush=True)
time.sleep(60)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder, "state")
        remove(Path(folder, "state"))


def leader(server: Server) -> int:
    pid = server.leader(process.find(server.mark, server.place.uid))
    assert pid is not None
    return pid


def answers(url: str) -> None:
    if url.startswith("postgresql"):
        psycopg.connect(url).close()
    else:
        client = redis.Redis.from_url(url)
        client.ping()
        client.close()


def test_that_servers_of_a_killed_program_are_adopted_and_stopped(home: Path) -> None:
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, str(home)], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    with program.stdout:
        urls = program.stdout.readline().split()
    with psycopg.connect(urls[0], autocommit=True) as connection:
        connection.execute("create table kept (word text)")
    program.kill()
    program.wait()
    servers = [EmbeddedPostgres(home), EmbeddedValkey(home)]
    before = [leader(server) for server in servers]
    assert [server.start() for server in servers] == urls
    assert all(server.adopted for server in servers)
    assert [leader(server) for server in servers] == before
    for server in servers:
        server.stop()
        assert process.find(server.mark, server.place.uid) == {}
    with psycopg.connect(servers[0].start()) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)
    assert not servers[0].adopted


@BOTH
def test_that_a_killed_server_starts_again_at_the_same_address(home: Path, kind: Kind) -> None:
    server = kind(home)
    url = server.start()
    os.kill(leader(server), signal.SIGKILL)
    assert server.start() == url
    assert not server.adopted
    answers(url)
    os.kill(leader(server), signal.SIGKILL)
    server.stop()
    assert process.find(server.mark, server.place.uid) == {}


def test_that_a_busy_backend_without_its_server_is_ended(home: Path) -> None:
    server = EmbeddedPostgres(home)
    url = server.start()
    # A backend that computes does not notice that its server died, and keeps the shared memory.
    with closing(psycopg.connect(url)) as connection:
        pid = connection.info.backend_pid
        connection.pgconn.send_query(
            b"select count(*) from generate_series(1, 1000000000) a, generate_series(1, 1000) b"
        )
        time.sleep(0.2)
        os.kill(leader(server), signal.SIGKILL)
        time.sleep(0.3)
        assert pid in process.find(server.mark, server.place.uid)
        assert server.start() == url
        assert pid not in process.find(server.mark, server.place.uid)


def test_that_a_pid_which_another_process_got_is_cured(home: Path) -> None:
    server = EmbeddedPostgres(home)
    server.start()
    file = server.data / "postmaster.pid"
    kept = file.read_text()
    pid = leader(server)
    os.kill(pid, signal.SIGKILL)
    other = process.spawn(server.place, ["/bin/sleep", "60"], output=subprocess.DEVNULL)
    try:
        # A short life of the killed server's other processes; their memory must not be what stops the start.
        deadline = time.monotonic() + 5
        while process.find(server.mark, server.place.uid) and time.monotonic() < deadline:
            time.sleep(0.05)
        file.write_text(kept.replace(str(pid), str(other.pid), 1))
        answers(server.start())
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_that_a_postgres_started_by_hand_on_our_data_is_left_alone(home: Path) -> None:
    server = EmbeddedPostgres(home)
    server.start()
    server.stop()
    command, _ = server.command(server._choose_port())
    plain = [part for part in command if server.mark not in str(part)][
        :-1
    ]  # without the name, and its dangling -c
    by_hand = process.spawn(server.place, plain, output=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while "ready" not in " ".join(server._pid_file()) and time.monotonic() < deadline:
            time.sleep(0.02)
        with pytest.raises(EmbeddedError, match=f"kill -INT {by_hand.pid}"):
            server.start()
        assert by_hand.poll() is None
    finally:
        by_hand.send_signal(signal.SIGINT)
        by_hand.wait()


def test_that_a_half_made_database_is_made_anew(home: Path) -> None:
    server = EmbeddedPostgres(home)
    server.place.create_home()
    server.place.create("postgres")
    half = server.data.with_name(f"{server.data.name}.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    (server.place.base / "initdb.password").write_text("left behind")
    answers(server.start())
    assert not half.exists()
    assert not (server.place.base / "initdb.password").exists()


@BOTH
@pytest.mark.parametrize("running", [True, False], ids=["running", "stopped"])
def test_that_a_lost_password_is_replaced_and_the_data_kept(home: Path, kind: Kind, running: bool) -> None:
    server = kind(home)
    url = server.start()
    if url.startswith("postgresql"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("create table kept (word text)")
    if not running:
        server.stop()
    (home / server.name / "password").unlink()
    renewed = server.start()
    assert urlsplit(renewed).password != urlsplit(url).password
    answers(renewed)
    if url.startswith("postgresql"):
        with psycopg.connect(renewed) as connection:
            connection.execute("select count(*) from kept")
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(url.replace(str(urlsplit(url).port), str(urlsplit(renewed).port)))


def test_that_a_deleted_home_begins_anew_and_loses_nothing_elsewhere(home: Path) -> None:
    url = EmbeddedPostgres(home).start()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table old (word text)")
    place = Place(home)
    if not place.as_root:
        EmbeddedPostgres(home).stop()  # the data goes with the home
    subprocess.run(["rm", "-r", str(home)], check=True, env=ENVIRONMENT)
    with psycopg.connect(EmbeddedPostgres(home).start()) as connection:
        assert connection.execute("select to_regclass('old')").fetchone() == (None,)
    assert (place.base / "postgres.1" / "PG_VERSION").exists() == place.as_root


@BOTH
def test_that_a_port_is_kept_while_it_is_free(home: Path, kind: Kind) -> None:
    server = kind(home)
    url = server.start()
    server.stop()
    assert server.start() == url
    server.stop()
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", urlsplit(url).port or 0))
        door.listen()
        other = server.start()
        assert urlsplit(other).port != urlsplit(url).port
        answers(other)


@BOTH
def test_that_a_taken_port_that_was_asked_for_is_named(home: Path, kind: Kind) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = door.getsockname()[1]
        server = kind(home, port=port)
        with pytest.raises(EmbeddedError, match=f"Port {port} is taken"):
            server.start()
        assert process.find(server.mark, server.place.uid) == {}
    assert urlsplit(server.start()).port == port
    with pytest.raises(EmbeddedError, match=f"runs at port {port} already"):
        kind(home, port=1).start()


def test_that_a_failed_start_quotes_the_log_and_leaves_nothing(home: Path) -> None:
    server = EmbeddedPostgres(home)
    server.start()
    server.stop()
    with (server.data / "postgresql.conf").open("a") as file:
        file.write("\nnonsense = 1\n")
    with pytest.raises(EmbeddedError, match='unrecognized configuration parameter "nonsense"'):
        server.start()
    assert process.find(server.mark, server.place.uid) == {}


def test_that_a_home_that_is_no_folder_is_named(home: Path) -> None:
    home.write_text("")
    with pytest.raises(EmbeddedError, match="HOTLINE_HOME"):
        EmbeddedPostgres(home).start()
    home.unlink()


@BOTH
def test_that_a_process_which_only_mentions_a_server_is_left_alone(home: Path, kind: Kind) -> None:
    server = kind(home)
    script = f"sleep 60; echo {server.mark} -D {server.data} 127.0.0.1:1"
    server.start()
    other = process.spawn(server.place, ["/bin/sh", "-c", script], output=subprocess.DEVNULL)
    try:
        assert leader(server) != other.pid
        server.stop()
        assert other.poll() is None
    finally:
        os.killpg(other.pid, signal.SIGKILL)
        other.wait()


def test_that_stop_without_a_start_is_harmless(home: Path) -> None:
    for server in (EmbeddedPostgres(home), EmbeddedValkey(home)):
        server.stop()
    assert not home.exists()
