"""A chart beside the words, where there is a screen. It is an extra: without it the answer still stands."""

from __future__ import annotations

import asyncio

from actions.charts import usage_chart
from actions.turn import Turn
from backends.contracts import Usage
from kit.errors import HotlineError
from kit.logging import get

log = get(__name__)

FEWEST = 3  # bars; fewer figures are read faster than looked at


async def show_usage(turn: Turn, usage: Usage) -> None:
    """Show what was used, by day or by month, after the words said so far."""
    if not turn.screen or len(usage.rows) < FEWEST:
        return
    monthly = usage.by == "month"
    rows = [(row.starts, float(row.kwh)) for row in usage.rows]
    alt = turn.piece("chart_months" if monthly else "chart_days")
    try:
        # Drawing takes tenths of a second of a core: others must not wait for it.
        png = await asyncio.to_thread(usage_chart, rows, monthly=monthly)
        picture = await turn.clients.desk.keep_picture(conversation=turn.conversation, png=png, alt=alt)
    except HotlineError as error:
        log.warning("chart_not_kept", error=type(error).__name__)
        return
    turn.show(picture, alt)
