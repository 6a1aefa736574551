"""Who works at the desk, and their logins. Passwords are argon2id hashes; login tokens are stored as SHA-256 only."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import SecretStr
from redis.exceptions import RedisError
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.labels import Labels
from desk.models import ROLES, Agent, AgentLogin
from kit import clock
from kit.bell import PREFIX, Bell
from kit.errors import BadInput, Conflict, TooMany, Unauthorized
from kit.settings import PASSWORD_MIN

LOGIN_LASTS = timedelta(hours=12)  # a shift
WINDOW = 300  # seconds
TRIES_PER_NAME = 8  # a right password clears the count
TRIES_PER_ADDRESS = 100  # an office shares one
DEMO = (("agent1", "agent"), ("agent2", "agent"), ("supervisor", "supervisor"))

_hasher = PasswordHasher()


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash that no password fits, so that an unknown name takes as long as a known one."""
    return _hasher.hash(secrets.token_urlsafe(32))


def _fits(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


async def get_by_username(session: AsyncSession, username: str) -> Agent | None:
    """The agent of this name."""
    found: Agent | None = await session.scalar(select(Agent).where(Agent.username == username))
    return found


async def create_agent(
    session: AsyncSession, *, username: str, display_name: str, role: str, password: str
) -> Agent:
    """A new agent. Raises `BadInput` for an unknown role or a short password, `Conflict` for a taken name."""
    if role not in ROLES:
        raise BadInput(f"role: one of {', '.join(ROLES)}")
    if len(password) < PASSWORD_MIN:
        raise BadInput(f"password: at least {PASSWORD_MIN} characters")
    if not 1 <= len(username) <= 64 or not 1 <= len(display_name) <= 64:
        raise BadInput("username, display_name: 1 to 64 characters")
    if await get_by_username(session, username) is not None:
        raise Conflict(f"there is an agent {username!r} already", code="name_taken")
    agent = Agent(
        username=username, display_name=display_name, role=role, created_at=clock.now(),
        password_hash=await asyncio.to_thread(_hasher.hash, password),
    )  # fmt: skip
    session.add(agent)
    await session.flush()
    return agent


async def ensure_agents(session: AsyncSession, password: str | SecretStr) -> None:
    """The demo's agents with this password; existing ones get it anew."""
    secret = password.get_secret_value() if isinstance(password, SecretStr) else password
    names = Labels().group("demo_agents")
    for username, role in DEMO:
        agent = await get_by_username(session, username)
        if agent is None:
            await create_agent(
                session, username=username, display_name=names[username], role=role, password=secret
            )
        elif not await asyncio.to_thread(_fits, agent.password_hash, secret):
            agent.password_hash = await asyncio.to_thread(_hasher.hash, secret)


async def check_tries(bell: Bell, *, username: str, address: str) -> None:
    """Count a try. Raises `TooMany` for a name or an address that tried too often."""
    allowed = await bell.allow(f"login:name:{_digest(username)}", limit=TRIES_PER_NAME, seconds=WINDOW)
    allowed &= await bell.allow(f"login:from:{address}", limit=TRIES_PER_ADDRESS, seconds=WINDOW)
    if not allowed:
        raise TooMany("too many tries; wait five minutes", code="too_many_logins")


async def log_in(
    session: AsyncSession, bell: Bell, *, username: str, password: str, address: str
) -> tuple[str, AgentLogin, Agent]:
    """A new login as `(token, login, agent)`. Raises `Unauthorized` (`bad_login`), `TooMany`."""
    await check_tries(bell, username=username, address=address)
    agent = await get_by_username(session, username)
    stored = agent.password_hash if agent else await asyncio.to_thread(_nobody)
    if not await asyncio.to_thread(_fits, stored, password) or agent is None:
        raise Unauthorized("wrong name or password", code="bad_login")
    with suppress(RedisError, OSError):
        await bell.redis.delete(f"{PREFIX}limit:login:name:{_digest(username)}")
    now = clock.now()
    await session.execute(delete(AgentLogin).where(AgentLogin.expires_at < now))
    token = secrets.token_urlsafe(32)
    login = AgentLogin(
        token_hash=_digest(token), agent_id=agent.id, csrf=secrets.token_urlsafe(32),
        created_at=now, expires_at=now + LOGIN_LASTS,
    )  # fmt: skip
    session.add(login)
    await session.flush()
    return token, login, agent


async def log_out(session: AsyncSession, login: AgentLogin) -> None:
    """End one login."""
    await session.execute(delete(AgentLogin).where(AgentLogin.token_hash == login.token_hash))


async def authenticate(session: AsyncSession, token: str) -> tuple[AgentLogin, Agent]:
    """Whose token this is. Raises `Unauthorized`."""
    query = (
        select(AgentLogin, Agent)
        .join(Agent, Agent.id == AgentLogin.agent_id)
        .where(AgentLogin.token_hash == _digest(token), AgentLogin.expires_at > clock.now())
    )
    row = (await session.execute(query)).first() if token else None
    if row is None:
        raise Unauthorized("log in first", code="login_needed")
    return row[0], row[1]


def check_csrf(login: AgentLogin, given: str) -> bool:
    """Whether a page of ours sent this."""
    return hmac.compare_digest(login.csrf.encode(), given.encode())
