"""Carries what residents write to the callback: signed, encrypted, with five seconds' patience and three tries."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

import httpx

from kit import clock
from tests.simulators.wechat import wire
from tests.simulators.wechat.model import Platform, SimAccount

TRIES = 3
PASSIVE_BYTES = 2047
# Ways to spoil a delivery; each is asked for with /_sim/misbehave.
TRICKS = (
    "wrong_signature", "stale_timestamp", "wrong_appid", "plain", "malformed", "oversized", "dtd", "truncated",
)  # fmt: skip

Outcome = Literal["answer", "success", "refused", "garbage", "no_answer"]


@dataclass(frozen=True)
class Delivery:
    """How one try ended. `text`: what the account answered."""

    outcome: Outcome
    status: int
    took_ms: int
    text: str = ""
    why: str = ""


class Courier:
    """One a simulator; `cut` and `pause` in seconds."""

    def __init__(self, platform: Platform, url: str, *, cut: float, pause: float) -> None:
        self.platform, self.url, self.cut, self.pause = platform, url.rstrip("/"), cut, pause
        self.client = httpx.AsyncClient(timeout=None, limits=httpx.Limits(keepalive_expiry=3.0))

    async def carry(
        self, account: SimAccount, openid: str, fields: dict[str, str | int], *, visible: bool = True
    ) -> list[Delivery]:
        """Deliver until there is an answer; show what the resident would see. `visible`: not for events."""
        platform = self.platform
        message = wire.xml(
            {
                "ToUserName": account.receiver,
                "FromUserName": openid,
                "CreateTime": clock.timestamp(),
                **fields,
            }
        )
        trick = next((trick for trick in TRICKS if platform.plays(trick)), "")
        if platform.plays("deliver_twice"):
            both = [self._once(account, openid, message, n, trick) for n in (1, 2)]
            deliveries = list(await asyncio.gather(*both))
        else:
            deliveries = []
            for attempt in range(1, TRIES + 1):
                delivery = await self._once(account, openid, message, attempt, trick)
                deliveries.append(delivery)
                lost = delivery.outcome != "no_answer" and platform.plays("lose_answer")
                if delivery.outcome != "no_answer" and not lost:
                    break
                if attempt < TRIES:
                    await asyncio.sleep(0 if lost else self.pause)
        answer = next((d for d in reversed(deliveries) if d.outcome == "answer"), None)
        if answer:
            platform.show(account.appid, openid, "account", answer.text, via="passive")
        elif visible and deliveries[-1].outcome != "success":
            platform.show(account.appid, openid, "notice", platform.words["notice"])
        return deliveries

    async def _once(
        self, account: SimAccount, openid: str, message: str, attempt: int, trick: str
    ) -> Delivery:
        url, body, nonce, encrypted = self._dress(account, openid, message, trick)
        begun = time.monotonic()
        status, said, why = 0, "", ""
        try:
            async with asyncio.timeout(self.cut):
                response = await self.client.post(url, content=body, headers={"Content-Type": "text/xml"})
            status, said = response.status_code, response.text
        except (TimeoutError, httpx.HTTPError) as error:
            why = type(error).__name__
        took = int((time.monotonic() - begun) * 1000)
        delivery = self._judge(account, openid, nonce, status, said, took, why)
        self.platform.note(
            way="callback", method="POST", url=url, encrypted=encrypted, status=status, took_ms=took,
            attempt=attempt, outcome=delivery.outcome, why=delivery.why, body=body.decode(errors="replace")[:4000],
            plain=message[:4000], answer=said[:4000], opened=delivery.text,
        )  # fmt: skip
        return delivery

    def _dress(
        self, account: SimAccount, openid: str, message: str, trick: str
    ) -> tuple[str, bytes, str, bool]:
        """Address with signed query, body, nonce, and whether the body is encrypted."""
        stamp = str(clock.timestamp() - (3600 if trick == "stale_timestamp" else 0))
        nonce = str(secrets.randbelow(10**9))
        token = account.token if trick != "wrong_signature" else account.token[::-1] + "x"
        if trick == "malformed":
            message = message.removesuffix("</xml>")
        if trick == "dtd":
            message = '<!DOCTYPE xml [<!ENTITY a "b">]>\n' + message
        if trick == "oversized":
            message = message.replace("</xml>", f"<Filler>{'x' * 70_000}</Filler></xml>")
        query = {
            "signature": wire.sign(token, stamp, nonce), "timestamp": stamp, "nonce": nonce, "openid": openid
        }  # fmt: skip
        encrypted = account.mode == "secure" and trick != "plain"
        if encrypted:
            appid = account.appid if trick != "wrong_appid" else "wx0000000000000000"
            sealed = wire.seal(message, account.aes_key, appid)
            if trick == "truncated":
                sealed = sealed[:-24]
            message = wire.xml({"ToUserName": account.receiver, "Encrypt": sealed})
            query |= {"encrypt_type": "aes", "msg_signature": wire.sign(token, stamp, nonce, sealed)}
        url = f"{self.url}/wechat/{account.appid}?{urlencode(query)}"
        return url, message.encode(), nonce, encrypted

    def _judge(
        self, account: SimAccount, openid: str, nonce: str, status: int, said: str, took: int, why: str
    ) -> Delivery:
        """What the platform makes of an answer."""
        if status == 0 or status >= 500:
            return Delivery("no_answer", status, took, why=why or f"status {status}")
        if status != 200:
            return Delivery("refused", status, took, why=f"status {status}: {said[:60]}")
        if said.strip() in ("", "success"):
            return Delivery("success", status, took)
        try:
            return Delivery("answer", status, took, self._open(account, openid, nonce, said))
        except wire.Garbage as garbage:
            return Delivery("garbage", status, took, why=str(garbage))

    @staticmethod
    def _open(account: SimAccount, openid: str, nonce: str, said: str) -> str:
        fields = wire.read(said)
        if account.mode == "secure":
            try:
                sealed, stamp = fields["Encrypt"], fields["TimeStamp"]
                expected = wire.sign(account.token, stamp, fields["Nonce"], sealed)
                if fields["MsgSignature"] != expected or fields["Nonce"] != nonce:
                    raise wire.Garbage("the answer is signed wrongly")
            except KeyError as missing:
                raise wire.Garbage(f"the answer has no {missing}") from missing
            fields = wire.read(wire.unseal(sealed, account.aes_key, account.appid))
        if (fields.get("ToUserName"), fields.get("FromUserName")) != (openid, account.receiver):
            raise wire.Garbage("sender and receiver are wrong")
        text = fields.get("Content", "")
        if fields.get("MsgType") != "text" or not text.strip() or len(text.encode()) > PASSIVE_BYTES:
            raise wire.Garbage("no text, an empty one, or one that is too long")
        return text

    async def verify(self, account: SimAccount) -> dict[str, Any]:
        """The platform's check of the callback when the owner saves its address."""
        stamp, nonce, echo = (
            str(clock.timestamp()),
            str(secrets.randbelow(10**9)),
            str(secrets.randbelow(10**18)),
        )
        query = {
            "signature": wire.sign(account.token, stamp, nonce), "timestamp": stamp, "nonce": nonce, "echostr": echo
        }  # fmt: skip
        response = await self.client.get(f"{self.url}/wechat/{account.appid}", params=query, timeout=self.cut)
        return {"status": response.status_code, "verified": response.text == echo}
