"""The worker: turns, deliveries, the rescue of what other workers left behind, and what is past its time."""

from __future__ import annotations

import asyncio
import contextlib
import signal

from hotline.parts import build
from kit import logging
from kit.settings import Settings


async def work(settings: Settings) -> None:
    """Run jobs until SIGTERM or SIGINT; running ones get ten seconds to end."""
    logging.configure(json=settings.log_json)
    parts = build(settings)
    await parts.open()
    tasks = [
        asyncio.create_task(parts.jobs.work()),
        asyncio.create_task(parts.jobs.keep_rescuing(parts.desk.sweep, parts.house.pictures.sweep)),
    ]
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: [task.cancel() for task in tasks])
    try:
        # If one of the two dies the process does, visibly, and is started again.
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            with contextlib.suppress(asyncio.CancelledError):
                task.result()
    finally:
        await parts.close()
