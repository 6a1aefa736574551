"""Redis as doorbell: rings that wake waiters, and rate limits. Empty Redis loses nothing but time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from redis.asyncio import Redis
from redis.exceptions import RedisError

from kit.logging import get

log = get(__name__)
PREFIX = "hotline:"
RETRY_SECONDS = 2.0


class Listener:
    """Waits for rings of the channels it was made for."""

    def __init__(self, queue: asyncio.Queue[tuple[str, str]]) -> None:
        self._queue = queue

    async def wait(self, seconds: float) -> tuple[str, str] | None:
        """The next ring as `(name, text)`, or None after `seconds`."""
        try:
            return await asyncio.wait_for(self._queue.get(), max(seconds, 0.001))
        except TimeoutError:
            return None


class Bell:
    """Rings and limits over one Redis. A dead Redis is logged and survived: callers poll the record anyway."""

    def __init__(self, url: str) -> None:
        self.redis: Redis = Redis.from_url(
            url, socket_connect_timeout=2, socket_timeout=15, decode_responses=True
        )

    async def ring(self, name: str, text: str = "") -> None:
        """Wake whoever listens to `name`."""
        try:
            await self.redis.publish(PREFIX + name, text)
        except (RedisError, OSError) as error:
            log.warning("bell_dead", error=type(error).__name__)

    @asynccontextmanager
    async def listen(self, *names: str) -> AsyncIterator[Listener]:
        """Subscribe before reading the record, so that nothing falls between the two."""
        queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue(1000)
        pubsub = self.redis.pubsub(ignore_subscribe_messages=True)

        async def subscribe() -> None:
            await pubsub.subscribe(*(PREFIX + name for name in names))

        async def pump() -> None:
            while True:
                try:
                    if not pubsub.subscribed:
                        await subscribe()
                    async for message in pubsub.listen():
                        if not queue.full():
                            queue.put_nowait((message["channel"].removeprefix(PREFIX), message["data"]))
                except (RedisError, OSError) as error:
                    log.warning("bell_dead", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)

        task: asyncio.Task[None] | None = None
        try:
            try:
                await subscribe()
            except (RedisError, OSError) as error:
                log.warning("bell_dead", error=type(error).__name__)
            task = asyncio.create_task(pump())
            yield Listener(queue)
        finally:
            # Shielded: a server that drops a stream cancels every further await, and the connection would leak.
            with anyio.CancelScope(shield=True):
                if task:
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)  # both read the same connection
                try:
                    await pubsub.aclose()  # type: ignore[no-untyped-call]
                except (RedisError, OSError):
                    log.warning("bell_close_failed")

    async def allow(self, name: str, *, limit: int, seconds: int) -> bool:
        """Count one use of `name`; False when more than `limit` fell into the window. A dead Redis allows."""
        key = f"{PREFIX}limit:{name}"
        try:
            async with self.redis.pipeline(transaction=True) as pipe:
                pipe.incr(key)
                pipe.expire(key, seconds, nx=True)
                count, _ = await pipe.execute()
        except (RedisError, OSError) as error:
            log.warning("bell_dead", error=type(error).__name__)
            return True
        return int(count) <= limit

    async def close(self) -> None:
        await self.redis.aclose()
