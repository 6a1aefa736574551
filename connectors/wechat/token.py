"""The access token: one per account, kept in Redis for all processes, renewed by whoever finds it dead.

`stable_token` is used: asking twice within its life gives the same token, so a lost race costs nothing, and other
systems that ask the classic way do not kill ours.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import cast

import httpx
from redis.asyncio import Redis
from redis.exceptions import RedisError

from connectors.wechat.accounts import WeChatAccount
from kit.logging import get

log = get(__name__)

TIMEOUT = httpx.Timeout(3.0, connect=2.0)
MARGIN_SECONDS = 300  # in its last five minutes the platform hands out the successor already
REFRESHING_SECONDS = 6  # a refresher that died is not waited for longer
PAUSE_SECONDS = 0.1

# Set only over the token that was found dead: a slower process must not put its older one over a newer.
_SWAP = """
local kept = redis.call('get', KEYS[1])
if kept == false or kept == ARGV[1] then
  redis.call('set', KEYS[1], ARGV[2], 'EX', ARGV[3])
  return ARGV[2]
end
return kept
"""
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class TokenRefused(Exception):
    """The platform gives no token: appid, secret or address list are wrong. The reason is in words."""


class TokenUnreachable(Exception):
    """The platform did not answer; another try may help."""


class Tokens:
    """The token of one account; several processes share it through Redis, each survives without."""

    def __init__(self, account: WeChatAccount, client: httpx.AsyncClient, redis: Redis) -> None:
        self._account, self._client, self._redis = account, client, redis
        self._key = f"hotline:wechat:token:{account.appid}"
        self._own = ("", 0.0)  # token and when it ends (monotonic): for the time when Redis is dead
        self._one_at_a_time = asyncio.Lock()

    def __repr__(self) -> str:
        return f"Tokens({self._account.appid!r})"

    async def current(self) -> str:
        """The token in use. Raises `TokenRefused`, `TokenUnreachable`."""
        return await self._kept() or await self.renewed("")

    async def renewed(self, dead: str) -> str:
        """A token other than `dead`: what somebody else fetched meanwhile, or one fetched now."""
        async with self._one_at_a_time:
            mine = secrets.token_hex(8)
            deadline = time.monotonic() + REFRESHING_SECONDS
            while True:
                kept = await self._kept()
                if kept and kept != dead:
                    return kept
                if await self._alone(mine) or time.monotonic() > deadline:
                    break
                await asyncio.sleep(PAUSE_SECONDS)
            try:
                token, seconds = await self._fetch()
                return await self._keep(dead, token, seconds)
            finally:
                await self._let_go(mine)

    async def _kept(self) -> str:
        try:
            return cast(str, await self._redis.get(self._key) or "")
        except (RedisError, OSError):
            token, until = self._own
            return token if time.monotonic() < until else ""

    async def _alone(self, mine: str) -> bool:
        try:
            taken = await self._redis.set(f"{self._key}:refreshing", mine, nx=True, ex=REFRESHING_SECONDS)
            return bool(taken)
        except (RedisError, OSError) as error:
            log.warning("wechat_token_redis_dead", error=type(error).__name__)
            return True

    async def _let_go(self, mine: str) -> None:
        try:
            await self._redis.eval(_RELEASE, 1, f"{self._key}:refreshing", mine)
        except (RedisError, OSError) as error:
            log.warning("wechat_token_redis_dead", error=type(error).__name__)

    async def _keep(self, dead: str, token: str, seconds: int) -> str:
        self._own = (token, time.monotonic() + seconds)
        try:
            return cast(str, await self._redis.eval(_SWAP, 1, self._key, dead, token, str(seconds)))
        except (RedisError, OSError):
            return token

    async def _fetch(self) -> tuple[str, int]:
        body = {
            "grant_type": "client_credential", "appid": self._account.appid,
            "secret": self._account.secret.get_secret_value(), "force_refresh": False,
        }  # fmt: skip
        try:
            response = await self._client.post("/cgi-bin/stable_token", json=body, timeout=TIMEOUT)
            answer = response.json()
            token, seconds = str(answer.get("access_token", "")), int(answer.get("expires_in", 0))
        except (httpx.HTTPError, ValueError, AttributeError, TypeError) as error:
            raise TokenUnreachable(f"no token: {type(error).__name__}") from error
        if not token:
            code = answer.get("errcode")
            if code == -1 or code is None:
                raise TokenUnreachable(f"no token: errcode {code}, status {response.status_code}")
            raise TokenRefused(f"no token: errcode {code} {str(answer.get('errmsg', ''))[:200]}")
        log.info("wechat_token_fetched", appid=self._account.appid, seconds=seconds)
        return token, max(seconds - MARGIN_SECONDS, 60)
