"""The send APIs for customer service and templates and the upload of pictures, and what their answers mean for a message
on its way.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import httpx
from redis.asyncio import Redis

from connectors.wechat.accounts import WeChatAccount
from connectors.wechat.token import TokenRefused, Tokens, TokenUnreachable
from kit.logging import get

log = get(__name__)

Answer: TypeAlias = tuple[int | None, dict[str, Any]]  # the errcode, and all of it

TIMEOUT = httpx.Timeout(5.0, connect=2.0)
# No message is begun later than this: token, send, refresh and send again must end within the outbox's lease.
BUDGET_SECONDS = 6.0
FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 1.0, 60.0
STALE_TOKEN = {40001, 40014, 42001}
TOO_LONG = 45002
UNKNOWN_MEDIA = 40007  # three days have passed since its upload
VALUE_CHARS = 20  # of one keyword of a template
NOTHING = "-"  # the platform refuses an empty one
# Closed until the resident writes again: 48 hours passed or they left; the five messages are used up.
CLOSED = {
    45015: "the 48 hour window is closed",
    45047: "the messages allowed after the last inbound are used up",
}
BUSY = {-1: "the platform is busy", 45011: "called too often"}
# For these somebody has to act; the words say who.
REASONS = {
    40003: "the OpenID is unknown to this account",
    40004: "the picture's type is not taken",
    40007: "the uploaded picture is not known",
    40008: "this kind of message is not taken",
    40009: "the picture is too large",
    40037: "configuration: the template's id is wrong",
    43101: "the resident refuses this notice",
    40013: "configuration: the appid is wrong",
    40125: "configuration: the secret is wrong",
    40164: "configuration: our address is not on the account's list",
    40243: "configuration: the secret is frozen",
    41005: "no picture arrived",
    43004: "the resident no longer follows the account",
    43019: "the resident is blocked by the account",
    44004: "an empty text was sent",
    45001: "the picture is too large",
    45002: "the text is too long",
    45008: "an article too many",
    45009: "the account's calls of the day are used up",
    48001: "the account has no right to send customer-service messages",
    48002: "the resident refuses messages",
    48004: "the account is banned from this call",
    50002: "the account is limited",
    50005: "the resident does not follow the account",
    65401: "the customer-service account does not exist",
}


@dataclass(frozen=True)
class Sent:
    """How one call ended. `retry`: nothing was said; `unconfirmed`: nobody knows."""

    state: Literal["sent", "unconfirmed", "parked", "failed", "retry", "too_long", "unknown_media"]
    error: str = ""
    media_id: str = ""  # of an upload


def pause(tries: int) -> float:
    """Seconds before the next try, when so many were in vain before the last one."""
    return min(LAST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0**tries)


class WeChatApi:
    """The API of one account: one connection pool, one token, at most one refresh and one repetition a call."""

    def __init__(self, account: WeChatAccount, redis: Redis) -> None:
        self.account = account
        # Idle connections end before the platform ends them: a stale one would leave a send in doubt.
        self._client = httpx.AsyncClient(
            base_url=account.api_url, timeout=TIMEOUT, limits=httpx.Limits(keepalive_expiry=3.0)
        )
        self._tokens = Tokens(account, self._client, redis)

    def __repr__(self) -> str:
        return f"WeChatApi({self.account.appid!r})"

    async def send(self, openid: str, kind: str, content: dict[str, Any], *, as_agent: bool = False) -> Sent:
        """Send one customer-service message of the platform's `kind`; never raises for what platform or network do."""
        body: dict[str, Any] = {"touser": openid, "msgtype": kind, kind: content}
        if as_agent and self.account.kf_account:
            body["customservice"] = {"kf_account": self.account.kf_account}
        return await self._send_message("/cgi-bin/message/custom/send", body)

    async def upload_picture(self, png: bytes) -> Sent:
        """Upload as temporary material: `sent` with a `media_id`, `failed`, or else `retry`: no doubt does harm here."""

        async def post(token: str) -> Answer:
            response = await self._client.post(
                "/cgi-bin/media/upload", params={"access_token": token, "type": "image"},
                files={"media": ("picture.png", png, "image/png")},
            )  # fmt: skip
            return _read(response)

        try:
            code, answer = await self._with_token(post)
        except TokenRefused as refused:
            return Sent("failed", f"configuration: {refused}")
        except (TokenUnreachable, httpx.HTTPError) as error:
            return Sent("retry", f"no upload: {error!r}"[:200])
        if media_id := answer.get("media_id"):
            return Sent("sent", media_id=str(media_id))
        meant = self._meaning(code, _said(answer))
        return Sent("failed" if meant.state == "failed" else "retry", f"no upload: {meant.error}")

    async def send_template(self, openid: str, topic: str, values: Mapping[str, str]) -> Sent:
        """Send a notice by the account's template for `topic`, which needs no open window; `parked` if there is none."""
        template = self.account.templates.get(topic)
        if template is None:
            return Sent("parked", f"the 48 hour window is closed, and no template {topic!r} is configured")
        data = {
            keyword: {"value": values.get(name, NOTHING)[:VALUE_CHARS]} for keyword, name in template.items() if keyword != "id"
        }  # fmt: skip
        body = {"touser": openid, "template_id": template["id"], "data": data}
        return await self._send_message("/cgi-bin/message/template/send", body)

    async def _send_message(self, path: str, body: dict[str, Any]) -> Sent:
        async def post(token: str) -> Answer:
            # Escaped \uXXXX would be shown to the resident as such.
            response = await self._client.post(
                path,
                params={"access_token": token},
                content=json.dumps(body, ensure_ascii=False).encode(),
                headers={"Content-Type": "application/json; charset=utf-8"},
            )
            return _read(response)

        try:
            code, answer = await self._with_token(post)
        except TokenRefused as refused:
            return Sent("failed", f"configuration: {refused}")
        except (TokenUnreachable, httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return Sent("retry", f"not reached: {error!r}"[:200])
        except httpx.HTTPError as error:
            return Sent("unconfirmed", f"no answer after sending: {type(error).__name__}")
        return self._meaning(code, _said(answer))

    async def _with_token(self, post: Callable[[str], Awaitable[Answer]]) -> Answer:
        token = await self._tokens.current()
        code, answer = await post(token)
        if code in STALE_TOKEN:
            code, answer = await post(await self._tokens.renewed(token))
        return code, answer

    def _meaning(self, code: int | None, answer: str) -> Sent:
        if code == 0:
            return Sent("sent")
        if code is None:
            return Sent("unconfirmed", answer)
        if code in BUSY:
            return Sent("retry", f"{code}: {BUSY[code]}")
        if code in CLOSED:
            return Sent("parked", f"{code}: {CLOSED[code]}")
        if code in STALE_TOKEN:
            return Sent("retry", f"{code}: a fresh token is refused as well")
        if code == TOO_LONG:
            return Sent("too_long", f"{code}: {REASONS[code]}")
        if code == UNKNOWN_MEDIA:
            return Sent("unknown_media", f"{code}: {REASONS[code]}")
        log.error("wechat_send_refused", appid=self.account.appid, errcode=code, errmsg=answer)
        return Sent("failed", f"{code}: {REASONS.get(code, 'refused')} ({answer})")

    async def aclose(self) -> None:
        await self._client.aclose()


def _read(response: httpx.Response) -> Answer:
    """The errcode, None where there is none, and the answer."""
    try:
        answer = response.json()
        if answer.get("media_id"):
            return 0, answer
        return int(answer["errcode"]), answer
    except (ValueError, KeyError, TypeError, AttributeError):
        code = -1 if response.status_code in (429, 503) else None
        return code, {"errmsg": f"HTTP {response.status_code}{'' if code else ' without an errcode'}"}


def _said(answer: dict[str, Any]) -> str:
    return str(answer.get("errmsg", ""))[:200]
