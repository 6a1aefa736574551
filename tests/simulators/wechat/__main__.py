"""`python -m tests.simulators.wechat --port N --callback URL`: account and secrets from the hotline's own settings."""

from __future__ import annotations

import argparse

import uvicorn

from kit.settings import load
from tests.simulators.wechat.app import create_app
from tests.simulators.wechat.model import SimAccount


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.simulators.wechat", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--callback", default="http://127.0.0.1:8000", help="where the hotline's /wechat/… is"
    )
    options = parser.parse_args()
    settings = load()
    account = SimAccount(
        appid=settings.wechat_appid,
        secret=settings.wechat_secret.get_secret_value(),
        token=settings.wechat_token.get_secret_value(),
        aes_key=settings.wechat_aes_key.get_secret_value(),
        mode=settings.wechat_mode,
    )
    app = create_app([account], options.callback)
    uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
