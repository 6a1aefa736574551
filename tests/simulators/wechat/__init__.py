"""A WeChat platform for tests and for the demo: the true protocol, five seconds' patience, quotas, and bad days.

app = create_app([SimAccount(...)], "http://127.0.0.1:8000")       # serve it with uvicorn
python -m tests.simulators.wechat --port 8010 --callback http://127.0.0.1:8000
"""

from __future__ import annotations

from tests.simulators.wechat.app import create_app
from tests.simulators.wechat.model import SimAccount

__all__ = ["SimAccount", "create_app"]
