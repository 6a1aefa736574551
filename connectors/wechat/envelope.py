"""The callback's outer shell: who may speak to us, and how what we answer is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from connectors.wechat import xml
from connectors.wechat.accounts import WeChatAccount
from connectors.wechat.crypto import decrypt, encrypt, signature, signed
from kit import clock
from kit.errors import BadInput, Forbidden

WINDOW_SECONDS = 300


@dataclass(frozen=True)
class Envelope:
    """An accepted push. `key` is the one that opened it, None for plain text; the answer is sealed alike."""

    account: WeChatAccount
    fields: dict[str, str]
    nonce: str
    key: bytes | None

    def seal(self, answer: str) -> str:
        """The answer's XML as it leaves: encrypted and signed if the request was."""
        if self.key is None:
            return answer
        sealed = encrypt(answer.encode(), key=self.key, appid=self.account.appid)
        now = clock.timestamp()
        token = self.account.token.get_secret_value()
        return xml.build(
            {
                "Encrypt": sealed, "MsgSignature": signature(token, str(now), self.nonce, sealed),
                "TimeStamp": now, "Nonce": self.nonce,
            }
        )  # fmt: skip


def check_query(account: WeChatAccount, query: Mapping[str, str], *, encrypted: str | None = None) -> None:
    """Time window and signature, over `Encrypt` when given. Raises `Forbidden`."""
    stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        raise Forbidden("no timestamp", code="stale")
    if abs(clock.timestamp() - int(stamp)) > WINDOW_SECONDS:
        raise Forbidden(f"the timestamp is {clock.timestamp() - int(stamp)} s off", code="stale")
    parts = [account.token.get_secret_value(), stamp, nonce]
    name = "signature"
    if encrypted is not None:
        parts, name = [*parts, encrypted], "msg_signature"
    if not signed(query.get(name, ""), *parts):
        raise Forbidden(f"wrong {name}", code="bad_signature")


async def accept(account: WeChatAccount, request: Request) -> Envelope:
    """The push in `request`, authenticated and opened.

    The plain signature does not cover the body, so in secure mode only an encrypted push counts, and of its body
    only what was encrypted. Raises `Forbidden`, `BadInput`.
    """
    query = request.query_params
    sealed = query.get("encrypt_type") == "aes" or "msg_signature" in query
    if not sealed:
        if account.mode == "secure":
            raise Forbidden("a plain push to an account in secure mode", code="downgrade")
        check_query(account, query)
        return Envelope(account, xml.parse(await _body(request)), query["nonce"], None)
    if not account.aes_keys:
        raise Forbidden("an encrypted push to an account without a key", code="bad_mode")
    encrypted = xml.parse(await _body(request)).get("Encrypt", "").strip()
    if not encrypted:
        raise BadInput("nothing is encrypted in this push", code="bad_xml")
    check_query(account, query, encrypted=encrypted)
    message, key = decrypt(encrypted, keys=account.keys(), appid=account.appid)
    return Envelope(account, xml.parse(message), query.get("nonce", ""), key)


async def _body(request: Request) -> bytes:
    """The body, never more of it in memory than the limit."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > xml.MAX_BYTES:
            raise xml.too_large()
    return bytes(body)
