"""Measures in files: what a change, a slip and a missing folder do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from backends.reference import measure_files
from backends.reference.database import migrate
from backends.reference.measure_files import FOLDER, MeasureFiles, read
from kit.errors import BadInput
from kit.settings import ROOT
from tests.backends.measures import written

TEMPLATE = ROOT / "docs" / "measure-template.yml"


class TestFiles:
    @pytest.fixture(scope="class")
    def empty(self, new_database: Callable[[], str]) -> str:
        url = new_database()
        migrate(url)
        return url

    @pytest.fixture
    def files(self, empty: str, tmp_path: Path) -> MeasureFiles:
        with psycopg.connect(empty) as connection:
            connection.execute("delete from reference.measure")
        return MeasureFiles(empty, tmp_path)

    @staticmethod
    def write(folder: Path, name: str, *measures: dict[str, Any]) -> None:
        (folder / name).write_text(yaml.safe_dump({"measures": list(measures)}, allow_unicode=True), "utf-8")

    @staticmethod
    def kept(url: str) -> dict[str, str]:
        with psycopg.connect(url) as connection:
            return dict(connection.execute("select measure_id, title from reference.measure").fetchall())

    def test_that_a_change_counts_and_nothing_is_done_without_one(
        self, files: MeasureFiles, tmp_path: Path
    ) -> None:
        self.write(tmp_path, "a.yml", written("one"), written("two"))
        assert files.refresh()
        assert not files.refresh()
        assert set(self.kept(files.url)) == {"one", "two"}
        self.write(tmp_path, "a.yml", written("one", title="改过的标题"))
        assert files.refresh()
        assert self.kept(files.url) == {"one": "改过的标题"}
        (tmp_path / "a.yml").rename(tmp_path / "b.yml")
        assert files.refresh()
        assert set(self.kept(files.url)) == {"one"}
        (tmp_path / "b.yml").unlink()
        assert files.refresh()
        assert self.kept(files.url) == {}

    @pytest.mark.parametrize(
        "broken",
        [
            "measures: [",
            "measures: 7",
            "[]",
            "",
            "other: []",
            "measures: [7]",
            "measures: [{measure_id: one}]",
            "\udcff",
        ],
    )
    def test_that_a_broken_file_leaves_its_last_good_content_and_the_other_files(
        self, files: MeasureFiles, tmp_path: Path, broken: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.write(tmp_path, "a.yml", written("one"))
        files.refresh()
        (tmp_path / "a.yml").write_bytes(broken.encode("utf-8", "surrogateescape"))
        self.write(tmp_path, "b.yml", written("two"))
        assert files.refresh()
        assert set(self.kept(files.url)) == {"one", "two"}
        with pytest.raises(BadInput, match=r"a\.yml"):
            read(tmp_path / "a.yml")

    def test_that_the_reason_names_file_entry_and_field(self, tmp_path: Path) -> None:
        self.write(tmp_path, "a.yml", written("one"), written("two", valid_from="soon"))
        with pytest.raises(BadInput, match=r"a\.yml: entry 2 \(two\): valid_from: "):
            read(tmp_path / "a.yml")
        self.write(tmp_path, "a.yml", written("one"), written("one"))
        with pytest.raises(BadInput, match="one: this measure_id stands here twice"):
            read(tmp_path / "a.yml")

    def test_that_an_operators_measure_is_not_taken_over_by_a_file(
        self, files: MeasureFiles, tmp_path: Path
    ) -> None:
        self.write(tmp_path, "a.yml", written("one"))
        files.refresh()
        with psycopg.connect(files.url) as connection:
            connection.execute("update reference.measure set file = '', title = '人工录入'")
        self.write(tmp_path, "a.yml", written("one"), written("two"))
        self.write(tmp_path, "b.yml", written("three"))
        files.refresh()
        assert self.kept(files.url) == {"one": "人工录入", "three": "高温保供"}

    def test_that_what_was_withdrawn_stays_so_when_its_file_changes_or_goes(
        self, files: MeasureFiles, tmp_path: Path
    ) -> None:
        self.write(tmp_path, "a.yml", written("one"))
        files.refresh()
        with psycopg.connect(files.url) as connection:
            connection.execute("update reference.measure set withdrawn_on = '2026-07-02'")
        for content in ([written("one", title="改过的标题")], []):
            self.write(tmp_path, "a.yml", *content)
            files.refresh()
        self.write(tmp_path, "a.yml", written("one"))
        files.refresh()
        with psycopg.connect(files.url) as connection:
            rows = connection.execute("select withdrawn_on from reference.measure").fetchall()
        assert rows == [(date(2026, 7, 2),)]

    def test_that_a_folder_that_is_not_there_changes_nothing(
        self, files: MeasureFiles, tmp_path: Path
    ) -> None:
        self.write(tmp_path, "a.yml", written("one"))
        files.refresh()
        assert not MeasureFiles(files.url, tmp_path / "none").refresh()
        assert set(self.kept(files.url)) == {"one"}

    async def test_that_a_running_service_looks_by_itself(
        self, files: MeasureFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(measure_files, "LOOK_EVERY", 0.05)
        watch = asyncio.create_task(files.watch())
        self.write(tmp_path, "a.yml", written("one"))
        for _ in range(100):
            await asyncio.sleep(0.05)
            if self.kept(files.url):
                break
        watch.cancel()
        assert set(self.kept(files.url)) == {"one"}

    def test_that_the_recorded_files_and_the_template_are_good(self) -> None:
        found = [read(file) for file in sorted(FOLDER.glob("*.yml"))]
        assert [len(measures) for measures in found] == [3, 5, 11, 6]
        ids = [measure.measure_id for measures in found for measure in measures]
        assert len(ids) == len(set(ids))
        # Epidemic promises have lapsed: none may be without an end.
        assert all(measure.valid_to and measure.valid_to < date(2023, 3, 1) for ms in found for measure in ms)
        # Numerals would be read as quantities, and of "95598" the ear makes ninety-five thousand.
        assert not [m.measure_id for ms in found for m in ms if any(c.isdigit() for c in m.text + m.title)]
        [template] = read(TEMPLATE)
        assert template.effects.planned_work == "cancelled"
