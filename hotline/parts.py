"""The composition root: every room gets what it needs here, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

from backends.accounts import Accounts
from backends.orders import Orders
from backends.outages import Outages
from connectors.ivr.channel import IvrChannel
from connectors.web.channel import WebChannel
from connectors.wechat.accounts import WeChatAccount, load_accounts
from connectors.wechat.channel import WeChatChannel
from conversations.bot import BotDoor
from conversations.jobs import Jobs
from conversations.service import Conversations
from conversations.turns import Turns
from desk.service import DeskService
from hotline.measures import MeasureOffice
from kit.bell import Bell
from kit.db import Database
from kit.errors import MisconfiguredError
from kit.settings import Settings
from kit.wording import Wording
from outreach.service import Outreach

EVERY_FIVE_MINUTES = "*/5 * * * *"


@dataclass
class Parts:
    """One process's doors to everything."""

    settings: Settings
    db: Database
    bell: Bell
    jobs: Jobs
    bot: BotDoor
    house: Conversations
    turns: Turns
    desk: DeskService
    wechat_accounts: list[WeChatAccount]
    wechat: WeChatChannel
    measures: MeasureOffice
    outreach: Outreach

    async def open(self) -> None:
        """Open what needs opening before the first request or job."""
        await self.jobs.app.open_async()

    async def close(self) -> None:
        """Close every connection."""
        await self.jobs.app.close_async()
        await self.wechat.aclose()
        await self.measures.aclose()
        await self.outreach.aclose()
        await self.bot.close()
        await self.desk.aclose()
        await self.bell.close()
        await self.db.close()


def url_of(secret: SecretStr | None, name: str) -> str:
    """A URL that must be there by now. Raises `MisconfiguredError` with the setting's name."""
    if secret is None:
        raise MisconfiguredError(f"{name} is not set; `hotline up` sets it, or give your own")
    return secret.get_secret_value()


def build(settings: Settings) -> Parts:
    """Put the parts together; opens no connection yet."""
    database_url = url_of(settings.database_url, "HOTLINE_DATABASE_URL")
    db = Database(database_url)
    bell = Bell(url_of(settings.redis_url, "HOTLINE_REDIS_URL"))
    jobs = Jobs(database_url)
    bot = BotDoor(settings.bot_url, settings.internal_token)
    house = Conversations(db=db, bell=bell, jobs=jobs, bot=bot, wording=Wording(province=settings.province))
    desk = DeskService(house)
    accounts = load_accounts(settings)
    wechat = WeChatChannel(accounts, bell.redis, house.pictures)
    house.plug(desk=desk, channels=[wechat, IvrChannel(), WebChannel()])
    turns = Turns(house)
    turns.register()
    measures = MeasureOffice(settings)
    backends = (settings.backends_url, settings.backends_token)
    outreach = Outreach(
        house, outages=Outages(*backends), accounts=Accounts(*backends), orders=Orders(*backends)
    )
    jobs.every("notices", EVERY_FIVE_MINUTES, outreach.round)
    jobs.every("surveys", EVERY_FIVE_MINUTES, outreach.ask_content)
    return Parts(settings, db, bell, jobs, bot, house, turns, desk, accounts, wechat, measures, outreach)
