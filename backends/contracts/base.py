"""What all parts of the contract share."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Money = Annotated[Decimal, Field(max_digits=12, decimal_places=2)]
Energy = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=3)]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
AccountNumber = Annotated[str, Field(pattern=r"^(\d{10}|\d{13})$", description="10 or 13 digits")]


class Contract(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ErrorDetail(Contract):
    code: str = Field(description="stable")
    reason: str = Field(description="for the engineer; never shown to residents")


class ErrorBody(Contract):
    """Every answer with a status of 400 or more."""

    error: ErrorDetail
