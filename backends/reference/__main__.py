"""`python -m backends.reference --port 8007` serves; with `openapi` it prints the contract instead."""

from __future__ import annotations

import argparse
import json
import sys

import uvicorn

from backends.reference.app import create_app
from kit import logging, settings
from kit.errors import HotlineError
from kit.settings import Settings


def document() -> str:
    """The OpenAPI document as it is committed; needs neither settings nor database."""
    return json.dumps(create_app(Settings.model_construct()).openapi(), ensure_ascii=False, indent=2) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m backends.reference", description=__doc__)
    parser.add_argument("command", nargs="?", choices=("serve", "openapi"), default="serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8007, help="0: any free port")
    given = parser.parse_args()
    if given.command == "openapi":
        sys.stdout.write(document())
        return 0
    try:
        loaded = settings.load()
        logging.configure(json=loaded.log_json)
        uvicorn.run(create_app(loaded), host=given.host, port=given.port, log_config=None, access_log=False)
    except HotlineError as error:
        sys.stderr.write(f"{error.reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
