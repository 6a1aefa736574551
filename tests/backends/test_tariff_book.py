"""The files of tariffs: what they must hold, and that a slip is named with its file and its reason."""

from __future__ import annotations

import pytest

from backends.reference.tariffs.book import DATA, Book
from kit.errors import MisconfiguredError

FEE = "{id: a, province: 安徽, valid_from: 2024-01-01, valid_to: null, source: s, capacity: 30, demand: 40}"
TIERS = """residential:
  - {id: t, province: 安徽, valid_from: 2024-01-01, valid_to: null, source: s, period: year, limits: [LIMITS],
     prices: [PRICES], time_of_use: TOU}
"""


def book_of(tmp_path, text):
    (tmp_path / "one.yml").write_text(text, "utf-8")
    return Book.read(tmp_path)


def tiers(limits="{upto: [100, 200]}", prices='"0.5", "0.6", "0.7"', tou="null"):
    return TIERS.replace("LIMITS", limits).replace("PRICES", prices).replace("TOU", tou)


def test_that_a_right_file_is_taken(tmp_path):
    assert book_of(tmp_path, f"base_fee: [{FEE}]\n{tiers()}").residential[0].upto(5) == (100, 200)


def test_that_every_figure_of_ours_has_its_days_and_its_source():
    for kind, rows in Book.read():
        for row in rows:
            assert row.source
            assert row.valid_from
            assert row.province or kind in ("two_part", "suspension", "late_fee", "late_fee_cap")
    assert len(list(DATA.glob("*.yml"))) >= 5


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("base_fee: [" + FEE.replace("30", "30.5") + "]", "base_fee.0.capacity: .*in quotes"),
        ("base_fee: [" + FEE.replace("30", "-30") + "]", "base_fee.0.capacity"),
        ("base_fee: [" + FEE.replace("source: s", "source: ''") + "]", "base_fee.0.source"),
        ("base_fee: [" + FEE.replace("source: s, ", "") + "]", "base_fee.0.source"),
        ("base_fee: [" + FEE.replace("valid_to: null", "valid_to: 2023-12-31") + "]", "valid_to is before"),
        ("base_fee: [" + FEE.replace("demand", "demmand") + "]", "base_fee.0.dem"),
        ("base_fees: []", "base_fees"),
        ("base_fee: [", "is no file of tariffs"),
        ("7", "one.yml"),
        (f"base_fee: [{FEE}, {FEE}]", "a exists already"),
        (f"base_fee: [{FEE}, {FEE.replace('id: a', 'id: b')}]", "a and b hold on the same day"),
        (tiers(limits="{upto: [200, 100]}"), "tier 2 must end above"),
        (tiers(limits="{months: [1, 2], upto: [100, 200]}"), "every month once"),
        (tiers(limits="{upto: [100, 200]}, {months: [1], upto: [100, 200]}"), "every month once"),
        (tiers(prices='"0.7", "0.6", "0.5"'), "must not be cheaper"),
        (tiers(prices='"0.5", "0.6"'), "residential.0.prices"),
        (tiers(tou='{hours: {peak: [8, 21]}, prices: {valley: ["1", "1", "1"]}, added: null}'), "the same two or more"),
        (
            tiers(tou='{hours: {peak: [8, 21], valley: [21, 8]}, prices: {peak: ["1", "2", "3"], valley: ["1", "2", "4"]}, '
                      'added: ["1", "2"]}'),
            "valley: the tiers differ",
        ),
        (tiers(tou='{hours: {peak: [8, 25], valley: [21, 8]}, prices: {}, added: null}'), "hours.peak"),
    ],
)  # fmt: skip
def test_that_a_slip_is_named_with_its_file_and_its_reason(tmp_path, text, reason):
    with pytest.raises(MisconfiguredError, match=rf"one\.yml.*{reason}|{reason}") as error:
        book_of(tmp_path, text)
    assert error.value.reason.startswith("one.yml")


def test_that_two_files_must_not_contradict_each_other(tmp_path):
    (tmp_path / "a.yml").write_text(f"base_fee: [{FEE}]", "utf-8")
    (tmp_path / "b.yml").write_text(f"base_fee: [{FEE.replace('id: a', 'id: b')}]", "utf-8")
    with pytest.raises(MisconfiguredError, match=r"^b\.yml: base_fee: a and b"):
        Book.read(tmp_path)
    later = FEE.replace("id: a", "id: b").replace("2024-01-01", "2025-01-01")
    (tmp_path / "a.yml").write_text(f"base_fee: [{FEE.replace('null', '2024-12-31')}]", "utf-8")
    (tmp_path / "b.yml").write_text(f"base_fee: [{later}]", "utf-8")
    assert len(Book.read(tmp_path).base_fee) == 2
