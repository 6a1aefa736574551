"""Figures by province and day; what is broken is named."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from kit import clock
from kit.errors import MisconfiguredError
from kit.facts import Facts
from kit.wording import Wording

ROWS = """facts:
  arrival:
  - {value: 45, unit: 分钟, valid_from: 2020-01-01, source: 承诺}
  - {value: 60, unit: 分钟, province: 上海, valid_from: 2020-01-01, valid_to: 2024-12-31, source: 条例}
  - {value: 50, province: 上海, valid_from: 2023-01-01, valid_to: 2023-12-31, source: 条例}
"""


@pytest.fixture
def facts(tmp_path):
    (tmp_path / "a.yml").write_text(ROWS, "utf-8")
    return Facts(tmp_path)


@pytest.mark.parametrize(
    ("province", "day", "value"),
    [
        ("", date(2024, 5, 1), 45), ("安徽", date(2024, 5, 1), 45), ("上海", date(2024, 5, 1), 60), ("上海", date(2024, 12, 31), 60),
        ("上海", date(2025, 1, 1), 45), ("上海", date(2023, 5, 1), 50),
    ],
)  # fmt: skip
def test_that_a_provinces_own_and_latest_row_is_said_while_it_holds(facts, province, day, value):
    assert facts.get("arrival", province, day).value == Decimal(value)


@pytest.mark.parametrize(("name", "day"), [("arrival", date(2019, 1, 1)), ("nothing", date(2024, 1, 1))])
def test_that_what_is_not_in_force_is_no_figure(facts, name, day):
    with pytest.raises(LookupError, match=name):
        facts.get(name, "", day)


@pytest.mark.parametrize(
    ("name", "now", "value"),
    [("arrival", "2019-06-01", 45), ("arrival", "2024-06-01", 45), ("lapsed", "2019-06-01", 5), ("lapsed", "2024-06-01", 7)],
)  # fmt: skip
def test_that_a_limit_decides_before_and_after_the_days_of_its_rows(
    facts, tmp_path, monkeypatch, name, now, value
):
    (tmp_path / "b.yml").write_text(
        "facts:\n  lapsed:\n  - {value: 5, valid_from: 2020-01-01, valid_to: 2020-12-31, source: s}\n"
        "  - {value: 7, valid_from: 2021-01-01, valid_to: 2021-12-31, source: s}\n",
        "utf-8",
    )
    monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat(f"{now}T10:00+08:00"))
    assert facts.limit(name) == value
    with pytest.raises(LookupError, match="nothing"):
        facts.limit("nothing")


@pytest.mark.parametrize(
    "row",
    [
        "{value: x, valid_from: 2020-01-01, source: s}", "{value: 1, valid_from: soon, source: s}", "{value: 1, valid_from: 2020-01-01}",
        "{value: 1, valid_from: 2020-01-01, source: ' '}", "{value: 1, valid_from: 2020-01-02, valid_to: 2020-01-01, source: s}",
        "{value: 1, valid_from: 2020-01-01, source: s, until: 2}", "7",
    ],
)  # fmt: skip
def test_that_a_broken_row_is_named_with_its_file(tmp_path, row):
    (tmp_path / "bad.yml").write_text(f"facts:\n  arrival:\n  - {row}\n", "utf-8")
    with pytest.raises(MisconfiguredError, match=r"bad\.yml"):
        Facts(tmp_path).names()


def test_that_a_slip_at_run_time_leaves_the_last_good_rows(facts, tmp_path):
    assert facts.names() == ["arrival"]
    (tmp_path / "b.yml").write_text("facts: [", "utf-8")
    assert facts.names() == ["arrival"]
    (tmp_path / "b.yml").write_text(
        "facts:\n  more:\n  - {value: 1, valid_from: 2020-01-01, source: s}\n", "utf-8"
    )
    assert facts.names() == ["arrival", "more"]


def test_that_words_take_their_figures_from_the_facts(facts, tmp_path):
    folder = tmp_path / "responses"
    folder.mkdir()
    (folder / "x.yml").write_text(
        "responses:\n  utter_x:\n  - text: '{fact_arrival:number}分钟到'\n", "utf-8"
    )
    assert Wording(folder, facts=facts).text("utter_x", "web", province="安徽") == "45分钟到"
    assert Wording(folder, facts=facts).text("utter_x", "ivr") == "四十五分钟到"
    (folder / "y.yml").write_text("responses:\n  utter_y:\n  - text: '{fact_nothing}'\n", "utf-8")
    with pytest.raises(MisconfiguredError, match="nothing"):
        Wording(folder, facts=facts).text("utter_y", "web")
