"""Energy used: by month, by day, the day of the most; in words, and as a picture where there is a screen."""

from __future__ import annotations

from datetime import date, timedelta

from rasa_sdk.events import FollowupAction

from actions.accounts import months
from actions.accounts.base import TAIL, AccountAction
from actions.accounts.picture import show_usage
from actions.accounts.wish import Wish
from actions.accounts.words import says
from actions.tariff_reading import asks_price, asks_tier
from actions.turn import Event, Turn
from backends.contracts import Usage
from kit import clock

DAY = timedelta(days=1)
BY_DAY_AT_MOST = 62  # days of which each is a figure of its own; beyond that months are
MONTHS = 6  # that are looked back on without being asked for
LATELY = 7  # days, where days are asked for and none is named


class TellUsage(AccountAction):
    """What was used in the days or months asked about; else in this month so far and the one before.

    What kWh that are named cost, and which tier they fall into, `action_estimate` answers.
    """

    action_name = "action_tell_usage"
    own = frozenset({"query_usage"})

    async def act(self, turn: Turn) -> list[Event]:
        if turn.entities("energy") and (asks_price(turn) or asks_tier(turn.text)):
            return [FollowupAction("action_estimate")]
        return await super().act(turn)

    async def tell(self, turn: Turn, account: str, wish: Wish) -> list[Event]:
        turn.say("utter_account_is", account=account[-TAIL:])
        if says(wish.text, "tier"):
            await self._tier(turn, account)
        elif days := self._days(wish):
            await self._span(turn, account, *days, most=says(wish.text, "most"))
        else:
            await self._months(turn, account, months.first_day(clock.now().date(), MONTHS - 1))
        return []

    @staticmethod
    def _days(wish: Wish) -> tuple[date, date] | None:
        """The days asked about: those named, else the last week, else this month for the day of the most."""
        if wish.days:
            return wish.days
        today = clock.now().date()
        if says(wish.text, "most"):
            return months.first_day(today - DAY), today - DAY
        return (today - LATELY * DAY, today - DAY) if says(wish.text, "daily") else None

    async def _span(self, turn: Turn, account: str, first: date, last: date, *, most: bool) -> None:
        last = min(last, clock.now().date())
        if (last - first).days >= BY_DAY_AT_MOST:
            await self._months(turn, account, first, last)
            return
        found = await self.clients.accounts.usage(account, first, last)
        if not found.rows:
            turn.say("utter_usage_today" if first >= clock.now().date() else "utter_usage_unknown")
            return
        begins, ends = found.rows[0].starts, found.rows[-1].ends
        if begins == ends:
            turn.say("utter_usage_day", day=begins, kwh=found.kwh)
            return
        turn.say("utter_usage_span", first=begins, last=ends, kwh=found.kwh)
        if any(row.estimated for row in found.rows):
            turn.say("utter_usage_estimated")
        top = max(found.rows, key=lambda row: row.kwh)
        if most or turn.screen:
            turn.say("utter_usage_most", day=top.starts, kwh=top.kwh)
        await show_usage(turn, found)

    async def _months(self, turn: Turn, account: str, first: date, last: date | None = None) -> None:
        """This month so far and the last whole one; the chart shows them all."""
        today = clock.now().date()
        found = await self.clients.accounts.usage(account, months.first_day(first), last or today, "month")
        if not found.rows:
            turn.say("utter_usage_unknown")
            return
        if last is not None:
            turn.say("utter_usage_span", first=found.rows[0].starts, last=found.rows[-1].ends, kwh=found.kwh)
        self._each(turn, found, 2 if turn.channel == "ivr" or last is None else len(found.rows))
        if any(row.estimated for row in found.rows[-2:]):
            turn.say("utter_usage_estimated")
        await show_usage(turn, found)

    @staticmethod
    def _each(turn: Turn, found: Usage, count: int) -> None:
        present = months.first_day(clock.now().date())
        for row in reversed(found.rows[-count:]):
            running = row.starts >= present
            turn.say(
                "utter_usage_month_so_far" if running else "utter_usage_month",
                month=months.name(turn, f"{row.starts:%Y-%m}"), kwh=row.kwh, last=row.ends,
            )  # fmt: skip

    async def _tier(self, turn: Turn, account: str) -> None:
        """The tier that the latest bill reached, and what the year has used so far: both are records, neither a promise."""
        today = clock.now().date()
        bills = await self.clients.accounts.bills(account, 1)
        year = await self.clients.accounts.usage(account, date(today.year, 1, 1), today, "month")
        if year.rows:
            turn.say("utter_usage_year", kwh=year.kwh, last=year.rows[-1].ends)
        kinds = [line.kind.removesuffix("_added") for line in bills[0].lines] if bills else []
        tiers = [kind for kind in kinds if kind.startswith("tier")] or (["tier1"] if kinds else [])
        if tiers:
            month = months.name(turn, bills[0].month)
            turn.say("utter_usage_tier", month=month, tier=turn.piece(f"part_bill_kind_{max(tiers)}"))
