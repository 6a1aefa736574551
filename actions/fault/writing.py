"""From what was gathered to an order in the utility's system: one permit, one key, one order."""

from __future__ import annotations

from actions import measures
from actions.fault import rules
from actions.fault.marks import heard, marks
from actions.fault.state import NO_PHONE, SCOPES, Fault
from actions.turn import Turn
from backends.contracts import Mark, Order, OrderRequest


async def raised(turn: Turn, fault: Fault, found: frozenset[Mark]) -> frozenset[Mark]:
    """Which of the marks a measure in force lifts at this place."""
    known = await measures.in_force(turn, *fault.region)
    return frozenset(mark for mark in found if known.raises([mark]))


async def write(turn: Turn, fault: Fault, *, joins: Order | None = None) -> Order:
    """Writes the order. `joins`: one more is concerned by an order that is there. Raises `StaleEpoch`, `BackendError`."""
    found = marks(turn)
    rank = rules.priority(found, await raised(turn, fault, found))
    request = OrderRequest(
        kind=fault.wish.kind, subject=fault.intent, text=fault.text, place_id=fault.place_id,
        address=(fault.full + fault.door or fault.partly)[:200],
        contact_phone=fault.phone if fault.phone != NO_PHONE else "", scope=SCOPES.get(fault.scope),
        urgent=rank.urgent, marks=set(rank.marks), facts=_facts(turn, fault, joins), channel=turn.channel,
        conversation=turn.conversation,
    )  # fmt: skip
    return await place_order(turn, request, "order")


async def place_order(turn: Turn, request: OrderRequest, purpose: str) -> Order:
    """Permit first; its key is the order's, so that a message that is answered twice writes once."""
    key = f"{turn.channel}:{turn.conversation}:{turn.message_id}:{purpose}"
    await turn.clients.desk.permit(conversation=turn.conversation, epoch=turn.epoch, key=key)
    return await turn.clients.orders.create(request, key=key)


def _facts(turn: Turn, fault: Fault, joins: Order | None) -> dict[str, str]:
    facts = {
        "door": fault.door,
        "what": fault.what,
        "when": fault.when,
        "joins": joins.number if joins else "",
    }
    facts["notes"] = "、".join(rules.notes_in(heard(turn)))
    return {name: value[:200] for name, value in facts.items() if value}
