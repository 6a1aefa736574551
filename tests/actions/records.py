"""What tests about an account's records say and compare with."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from actions.accounts import months
from kit import clock
from kit.wording import Wording
from tests.actions.conftest import World
from tests.actions.rasa import Talk

WORDS = Wording()
WANG, LI, CHEN, ZHAO = "3100000000018", "3200456789", "3100000000026", "3100000000034"
ENDINGS = {WANG: "6789", LI: "1234", CHEN: "2468", ZHAO: "1357"}


def words(key: str, channel: str = "web", **values: object) -> str:
    return WORDS.text(key, channel, **values)


def span(first: date, last: date) -> dict[str, str]:
    """As understanding gives a time: the end is the first moment after it."""
    midnight = datetime.min.time()
    begin = datetime.combine(first, midnight, clock.SHANGHAI)
    return {
        "from": begin.isoformat(),
        "to": datetime.combine(last + timedelta(days=1), midnight, clock.SHANGHAI).isoformat(),
    }


def last_month() -> tuple[date, date]:
    today = clock.now().date()
    return months.first_day(today, 1), months.first_day(today) - timedelta(days=1)


async def proved(world: World, account: str, channel: str = "web", *, ending: str = "") -> Talk:
    """A conversation whose resident has proved the account, by the last digits of its telephone."""
    talk = world.talk(channel)
    await talk.says("查电费", "query_bill")
    await talk.says(account, "inform", ("account_number", account))
    said = await talk.says(f"手机尾号{ending or ENDINGS[account]}", "inform")
    assert words("utter_account_is", channel, account=account[-4:]) in said
    return talk
