"""Data of deleted homes goes; all other stays."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.embedded import EmbeddedValkey, place, process, remove, sweep
from kit.embedded.place import key_of, mount_of
from kit.embedded.sweep import KEPT_SECONDS

LONG_AGO = KEPT_SECONDS + 3600


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for data of homes, instead of the machine's."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        monkeypatch.setattr(place, "ROOT_DATA", Path(folder))
        yield Path(folder)


def age(base: Path, seconds: float) -> None:
    for path in base.iterdir():
        then = path.stat().st_mtime - seconds
        os.utime(path, (then, then))


def data_of(root: Path, home: Path, *, disk: Path | None = None, unused: float = LONG_AGO) -> Path:
    """Data as a start leaves it."""
    base = root / key_of(home)
    (base / "postgres").mkdir(parents=True)
    (base / "postgres" / "PG_VERSION").write_text("18\n")
    (base / "home").write_text(f"{home}\n")
    (base / "disk").write_text(f"{disk or mount_of(home.parent)}\n")
    age(base, unused)
    return base


def test_that_the_data_of_a_deleted_home_goes(
    root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    base = data_of(root, tmp_path / "已删除 home")
    assert sweep() == [tmp_path / "已删除 home"]
    assert not base.exists()
    assert f"{tmp_path / '已删除 home'} is gone, its data in {base} was deleted" in caplog.text
    assert sweep() == []


@pytest.mark.parametrize("kind", ["folder", "dangling link"])
def test_that_the_data_of_a_home_that_exists_stays(root: Path, tmp_path: Path, kind: str) -> None:
    home = tmp_path / "home"
    base = data_of(root, home)
    if kind == "folder":
        home.mkdir()
    else:
        home.symlink_to(tmp_path / "a disk that comes later")
    assert sweep() == []
    assert (base / "postgres" / "PG_VERSION").exists()


def test_that_a_home_on_a_disk_that_is_not_mounted_keeps_its_data(root: Path, tmp_path: Path) -> None:
    base = data_of(root, tmp_path / "disk" / "home", disk=tmp_path / "disk")
    assert sweep() == []
    assert base.exists()


def test_that_a_home_moved_today_can_be_moved_back(root: Path, tmp_path: Path) -> None:
    base = data_of(root, tmp_path / "home", unused=KEPT_SECONDS - 3600)
    assert sweep() == []
    age(base, 7200)
    assert sweep() == [tmp_path / "home"]


def test_that_data_on_which_a_server_runs_stays(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    base = data_of(root, home)
    seen = process.Seen(
        1, 0, "postgres", f"postgres -D {base}/postgres -c cluster_name=hotline-postgres-{base.name}"
    )
    with monkeypatch.context() as running:
        running.setattr(process, "processes", lambda mark: [seen] if mark in seen.line else [])
        assert sweep() == []
    assert sweep() == [home]


@pytest.mark.parametrize("spoilt", ["home", "disk", "another's home"])
def test_that_what_nobody_can_tell_the_home_of_stays(root: Path, tmp_path: Path, spoilt: str) -> None:
    base = data_of(root, tmp_path / "home")
    if spoilt == "another's home":
        (base / "home").write_text(f"{tmp_path / 'other'}\n")
        age(base, LONG_AGO)
    else:
        (base / spoilt).unlink()
    (root / "notes").mkdir()
    (root / ("0" * 16)).symlink_to(tmp_path)
    assert sweep() == []
    assert {path.name for path in root.iterdir()} == {base.name, "notes", "0" * 16, "sweep"}


def test_that_a_sweep_that_was_killed_is_finished_by_the_next(root: Path, tmp_path: Path) -> None:
    base = data_of(root, tmp_path / "home")
    base.rename(base.with_name(f"{base.name}.swept"))
    assert sweep() == []
    assert [path.name for path in root.iterdir()] == ["sweep"]


def test_that_a_start_leaves_what_the_sweep_needs_and_a_running_server_is_not_swept(root: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        home = Path(folder, "state")
        server = EmbeddedValkey(home)
        base = server.place.base
        try:
            server.start()
            if not server.place.as_root:  # the data is in the home, and goes with it
                assert base == home
                assert sweep() == []
                return
            home.rename(Path(folder, "elsewhere"))
            age(base, LONG_AGO)
            assert sweep() == []
            server.stop()
            age(base, LONG_AGO)
            assert sweep() == [home]
            assert not base.exists()
        finally:
            remove(home)
