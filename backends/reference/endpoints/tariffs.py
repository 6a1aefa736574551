"""Prices and estimates. What no row answers is refused with 422 `unknown_price`, `unknown_split` or `no_rule`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query

from backends import contracts
from backends.contracts.tariffs import Basis, HoursKind, LateCustomer, PriceClass, Voltage
from backends.reference.tariffs import base_fee as fees
from backends.reference.tariffs import residential as homes
from backends.reference.tariffs import rows
from backends.reference.tariffs.book import book, known
from backends.reference.tariffs.late_fee import late_fee as fee_of
from backends.reference.tariffs.lines import ZERO, Line, total
from backends.reference.tariffs.refusal import Refusal
from backends.reference.tariffs.suspension import Plan, saving
from kit import clock
from kit.errors import BadInput

router = APIRouter(
    prefix="/v1/tariffs", tags=["tariffs"],
    responses={422: {"model": contracts.ErrorBody, "description": "unknown_price, unknown_split or no_rule"}},
)  # fmt: skip

Province = Annotated[str, Query(min_length=2, max_length=20, description="上海 or 上海市")]
Kwh = Annotated[Decimal, Query(ge=0, max_digits=12, decimal_places=3)]
Size = Annotated[Decimal, Query(gt=0, max_digits=9, decimal_places=2)]
Persons = Annotated[int, Query(ge=1, le=99)]
Months = Annotated[int, Query(ge=1, le=12, description="of this year in which the account is in use")]


@router.get("/rates")
async def rates(
    province: Province, day: date | None = None, voltage: Voltage = "below_1kv"
) -> contracts.Rates:
    """Residential prices in force on `day` (today)."""
    on = day or clock.now().date()
    price = book().price(province, on, voltage)
    first, second = price.upto(on.month)
    ends: list[tuple[Decimal, Decimal | None]] = [(ZERO, first), (first, second), (second, None)]
    hours = price.time_of_use
    flat = [
        row for row in book().flat
        if row.voltage == voltage and known([row], province, on)
    ]  # fmt: skip
    large = known(book().large_household, province, on)
    free = known(book().free_energy, province, on)
    return contracts.Rates(
        province=price.province, day=on, period=price.period,
        tiers=[
            contracts.TierRange(from_kwh=start, upto_kwh=end, price=at)
            for (start, end), at in zip(ends, price.prices, strict=True)
        ],
        seasons=[contracts.Season(months=sorted(part.months), upto=part.upto) for part in price.limits],
        hours=[
            contracts.HoursPrice(kind=kind, since=since, until=until, prices=hours.prices[kind])
            for kind, (since, until) in hours.hours.items()
        ] if hours else [],
        split_known=bool(hours and hours.added),
        flat=[contracts.FlatPrice(classes=sorted(row.classes), price=row.price, rule=_rule(row)) for row in flat],
        large_household=contracts.LargeHouseholdRule(
            persons=large.persons, extra_kwh=large.extra_kwh, flat_from=large.flat_from, rule=_rule(large)
        ) if large else None,
        free_energy=contracts.FreeEnergyRule(kwh=free.kwh, rule=_rule(free)) if free else None,
        base_fee=_base_fee(known(book().base_fee, province, on)), rule=_rule(price),
    )  # fmt: skip


@router.get("/residential")
async def residential(
    province: Province, kwh: Kwh, day: date | None = None, used_this_year: Kwh = ZERO,
    peak_kwh: Kwh | None = None, flat_kwh: Kwh | None = None, valley_kwh: Kwh | None = None,
    persons: Persons = 1, low_income: bool = False, price_class: PriceClass = "tiered",
    voltage: Voltage = "below_1kv", months: Months = 12,
) -> contracts.Estimate:  # fmt: skip
    """What `kwh` of the month of `day` (today's) cost, after `used_this_year` kWh of the same year."""
    given: dict[HoursKind, Decimal | None] = {"peak": peak_kwh, "flat": flat_kwh, "valley": valley_kwh}
    hours = {kind: part for kind, part in given.items() if part is not None}
    use = homes.Use(
        province, day or clock.now().date(), kwh, used_this_year, hours or None, persons, low_income, price_class, voltage,
        months,
    )  # fmt: skip
    found = homes.costs(book(), use)
    return _estimate(found.lines, found.rules)


@router.get("/tier")
async def tier(
    province: Province, day: date | None = None, used_this_year: Kwh = ZERO, used_this_month: Kwh = ZERO,
    persons: Persons = 1, months: Months = 12,
) -> contracts.TierStanding:  # fmt: skip
    """The tier of the next kWh after those of the year before this month and those of this month."""
    use = homes.Use(
        province, day or clock.now().date(), used_this_month, used_this_year, persons=persons, months=months
    )
    price = book().price(province, use.day)
    found = homes.standing(book(), use)
    return contracts.TierStanding(
        province=price.province, period=price.period, tier=found.tier,
        used_kwh=use.kwh + (use.used if price.period == "year" else ZERO), upto=found.upto, left_kwh=found.left,
        price=price.prices[found.tier - 1], next_price=price.prices[found.tier] if found.tier < 3 else None,
        rules=_rules(found.rules),
    )  # fmt: skip


@router.get("/two-part")
async def two_part(province: Province, day: date | None = None) -> contracts.TwoPartRule:
    """From which capacity on a base fee is paid."""
    on = day or clock.now().date()
    rule = fees.two_part(book(), on)
    return contracts.TwoPartRule(
        one_part_upto=rule.one_part_upto, two_part_from=rule.two_part_from,
        base_fee=_base_fee(known(book().base_fee, province, on)), rule=_rule(rule),
    )  # fmt: skip


@router.get("/base-fee")
async def base_fee(
    province: Province, kva: Size, day: date | None = None, basis: Basis = "capacity",
    contract_kw: Size | None = None, actual_kw: Size | None = None, kwh: Kwh | None = None,
    days: Annotated[int, Query(ge=1, le=fees.MONTH, description="in service; a month has 30")] = fees.MONTH,
) -> contracts.Estimate:  # fmt: skip
    """A month's base fee by capacity, or by the contract's and the actual demand."""
    on = day or clock.now().date()
    rule = fees.two_part(book(), on)
    if fees.parts(rule, kva) == "one":
        raise Refusal("no_rule", f"a supply of {kva} kVA pays no base fee")
    yuan, fee = fees.price(book(), province, on, basis)
    if basis == "capacity":
        return _estimate([fees.of_month("capacity", kva, yuan, days)], [rule, fee])
    if contract_kw is None or actual_kw is None:
        raise BadInput("contract_kw, actual_kw: both are needed for billing by demand")
    lines = fees.by_demand(rule, yuan, kva=kva, contract=contract_kw, actual=actual_kw, kwh=kwh, days=days)
    return _estimate(lines, [rule, fee])


@router.get("/suspension")
async def suspension(
    province: Province, kva: Size, days: Annotated[int, Query(ge=1, le=3650)], first_day: date | None = None,
    basis: Basis = "capacity", kw: Size | None = None, city: Annotated[str, Query(max_length=20)] = "",
    earlier_times: Annotated[int, Query(ge=0, le=99)] = 0, earlier_days: Annotated[int, Query(ge=0, le=366)] = 0,
) -> contracts.Saving:  # fmt: skip
    """What suspending `kva` from `first_day` (today) saves; by demand `kw` is what the contract demand falls by."""
    if basis == "demand" and kw is None:
        raise BadInput("kw: needed for billing by demand")
    first = first_day or clock.now().date()
    size = kw if basis == "demand" and kw is not None else kva
    found = saving(book(), Plan(province, first, days, size, basis, city, earlier_times, earlier_days))
    parts = fees.two_part(book(), first)
    lines = [] if fees.parts(parts, kva) == "one" else found.lines
    return contracts.Saving(
        province=province, lines=_lines(lines), total=total(lines), rules=_rules([*found.rules, parts]),
        verdict=found.verdict, first_day=first, days=days, least_days=found.least_days,
        most_months=found.rule.most_months, per_year=found.rule.per_year, times=found.rule.times,
        apply_working_days=found.rule.apply_working_days, parts=fees.parts(parts, kva),
        relieved=found.least_days < found.rule.least_days,
    )  # fmt: skip


@router.get("/late-fee")
async def late_fee(
    province: Province, amount: Annotated[Decimal, Query(gt=0, max_digits=12, decimal_places=2)],
    due_on: date, paid_on: date, customer: LateCustomer = "resident",
) -> contracts.LateFeeAnswer:  # fmt: skip
    """What paying `amount` yuan on `paid_on` costs more that were due on `due_on`."""
    found = fee_of(book(), province, amount, due_on, paid_on, customer)
    return contracts.LateFeeAnswer(
        province=province, lines=_lines(found.lines), total=found.total, rules=_rules(found.rules),
        days=found.days, limited=found.limited,
    )  # fmt: skip


def _base_fee(fee: rows.BaseFee | None) -> contracts.BaseFeePrices | None:
    if fee is None:
        return None
    return contracts.BaseFeePrices(capacity=fee.capacity, demand=fee.demand, rule=_rule(fee))


def _estimate(lines: list[Line], rules: Iterable[rows.Rule]) -> contracts.Estimate:
    used = list(rules)
    province = next((rule.province for rule in used if rule.province), "")
    return contracts.Estimate(province=province, lines=_lines(lines), total=total(lines), rules=_rules(used))


def _lines(lines: Iterable[Line]) -> list[contracts.TariffLine]:
    return [
        contracts.TariffLine(
            kind=line.kind, quantity=line.quantity, price=line.price, days=line.days, amount=line.amount
        )
        for line in lines
    ]


def _rules(used: Iterable[rows.Rule]) -> list[contracts.TariffRule]:
    return [_rule(rule) for rule in used]


def _rule(rule: rows.Rule) -> contracts.TariffRule:
    return contracts.TariffRule(
        id=rule.id, source=rule.source, valid_from=rule.valid_from, valid_to=rule.valid_to,
        published=rule.published, dated=rule.dated,
    )  # fmt: skip
