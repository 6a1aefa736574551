"""Accounts from the settings and from `hotline.toml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.wechat import load_accounts
from kit.errors import MisconfiguredError
from kit.settings import Settings

FIRST: dict[str, Any] = {
    "wechat_appid": "wx1", "wechat_secret": SecretStr("s"), "wechat_token": SecretStr("AAAAA"),
    "wechat_aes_key": SecretStr("A" * 43), "wechat_mode": "secure", "wechat_api_url": "http://platform",
}  # fmt: skip
SECOND = '[[wechat]]\nappid = "wx2"\nsecret = "s2"\ntoken = "BBB"\naes_key = "%s"\n' % ("B" * 42 + "A")


def toml(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "hotline.toml"
    file.write_text(text, "utf-8")
    return file


def settings(**more: Any) -> Settings:
    return Settings(**FIRST | more)


def test_that_the_first_account_comes_from_the_settings(tmp_path: Path) -> None:
    [account] = load_accounts(settings(), tmp_path / "none.toml")
    assert (account.appid, account.mode, account.api_url) == ("wx1", "secure", "http://platform")


def test_that_more_come_from_the_file_and_the_first_gets_its_previous_key(tmp_path: Path) -> None:
    extra = f'[[wechat]]\nappid = "wx1"\nprevious_aes_key = "{"C" * 42}A"\nkf_account = "desk@x"\n'
    first, second = load_accounts(settings(), toml(tmp_path, extra + SECOND))
    assert [key.get_secret_value()[0] for key in first.aes_keys] == ["A", "C"]
    assert first.kf_account == "desk@x"
    assert (second.appid, second.mode, second.api_url) == ("wx2", "secure", "http://platform")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[[wechat", "no TOML"),
        ('wechat = "x"', "tables of strings"),
        ('[[wechat]]\nsecret = "s"', "no appid"),
        ('[[wechat]]\nappid = "wx3"', "secret, token"),
        (SECOND + 'tokn = "x"', "tokn"),
        (SECOND + 'mode = "both"', "both"),
        (SECOND.replace("BBB\"", "B!\""), "token"),
        ('[[wechat]]\nappid = "wx3"\nsecret = "s"\ntoken = "BBB"', "EncodingAESKey"),
        ('[[wechat]]\nappid = "wx3"\nsecret = "s"\ntoken = "BBB"\naes_key = "short"', "43 characters"),
    ],
)  # fmt: skip
def test_that_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(MisconfiguredError, match=named):
        load_accounts(settings(), toml(tmp_path, text))


def test_that_a_token_the_platform_would_not_take_is_named() -> None:
    with pytest.raises(MisconfiguredError, match="wx1"):
        load_accounts(settings(wechat_token=SecretStr("no spaces")))
