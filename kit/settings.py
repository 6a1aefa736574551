"""Settings from `HOTLINE_*` environment variables; random secrets of the demo are made once and kept.

`load()` is called once by each program; rooms receive the `Settings` they need, none reads the environment.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from kit.errors import MisconfiguredError

ROOT = Path(__file__).resolve().parent.parent
DEMO_AGENTS = (
    "sip:agents@demo.invalid"  # a name that nobody can have (RFC 2606): no call reaches anybody by mistake
)
PASSWORD_MIN = 8  # characters of an agent's password
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class Settings(BaseSettings):
    """Every setting, by its environment name without the prefix. Secrets never show in `repr`."""

    model_config = SettingsConfigDict(env_prefix="HOTLINE_", extra="ignore", env_ignore_empty=True)

    demo: bool = True
    home: Path = ROOT / ".hotline"
    host: str = "127.0.0.1"
    port: int = 8000

    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    bot_database_url: SecretStr | None = None  # Rasa's own role and schema
    reference_database_url: SecretStr | None = None  # the reference backend's own database

    bot_url: str = "http://127.0.0.1:8005"
    actions_url: str = "http://127.0.0.1:8006"
    backends_url: str = "http://127.0.0.1:8007"
    inner_url: str = "http://127.0.0.1:8008"  # permits, verification, handoff, metrics: private network only
    inner_host: str = ""  # where that door listens, if not at its URL's host: in a container, every interface

    internal_token: SecretStr = SecretStr("")
    backends_token: SecretStr = SecretStr("")

    wechat_appid: str = ""
    wechat_secret: SecretStr = SecretStr("")
    wechat_token: SecretStr = SecretStr("")
    wechat_aes_key: SecretStr = SecretStr("")
    wechat_mode: Literal["secure", "plain"] = "secure"
    wechat_api_url: str = ""
    wechat_menu_links: bool = (
        False  # choices that can be tapped, which the platform opens but does not document
    )
    simulator_port: int = 8010  # the demo's WeChat platform

    ivr_token: SecretStr = SecretStr("")
    ivr_transfer_to: str = ""

    province: str = Field(default="上海")
    desk_password: SecretStr = SecretStr("")
    session_key: SecretStr = SecretStr("")  # signs cookies

    log_json: bool = False
    trusted_proxies: str = ""  # addresses whose X-Forwarded-For is believed, comma-separated; none if empty

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    def required(self) -> dict[str, Any]:
        """Secrets without which production does not start, by setting name."""
        return {
            name: getattr(self, name)
            for name in (
                "database_url", "redis_url", "bot_database_url", "internal_token", "backends_token",
                "wechat_appid", "wechat_secret", "wechat_token", "wechat_aes_key", "ivr_token",
                "ivr_transfer_to", "session_key",
            )
        }  # fmt: skip


def _empty(value: Any) -> bool:
    return not (value.get_secret_value() if isinstance(value, SecretStr) else value)


def _demo_secrets(home: Path) -> dict[str, str]:
    """Read, or make once, the demo's random secrets (`secrets.json`, 0600)."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "secrets.lock").open(
        "a"
    ) as lock:  # two first starts at once must not know different secrets
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _read_or_make(home / "secrets.json")


def _read_or_make(path: Path) -> dict[str, str]:
    try:
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    except ValueError as error:
        raise MisconfiguredError(f"{path} is no JSON; restore it, or remove it to get new secrets") from error
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    def letters(count: int) -> str:
        return "".join(secrets.choice(alphabet) for _ in range(count))

    made = {
        "internal_token": letters(43), "backends_token": letters(43), "session_key": letters(43),
        "wechat_appid": "wx" + secrets.token_hex(8), "wechat_secret": secrets.token_hex(16),
        "wechat_token": letters(32), "wechat_aes_key": letters(42) + "A",
        "ivr_token": letters(43), "desk_password": letters(12),
        "bot_database_password": letters(32),
    }  # fmt: skip
    if missing := {key: value for key, value in made.items() if key not in kept}:
        kept |= missing
        handle = os.open(path.with_suffix(".new"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(kept, file, indent=1)
        path.with_suffix(".new").replace(path)
    return kept


def secrets_file(settings: Settings) -> Path:
    """Where the demo keeps its random secrets."""
    return settings.home / "secrets.json"


def load() -> Settings:
    """Read the environment; fill the demo's blanks; in production name every missing secret at once.

    Raises `MisconfiguredError` for a value that cannot be read, a missing secret, a demo that would listen beyond
    loopback, and a password that the desk would refuse later.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = [f"HOTLINE_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        raise MisconfiguredError("; ".join(wrong)) from None  # the cause would quote the values
    if not settings.demo:
        if missing := [f"HOTLINE_{n.upper()}" for n, v in settings.required().items() if _empty(v)]:
            raise MisconfiguredError(
                f"HOTLINE_DEMO=0 and not set: {', '.join(missing)}. Set them and start again."
            )
        if not settings.wechat_api_url:
            settings = settings.model_copy(update={"wechat_api_url": "https://api.weixin.qq.com"})
        return settings
    if settings.host not in LOOPBACK:
        raise MisconfiguredError(
            f"HOTLINE_HOST={settings.host}: the demo listens on loopback only. Unset it, or set HOTLINE_DEMO=0."
        )
    kept = _demo_secrets(settings.home)
    filled: dict[str, Any] = {}
    for name in Settings.model_fields:
        if name in kept and _empty(getattr(settings, name)):
            secret = isinstance(getattr(settings, name), SecretStr)
            filled[name] = SecretStr(kept[name]) if secret else kept[name]
    given = "desk_password" not in filled
    if len(filled.get("desk_password", settings.desk_password).get_secret_value()) < PASSWORD_MIN:
        name, cure = "HOTLINE_DESK_PASSWORD", "Set a longer one, or unset it to have a random one."
        if not given:
            name, cure = f"desk_password in {secrets_file(settings)}", "Remove it there to have a random one."
        raise MisconfiguredError(f"{name} has fewer than {PASSWORD_MIN} characters. {cure}")
    filled["wechat_api_url"] = settings.wechat_api_url or f"http://127.0.0.1:{settings.simulator_port}"
    filled["wechat_menu_links"] = True
    filled["ivr_transfer_to"] = settings.ivr_transfer_to or DEMO_AGENTS
    return settings.model_copy(update=filled)


def bot_database_password(settings: Settings) -> str:
    """The demo's password of Rasa's database role."""
    return _demo_secrets(settings.home)["bot_database_password"]


@lru_cache(maxsize=1)
def current() -> Settings:
    """The settings of this process, loaded once; for programs and their composition roots only."""
    return load()
