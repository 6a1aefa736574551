"""A telephone in the browser, for the demo: text instead of a voice, and a keypad.

`router(settings)` gives `/phone`. Behind it a voice gateway calls this same server over HTTP; the
gateway's token stays on the server.
"""

from __future__ import annotations

from tests.simulators.phone.endpoints import router

__all__ = ["router"]
