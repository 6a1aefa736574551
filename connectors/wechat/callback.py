"""`GET` and `POST /wechat/{appid}`: the platform asks, and has its answer within 4.5 seconds.

What is refused is answered 403 (who asks) or 400 (what is asked) with one line in the log and nothing stored. What was stored is
answered with the words of its turn, or with `success` when they are not ready: then they leave by the send API.
Only what could not be stored is answered 500, so that the platform delivers it again.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse, Response

from connectors.wechat import envelope as shell
from connectors.wechat.accounts import WeChatAccount
from connectors.wechat.envelope import Envelope
from connectors.wechat.inbound import Push, understand
from connectors.wechat.reply import Reply, compose, passive
from connectors.wechat.text import picked
from conversations.disarm import speaks
from conversations.models import Message
from conversations.ports import InboundMessage
from conversations.service import Conversations, Word
from kit.errors import BadInput, Forbidden, HotlineError
from kit.logging import get, short

log = get(__name__)

OPEN_SECONDS = 4.3  # how long a turn may take to be answered in the response
ANSWER_SECONDS = 4.5  # by then the answer leaves, whatever it is; the platform hangs up after five
LONGEST_CHOICE = 64  # characters of a choice; longer words are none
LOOK_BACK = 12  # messages in which a list of choices is looked for

SUCCESS = "success"  # the platform's word for: received, nothing to say now; never encrypted


def router(house: Conversations, accounts: Sequence[WeChatAccount]) -> APIRouter:
    """The callback for all accounts."""
    routes = APIRouter()
    callback = Callback(house)
    by_appid = {account.appid: account for account in accounts}

    def account_of(appid: str) -> WeChatAccount:
        if (account := by_appid.get(appid)) is None:
            raise Forbidden("no such account", code="unknown_account")
        return account

    @routes.get("/wechat/{appid}")
    async def verify(appid: str, request: Request) -> Response:
        try:
            account = account_of(appid)
            shell.check_query(account, request.query_params)
            return PlainTextResponse(request.query_params.get("echostr", ""))
        except HotlineError as refusal:
            return _refused(appid, refusal)

    @routes.post("/wechat/{appid}")
    async def push(appid: str, request: Request) -> Response:
        begun = time.monotonic()
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                envelope = await shell.accept(account_of(appid), request)
            pushed = understand(appid, envelope.fields)
        except TimeoutError:
            return _refused(appid, BadInput("the body did not arrive in time", code="slow_body"))
        except HotlineError as refusal:
            return _refused(appid, refusal)
        return await callback.answer(request, envelope, pushed, begun)

    return routes


def _refused(appid: str, refusal: HotlineError) -> Response:
    """The answer carries the code alone; the log has the reason, and nothing that the sender wrote."""
    log.warning(
        "wechat_refused", account=short(appid), status=refusal.status, code=refusal.code, why=refusal.reason
    )
    return PlainTextResponse(refusal.code, refusal.status)


@dataclass(frozen=True)
class Owed:
    """Whose words the response may carry: those of a turn, or what waits in the conversation (a greeting)."""

    conversation_id: uuid.UUID
    turn_id: uuid.UUID | None


class Callback:
    """Answers what the shell has accepted."""

    def __init__(self, house: Conversations) -> None:
        self.house = house
        self._late: set[asyncio.Task[None]] = set()  # kept until done: a loop holds tasks weakly

    async def answer(self, request: Request, envelope: Envelope, push: Push, begun: float) -> Response:
        """The response to one push."""
        try:
            async with asyncio.timeout(begun + OPEN_SECONDS - time.monotonic()):
                owed = await self._store(envelope.account.appid, push, begun)
        except Exception as error:
            log.error("wechat_not_stored", event_name=push.event, error=repr(error)[:300])
            return PlainTextResponse("unavailable", 500)
        if owed is None:
            return PlainTextResponse(SUCCESS)
        try:
            reply = await self._words(request, owed, begun, envelope.account.menu_links)
            if not reply.said and not reply.left:
                return PlainTextResponse(SUCCESS)
            done = BackgroundTask(self._left, owed, reply)
            if not reply.said:
                return PlainTextResponse(SUCCESS, background=done)
            return Response(passive(envelope, push, reply.text), media_type="text/xml", background=done)
        except Exception as error:  # stored: the words, if there are any, leave by the send API
            log.error("wechat_answer_failed", turn=str(owed.turn_id), error=repr(error)[:300])
            return PlainTextResponse(SUCCESS)

    async def _store(self, appid: str, push: Push, begun: float) -> Owed | None:
        """What the push caused; None when nothing has to be said."""
        house = self.house
        if push.event == "unsubscribe":
            if conversation := await house.find("wechat", appid, push.openid):
                await house.end(conversation.id, "unsubscribed")
            return None
        if push.message is None:
            return None
        if push.event == "subscribe":
            left = begun + OPEN_SECONDS - time.monotonic()
            return Owed(await house.greet(push.message, open_seconds=left), None)
        inbound = await self._spelled_out(push.message)
        accepted = await house.receive(inbound, open_seconds=begun + OPEN_SECONDS - time.monotonic())
        return Owed(accepted.conversation_id, accepted.turn_id)

    async def _words(self, request: Request, owed: Owed, begun: float, menu_links: bool) -> Reply:
        """The words that are there in time, claimed for this response."""
        house = self.house
        turn_id = owed.turn_id
        until = begun + OPEN_SECONDS
        if turn_id and not await house.wait(turn_id, seconds=until - time.monotonic()):
            return Reply()
        if await request.is_disconnected():
            return Reply()
        # Not cancelled when time is up: what it has claimed by then must be given back.
        collecting = asyncio.create_task(house.collect(owed.conversation_id, turn_id=turn_id))
        done, _ = await asyncio.wait({collecting}, timeout=begun + ANSWER_SECONDS - time.monotonic())
        if not done:
            self._keep(self._give_back(owed, collecting))
            return Reply()
        return compose(collecting.result(), house.wording, first=turn_id, menu_links=menu_links)

    async def _give_back(self, owed: Owed, collecting: asyncio.Task[list[Word]]) -> None:
        try:
            await self.house.release(owed.conversation_id, await collecting)
        except Exception as error:
            log.error("wechat_release_failed", error=repr(error)[:300])

    async def _left(self, owed: Owed, reply: Reply) -> None:
        """The response has left: note it, and send the rest after it."""
        try:
            await self.house.confirm(reply.said)
            await self.house.release(owed.conversation_id, reply.left)
        except Exception as error:  # the lease runs out, and the record says that nobody knows
            log.error("wechat_confirm_failed", error=repr(error)[:300])

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _spelled_out(self, inbound: InboundMessage) -> InboundMessage:
        """A number or the words that answer a list of choices become what the choice stands for, as a button would."""
        typed = inbound.text.strip()
        if inbound.kind != "text" or not 0 < len(typed) <= LONGEST_CHOICE:
            return inbound
        conversation = await self.house.find(inbound.channel, inbound.account, inbound.resident)
        if conversation is None:
            return inbound
        query = select(Message).filter_by(conversation_id=conversation.id).order_by(Message.seq.desc())
        async with self.house.db.work() as session:
            for message in await session.scalars(query.limit(LOOK_BACK)):
                if message.author == "resident" and speaks(message):
                    break  # whoever said something else since has left the choices
                if chosen := picked(message, typed):
                    return replace(inbound, text=chosen, payload=inbound.payload | {"typed": typed})
        return inbound
