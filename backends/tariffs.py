"""Prices, and estimates by them. Every refusal is `BackendRefused(422, code)`.

`unknown_price`: no figure for that province, class and day. `unknown_split`: figures, but not how they meet. `no_rule`: the rules
do not provide for it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from backends.client import Backend
from backends.contracts import (
    Basis,
    Estimate,
    HoursKind,
    LateCustomer,
    LateFeeAnswer,
    PriceClass,
    Rates,
    Saving,
    TierStanding,
    TwoPartRule,
    Voltage,
)
from kit import clock

ZERO = Decimal(0)


class Tariffs(Backend):
    """Nothing personal is asked or answered. Energy in kWh, money in yuan; `day` is today where it is not given."""

    async def rates(self, province: str, day: date | None = None, voltage: Voltage = "below_1kv") -> Rates:
        """Residential prices in force."""
        params = {"province": province, "day": _iso(day), "voltage": voltage}
        return await self.get("tariffs.rates", "/v1/tariffs/rates", Rates, params)

    async def residential(
        self, province: str, kwh: Decimal, *, day: date | None = None, used_this_year: Decimal = ZERO,
        hours: dict[HoursKind, Decimal] | None = None, persons: int = 1, low_income: bool = False,
        price_class: PriceClass = "tiered", voltage: Voltage = "below_1kv", months: int = 12,
    ) -> Estimate:  # fmt: skip
        """What `kwh` of the month of `day` cost, after `used_this_year`; `hours` must add up to `kwh`."""
        params = {
            "province": province, "day": _iso(day), "kwh": str(kwh), "used_this_year": str(used_this_year),
            "persons": persons, "low_income": str(low_income).lower(), "price_class": price_class, "voltage": voltage, "months": months,
            **{f"{kind}_kwh": str(part) for kind, part in (hours or {}).items()},
        }  # fmt: skip
        return await self.get("tariffs.residential", "/v1/tariffs/residential", Estimate, params)

    async def tier(
        self, province: str, *, day: date | None = None, used_this_year: Decimal = ZERO,
        used_this_month: Decimal = ZERO, persons: int = 1, months: int = 12,
    ) -> TierStanding:  # fmt: skip
        """The tier of the next kWh, and how many are left in it. The year's use includes the month's only if it says so."""
        params = {
            "province": province, "day": _iso(day), "used_this_year": str(used_this_year),
            "used_this_month": str(used_this_month), "persons": persons, "months": months,
        }  # fmt: skip
        return await self.get("tariffs.tier", "/v1/tariffs/tier", TierStanding, params)

    async def two_part(self, province: str, day: date | None = None) -> TwoPartRule:
        """From which capacity on a base fee is paid, and its prices where they are known."""
        params = {"province": province, "day": _iso(day)}
        return await self.get("tariffs.two_part", "/v1/tariffs/two-part", TwoPartRule, params)

    async def base_fee(
        self, province: str, kva: Decimal, *, day: date | None = None, basis: Basis = "capacity",
        contract_kw: Decimal | None = None, actual_kw: Decimal | None = None, kwh: Decimal | None = None,
        days: int | None = None,
    ) -> Estimate:  # fmt: skip
        """A month's base fee; `days`: in service, where not the whole month. By demand both kW are needed."""
        params = {
            "province": province, "day": _iso(day), "kva": str(kva), "basis": basis, "days": days,
            "contract_kw": _text(contract_kw), "actual_kw": _text(actual_kw), "kwh": _text(kwh),
        }  # fmt: skip
        return await self.get("tariffs.base_fee", "/v1/tariffs/base-fee", Estimate, params)

    async def suspension(
        self, province: str, kva: Decimal, days: int, *, first_day: date | None = None, basis: Basis = "capacity",
        kw: Decimal | None = None, city: str = "", earlier_times: int = 0, earlier_days: int = 0,
    ) -> Saving:  # fmt: skip
        """What suspending `kva` for `days` saves; by demand `kw` is what the contract demand falls by."""
        params = {
            "province": province, "city": city, "kva": str(kva), "days": days, "first_day": _iso(first_day),
            "basis": basis, "kw": _text(kw), "earlier_times": earlier_times, "earlier_days": earlier_days,
        }  # fmt: skip
        return await self.get("tariffs.suspension", "/v1/tariffs/suspension", Saving, params)

    async def late_fee(
        self, province: str, amount: Decimal, due_on: date, paid_on: date, customer: LateCustomer = "resident"
    ) -> LateFeeAnswer:
        """What `amount` yuan cost that were due on `due_on` and are paid on `paid_on`."""
        params = {
            "province": province, "amount": str(amount), "due_on": due_on.isoformat(), "paid_on": paid_on.isoformat(),
            "customer": customer,
        }  # fmt: skip
        return await self.get("tariffs.late_fee", "/v1/tariffs/late-fee", LateFeeAnswer, params)


def _iso(day: date | None) -> str:
    return (day or clock.now().date()).isoformat()


def _text(figure: Decimal | None) -> str | None:
    return None if figure is None else str(figure)
