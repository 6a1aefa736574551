"""Whether a resident is content: asked once a number, after its end, and answered in one word.

Not asked where somebody declined for good, after praise and what was said anonymously (whoever closes those does not
ask), nor when the last word of the resident lies too far back. The answer never becomes a matter of the bot's.
"""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from functools import lru_cache
from typing import Any

import yaml
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.models import Conversation, Message
from conversations.ports import HandoffRequest, Said
from conversations.service import Conversations
from desk import repository
from desk.intake import Intake
from desk.models import COMMENT_LIMIT, Survey, Ticket
from kit import clock
from kit.logging import get
from kit.settings import ROOT

log = get(__name__)

LOOKUP = ROOT / "data" / "lookups" / "survey.yml"
DECLINED = "declined"
_PAUSE = re.compile(r"[\s，。,.!！?？:：;；、~～]+")


@lru_cache(maxsize=1)
def _words() -> list[tuple[str, str]]:
    loaded: dict[str, list[str]] = yaml.safe_load(LOOKUP.read_text("utf-8"))
    return sorted(
        ((word, answer) for answer, words in loaded.items() for word in words), key=lambda w: -len(w[0])
    )


def reading(text: str) -> tuple[str, str] | None:
    """The rating of a message (`satisfied`, `neutral`, `dissatisfied`, `declined`) and what was said beside it."""
    said = text.strip()
    for word, answer in _words():
        rest = said.removeprefix(word)
        if said.startswith(word) and (not rest or _PAUSE.match(rest)):
            return answer, _PAUSE.sub("", rest, count=1).strip()[:COMMENT_LIMIT]
    return None


async def begin(
    session: AsyncSession, house: Conversations, conversation: Conversation, number: str, source: str
) -> bool:
    """Note that the locked conversation is asked about `number` now; False where it must not be, or was already."""
    now = clock.now()
    window = timedelta(hours=int(house.wording.facts.limit("ticket_survey_hours")))
    heard = conversation.last_inbound_at
    if conversation.attributes.get(DECLINED) or heard is None or now - heard > window:
        return False
    statement = (
        insert(Survey)
        .values(number=number, conversation_id=conversation.id, source=source, asked_at=now, comment="")
        .on_conflict_do_nothing()
        .returning(Survey.number)
    )
    return await session.scalar(statement) is not None


async def take(
    session: AsyncSession, desk: Intake, conversation: Conversation, message: Message
) -> list[Said] | None:
    """Take a message as the answer to an open survey of the locked conversation; None if it is none.

    Dissatisfied: a person goes on at once, and hears first what was not solved. The same message answers once.
    """
    house = desk.house
    read = reading(message.text)
    survey = await _asked(session, house, conversation.id, message.id) if read else None
    if read is None or survey is None:
        return None
    answer, comment = read
    if answer == DECLINED:
        conversation.attributes = conversation.attributes | {DECLINED: True}
        await session.delete(survey)
        return [house.words("utter_survey_declined", conversation.channel)]
    if survey.answer is None:
        survey.answer, survey.answered_at, survey.answered_by = answer, clock.now(), message.id
        survey.comment = comment
        await _log(session, desk, survey)
    if answer != "dissatisfied":
        return [house.words(f"utter_survey_{answer}", conversation.channel)]
    sorry = house.words("utter_survey_dissatisfied", conversation.channel)
    await desk.hand_over(
        session,
        HandoffRequest(
            conversation.id, f"survey:{survey.number}", conversation.epoch, "dissatisfied", say_first=[sorry],
            facts={"ticket_number": survey.number}, turn_id=message.id,
        ),
    )  # fmt: skip
    return []


async def _asked(
    session: AsyncSession, house: Conversations, conversation_id: uuid.UUID, message_id: uuid.UUID
) -> Survey | None:
    hours = int(house.wording.facts.limit("ticket_survey_hours"))
    query = select(Survey).where(
        Survey.conversation_id == conversation_id,
        Survey.asked_at > clock.now() - timedelta(hours=hours),
        or_(Survey.answer.is_(None), Survey.answered_by == message_id),
    )
    found: Survey | None = await session.scalar(
        query.order_by(Survey.answered_by.is_(None), Survey.asked_at.desc()).limit(1).with_for_update()
    )
    return found


async def _log(session: AsyncSession, desk: Intake, survey: Survey) -> None:
    """In the ticket's own log as well, where it was a ticket."""
    log.info("survey_answered", number=survey.number, answer=survey.answer, source=survey.source)
    ticket = await session.scalar(select(Ticket).where(Ticket.number == survey.number).with_for_update())
    if ticket is not None:
        await repository.add_event(
            session, ticket, "rated", actor_kind="resident", data={"answer": survey.answer}
        )
        desk.ring_after(session, ticket.number)


async def of(session: AsyncSession, number: str) -> dict[str, Any] | None:
    """What the console shows: `source`, `answer` (None: not yet), `comment`."""
    survey = await session.get(Survey, number)
    return {"source": survey.source, "answer": survey.answer, "comment": survey.comment} if survey else None
