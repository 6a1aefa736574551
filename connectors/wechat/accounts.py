"""The accounts that we answer for: the first from the settings, more from an optional `hotline.toml`.

[[wechat]]
appid = "wx…"                # the appid of the settings' account: what is given here is added to it
secret = "…"
token = "…"
aes_key = "…"
previous_aes_key = "…"       # accepted as well, while the key is being changed
mode = "secure"
api_url = "https://…"
kf_account = "desk@account"  # under whose name the agents' words appear
menu_links = true            # choices in text can be tapped; works, but the platform does not document it

[wechat.mini_programs.pay]   # the page `pay` of data/knowledge/pages.yml opens in a mini program linked to the account
appid = "wx…"
path = "pages/pay/index"

[wechat.templates.outage]    # what is sent when the customer-service window is closed: outage, arrears
id = "…"                     # the template's id at the platform; the rest: the template's keyword = our value
thing1 = "place"             # outage: place kind cause starts until restored text; arrears: account amount text
time2 = "starts"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from connectors.wechat.crypto import decode_key
from kit.errors import MisconfiguredError
from kit.settings import ROOT, Settings

Mode = Literal["secure", "plain"]
_KNOWN = {
    "appid",
    "secret",
    "token",
    "aes_key",
    "previous_aes_key",
    "mode",
    "api_url",
    "kf_account",
    "menu_links",
    "mini_programs",
    "templates",
}
_TABLES = {"templates": "id", "mini_programs": "appid"}  # of tables, and what each of these must have


@dataclass(frozen=True)
class WeChatAccount:
    """One service account. `aes_keys`: the current key first, then the previous one.

    In `secure` mode a message that is not encrypted is refused. Raises `MisconfiguredError` for what the platform's
    own form would not accept either.
    """

    appid: str
    secret: SecretStr
    token: SecretStr
    aes_keys: tuple[SecretStr, ...]
    mode: Mode
    api_url: str
    kf_account: str = ""
    templates: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict
    )  # by topic: `id`, and value by keyword
    mini_programs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by page: `appid`, `path`
    menu_links: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9]{3,32}", self.token.get_secret_value()):
            raise MisconfiguredError(
                f"WeChat account {self.appid}: the token needs 3 to 32 letters or digits"
            )
        if self.mode not in ("secure", "plain"):
            raise MisconfiguredError(
                f"WeChat account {self.appid}: mode is {self.mode!r}, not secure or plain"
            )
        if self.mode == "secure" and not self.aes_keys:
            raise MisconfiguredError(f"WeChat account {self.appid}: secure mode needs an EncodingAESKey")
        self.keys()

    def keys(self) -> list[bytes]:
        """The keys as bytes."""
        try:
            return [decode_key(key.get_secret_value()) for key in self.aes_keys]
        except ValueError as error:
            raise MisconfiguredError(f"WeChat account {self.appid}: an EncodingAESKey is {error}") from error


def load_accounts(settings: Settings, file: Path = ROOT / "hotline.toml") -> list[WeChatAccount]:
    """All accounts, the settings' first. Raises `MisconfiguredError` with the name of what is missing or wrong."""
    accounts: dict[str, WeChatAccount] = {}
    if settings.wechat_appid:
        accounts[settings.wechat_appid] = WeChatAccount(
            appid=settings.wechat_appid,
            secret=settings.wechat_secret,
            token=settings.wechat_token,
            aes_keys=_keys(settings.wechat_aes_key.get_secret_value()),
            mode=settings.wechat_mode,
            api_url=settings.wechat_api_url,
            menu_links=settings.wechat_menu_links,
        )
    for entry in _entries(file):
        if unknown := sorted(entry.keys() - _KNOWN):
            raise MisconfiguredError(f"{file.name}: [[wechat]] does not know {', '.join(unknown)}")
        if not (appid := entry.get("appid")):
            raise MisconfiguredError(f"{file.name}: a [[wechat]] has no appid")
        first = accounts.get(appid)
        accounts[appid] = (
            _extended(first, entry) if first else _account(file.name, entry, settings.wechat_api_url)
        )
    return list(accounts.values())


def _entries(file: Path) -> list[dict[str, Any]]:
    if not file.exists():
        return []
    try:
        entries = tomllib.loads(file.read_text("utf-8")).get("wechat", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MisconfiguredError(f"{file.name} is no TOML: {error}") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise MisconfiguredError(f"{file.name}: accounts are [[wechat]] tables of strings")
    for entry in entries:
        _check(file.name, entry)
    return entries


def _check(file: str, entry: dict[str, Any]) -> None:
    """Every value has its type: strings, but for `menu_links` and the tables of tables."""
    for name, value in entry.items():
        if name == "menu_links":
            if not isinstance(value, bool):
                raise MisconfiguredError(f"{file}: menu_links is true or false")
        elif (key := _TABLES.get(name)) is not None:
            each = value.values() if isinstance(value, dict) else [None]
            if not all(
                isinstance(t, dict) and t.get(key) and all(isinstance(v, str) for v in t.values())
                for t in each
            ):
                raise MisconfiguredError(
                    f"{file}: each [wechat.{name}.<name>] has an {key}, and strings only"
                )
        elif not isinstance(value, str):
            raise MisconfiguredError(f"{file}: {name} of a [[wechat]] is a string")
    if any(not program.get("path") for program in entry.get("mini_programs", {}).values()):
        raise MisconfiguredError(f"{file}: each [wechat.mini_programs.<page>] has a path")


def _keys(*keys: str) -> tuple[SecretStr, ...]:
    return tuple(SecretStr(key) for key in keys if key)


def _account(file: str, entry: dict[str, Any], api_url: str) -> WeChatAccount:
    if missing := [name for name in ("secret", "token") if not entry.get(name)]:
        raise MisconfiguredError(f"{file}: WeChat account {entry['appid']} has no {', '.join(missing)}")
    return WeChatAccount(
        appid=entry["appid"],
        secret=SecretStr(entry["secret"]),
        token=SecretStr(entry["token"]),
        aes_keys=_keys(entry.get("aes_key", ""), entry.get("previous_aes_key", "")),
        mode=entry.get("mode", "secure"),
        api_url=entry.get("api_url", api_url),
        **_shared(entry),
    )


def _extended(account: WeChatAccount, entry: dict[str, Any]) -> WeChatAccount:
    """The settings' account with what the file adds; secrets that the settings hold are not replaced."""
    previous = _keys(entry.get("previous_aes_key", ""))
    return replace(account, aes_keys=account.aes_keys + previous, **_shared(entry))


def _shared(entry: dict[str, Any]) -> dict[str, Any]:
    """What the file alone may say of any account."""
    return {
        name: entry[name]
        for name in ("kf_account", "menu_links", "mini_programs", "templates")
        if name in entry
    }
