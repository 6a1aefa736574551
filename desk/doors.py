"""Who may pass: login cookie or bearer token, and the token against forged requests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from desk import agents
from desk.models import Agent, AgentLogin
from desk.service import DeskService
from kit.errors import Forbidden
from kit.http import bearer

COOKIE = "hotline_desk"
CSRF_HEADER = "x-csrf-token"
SAFE = {"GET", "HEAD", "OPTIONS"}


class Permission(Enum):
    """What a route asks of its caller; whose ticket it is, the service asks."""

    ANYONE = "anyone"
    AGENT = "agent"  # any who is logged in, supervisors too
    SUPERVISOR = "supervisor"


class Route(NamedTuple):
    """One line of a list of routes: the access policy is read there, and nowhere else."""

    method: str
    path: str
    handler: str
    permission: Permission
    status: int = 200
    stream: bool = False


@dataclass(frozen=True)
class Caller:
    """The agent behind a request, and the login used."""

    agent: Agent
    login: AgentLogin


def guard(desk: DeskService, permission: Permission) -> Callable[[Request], Awaitable[None]]:
    """A dependency that lets the permitted pass and remembers who it was. Raises `Unauthorized`, `Forbidden`."""

    async def check(request: Request) -> None:
        if permission is Permission.ANYONE:
            return
        token = bearer(request)
        forgeable = not token and request.method not in SAFE
        async with desk.house.db.work() as session:
            login, agent = await agents.authenticate(session, token or request.cookies.get(COOKIE, ""))
        # A browser sends the cookie along with a foreign page's form; that page cannot know the token.
        if forgeable and not agents.check_csrf(login, request.headers.get(CSRF_HEADER, "")):
            raise Forbidden("X-CSRF-Token is missing or wrong", code="wrong_csrf")
        if permission is Permission.SUPERVISOR and agent.role != "supervisor":
            raise Forbidden("only supervisors may do this")
        request.state.caller = Caller(agent, login)

    return check


def caller(request: Request) -> Caller:
    """Who passed the guard."""
    found: Caller = request.state.caller
    return found


By = Annotated[Caller, Depends(caller)]


def address(request: Request) -> str:
    """Whence a request came, for counting tries."""
    return request.client.host if request.client else ""


def check_origin(request: Request) -> None:
    """A login form must come from a page of ours: no foreign page logs somebody in. Raises `Forbidden`."""
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden("the form comes from another site", code="wrong_origin")


def set_cookie(response: Response, token: str, *, secure: bool) -> None:
    """Give the browser its login; it lasts as long as the login itself."""
    response.set_cookie(
        COOKIE, token, max_age=int(agents.LOGIN_LASTS.total_seconds()), httponly=True, samesite="strict",
        secure=secure, path="/",
    )  # fmt: skip


def clear_cookie(response: Response, *, secure: bool) -> None:
    """Take the login away."""
    response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=secure, path="/")
