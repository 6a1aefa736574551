"""AC-Bot-API's messages as models. What we do not know is ignored; what we send holds no empty field.

Sources: AudioCodes' API reference of VoiceAI Connect, its open Rasa channel (Apache-2.0) and the types of its SDK (ISC).
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, Field

MAX_ACTIVITIES = 20  # in one request; a gateway sends one or two
EXPIRES_SECONDS = 120  # a gateway refreshes that often


def _call_id(value: str) -> str:
    # A name of dots alone would be normalised out of our own addresses by any client.
    if not re.fullmatch(r"[\x21-\x7e]{1,128}", value) or not value.strip("."):
        raise ValueError("a call's id has 1 to 128 visible ASCII characters")
    return value


CallId = Annotated[str, AfterValidator(_call_id)]


class CallRequest(BaseModel):
    """Create, refresh: which call."""

    conversation: CallId


class RefreshRequest(BaseModel):
    """The call is named by the address already; if it is named again, it must be the same."""

    conversation: CallId | None = None


class DisconnectRequest(RefreshRequest):
    """The call is over. `reason` is the gateway's English."""

    reason: str | None = Field(default=None, max_length=1000)
    reasonCode: str | None = Field(default=None, max_length=200)


class Created(BaseModel):
    """Where the gateway goes on with this call: absolute paths. `expiresSeconds`: it must refresh that often."""

    activitiesURL: str
    refreshURL: str
    disconnectURL: str
    expiresSeconds: int = EXPIRES_SECONDS

    @classmethod
    def of(cls, prefix: str, call_id: str) -> Created:
        """The addresses of a call; its id is quoted whatever it holds."""
        base = f"{prefix}/conversation/{quote(call_id, safe='')}"
        return cls(
            activitiesURL=f"{base}/activities",
            refreshURL=f"{base}/refresh",
            disconnectURL=f"{base}/disconnect",
        )


class Activity(BaseModel):
    """What happened on the line. `parameters` is the gateway's, of any shape."""

    id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    type: Annotated[str, Field(max_length=40)]
    name: Annotated[str, Field(max_length=100)] | None = None
    text: str | None = None
    value: Any = None
    parameters: dict[str, Any] = Field(default_factory=dict)


class ActivitiesRequest(RefreshRequest):
    activities: Annotated[list[Activity], Field(max_length=MAX_ACTIVITIES)]


class OutActivity(BaseModel):
    """Something for the gateway to say (`message`) or to do (`event`)."""

    type: Literal["message", "event"]
    text: str | None = None
    name: Literal["transfer", "hangup"] | None = None
    activityParams: dict[str, Any] | None = None
    sessionParams: dict[str, Any] | None = None


class ActivitiesAnswer(BaseModel):
    conversation: str
    activities: list[OutActivity]


class Acknowledged(BaseModel):
    """Refresh and disconnect: noted."""

    conversation: str


class Health(BaseModel):
    """What the gateway's administrator sees when the bot is entered."""

    type: Literal["ac-bot-api"] = "ac-bot-api"
    success: bool = True
