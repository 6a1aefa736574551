"""One turn of a conversation at a time: within the process in order of arrival, between processes by Redis.

Rasa's ticket lock reads, changes and writes back in three calls, polls once a second, and silences everybody while
Redis is away. This one is a single atomic SET with a lifetime; and because the tracker store refuses a stale save,
a conversation goes on with the inner lock alone while Redis cannot be reached.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.asyncio
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LockStore
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

logger = logging.getLogger(__name__)

LIFETIME_SECONDS = 60.0  # longer than the longest turn; a killed process frees its conversations after that
POLL_SECONDS = 0.03


class ConversationLocks(LockStore):
    """Locks by conversation id.

    Args:
        url: Redis URL; without one only this process is kept in order.
    """

    def __init__(self, url: str | None = None, prefix: str = "hotline:bot:lock:") -> None:
        self._redis = (
            redis.asyncio.from_url(url, socket_timeout=2, socket_connect_timeout=1, health_check_interval=30)
            if url
            else None
        )
        self._prefix = prefix
        self._local: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LIFETIME_SECONDS,
        wait_time_in_seconds: float = POLL_SECONDS,
    ) -> AsyncIterator[TicketLock]:
        """Hold the conversation; waits as long as it takes, at most another holder's lifetime each."""
        local, waiting = self._local.get(conversation_id, (asyncio.Lock(), 0))
        self._local[conversation_id] = (local, waiting + 1)
        try:
            async with local:
                held = await self._acquire(conversation_id, lock_lifetime, wait_time_in_seconds)
                try:
                    yield TicketLock(conversation_id)
                finally:
                    await self._release(held)
        finally:
            _, waiting = self._local[conversation_id]
            if waiting == 1:
                del self._local[conversation_id]
            else:
                self._local[conversation_id] = (local, waiting - 1)

    async def _acquire(self, conversation_id: str, lifetime: float, poll: float) -> Lock | None:
        if self._redis is None:
            return None
        lock = self._redis.lock(
            self._prefix + conversation_id, timeout=lifetime, sleep=poll, thread_local=False
        )
        try:
            await lock.acquire()
            return lock
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            logger.warning("the lock between processes is unavailable: %s", type(error).__name__)
            return None

    @staticmethod
    async def _release(lock: Lock | None) -> None:
        if lock is None:
            return
        try:
            await lock.release()
        except LockError:
            logger.warning("a turn outlived its lock")
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            logger.warning("a lock could not be given back: %s", type(error).__name__)

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._redis is not None:
            await self._redis.close()
