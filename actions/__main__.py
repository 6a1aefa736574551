"""`python -m actions --port 8006`: the action server, on a private network."""

from __future__ import annotations

import argparse
import sys
from logging import WARNING, getLogger

import uvicorn

from actions.app import create_app
from kit import logging, settings
from kit.errors import HotlineError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m actions", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8006, help="0: any free port")
    given = parser.parse_args()
    try:
        loaded = settings.load()
        logging.configure(json=loaded.log_json)
        getLogger("rasa_sdk").setLevel(WARNING)  # it announces every action, at debug level whole events
        uvicorn.run(create_app(loaded), host=given.host, port=given.port, log_config=None, access_log=False)
    except HotlineError as error:
        sys.stderr.write(f"{error.reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
