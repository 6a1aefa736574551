"""Pages that residents are sent to: by province and day, to known places only, and wherever one is named there is one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from kit import clock
from kit.errors import MisconfiguredError
from kit.pages import PAGES, Pages
from kit.settings import ROOT
from kit.wording import Wording

ROW = "title: 网上交电费, about: 登录后交, url: 'https://www.95598.cn/pay', valid_from: 2026-01-01, source: 公告"
FILE = f"""pages:
  pay:
  - {{{ROW}, valid_to: 2026-06-30}}
  - {{{ROW.replace("95598.cn/pay", "95598.cn/sh")}, province: 上海}}
"""


@pytest.mark.parametrize(
    ("province", "day", "url"),
    [
        ("", "2026-05-01", "https://www.95598.cn/pay"),
        ("", "2026-06-30", "https://www.95598.cn/pay"),
        ("", "2026-07-01", None),
        ("", "2025-12-31", None),
        ("上海", "2026-05-01", "https://www.95598.cn/sh"),
        ("湖南", "2026-05-01", "https://www.95598.cn/pay"),
    ],
)
def test_that_a_page_is_there_while_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, province: str, day: str, url: str | None
) -> None:
    file = tmp_path / "pages.yml"
    file.write_text(FILE, "utf-8")
    now = datetime.fromisoformat(day).replace(tzinfo=clock.SHANGHAI) + timedelta(hours=12)
    monkeypatch.setattr(clock, "now", lambda: now)
    page = Pages(file).get("pay", province)
    assert (page and page.url) == url
    assert Pages(file).get("nothing", province) is None


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("https://www.95598.cn/pay", "http://www.95598.cn/pay"),
        ("https://www.95598.cn/pay", "https://95598.cn.pay.top/"),
        ("https://www.95598.cn/pay", 'https://www.95598.cn/"onclick="x'),
        ("https://www.95598.cn/pay", "https://www.95598.cn/a b"),
        ("网上交电费", "网" * 21),
        ("登录后交", "登" * 61),
        ("source: 公告", "source: ' '"),
        ("valid_from: 2026-01-01", "valid_from: soon"),
        ("source: 公告", "source: 公告, until: 2027"),
    ],
)
def test_that_a_broken_row_is_named(tmp_path: Path, right: str, wrong: str) -> None:
    file = tmp_path / "pages.yml"
    file.write_text(f"pages:\n  pay:\n  - {{{ROW}}}\n".replace(right, wrong), "utf-8")
    with pytest.raises(MisconfiguredError, match=r"pages\.yml"):
        Pages(file).names()


def named(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (str(value) for key, value in node.items() if key == "page")
        for value in node.values():
            yield from named(value)
    elif isinstance(node, list):
        for value in node:
            yield from named(value)


def test_that_every_page_that_is_named_is_there_and_every_page_is_named() -> None:
    files = [*(ROOT / "data" / "responses").glob("*.yml"), *(ROOT / "data" / "knowledge").rglob("*.yml")]
    used = {page for file in set(files) - {PAGES} for page in named(yaml.safe_load(file.read_text("utf-8")))}
    assert used == set(Pages().names())
    assert all(Pages().get(page) for page in used)


def test_that_words_for_the_telephone_lead_to_no_page(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("responses:\n  utter_a:\n  - {text: 请交费, page: pay}\n", "utf-8")
    wording = Wording(tmp_path)
    assert [wording.render("utter_a", channel).page for channel in ("web", "wechat", "ivr")] == [
        "pay",
        "pay",
        "",
    ]
