"""Pictures that the assistant shows: kept with their conversation for a day, for that conversation's eyes only.

What is said is a message whose text reads the picture out (`alt`) and whose data names it: `{"picture": id}`. So
a channel without a screen, and everybody after a day, has the words.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from conversations.models import PICTURE_BYTES, Conversation, Message, Picture
from kit import clock
from kit.db import Database
from kit.errors import BadInput, NotFound, TooLarge

KEPT = timedelta(hours=24)
ALT_LIMIT = 1000  # characters
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND\xaeB`\x82"  # the last chunk and its check sum: what arrived is whole


class Pictures:
    """The table `picture`; each call is a unit of work."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def keep(self, conversation_id: uuid.UUID, *, png: bytes, alt: str) -> uuid.UUID:
        """Keep a PNG of at most `PICTURE_BYTES`; the same one again in its conversation is the same picture.

        Raises `TooLarge`, `BadInput` (no PNG, no words), `NotFound` (no such conversation).
        """
        if len(png) > PICTURE_BYTES:
            raise TooLarge(f"png: at most {PICTURE_BYTES} bytes")
        if not (png.startswith(_PNG) and png.endswith(_PNG_END)):
            raise BadInput("png: not a whole PNG", code="not_png")
        if not alt.strip() or len(alt) > ALT_LIMIT:
            raise BadInput(f"alt: 1 to {ALT_LIMIT} characters")
        new = insert(Picture).values(
            id=uuid.uuid4(), conversation_id=conversation_id, digest=sha256(png).hexdigest(), png=png, alt=alt,
            created_at=clock.now(),
        )  # fmt: skip
        again = new.on_conflict_do_update(
            index_elements=[Picture.conversation_id, Picture.digest],
            set_={"alt": new.excluded.alt, "created_at": new.excluded.created_at},
        )
        async with self._db.work() as session:
            if await session.get(Conversation, conversation_id) is None:
                raise NotFound("no such conversation")
            return (await session.scalars(again.returning(Picture.id))).one()

    async def get(self, picture_id: uuid.UUID, *, conversation_id: uuid.UUID) -> bytes:
        """The PNG. Raises `NotFound`: none, another conversation's, or its day is over."""
        query = select(Picture.png).where(
            Picture.id == picture_id, Picture.conversation_id == conversation_id,
            Picture.created_at > clock.now() - KEPT,
        )  # fmt: skip
        async with self._db.work() as session:
            png = await session.scalar(query)
        if png is None:
            raise NotFound("no such picture")
        return png

    async def sweep(self) -> None:
        """Delete those whose day is over."""
        async with self._db.work() as session:
            await session.execute(delete(Picture).where(Picture.created_at <= clock.now() - KEPT))


def shown_in(message: Message) -> uuid.UUID | None:
    """The picture that a message shows, None after its day."""
    try:
        picture = uuid.UUID(str(message.payload["data"]["picture"]))
    except (KeyError, TypeError, ValueError):
        return None
    return picture if message.created_at > clock.now() - KEPT else None
