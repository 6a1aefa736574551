"""Our own desk and record as actions see them. HTTP, inner token.

Field by field the contract of `/inner/handoff`, `/inner/permits`, `/inner/verifications/{conversation}`,
`/inner/bindings/{conversation}`, `/inner/pictures`, `/inner/tickets` and `/inner/subscriptions/{conversation}`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import httpx
from pydantic import BaseModel, SecretStr

from kit.errors import Conflict, HotlineError, Unavailable

TRIES = 3
BindingOutcome = Literal["bound", "declined", "not_lasting", "not_verified", "too_many"]
NOT_STALE = frozenset(
    {"too_soon", "too_often", "ticket_closed"}
)  # conflicts over something else than who speaks


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


class TicketState(BaseModel):
    """A ticket as its resident may know it. `step`: the last thing done; `call_at`: a promised call still to come."""

    number: str
    state: Literal["queued", "active", "closed"]
    outcome: str | None
    urgent: bool
    reason: str
    intent: str
    opened_at: datetime
    step: str
    step_at: datetime
    place: int | None
    call_at: datetime | None
    calls: int
    urges: int


class Wish(BaseModel):
    """Something a resident is told of; `title` as it is told back. `bound`: outages where a remembered account is supplied."""

    topic: Literal["outage", "arrears", "bound"]
    subject: str
    title: str


class DeskRefused(HotlineError):
    """A definite no of the desk's: `code` is `unknown_ticket`, `not_proved`, `too_many_proofs`, `too_soon`, …"""

    def __init__(self, what: str, status: int, code: str) -> None:
        super().__init__(f"the desk refused {what}: {status} {code}", code=code)
        self.status = status


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
        if response.status_code < 400:
            return response
        code = _code(response)
        if response.status_code == 409 and code not in NOT_STALE:
            raise StaleEpoch(code)
        # Of the path the first two parts only: the rest is numbers.
        raise DeskRefused(f"{method} {'/'.join(path.split('/')[:3])}", response.status_code, code)

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

    async def tickets(self, *, conversation: str) -> list[TicketState]:
        """Tickets of this resident that need no number: live ones first, and those closed lately."""
        answer = await self._call("GET", "/inner/tickets", params={"conversation": conversation})
        return [TicketState.model_validate(one) for one in answer.json()["tickets"]]

    async def ticket(self, number: str, *, conversation: str, phone_last4: str = "") -> TicketState:
        """Where one stands. Raises `DeskRefused`: `unknown_ticket`, `not_proved`, `too_many_proofs`."""
        body = {"conversation": conversation, "phone_last4": phone_last4}
        return TicketState.model_validate(
            (await self._call("POST", f"/inner/tickets/{number}/state", json=body)).json()
        )

    async def wrong_phone(self, number: str, *, conversation: str, key: str) -> None:
        """Note that the telephone digits of message `key` were wrong, for a ticket of ours or an order of the utility's."""
        body = {"conversation": conversation, "key": key}
        await self._call("POST", f"/inner/tickets/{number}/failures", json=body)

    async def urge_ticket(
        self, number: str, *, conversation: str, key: str, phone_last4: str = ""
    ) -> TicketState:
        """Hurry it. Raises `DeskRefused`: as `ticket`, and `too_soon`, `too_often`, `ticket_closed`."""
        body = {"conversation": conversation, "phone_last4": phone_last4, "key": key}
        return TicketState.model_validate(
            (await self._call("POST", f"/inner/tickets/{number}/urge", json=body)).json()
        )

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

    async def subscriptions(self, *, conversation: str) -> list[Wish]:
        """What this resident is told of unasked."""
        answer = await self._call("GET", f"/inner/subscriptions/{conversation}")
        return [Wish.model_validate(one) for one in answer.json()["wishes"]]

    async def subscribe(self, *, conversation: str, topic: str, subject: str, title: str) -> str:
        """`subscribed`, or why not: `not_reachable`, `not_bound`, `too_many`."""
        body = {"topic": topic, "subject": subject, "title": title}
        return str(
            (await self._call("POST", f"/inner/subscriptions/{conversation}", json=body)).json()["outcome"]
        )

    async def unsubscribe(self, *, conversation: str) -> int:
        """Tell no more; how many wishes ended."""
        return int((await self._call("DELETE", f"/inner/subscriptions/{conversation}")).json()["count"])

    async def aclose(self) -> None:
        await self._client.aclose()


def _code(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return "unspecified"
