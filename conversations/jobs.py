"""Jobs in PostgreSQL (procrastinate: durable, enqueued inside the transaction that causes them).

Arguments are ids only. A killed worker leaves its job `doing` and its lock held, so every worker looks
for such jobs every few seconds and puts them back.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import procrastinate
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import driver_connection
from kit.logging import get

log = get(__name__)

HEARTBEAT_SECONDS = 2.0
STALLED_SECONDS = 5.0  # two heartbeats missed, and a little
RESCUE_SECONDS = 3.0


class Jobs:
    """The queue: `turn` runs a turn, `deliver` empties an outbox, `settle` tells the tracker what people settled."""

    def __init__(self, database_url: str) -> None:
        self.app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(conninfo=database_url, min_size=1, max_size=8)
        )
        self._handlers: dict[str, Callable[[uuid.UUID], Awaitable[None]]] = {}
        for name in ("turn", "deliver", "settle"):
            self._register(name)

    def _register(self, name: str) -> None:
        async def run(subject: str) -> None:
            await self._handlers[name](uuid.UUID(subject))

        # The queue's own retries cover a database or a bot that went away under a job, for ten minutes.
        retry = procrastinate.RetryStrategy(max_attempts=200, wait=3)
        self.app.task(name=name, queue=name, retry=retry)(run)

    def handle(self, name: str, handler: Callable[[uuid.UUID], Awaitable[None]]) -> None:
        """Who does the jobs of this name; called by the program put together from the rooms."""
        self._handlers[name] = handler

    def every(self, name: str, cron: str, work: Callable[[], Awaitable[Any]]) -> None:
        """Do `work` at the times of `cron`, in one worker at a time; a failing one waits for its next time."""

        async def run(timestamp: int) -> None:
            await work()

        task = self.app.task(name=name, queue=name, lock=name, queueing_lock=name)(run)
        self.app.periodic(cron=cron, periodic_id=name)(task)

    async def enqueue(
        self, session: AsyncSession, name: str, subject: uuid.UUID, *, lock: str | None, delay: float = 0.0
    ) -> None:
        """Enqueue in the session's transaction; `delay` in seconds."""
        options: dict[str, Any] = {"lock": lock, "connection": await driver_connection(session)}
        if delay > 0:
            options["schedule_in"] = {"milliseconds": int(delay * 1000)}
        await self.app.tasks[name].configure(**options).defer_async(subject=str(subject))

    async def turn(self, session: AsyncSession, turn_id: uuid.UUID, conversation_id: uuid.UUID) -> None:
        await self.enqueue(session, "turn", turn_id, lock=f"conversation:{conversation_id}")

    async def deliver(self, session: AsyncSession, conversation_id: uuid.UUID, *, delay: float = 0.0) -> None:
        # A delayed job takes no lock: waiting under one, it would hold back every later delivery. Order is kept
        # by the rows themselves (`outbox.claim_next`).
        lock = None if delay else f"out:{conversation_id}"
        await self.enqueue(session, "deliver", conversation_id, lock=lock, delay=delay)

    async def settle(self, session: AsyncSession, conversation_id: uuid.UUID) -> None:
        await self.enqueue(session, "settle", conversation_id, lock=f"conversation:{conversation_id}")

    async def work(self, *, concurrency: int = 8) -> None:
        """Run jobs until cancelled; finished jobs are deleted, failed ones stay to be seen."""
        await self.app.run_worker_async(
            concurrency=concurrency,
            delete_jobs="successful",
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=30.0,
            fetch_job_polling_interval=1.0,
            shutdown_graceful_timeout=10.0,
        )

    async def rescue(self) -> int:
        """Put back the jobs of dead workers; the number of jobs put back."""
        stalled = list(await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS))
        for job in stalled:
            log.warning("job_rescued", job=job.id, task=job.task_name)
            await self.app.job_manager.retry_job(job)
        return len(stalled)

    async def keep_rescuing(self, *also: Callable[[], Awaitable[None]]) -> None:
        """Rescue, and do `also`, every few seconds until cancelled; one failure does not end it."""
        while True:
            for step in (self.rescue, *also):
                try:
                    await step()
                except Exception as error:
                    log.warning(
                        "sweep_failed", step=getattr(step, "__qualname__", ""), error=repr(error)[:300]
                    )
            await asyncio.sleep(RESCUE_SECONDS)
