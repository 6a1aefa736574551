"""What a good agent looks up before a crew is sent: a running outage, a cut for arrears, an order that is there already."""

from __future__ import annotations

from actions import measures
from actions.fault import rules
from actions.fault.marks import marks
from actions.fault.state import Fault
from actions.outage import say_outage, told_publicly
from actions.turn import Turn
from backends.contracts import Order, Outage, Place
from backends.desk import StaleEpoch
from kit import clock
from kit.errors import HotlineError
from kit.logging import get

log = get(__name__)

WIDE = ("estate", "area")


async def explained(turn: Turn, fault: Fault) -> bool:
    """Says what explains it: a cut for arrears, a running outage, the resident's own order. Then nothing more is asked.

    An outage that was told already explains nothing to a household that says it alone is dark.
    """
    checks = fault.wish.checks
    if "arrears" in checks and await _arrears(turn, fault):
        return True
    if "outage" in checks and await _outage(turn, fault) and fault.intent == "report_outage":
        return True
    return await _own(turn, fault)


async def _outage(turn: Turn, fault: Fault) -> bool:
    answer = await turn.clients.outages.look_up(fault.full + fault.door, ended=False)
    public = told_publicly(answer)
    running = [outage for outage in public if outage.status == "running"]
    if fault.intent == "report_outage" and not running:
        for outage in [one for one in public if _today(one)][:1]:  # it may have begun early, and will go on
            say_outage(turn, outage)
    new = [outage for outage in running if outage.outage_id not in fault.told]
    if not running or (fault.scope == "household" and not new):
        return False
    for outage in running[:2]:
        say_outage(turn, outage)
    fault.told = [outage.outage_id for outage in running]
    await also(turn, fault)
    return True


def _today(outage: Outage) -> bool:
    return outage.status == "announced" and outage.starts_at.date() == clock.now().date()


async def _arrears(turn: Turn, fault: Fault) -> bool:
    """Only what was proved in this conversation is told, and only about its own place."""
    standing = await turn.clients.desk.standing(conversation=turn.conversation)
    if standing.account_number is None:
        return False
    cuts = [
        outage
        for outage in await turn.clients.outages.of_account(standing.account_number)
        if outage.kind == "arrears" and outage.status == "running" and outage.place.place_id == fault.place_id
    ]
    if not cuts:
        return False
    balance = await turn.clients.accounts.balance(standing.account_number)
    turn.say("utter_fault_cut_for_arrears", amount=balance.owed)
    return True


async def important(turn: Turn, fault: Fault) -> bool:
    """Whether it is an important user's supply: the resident says so, or the record of the account proved or remembered.

    Where no place was named the account's own is meant; at any other place its record counts for nothing.
    """
    said = rules.priority(marks(turn), frozenset()).person
    if fault.wish.kind != "fault":
        return said
    try:
        place = await _important_place(turn)
    except StaleEpoch:
        raise
    except HotlineError as error:  # no report waits for what it can do without
        log.warning("importance_not_known", error=type(error).__name__)
        place = None
    if place is not None and not (fault.place_id or fault.partly):
        fault.take_place(place)
    return said or (place is not None and fault.place_id == place.place_id)


async def _important_place(turn: Turn) -> Place | None:
    """Where the resident's account is supplied, if its record calls it important."""
    number = await _account(turn)
    if number is None or not (await turn.clients.accounts.profile(number)).important_user:
        return None
    return await turn.clients.outages.place_of_account(number)


async def _account(turn: Turn) -> str | None:
    """The account proved in this conversation, or the only one remembered for the resident."""
    standing = await turn.clients.desk.standing(conversation=turn.conversation)
    if standing.account_number is not None:
        return standing.account_number
    bound = (await turn.clients.desk.bindings(conversation=turn.conversation)).bound
    return bound[0].account_number if len(bound) == 1 else None


async def _own(turn: Turn, fault: Fault) -> bool:
    """This conversation's own open order for the same thing at the same place."""
    found = [
        order
        for order in await turn.clients.orders.open(conversation=turn.conversation, kind=fault.wish.kind)
        if order.subject == fault.intent and order.place and order.place.place_id == fault.place_id
    ]
    if not found:
        return False
    turn.say("utter_fault_open_already", number=found[0].number, by=due(turn, found[0]))
    return True


async def others(turn: Turn, fault: Fault) -> Order | None:
    """Somebody else's open order for the whole place, where this is not one home's own fault."""
    if "others" not in fault.wish.checks or fault.scope == "household":
        return None
    found = await turn.clients.orders.open(place_id=fault.place_id, kind=fault.wish.kind)
    return next((order for order in found if order.subject == fault.intent and order.scope in WIDE), None)


async def also(turn: Turn, fault: Fault) -> None:
    """What measures in force at the place add."""
    measures.say_also(turn, await measures.in_force(turn, *fault.region), fault.intent)


def due(turn: Turn, order: Order) -> str:
    """The order's promise as a sentence; a promise that is over is not repeated."""
    if order.contact_by and order.contact_by > clock.now():
        crew = order.kind in ("fault", "hazard")
        return turn.piece("part_order_arrival" if crew else "part_order_contact", by=order.contact_by)
    if order.answer_by and order.answer_by > clock.now():
        return turn.piece("part_order_answer", by=order.answer_by)
    return turn.piece("part_order_soon")
