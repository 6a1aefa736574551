"""Work orders in the utility's system: whatever the hotline asks to be done."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from backends.client import Backend
from backends.contracts import FinishedOrder, FinishedOrders, Order, OrderProof, OrderRequest, OrderUrge
from backends.contracts import Orders as OrderList


class Orders(Backend):
    """| call | gives |
    |---|---|
    | `create(request, key)` | the order with its number and clocks; the same key finds it again |
    | `open(place_id, account_number, kind, conversation)` | what is not finished there, newest first |
    | `find(number, conversation, phone_last4)` | one order and what became of it |
    | `finished(since)` | what was answered or closed lately, with the conversation that opened it |
    | `urge(number, key, …)`, `withdraw(number, key, conversation)` | the order moved; the same key moves it once |

    `key` is the permit's key. Refusals are `BackendRefused`: 404 `unknown_order`, 403 `not_proved` (an order is told to
    the conversation that opened it, or after the last four digits of its phone), 409 `key_taken` (this key made
    another), `closed`, `too_soon`, `too_often`.
    """

    async def create(self, request: OrderRequest, *, key: str) -> Order:
        return await self.post(
            "orders.create", "/v1/orders", Order, request.model_dump(mode="json"), idempotent=True, headers=_key(key)
        )  # fmt: skip

    async def open(
        self, *, place_id: str = "", account_number: str = "", kind: str = "", conversation: str = ""
    ) -> list[Order]:
        """Of a place, an account or a conversation; `kind` narrows it. Others' orders are among them: tell no numbers."""
        params = {
            "place_id": place_id,
            "account_number": account_number,
            "kind": kind,
            "conversation": conversation,
        }
        return (await self.get("orders.open", "/v1/orders", OrderList, params)).orders

    async def find(self, number: str, *, conversation: str = "", phone_last4: str = "") -> Order:
        proof = OrderProof(conversation=conversation, phone_last4=phone_last4)
        return await self.post(
            "orders.find", _path(number, "state"), Order, proof.model_dump(), idempotent=True
        )

    async def finished(self, since: datetime) -> list[FinishedOrder]:
        """Orders answered or closed after `since`."""
        params = {"since": since.isoformat()}
        return (await self.get("orders.finished", "/v1/orders/finished", FinishedOrders, params)).orders

    async def urge(
        self, number: str, *, key: str, conversation: str = "", phone_last4: str = "", text: str = ""
    ) -> Order:
        """Hurry it, with the resident's words."""
        asked = OrderUrge(conversation=conversation, phone_last4=phone_last4, text=text[:500])
        return await self.post(
            "orders.urge", _path(number, "urge"), Order, asked.model_dump(), idempotent=True, headers=_key(key)
        )  # fmt: skip

    async def withdraw(self, number: str, *, key: str, conversation: str) -> Order:
        """Nobody needs to come any more, says the conversation that opened it."""
        proof = OrderProof(conversation=conversation)
        return await self.post(
            "orders.withdraw", _path(number, "withdraw"), Order, proof.model_dump(), idempotent=True, headers=_key(key)
        )  # fmt: skip


def _key(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def _path(number: str, what: str) -> str:
    return f"/v1/orders/{quote(number, safe='')}/{what}"
