"""The book of work orders, within the caller's unit of work: written once a key, told only to who may hear of it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backends.contracts import OPEN, OrderProof, OrderRequest, Place
from backends.reference import clocks
from backends.reference.models import WorkOrder, WorkOrderEvent
from kit.errors import Conflict, Forbidden, NotFound

FINISHED = ("answered", "closed")
MOST = 1000
LISTED = 20  # an estate without power has one order and its followers, not hundreds


class OrderBook:
    """| call | does |
    |---|---|
    | `create` | writes an order; the same key finds it again |
    | `find` | reads one, after proof |
    | `open` | what is not finished at a place, of an account, of a conversation |
    | `urge`, `withdraw` | moves one, after proof; the same key moves it once |
    """

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def create(
        self, asked: OrderRequest, *, key: str, place: Place | None, province: str, now: datetime
    ) -> tuple[WorkOrder, bool]:
        """The order and whether it is new. Raises `Conflict` `key_taken`."""
        digest = hashlib.sha256(_canonical(asked).encode()).hexdigest()
        due = clocks.due(asked.kind, place, province, now)
        values = asked.model_dump(mode="json") | {
            "key": key, "request": digest, "place": place.model_dump(mode="json") if place else None,
            "marks": sorted(asked.marks), "state": "received", "created_at": now, "contact_by": due.contact_by,
            "answer_by": due.answer_by, "urges": 0,
        }  # fmt: skip
        while True:
            row = {"number": f"{now:%Y%m%d}{secrets.randbelow(10**6):06}", **values}
            # No row back: the key is known already, or, once in a million, the number is.
            statement = insert(WorkOrder).values(row).on_conflict_do_nothing().returning(WorkOrder.number)
            number = await self.session.scalar(statement)
            if number is not None:
                self.session.add(_event(number, "created", now, "received"))
                await self.session.flush()
                return await self._get(number), True
            earlier = await self.session.scalar(select(WorkOrder).filter_by(key=key))
            if earlier is None:
                continue
            if not hmac.compare_digest(earlier.request, digest):
                raise Conflict("this key has made another order", code="key_taken")
            return earlier, False

    async def find(self, number: str, proof: OrderProof) -> WorkOrder:
        """Raises `NotFound` `unknown_order`, `Forbidden` `not_proved`."""
        order = await self._get(number)
        _check(order, proof)
        return order

    async def open(
        self, *, place_id: str, account_number: str, kind: str, conversation: str
    ) -> Sequence[WorkOrder]:
        """Newest first; of the conditions those that are not empty."""
        query = select(WorkOrder).where(WorkOrder.state.in_(OPEN))
        wanted = {
            "place_id": place_id,
            "account_number": account_number,
            "kind": kind,
            "conversation": conversation,
        }
        query = query.filter_by(**{name: value for name, value in wanted.items() if value})
        query = query.order_by(WorkOrder.created_at.desc(), WorkOrder.number).limit(LISTED)
        return (await self.session.scalars(query)).all()

    async def finished(self, since: datetime) -> Sequence[tuple[WorkOrder, datetime]]:
        """Orders answered or closed after `since`, with the moment that state began."""
        began = (
            select(WorkOrderEvent.number, func.min(WorkOrderEvent.at).label("at"))
            .where(WorkOrderEvent.state.in_(FINISHED))
            .group_by(WorkOrderEvent.number)
            .subquery()
        )
        query = (
            select(WorkOrder, began.c.at)
            .join(began, began.c.number == WorkOrder.number)
            .where(WorkOrder.state.in_(FINISHED), began.c.at > since)
        )
        return [
            (row[0], row[1]) for row in await self.session.execute(query.order_by(began.c.at).limit(MOST))
        ]

    async def urge(self, number: str, proof: OrderProof, text: str, *, key: str, now: datetime) -> WorkOrder:
        """Raises as `find`, and `Conflict` `closed`, `too_soon`, `too_often`, `key_taken`."""
        order, done = await self._to_move(number, proof, "urged", key)
        if done:
            return order
        rule = clocks.urging(order.kind, now.date())
        last = max((event.at for event in order.events if event.act == "urged"), default=None)
        if rule.most is not None and order.urges >= rule.most:
            raise Conflict("urged as often as the rules allow", code="too_often")
        if last is not None and now - last < rule.apart:
            raise Conflict("urged a moment ago", code="too_soon")
        order.urges += 1
        order.events.append(_event(number, "urged", now, order.state, text, key))
        await self.session.flush()
        return order

    async def withdraw(self, number: str, proof: OrderProof, *, key: str, now: datetime) -> WorkOrder:
        """At the wish of who opened it. Raises as `find`, and `Conflict` `closed`, `key_taken`."""
        order, done = await self._to_move(number, proof, "withdrawn", key)
        if not done:
            order.state = "withdrawn"
            order.events.append(_event(number, "withdrawn", now, "withdrawn", key=key))
            await self.session.flush()
        return order

    async def _get(self, number: str, *, lock: bool = False) -> WorkOrder:
        query = select(WorkOrder).filter_by(number=number)
        order = await self.session.scalar(query.with_for_update() if lock else query)
        if order is None:
            raise NotFound("no order of this number", code="unknown_order")
        return order

    async def _to_move(self, number: str, proof: OrderProof, act: str, key: str) -> tuple[WorkOrder, bool]:
        """The order, locked, and whether this key has moved it already."""
        order = await self._get(number, lock=True)
        _check(order, proof)
        earlier = await self.session.scalar(select(WorkOrderEvent).filter_by(key=key))
        if earlier is not None:
            if (earlier.number, earlier.act) != (number, act):
                raise Conflict("this key has moved another order", code="key_taken")
            return order, True
        if order.state not in OPEN:
            raise Conflict(f"the order is {order.state}", code="closed")
        return order, False


def _canonical(asked: OrderRequest) -> str:
    """The same text for the same request: sets have no order of their own."""
    sorted_marks = asked.model_copy(update={"marks": sorted(asked.marks)})
    return sorted_marks.model_dump_json(warnings=False)


def _check(order: WorkOrder, proof: OrderProof) -> None:
    """Raises `Forbidden` unless the proof is the order's conversation or its phone's ending."""
    own = bool(order.conversation) and hmac.compare_digest(
        proof.conversation.encode(), order.conversation.encode()
    )
    ending = order.contact_phone[-4:]
    known = bool(ending) and hmac.compare_digest(proof.phone_last4.encode(), ending.encode())
    if not (own or known):
        raise Forbidden("neither its conversation nor its phone's last four digits", code="not_proved")


def _event(
    number: str, act: str, at: datetime, state: str, text: str = "", key: str | None = None
) -> WorkOrderEvent:
    return WorkOrderEvent(number=number, key=key, act=act, at=at, state=state, text=text)
