"""Writing an order to the utility's system, once."""

from __future__ import annotations

from actions.applications import green
from actions.applications.guide import Guide, Variant
from actions.applications.state import State
from actions.turn import Turn
from backends.contracts import Mark, Order, OrderRequest

# Facts that have a field of their own in an order.
_FIELDS = {"address", "account_number", "contact_name", "contact_phone"}


async def write(turn: Turn, request: OrderRequest, start: str) -> Order:
    """Write it under a permit. `start`: id of the message that began the matter; its order is written once.

    Raises `StaleEpoch` when the conversation is somebody else's by now, `BackendError` when it is not certain that the
    order stands.
    """
    key = f"{turn.channel}:{turn.conversation}:{start}:{request.kind}"
    await turn.clients.desk.permit(conversation=turn.conversation, epoch=turn.epoch, key=key)
    return await turn.clients.orders.create(request, key=key)


async def request_of(turn: Turn, state: State, guide: Guide, variant: Variant) -> OrderRequest:
    """The order of an application."""
    marks: set[Mark] = set(variant.marks)
    if await green.opened(turn, state, variant):
        marks.add("green_channel")
    known = {name: value for name, value in state.facts.items() if value}
    return OrderRequest(
        kind=guide.order, subject=state.intent, text="\n".join(state.said)[:2000],
        place_id=state.place_id, address=known.get("address", "")[:200], account_number=known.get("account_number"),
        contact_name=known.get("contact_name", "")[:60], contact_phone=known.get("contact_phone", ""), marks=marks,
        facts={"variant": variant.title, **{name: value for name, value in known.items() if name not in _FIELDS}},
        channel=turn.channel, conversation=turn.conversation,
    )  # fmt: skip
