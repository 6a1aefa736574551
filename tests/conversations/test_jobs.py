"""Work that comes round by the clock."""

from __future__ import annotations

import asyncio
import contextlib

from conversations.jobs import Jobs


async def test_that_periodic_work_is_done_and_a_failure_does_not_end_it(record_url: str) -> None:
    jobs, done = Jobs(record_url), 0

    async def work() -> None:
        nonlocal done
        done += 1
        if done == 1:
            raise RuntimeError("the first time goes wrong")

    jobs.every("tick", "* * * * * *", work)
    async with jobs.app.open_async():
        worker = asyncio.create_task(jobs.work(concurrency=2))
        for _ in range(150):
            if done >= 3:
                break
            await asyncio.sleep(0.1)
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker
    assert done >= 3
