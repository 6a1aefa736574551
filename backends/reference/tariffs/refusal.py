"""A question that no row of ours answers."""

from __future__ import annotations

from typing import Literal

from kit.errors import HotlineError

Code = Literal["unknown_price", "unknown_split", "no_rule"]


class Refusal(HotlineError):
    """422. `unknown_price`: no figure for the province, class and day. `unknown_split`: figures, but not how they meet.

    `no_rule`: the rules do not provide for it.
    """

    status = 422

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(reason, code=code)
