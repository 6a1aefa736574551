"""By when an order is done or answered: the moment that a rule promises, or honestly that no rule names one."""

from __future__ import annotations

from actions.turn import Turn
from backends.contracts import Order
from kit import clock


def say_by_when(turn: Turn, order: Order) -> None:
    """Say the order's clock; a promise that is over is admitted, an order without a clock gets none made up."""
    until = order.answer_by or order.contact_by
    if until is None:
        turn.say("utter_order_no_time")
    elif until <= clock.now():
        turn.say("utter_order_overdue", due=until)
    else:
        turn.say("utter_order_until", until=until)


def timeless(order: Order) -> bool:
    """Whether no rule says by when an order of this kind is done."""
    return order.answer_by is None and order.contact_by is None
