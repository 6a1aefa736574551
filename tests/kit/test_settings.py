"""Settings: production names what is missing, the demo makes its secrets once and stays on loopback."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from kit.errors import MisconfiguredError
from kit.settings import ROOT, Settings, bot_database_password, load, secrets_file

SECRETS = {
    "HOTLINE_DATABASE_URL": "postgresql://u:database-secret@db/hotline",
    "HOTLINE_REDIS_URL": "redis://:redis-secret@redis/0",
    "HOTLINE_BOT_DATABASE_URL": "postgresql://b:bot-secret@db/hotline",
    "HOTLINE_INTERNAL_TOKEN": "internal-secret",
    "HOTLINE_BACKENDS_TOKEN": "backends-secret",
    "HOTLINE_WECHAT_APPID": "wx0123456789abcdef",
    "HOTLINE_WECHAT_SECRET": "wechat-secret",
    "HOTLINE_WECHAT_TOKEN": "wechat-token-secret",
    "HOTLINE_WECHAT_AES_KEY": "aes-secret",
    "HOTLINE_IVR_TOKEN": "ivr-secret",
    "HOTLINE_IVR_TRANSFER_TO": "tel:95598",
    "HOTLINE_SESSION_KEY": "session-secret",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No setting but a home of the test's own."""
    for name in [name for name in os.environ if name.startswith("HOTLINE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "home"))
    return monkeypatch


def production(environment: pytest.MonkeyPatch, **changed: str) -> None:
    for name, value in ({"HOTLINE_DEMO": "0"} | SECRETS | changed).items():
        environment.setenv(name, value)


def test_that_production_names_every_missing_secret_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HOTLINE_DEMO", "0")
    with pytest.raises(MisconfiguredError) as refused:
        load()
    assert set(SECRETS) <= set(refused.value.reason.replace(",", " ").replace(".", " ").split())


@pytest.mark.parametrize("name", SECRETS)
def test_that_one_missing_or_empty_secret_is_named_alone(environment: pytest.MonkeyPatch, name: str) -> None:
    production(environment, **{name: ""})
    with pytest.raises(MisconfiguredError) as refused:
        load()
    assert refused.value.reason == f"HOTLINE_DEMO=0 and not set: {name}. Set them and start again."


def test_that_production_starts_with_everything_and_makes_no_secret(environment: pytest.MonkeyPatch) -> None:
    production(environment, HOTLINE_HOST="0.0.0.0")
    settings = load()
    assert not settings.demo
    assert settings.wechat_api_url == "https://api.weixin.qq.com"
    assert not secrets_file(settings).exists()


def test_that_no_secret_shows_in_the_representation(environment: pytest.MonkeyPatch) -> None:
    production(environment)
    settings = load()
    assert "-secret" not in repr(settings) + str(settings)


def test_that_the_demos_own_secrets_do_not_show_either() -> None:
    settings = load()
    shown = repr(settings)
    made: dict[str, str] = json.loads(secrets_file(settings).read_text())
    assert [name for name, value in made.items() if value in shown] == ["wechat_appid"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7"])
def test_that_a_demo_beyond_loopback_is_refused(environment: pytest.MonkeyPatch, host: str) -> None:
    environment.setenv("HOTLINE_HOST", host)
    with pytest.raises(MisconfiguredError, match=f"HOTLINE_HOST={host}.*loopback only"):
        load()


def test_that_the_demo_fills_its_blanks_and_keeps_what_is_given(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HOTLINE_IVR_TOKEN", "mine")
    settings = load()
    assert settings.demo
    assert settings.ivr_token.get_secret_value() == "mine"
    assert settings.wechat_api_url == "http://127.0.0.1:8010"
    assert settings.ivr_transfer_to.endswith(".invalid")  # nobody is called by mistake
    assert len(settings.wechat_aes_key.get_secret_value()) == 43
    for name in ("internal_token", "backends_token", "session_key", "desk_password", "wechat_token"):
        assert isinstance(getattr(settings, name), SecretStr)
        assert getattr(settings, name).get_secret_value()


def test_that_a_password_which_the_desk_would_refuse_is_named_with_the_cure(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("HOTLINE_DESK_PASSWORD", "seven77")
    with pytest.raises(MisconfiguredError, match=r"HOTLINE_DESK_PASSWORD .*8 characters. Set a longer") as no:
        load()
    assert "seven77" not in no.value.reason
    environment.setenv("HOTLINE_DESK_PASSWORD", "eight888")
    assert load().desk_password.get_secret_value() == "eight888"


def test_that_a_short_password_kept_by_hand_is_named_too() -> None:
    path = secrets_file(load())
    path.write_text(json.dumps(json.loads(path.read_text()) | {"desk_password": "short"}))
    with pytest.raises(
        MisconfiguredError, match=r"desk_password in .*secrets\.json has fewer .*Remove it there"
    ):
        load()


def test_that_secrets_are_the_owners_alone_and_the_same_at_every_start() -> None:
    first, path = load(), secrets_file(load())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_text()
    assert load() == first
    assert bot_database_password(first) == bot_database_password(load())
    assert path.read_text() == before


def test_that_a_secret_added_later_leaves_the_others_alone() -> None:
    path = secrets_file(load())
    kept = json.loads(path.read_text())
    del kept["ivr_token"]
    path.write_text(json.dumps(kept))
    assert load().ivr_token.get_secret_value()
    again = json.loads(path.read_text())
    assert {name: again[name] for name in kept} == kept
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_that_two_first_starts_at_once_know_the_same_secrets() -> None:
    code = "from kit.settings import load; print(load().internal_token.get_secret_value())"
    both = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) for _ in range(3)
    ]
    assert len({process.communicate(timeout=60)[0] for process in both}) == 1


def test_that_a_spoiled_secrets_file_is_named() -> None:
    path = secrets_file(load())
    path.write_text("{")
    with pytest.raises(MisconfiguredError, match=r"secrets\.json is no JSON"):
        load()


def test_that_values_that_cannot_be_read_are_named_but_not_quoted(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HOTLINE_PORT", "eight")
    environment.setenv("HOTLINE_WECHAT_MODE", "clear")
    with pytest.raises(MisconfiguredError, match=r"HOTLINE_PORT: .*HOTLINE_WECHAT_MODE: ") as refused:
        load()
    assert "eight" not in refused.value.reason


def test_that_an_empty_variable_counts_as_not_set(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HOTLINE_PORT", "")
    environment.setenv("HOTLINE_DATABASE_URL", "")
    assert load().port == 8000
    assert load().database_url is None


def test_that_home_is_absolute(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HOTLINE_HOME", "~/somewhere")
    assert Settings().home == Path.home() / "somewhere"
