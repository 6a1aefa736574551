"""What the platform pushed, as ours: a message of a resident, or an event that needs no turn."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conversations.ports import InboundMessage
from kit.errors import BadInput

OPENID_CHARS = 128
KEY_CHARS = 200

# Fields of each kind that are kept beside the text: theirs -> ours.
_KEPT = {
    "image": {"PicUrl": "pic_url", "MediaId": "media_id"},
    "voice": {"MediaId": "media_id", "Format": "format"},
    "video": {"MediaId": "media_id", "ThumbMediaId": "thumb_media_id"},
    "location": {"Location_X": "latitude", "Location_Y": "longitude", "Scale": "scale", "Label": "label"},
    "link": {"Title": "title", "Description": "description", "Url": "url"},
}
_KINDS = {"shortvideo": "video"}
_TEXT = {"location": "Label", "link": "Title"}


@dataclass(frozen=True)
class Push:
    """One push. `event` is '' for a message; `message` is None when nothing has to be answered."""

    openid: str
    receiver: str  # the account's gh_ name: who answers
    event: str
    message: InboundMessage | None


def understand(appid: str, fields: Mapping[str, str]) -> Push:
    """The push behind the XML fields. Raises `BadInput` when sender or receiver are missing."""
    openid, receiver = fields.get("FromUserName", "").strip(), fields.get("ToUserName", "").strip()
    if not openid or not receiver or max(len(openid), len(receiver)) > OPENID_CHARS:
        raise BadInput("sender or receiver are missing", code="bad_message")
    msg_type = fields.get("MsgType", "").strip().lower()
    if not msg_type:
        return Push(openid, receiver, "unknown", None)
    if msg_type == "event":
        event = fields.get("Event", "").strip().lower()
        text = fields.get("EventKey", "").strip()
        # A menu button speaks for the resident; other events carry nothing that a turn could answer.
        if event == "click" and text:
            message = _message(appid, openid, fields, "text", text, {"menu": True})
        elif event == "subscribe":
            message = _message(appid, openid, fields, "event", "", {})
        else:
            message = None
        return Push(openid, receiver, event or "unknown", message)
    return Push(openid, receiver, "", _spoken(appid, openid, fields, msg_type))


def _spoken(appid: str, openid: str, fields: Mapping[str, str], msg_type: str) -> InboundMessage:
    if msg_type == "text":
        return _message(appid, openid, fields, "text", fields.get("Content", ""), {})
    kind = _KINDS.get(msg_type, msg_type)
    if kind not in _KEPT:  # a kind that is newer than this program: a person can at least see that it came
        return _message(appid, openid, fields, "event", "", {"type": msg_type[:32]})
    payload = {ours: fields[theirs] for theirs, ours in _KEPT[kind].items() if fields.get(theirs)}
    recognised = fields.get("Recognition", "").strip()  # often empty: the platform is giving this service up
    if kind == "voice" and recognised:
        return _message(appid, openid, fields, "text", recognised, payload | {"recognised": True})
    return _message(appid, openid, fields, kind, fields.get(_TEXT.get(kind, ""), ""), payload)


def _message(
    appid: str, openid: str, fields: Mapping[str, str], kind: str, text: str, payload: dict[str, Any]
) -> InboundMessage:
    return InboundMessage(
        channel="wechat", account=appid, resident=openid, message_id=message_id(fields),
        text=text, kind=kind, payload=payload,
    )  # fmt: skip


def message_id(fields: Mapping[str, str]) -> str:
    """What makes a push the same one again, within one resident's conversation with one account.

    MsgId alone has been seen twice, events have none, and the template event spells it MsgID.
    """
    number = fields.get("MsgId") or fields.get("MsgID") or ""
    parts = [number, *(fields.get(name, "") for name in ("CreateTime", "MsgType", "Event", "EventKey"))]
    if not number and fields.get("Content"):
        parts.append(fields["Content"])
    key = ":".join(parts)
    if len(key) <= KEY_CHARS and key.isprintable():
        return key
    return f"{number[:32]}:{hashlib.sha256(key.encode(errors='replace')).hexdigest()}"
