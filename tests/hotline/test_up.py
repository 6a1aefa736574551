"""`hotline up`: refusals that name the cure, before anything is started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from hotline.up import Hotline, free_port, only_one, require_free
from kit.embedded import EmbeddedValkey, remove
from kit.errors import MisconfiguredError
from kit.settings import ROOT, Settings, load


@pytest.fixture
def taken() -> Iterator[int]:
    """A port at which somebody listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def never_started(home: Path) -> None:
    raise AssertionError("a server of our own was asked for")


def every_url(database_url: str) -> dict[str, str]:
    """All databases in one; where a role has no URL the start would change that role, which a server given for tests may know."""
    return dict.fromkeys(("DATABASE_URL", "BOT_DATABASE_URL", "REFERENCE_DATABASE_URL"), database_url)


def given_by_environment(monkeypatch: pytest.MonkeyPatch, home: Path, **given: str) -> Hotline:
    """What `hotline up` makes of these settings; nothing is started yet."""
    for name in [name for name in os.environ if name.startswith("HOTLINE_")]:
        monkeypatch.delenv(name)
    for name, value in ({"HOME": str(home)} | given).items():
        monkeypatch.setenv(f"HOTLINE_{name}", value)
    return Hotline(load(), Console(quiet=True))


def up(home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """`hotline up` as a person types it; it must end by itself."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HOTLINE_")}
    return subprocess.run(
        [sys.executable, "-m", "hotline", "up"], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env=environment | {"HOTLINE_HOME": str(home), "NO_COLOR": "1", "COLUMNS": "300"} | settings,
    )  # fmt: skip


def test_that_a_port_in_use_is_named_with_the_cure(taken: int) -> None:
    with pytest.raises(
        MisconfiguredError, match=f"port {taken} is in use: stop who listens there, or set HOTLINE_PORT"
    ):
        require_free(taken, "127.0.0.1", "HOTLINE_PORT")


def test_that_a_free_port_passes() -> None:
    require_free(free_port(), "127.0.0.1", "HOTLINE_PORT")


def test_that_a_port_just_given_up_passes() -> None:
    """A second start right after the first must not wait for the system to forget old connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = server.accept()
            accepted.close()  # this side closes first: it keeps the connection in TIME_WAIT
            client.recv(1)
    require_free(port, "127.0.0.1", "HOTLINE_PORT")


def test_that_one_home_has_one_hotline(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    with (
        only_one(home),
        pytest.raises(MisconfiguredError, match=r"runs already with .*HOTLINE_HOME"),
        only_one(home),
    ):
        raise AssertionError("two at once")
    with only_one(home), only_one(tmp_path / "other"):
        pass


@pytest.mark.parametrize("setting", ["HOTLINE_PORT", "HOTLINE_SIMULATOR_PORT"])
def test_that_up_stops_with_one_line_when_a_port_is_taken(tmp_path: Path, taken: int, setting: str) -> None:
    ports = {
        "HOTLINE_PORT": str(free_port()),
        "HOTLINE_SIMULATOR_PORT": str(free_port()),
        setting: str(taken),
    }
    done = up(tmp_path, **ports)
    assert done.returncode == 1
    assert f"misconfigured: port {taken} is in use: stop who listens there, or set {setting}" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_that_up_refuses_a_home_in_use(tmp_path: Path) -> None:
    with only_one(tmp_path):
        done = up(tmp_path)
    assert done.returncode == 1
    assert f"the hotline runs already with {tmp_path}; stop it, or set HOTLINE_HOME" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.parametrize("demo", [True, False])
def test_that_test_code_runs_in_the_demo_only(tmp_path: Path, demo: bool) -> None:
    hotline = Hotline(Settings(home=tmp_path, demo=demo), Console(quiet=True))
    started = {child.name: child.argv for child in hotline.plan()}
    of_tests = {name for name, argv in started.items() if any("tests" in word for word in argv)}
    assert of_tests == ({"web", "wechat-simulator"} if demo else set())


def test_that_up_refuses_a_short_password_before_a_database_starts(tmp_path: Path) -> None:
    done = up(tmp_path, HOTLINE_DESK_PASSWORD="short")
    assert done.returncode == 1
    assert "misconfigured: HOTLINE_DESK_PASSWORD has fewer than 8 characters" in done.stderr
    assert not (tmp_path / "postgres").exists()


def test_that_databases_given_by_url_are_used_and_none_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_url: str, redis_url: str
) -> None:
    monkeypatch.setattr("hotline.up.EmbeddedPostgres", never_started)
    monkeypatch.setattr("hotline.up.EmbeddedValkey", never_started)
    given = every_url(record_url) | {"REDIS_URL": redis_url}
    hotline = given_by_environment(monkeypatch, tmp_path, **given)
    hotline.databases()
    told = hotline.environment()
    assert {name: told[f"HOTLINE_{name}"] for name in given} == given
    assert hotline.embedded == []
    assert not (tmp_path / "postgres").exists()


def test_that_a_server_is_started_for_what_is_not_given_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_url: str
) -> None:
    monkeypatch.setattr("hotline.up.EmbeddedPostgres", never_started)
    hotline = given_by_environment(monkeypatch, tmp_path, **every_url(record_url))
    try:
        hotline.databases()
        assert [type(server) for server in hotline.embedded] == [EmbeddedValkey]
        assert hotline.environment()["HOTLINE_DATABASE_URL"] == record_url
    finally:
        remove(tmp_path)


def test_that_up_refuses_production_without_its_secrets(tmp_path: Path) -> None:
    done = up(tmp_path, HOTLINE_DEMO="0")
    assert done.returncode == 1
    assert "HOTLINE_DATABASE_URL" in done.stderr
    assert "HOTLINE_SESSION_KEY" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
