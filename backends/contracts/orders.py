"""Work orders (工单) in the utility's own system: faults, applications, opinions, with their clocks."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from backends.contracts.base import AccountNumber, Contract
from backends.contracts.places import Place

OrderKind = Literal[
    "fault", "hazard", "reconnection", "meter", "application", "site_visit", "contact_change", "compensation",
    "waiver", "complaint", "opinion", "praise", "theft", "inquiry",
]  # fmt: skip
OrderState = Literal["received", "dispatched", "on_site", "answered", "closed", "withdrawn"]
OPEN: tuple[OrderState, ...] = ("received", "dispatched", "on_site")
Mark = Literal[
    "closed_estate", "medical_device", "online_class", "elderly", "important_user", "green_channel", "supervised",
    "anonymous",
]  # fmt: skip
Scope = Literal["household", "building", "estate", "area"]
OrderNumber = Annotated[str, Field(pattern=r"^\d{14}$", description="14 digits, as on a ticket")]


class OrderRequest(Contract):
    """What is asked to be done. Neither account nor phone is ever required: no fault report is refused for lack of them."""

    kind: OrderKind
    subject: str = Field(
        min_length=1, max_length=60, description="the resident's wish, as the intent that named it"
    )
    text: str = Field(max_length=2000, description="in the resident's words")
    place_id: str = Field(default="", max_length=40)
    address: str = Field(default="", max_length=200, description="as said, to the door")
    account_number: AccountNumber | None = None
    contact_name: str = Field(default="", max_length=60)
    contact_phone: str = Field(default="", pattern=r"^(\d{7,12})?$")
    scope: Scope | None = None
    urgent: bool = False
    marks: set[Mark] = Field(default=set())
    facts: dict[str, str] = Field(default={}, description="more that was gathered, by name")
    channel: str = Field(default="", max_length=20)
    conversation: str = Field(
        default="", max_length=40, description="the conversation that may ask for its state"
    )


class OrderProof(Contract):
    """Who may hear of an order and move it: the conversation that opened it, or who knows its phone's last four digits."""

    conversation: str = Field(default="", max_length=40)
    phone_last4: str = Field(default="", pattern=r"^(\d{4})?$")


class OrderUrge(OrderProof):
    text: str = Field(default="", max_length=500, description="in the resident's words")


class OrderEvent(Contract):
    at: AwareDatetime
    state: OrderState
    text: str = ""


class Order(Contract):
    """An order on disk. `created` is False when the same request had made it already."""

    number: OrderNumber
    kind: OrderKind
    subject: str
    state: OrderState
    urgent: bool = False
    marks: set[Mark] = Field(default=set())
    place: Place | None = None
    scope: Scope | None = None
    created: bool = False
    created_at: AwareDatetime
    contact_by: AwareDatetime | None = Field(
        default=None, description="somebody is on the spot, or rings, by then"
    )
    answer_by: AwareDatetime | None = Field(default=None, description="finished or answered by then")
    urges: Annotated[int, Field(ge=0)] = 0
    events: list[OrderEvent] = Field(default=[])

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if any(moment and moment < self.created_at for moment in (self.contact_by, self.answer_by)):
            raise ValueError("due before it was made")
        return self


class Orders(Contract):
    """Newest first."""

    orders: list[Order]


class FinishedOrder(Contract):
    """An order that was answered or closed, and the conversation that opened it; empty if none did."""

    number: OrderNumber
    kind: OrderKind
    marks: set[Mark] = Field(default=set())
    conversation: str
    finished_at: AwareDatetime


class FinishedOrders(Contract):
    orders: list[FinishedOrder]
