"""The passive reply: as many of the waiting words as fit, in order, up to the first picture or card."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.wechat import xml
from connectors.wechat.envelope import Envelope
from connectors.wechat.inbound import Push
from connectors.wechat.split import LIMIT, size
from connectors.wechat.text import rendered
from conversations.cards import card_in
from conversations.pictures import shown_in
from conversations.service import Word
from kit import clock
from kit.wording import Wording

GAP = "\n\n"


@dataclass(frozen=True)
class Reply:
    """`text` is said in the response, `said` are its words; `left` did not fit."""

    text: str = ""
    said: list[Word] = field(default_factory=list)
    left: list[Word] = field(default_factory=list)


def compose(
    words: Sequence[Word], wording: Wording, *, first: uuid.UUID | None = None, menu_links: bool = False
) -> Reply:
    """Fill one reply of at most 2,000 bytes, in order, up to the first word that does not fit.

    A reply is text or one image or card, not both, so these never fit. The words of turn `first` have precedence, so
    that a redelivery gives at least what the first delivery gave. `menu_links`: as in `rendered`.
    """
    texts = {word.outbox_id: rendered(word.message, wording, menu_links=menu_links) for word in words}
    taken: set[int] = set()
    used = 0
    left: int | None = None  # nothing later may overtake it
    for own in (True, False) if first else (False,):
        for word in words:
            if (first is not None and word.message.turn_id == first) is not own:
                continue
            more = size(texts[word.outbox_id]) + (size(GAP) if taken else 0)
            if used + more > LIMIT or shown_in(word.message) or card_in(word.message):
                left = min(left or word.message.seq, word.message.seq)
            if left is not None and word.message.seq >= left:
                break
            used += more
            taken.add(word.outbox_id)
    said = [word for word in words if word.outbox_id in taken]
    text = GAP.join(texts[word.outbox_id] for word in said)
    return Reply(text, said, [word for word in words if word.outbox_id not in taken])


def passive(envelope: Envelope, push: Push, text: str) -> str:
    """The answer's body; the direction of the push is turned round."""
    return envelope.seal(
        xml.build(
            {
                "ToUserName": push.openid, "FromUserName": push.receiver, "CreateTime": clock.timestamp(),
                "MsgType": "text", "Content": text,
            }
        )
    )  # fmt: skip
