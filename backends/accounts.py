"""Accounts: verification, profile, balance, bills, use, payments. Only `verify` may be asked for an account that is not verified."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from backends.client import Backend
from backends.contracts import (
    AccountBalance,
    AccountProfile,
    Arrears,
    Bill,
    Bills,
    By,
    Payment,
    Payments,
    Usage,
    Verification,
    VerifyRequest,
)


class Accounts(Backend):
    """Of an unknown number `verify` says `exists=False`; the others raise `BackendRefused(404, …)`."""

    async def verify(
        self, number: str, *, holder_name: str | None = None, phone_last4: str | None = None,
        door_number: str | None = None,
    ) -> Verification:  # fmt: skip
        """Which of the items match the record; the record itself is never answered."""
        asked = VerifyRequest(
            account_number=number[:32], holder_name=(holder_name or "")[:60] or None,
            phone_last4=(phone_last4 or "")[:20] or None, door_number=(door_number or "")[:120] or None,
        )  # fmt: skip
        # A POST, so that personal data stands in no address and no access log; it changes nothing.
        return await self.post(
            "accounts.verify",
            "/v1/accounts/verify",
            Verification,
            asked.model_dump(exclude_none=True),
            idempotent=True,
        )

    async def balance(self, number: str) -> AccountBalance:
        return await self.get("accounts.balance", _of(number, "balance"), AccountBalance)

    async def profile(self, number: str) -> AccountProfile:
        return await self.get("accounts.profile", _of(number, "profile"), AccountProfile)

    async def bills(self, number: str, months: int = 12) -> list[Bill]:
        """Bills of the last `months` (1 to 36) months billed, newest first."""
        return (await self.get("accounts.bills", _of(number, "bills"), Bills, {"months": months})).bills

    async def latest_bill(self, number: str) -> Bill | None:
        """The newest bill; None for an account that was never billed."""
        return next(iter(await self.bills(number, 1)), None)

    async def usage(self, number: str, first: date, last: date, by: By = "day") -> Usage:
        """Energy used from `first` to `last`, both inclusive, as far as it is known; at most 800 days."""
        asked = {"first": first.isoformat(), "last": last.isoformat(), "by": by}
        return await self.get("accounts.usage", _of(number, "usage"), Usage, asked)

    async def payments(self, number: str, months: int = 6) -> list[Payment]:
        """Payments of the last `months` (1 to 36) months, newest first."""
        path = _of(number, "payments")
        return (await self.get("accounts.payments", path, Payments, {"months": months})).payments

    async def arrears(self, number: str) -> Arrears:
        """Unpaid bills with the late fee so far."""
        return await self.get("accounts.arrears", _of(number, "arrears"), Arrears)


def _of(number: str, what: str) -> str:
    return f"/v1/accounts/{quote(number, safe='')}/{what}"
