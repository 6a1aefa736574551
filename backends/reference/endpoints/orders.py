"""Work orders: taken, found after proof, urged, withdrawn."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from pydantic import AwareDatetime

from backends import contracts
from backends.reference import models
from backends.reference.endpoints.deps import Records
from backends.reference.endpoints.outages import place_of
from backends.reference.orders import OrderBook
from kit import clock
from kit.errors import BadInput

router = APIRouter(
    prefix="/v1/orders",
    tags=["orders"],
    responses={
        403: {"model": contracts.ErrorBody, "description": "Not proved: `not_proved`"},
        409: {
            "model": contracts.ErrorBody,
            "description": "Not now: `key_taken`, `closed`, `too_soon`, `too_often`",
        },
    },
)
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=200)]
Number = Annotated[str, Path(max_length=32)]
Word = Annotated[str, Query(max_length=40)]


def book(records: Records) -> OrderBook:
    """In the unit of work that is committed before the answer goes out: no number is told that is not on disk."""
    return OrderBook(records.session)


Book = Annotated[OrderBook, Depends(book)]


@router.post("")
async def create(
    asked: contracts.OrderRequest, key: Key, records: Records, orders: Book, request: Request
) -> contracts.Order:
    """Write an order; the same key finds it again. An unknown place is none: no report is refused for it."""
    place = await records.place(asked.place_id) if asked.place_id else None
    order, created = await orders.create(
        asked, key=key, place=place_of(place) if place else None,
        province=request.app.state.province, now=clock.now(),
    )  # fmt: skip
    return order_of(order, created=created)


@router.get("")
async def open_orders(
    orders: Book, place_id: Word = "", account_number: Word = "", kind: Word = "", conversation: Word = ""
) -> contracts.Orders:
    """What is not finished, newest first; at least a place, an account or a conversation is named."""
    if not (place_id or account_number or conversation):
        raise BadInput("place_id, account_number or conversation: one of them is needed")
    rows = await orders.open(
        place_id=place_id, account_number=account_number, kind=kind, conversation=conversation
    )
    return contracts.Orders(orders=[order_of(row) for row in rows])


@router.get("/finished")
async def finished(orders: Book, since: AwareDatetime) -> contracts.FinishedOrders:
    """Orders answered or closed after a moment: those who opened them are asked how content they are."""
    return contracts.FinishedOrders(orders=[
        contracts.FinishedOrder(
            number=row.number, kind=row.kind, marks=set(row.marks), conversation=row.conversation, finished_at=at  # type: ignore[arg-type]
        )
        for row, at in await orders.finished(since)
    ])  # fmt: skip


@router.post("/{number}/state")
async def find(number: Number, proof: contracts.OrderProof, orders: Book) -> contracts.Order:
    """An order, after proof. A POST, so that a phone's digits stand in no address; it changes nothing."""
    return order_of(await orders.find(number, proof))


@router.post("/{number}/urge")
async def urge(number: Number, asked: contracts.OrderUrge, key: Key, orders: Book) -> contracts.Order:
    """Hurry an open order; the rules say how often. 409 `closed`, `too_soon`, `too_often`."""
    return order_of(await orders.urge(number, asked, asked.text, key=key, now=clock.now()))


@router.post("/{number}/withdraw")
async def withdraw(number: Number, proof: contracts.OrderProof, key: Key, orders: Book) -> contracts.Order:
    """Nobody needs to come any more. 409 `closed`."""
    return order_of(await orders.withdraw(number, proof, key=key, now=clock.now()))


def order_of(row: models.WorkOrder, *, created: bool = False) -> contracts.Order:
    return contracts.Order(
        number=row.number, kind=row.kind, subject=row.subject, state=row.state, urgent=row.urgent,  # type: ignore[arg-type]
        marks=set(row.marks), place=contracts.Place.model_validate(row.place) if row.place else None, scope=row.scope,  # type: ignore[arg-type]
        created=created, created_at=row.created_at, contact_by=row.contact_by, answer_by=row.answer_by,
        urges=row.urges,
        events=[contracts.OrderEvent(at=e.at, state=e.state, text=e.text) for e in row.events],  # type: ignore[arg-type]
    )  # fmt: skip
