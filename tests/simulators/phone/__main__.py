"""`python -m tests.simulators.phone`: the web application as `hotline web` serves it, with the telephone at `/phone`."""

from __future__ import annotations

import asyncio
import sys

from hotline.web import serve
from kit.errors import HotlineError
from kit.settings import load
from tests.simulators.phone.endpoints import router


def main() -> None:
    try:
        settings = load()
        asyncio.run(serve(settings, [router(settings)]))
    except HotlineError as error:
        sys.exit(f"{error.code}: {error.reason}")


if __name__ == "__main__":
    main()
