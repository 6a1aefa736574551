"""The rounds: what is due is told, once, in a unit of work a resident; finished work orders are asked about."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backends.accounts import Accounts
from backends.client import BackendError
from backends.contracts import Outage
from backends.orders import Orders
from backends.outages import Outages
from conversations import bindings, record
from conversations.models import Conversation
from conversations.ports import Said
from conversations.service import Conversations
from kit import clock
from kit.errors import NotFound
from kit.facts import Facts
from kit.logging import get
from outreach import notices, subscriptions
from outreach.models import Notice, Subscription
from outreach.notices import Due

log = get(__name__)

PLACES_AT_ONCE = 50
ACCOUNTS_AT_ONCE = 50
UNASKED = frozenset({"praise"})  # orders after which nobody is asked how content they are
REMINDED_FOR = timedelta(days=3)  # how long a reminder that could not be sent is worth sending


class Outreach:
    """| call | does |
    |---|---|
    | `due()` | what would be told now, to whom; changes nothing |
    | `round()` | tells it; at night only that the power has just failed |
    | `ask_content()` | asks about the orders that were finished lately |
    """

    def __init__(self, house: Conversations, *, outages: Outages, accounts: Accounts, orders: Orders) -> None:
        self.house, self.outages, self.accounts, self.orders = house, outages, accounts, orders

    @property
    def facts(self) -> Facts:
        return self.house.wording.facts

    async def round(self) -> int:
        """How many notices were put on their way."""
        night = notices.quiet(self.facts, clock.now())
        count = 0
        for one in await self.due():
            if night and not one.at_night:
                continue
            async with self.house.db.work() as session:
                count += await self._tell(session, one)
        if count:
            log.info("notices_told", count=count)
        return count

    async def due(self) -> list[Due]:
        """Outages, of places wished for and of remembered accounts, and arrears. A system that does not answer is left out, and asked at the next round."""
        found: list[Due] = []
        for part in (self._outages, self._bound_outages, self._arrears):
            try:
                found += await part()
            except BackendError as error:
                log.warning("notices_not_asked", part=part.__name__, error=type(error).__name__)
        return found

    async def _outages(self) -> list[Due]:
        async with self.house.db.work() as session:
            wishes = await subscriptions.alive(session, "outage")
        places = sorted({wish.subject for wish in wishes})
        by_place: dict[str, list[Outage]] = defaultdict(list)
        for at in range(0, len(places), PLACES_AT_ONCE):
            for outage in await self.outages.of_places(places[at : at + PLACES_AT_ONCE]):
                by_place[outage.place.place_id].append(outage)
        found: list[Due] = []
        for wish in wishes:
            if outages := by_place.get(wish.subject):
                told = await self._told(wish.conversation_id, [outage.outage_id for outage in outages])
                found += notices.due(wish.conversation_id, outages, told, clock.now())
        return found

    async def _bound_outages(self) -> list[Due]:
        """For residents who had an account remembered, of the same holder still, and did not ask for silence."""
        found: list[Due] = []
        after = 0
        while True:
            async with self.house.db.work() as session:
                page = await bindings.page(session, after, ACCOUNTS_AT_ONCE)
            if not page:
                return found
            after = page[-1][0].id
            told_of = [
                one for one, conversation in page
                if conversation.ended_at is None and subscriptions.told_of(conversation, one)
            ]  # fmt: skip
            if not told_of:
                continue
            answered = await self.outages.of_accounts(sorted({one.account_number for one in told_of}))
            touched = {one.account_number: one for one in answered}
            for one in told_of:
                known = touched.get(one.account_number)
                if known is None or known.holder_version != one.holder_version:
                    continue
                told = await self._told(one.conversation_id, [outage.outage_id for outage in known.outages])
                found += notices.due(one.conversation_id, known.outages, told, clock.now())

    async def _told(self, conversation_id: uuid.UUID, ids: Sequence[str]) -> dict[str, list[str]]:
        query = select(Notice).where(Notice.conversation_id == conversation_id, Notice.notice_id.in_(ids))
        told: dict[str, list[str]] = defaultdict(list)
        async with self.house.db.work() as session:
            for notice in await session.scalars(query.order_by(Notice.id)):
                told[notice.notice_id].append(notice.version)
        return told

    async def _arrears(self) -> list[Due]:
        """Once a month and account, and only to the resident to whom it is still bound, under the same holder."""
        async with self.house.db.work() as session:
            wishes = await subscriptions.alive(session, "arrears")
        found: list[Due] = []
        for wish in wishes:
            notice_id = f"arrears:{wish.subject}:{clock.now():%Y-%m}"
            if await self._told(wish.conversation_id, [notice_id]) or not await self._bound(wish):
                continue
            balance = (await self.accounts.balance(wish.subject)).balance
            if balance < 0:
                values = {"account": wish.subject[-4:], "amount": -balance}
                found.append(
                    Due(
                        wish.conversation_id, "arrears", notice_id, "told", "utter_notice_arrears", values,
                        clock.now() + REMINDED_FOR,
                    )
                )  # fmt: skip
        return found

    async def _bound(self, wish: Subscription) -> bool:
        async with self.house.db.work() as session:
            conversation = await session.get_one(Conversation, wish.conversation_id)
            bound = {b.account_number: b.holder_version for b in await bindings.alive(session, conversation)}
        if wish.subject not in bound:
            return False
        return bound[wish.subject] == (await self.accounts.profile(wish.subject)).holder_version

    async def _tell(self, session: AsyncSession, one: Due) -> bool:
        conversation = await record.lock_conversation(session, one.conversation_id)
        # Looked at again under the lock: two rounds at once, or a wish that ended, must not tell.
        known = select(Notice.id).filter_by(
            conversation_id=conversation.id, notice_id=one.notice_id, version=one.version
        )
        wanted = await subscriptions.wants(session, conversation, one.topic)
        if conversation.ended_at is not None or not wanted or await session.scalar(known) is not None:
            return False
        message = await record.say(
            session, conversation, self.words(one, conversation.channel), author="system", exempt=True
        )
        session.add(
            Notice(
                conversation_id=conversation.id, notice_id=one.notice_id, version=one.version,
                message_id=message.id, told_at=clock.now(),
            )
        )  # fmt: skip
        await self.house.on_their_way(session, conversation)
        return True

    def words(self, one: Due, channel: str) -> Said:
        """The notice as it is said; its data tell the channel what a template needs, and until when it is true."""
        piece = self.house.wording.text
        values = dict(one.values)
        if one.topic == "outage":
            numbers = [
                piece("utter_part_building", channel, number=number) for number in values.pop("buildings")
            ]
            values["place"] += piece("utter_part_list_and", channel).join(numbers)
            values["kind"] = piece(f"utter_part_outage_{values['kind']}", channel)
        said = self.house.words(one.key, channel, **values)
        filled = {name: self._plain(value) for name, value in values.items() if value is not None}
        data = {
            "notice": {"template": one.topic, "values": filled | {"text": said.text}},
            "good_until": one.good_until.isoformat(),
        }
        return Said(said.text, said.buttons, data)

    @staticmethod
    def _plain(value: Any) -> str:
        return (
            f"{value.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"
            if hasattr(value, "astimezone")
            else str(value)
        )

    async def ask_content(self) -> int:
        """Ask about orders finished within the survey's hours; each once, never at night, none that was anonymous."""
        now = clock.now()
        if notices.quiet(self.facts, now):
            return 0
        hours = int(self.facts.limit("ticket_survey_hours"))
        count = 0
        try:
            finished = await self.orders.finished(now - timedelta(hours=hours))
        except BackendError as error:
            log.warning("orders_not_asked", error=type(error).__name__)
            return 0
        for order in finished:
            if order.kind in UNASKED or "anonymous" in order.marks or not order.conversation:
                continue
            try:
                conversation_id = uuid.UUID(order.conversation)
                async with self.house.db.work() as session:
                    count += await self.house.desk.ask_content(session, conversation_id, order.number)
            except (ValueError, NotFound):  # an order of another system, or of a record that is gone
                continue
        return count

    async def aclose(self) -> None:
        """Close every connection."""
        for client in (self.outages, self.accounts, self.orders):
            await client.aclose()
