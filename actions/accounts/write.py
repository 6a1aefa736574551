"""Writing an order to the utility: leave first, then the order, under one key."""

from __future__ import annotations

from actions.turn import Turn
from backends.contracts import Order, OrderRequest


async def open_order(turn: Turn, request: OrderRequest) -> Order:
    """The order of this message; said again it is the same one. Raises `StaleEpoch`, `BackendError`."""
    key = f"{turn.channel}:{turn.conversation}:{turn.message_id}:{request.kind}"
    await turn.clients.desk.permit(conversation=turn.conversation, epoch=turn.epoch, key=key)
    signed = request.model_copy(update={"channel": turn.channel, "conversation": turn.conversation})
    return await turn.clients.orders.create(signed, key=key)
