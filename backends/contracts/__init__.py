"""What the utility's systems answer. `openapi.json` is made from these models.

Units: energy in kWh, money in yuan as decimal strings, times ISO 8601 with an offset (Asia/Shanghai), days
`YYYY-MM-DD`, months `YYYY-MM`. A field that is not listed here is ignored; a field that contradicts another
makes the whole answer invalid (`BackendLied`): saying nothing beats saying something false.
"""

from backends.contracts.accounts import (
    ADDED,
    AccountBalance,
    AccountProfile,
    Bill,
    BillLine,
    Bills,
    Item,
    LineKind,
    Supply,
    Verification,
    VerifyRequest,
)
from backends.contracts.base import AccountNumber, Contract, Energy, ErrorBody, ErrorDetail, Money, Month
from backends.contracts.halls import Hall, Halls, Span
from backends.contracts.measures import Customer, Effects, Measure, Measures
from backends.contracts.orders import (
    OPEN,
    FinishedOrder,
    FinishedOrders,
    Mark,
    Order,
    OrderEvent,
    OrderKind,
    OrderNumber,
    OrderProof,
    OrderRequest,
    Orders,
    OrderState,
    OrderUrge,
)
from backends.contracts.outages import Outage, OutageAnswer, OutageKind, OutageList, OutageStatus
from backends.contracts.payments import Arrears, Debt, Payment, Payments, PaymentStatus, PaymentWay
from backends.contracts.places import GridManager, Match, Place, PlaceAnswer
from backends.contracts.usage import By, Usage, UsageRow

__all__ = [
    "ADDED",
    "OPEN",
    "AccountBalance",
    "AccountNumber",
    "AccountProfile",
    "Arrears",
    "Bill",
    "BillLine",
    "Bills",
    "By",
    "Contract",
    "Customer",
    "Debt",
    "Effects",
    "Energy",
    "ErrorBody",
    "ErrorDetail",
    "FinishedOrder",
    "FinishedOrders",
    "GridManager",
    "Hall",
    "Halls",
    "Item",
    "LineKind",
    "Mark",
    "Match",
    "Measure",
    "Measures",
    "Money",
    "Month",
    "Order",
    "OrderEvent",
    "OrderKind",
    "OrderNumber",
    "OrderProof",
    "OrderRequest",
    "OrderState",
    "OrderUrge",
    "Orders",
    "Outage",
    "OutageAnswer",
    "OutageKind",
    "OutageList",
    "OutageStatus",
    "Payment",
    "PaymentStatus",
    "PaymentWay",
    "Payments",
    "Place",
    "PlaceAnswer",
    "Span",
    "Supply",
    "Usage",
    "UsageRow",
    "Verification",
    "VerifyRequest",
]
