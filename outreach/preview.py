"""What would be told, for the eyes of an operator: residents and numbers masked."""

from __future__ import annotations

from conversations.models import Conversation
from kit import clock
from kit.logging import mask, short
from outreach import notices
from outreach.service import Outreach


async def lines(outreach: Outreach) -> list[str]:
    """One a notice: to whom, of what, in which words; the first says so if it is night."""
    shown = (
        ["quiet hours: only faults that have just begun are sent now"]
        if notices.quiet(outreach.facts, clock.now())
        else []
    )
    for one in await outreach.due():
        async with outreach.house.db.work() as session:
            conversation = await session.get_one(Conversation, one.conversation_id)
        said = outreach.words(one, conversation.channel)
        whom = f"{conversation.channel}:{short(conversation.resident)}"
        shown.append(f"{whom}  {one.topic}  {one.key.removeprefix('utter_notice_')}  {mask(said.text)}")
    return shown
