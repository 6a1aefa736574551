"""Our own desk and record as actions see them: handoff, permits, verification, bindings, pictures. HTTP, inner token.

Field by field the contract of `/inner/handoff`, `/inner/permits`, `/inner/verifications/{conversation}`,
`/inner/bindings/{conversation}` and `/inner/pictures`.
"""

from __future__ import annotations

from typing import Any, Literal

import httpx
from pydantic import BaseModel, SecretStr

from kit.errors import Conflict, HotlineError, Unavailable

TRIES = 3
BindingOutcome = Literal["bound", "declined", "not_lasting", "not_verified", "too_many"]


class Ticket(BaseModel):
    """A ticket on disk. `created` is False when this request, or an earlier one, had made it already."""

    number: str
    created: bool


class Standing(BaseModel):
    """Verification of a conversation: the account proved here, and whose failures forbid another attempt."""

    account_number: str | None = None
    locked: Literal["resident", "account", "probing"] | None = None


class Bound(BaseModel):
    """An account remembered for the resident, with the holder's version when it was proved."""

    account_number: str
    holder_version: str


class Bindings(BaseModel):
    """`lasting`: whether accounts can be remembered for this resident at all; `may_ask`: of the account asked about.

    Last used first.
    """

    lasting: bool = False
    bound: list[Bound] = []
    may_ask: bool = False


class StaleEpoch(Conflict):
    """Somebody else owns the conversation by now: stop, say nothing."""


class DeskClient:
    """One pool a process; every call is safe to repeat."""

    def __init__(
        self, url: str, token: SecretStr, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token.get_secret_value()}"},
            timeout=httpx.Timeout(3.0, connect=1.0),
            transport=transport,
        )

    async def _call(self, method: str, path: str, **options: Any) -> httpx.Response:
        last = ""
        for _ in range(TRIES):
            try:
                response = await self._client.request(method, path, **options)
            except httpx.HTTPError as error:
                last = type(error).__name__
                continue
            if response.status_code < 500:
                break
            last = str(response.status_code)
        else:
            raise Unavailable(f"the desk does not answer: {last}")
        if response.status_code == 409:
            raise StaleEpoch(response.json()["error"]["reason"])
        if response.status_code >= 400:
            raise HotlineError(
                f"the desk refused {method} {path}: {response.status_code} {response.text[:200]}"
            )
        return response

    async def hand_over(
        self,
        *,
        conversation: str,
        epoch: int,
        key: str,
        turn: str,
        reason: str,
        intent: str = "",
        urgent: bool = False,
        say_first: list[dict[str, Any]] | None = None,
        facts: dict[str, Any] | None = None,
    ) -> Ticket:
        """Open (or find) the ticket and give the conversation to the queue.

        `say_first`: the turn's words so far, `[{"text", "buttons", "data"}]`; the desk says them, then the
        sentence with the number. Raises `StaleEpoch`, `Unavailable`.
        """
        body = {
            "conversation": conversation, "epoch": epoch, "key": key, "turn": turn, "reason": reason,
            "intent": intent, "urgent": urgent, "say_first": say_first or [], "facts": facts or {},
        }  # fmt: skip
        return Ticket.model_validate((await self._call("POST", "/inner/handoff", json=body)).json())

    async def permit(self, *, conversation: str, epoch: int, key: str) -> None:
        """Leave to write to the utility; `key` is then the order's idempotency key. Raises `StaleEpoch`."""
        await self._call(
            "POST", "/inner/permits", json={"conversation": conversation, "epoch": epoch, "key": key}
        )

    async def standing(self, *, conversation: str, account_number: str | None = None) -> Standing:
        """What is verified here, and whether an attempt on `account_number` would be allowed."""
        params = {"account_number": account_number} if account_number else {}
        return Standing.model_validate(
            (await self._call("GET", f"/inner/verifications/{conversation}", params=params)).json()
        )

    async def attempted(self, *, conversation: str, account_number: str, key: str, matched: bool) -> Standing:
        """Record the outcome of an attempt; the same `key` counts once."""
        body = {"account_number": account_number, "key": key, "matched": matched}
        return Standing.model_validate(
            (await self._call("POST", f"/inner/verifications/{conversation}", json=body)).json()
        )

    async def forget(self, *, conversation: str) -> None:
        """End what is verified here, at the resident's wish."""
        await self._call("DELETE", f"/inner/verifications/{conversation}")

    async def bindings(self, *, conversation: str, account_number: str | None = None) -> Bindings:
        """The accounts remembered for the resident of this conversation."""
        params = {"account_number": account_number} if account_number else {}
        return Bindings.model_validate(
            (await self._call("GET", f"/inner/bindings/{conversation}", params=params)).json()
        )

    async def bind(
        self, *, conversation: str, account_number: str, holder_version: str, wanted: bool = True
    ) -> BindingOutcome:
        """Remember the account verified here, or that the resident does not want it; again is no second time."""
        body = {"account_number": account_number, "holder_version": holder_version, "wanted": wanted}
        answer = (await self._call("POST", f"/inner/bindings/{conversation}", json=body)).json()
        outcome: BindingOutcome = answer["outcome"]
        return outcome

    async def use_binding(self, *, conversation: str, account_number: str, holder_version: str) -> Standing:
        """Take a bound account as verified, if it is still the same holder's; another version ends the binding."""
        body = {"account_number": account_number, "holder_version": holder_version}
        return Standing.model_validate(
            (await self._call("POST", f"/inner/bindings/{conversation}/use", json=body)).json()
        )

    async def unbind(self, *, conversation: str, account_number: str | None = None) -> None:
        """Forget one account, or all of them."""
        params = {"account_number": account_number} if account_number else {}
        await self._call("DELETE", f"/inner/bindings/{conversation}", params=params)

    async def keep_picture(self, *, conversation: str, png: bytes, alt: str) -> str:
        """Keep a PNG of at most 200,000 bytes for a day; its id is what `Turn.show` takes.

        `alt`: what it shows, in words, at most 1,000 characters. Raises `Unavailable`, `HotlineError`.
        """
        answer = await self._call(
            "POST", "/inner/pictures", data={"conversation": conversation, "alt": alt},
            files={"png": ("picture.png", png, "image/png")},
        )  # fmt: skip
        return str(answer.json()["picture"])

    async def aclose(self) -> None:
        await self._client.aclose()
